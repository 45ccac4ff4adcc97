"""A sandbox behind real HTTP with a connector to it, for one test."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from zoneinfo import ZoneInfo

from connectors.contract import Entry, SideSettings, Stored
from connectors.opus2.connector import Opus2Connector
from connectors.opus2.sandbox import Reading, Sandbox
from connectors.opus2.settings import Opus2Settings
from connectors.serving import Fault, Kind
from connectors.task import Field, Fields, Patch, Status
from tests.connectors import bench

LONDON = ZoneInfo("Europe/London")
NOT_DRAWN = {"paging": {"cut"}, "access": {"read"}, "rate": {"50"}, "after": {"uploads"}, "clear": {"ignored"}}
"""What keeps a side from working, or from working as people want it: tried by itself."""


def drawn(seed: int) -> str:
    """A way to read the article, each switch at random; as many seeds in a row as it has values see them all."""
    switches: list[str] = []
    for name, values in Reading.choices().items():
        usable = [one for one in values if one not in NOT_DRAWN.get(name, ())]
        random.Random(f"{name} {seed // len(usable)}").shuffle(usable)
        switches.append(f"{name}={usable[seed % len(usable)]}")
    return ",".join(switches)


def side(
    sandbox: Sandbox,
    statuses: Mapping[str, Status] | None = None,
    fields: Mapping[Field, bool | str] | None = None,
    **own: object,
) -> SideSettings:
    """A side's settings that fit a sandbox; None takes one of its keys away."""
    told = {**sandbox.describe(), **own}
    named = told.pop("fields")
    return SideSettings(
        name="matter",
        own=Opus2Settings.model_validate({key: value for key, value in told.items() if value is not None}),
        base_url="https://tenant.example.com",
        timezone=LONDON,
        statuses=statuses,
        fields={Field(key): name for key, name in named.items()} if fields is None else fields,
    )


class Bench(bench.Bench[Sandbox, Opus2Connector]):
    """One sandbox being served, its faults, and connectors to it."""

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> Opus2Connector:
        """Another connector to the same server, as another process has it."""
        settings = settings or side(self.sandbox)
        return Opus2Connector(settings, self.clock, self.http(settings, base_url))

    def seen(self) -> list[str]:
        """The requests that reached the server, as "METHOD path?query"."""
        return [f"{one.method} {one.path}{f'?{one.query}' if one.query else ''}" for one in self.requests()]

    def fail(self, kind: Kind, method: str, *, times: int | None = None, path: str = "", **how: object) -> None:
        """From now on requests of a method fail, so many times, or until :meth:`heal`."""
        self.faults.add(Fault(kind, match=lambda asked, at: asked == method and path in at, times=times, **how))

    def planted(self, title: str, **values: object) -> Entry:
        """A document that a person makes, as it is listed."""
        ref = self.sandbox.add(title, values)
        return self.entries()[ref]

    def make(self, fields: Fields, marker: str = "tasksync-work-1") -> Stored:
        """A create with all its steps."""
        first, *rest = self.connector.split(Patch(fields), creating=True)
        stored = self.connector.create(first.fields, marker)
        for step in rest:
            stored = self.connector.update(stored.entry, step)
        return stored

    def names(self) -> list[str]:
        """The names of the documents in the tasks' folder."""
        return sorted(one.name for one in self.sandbox.documents())


@contextmanager
def running(reading: str = "") -> Iterator[Bench]:
    """A sandbox that reads the article in some way, served until the end of the context."""
    with bench.served(Bench, Sandbox(Reading.parse(reading)), "opus2") as made:
        yield made
