"""A sandbox behind real HTTP with connectors to it, and a group of it and a Checkvist under the whole program."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from zoneinfo import ZoneInfo

from connectors.checkvist.sandbox import Sandbox as Checkvist
from connectors.contract import Entry, Page, Record, SideSettings, Stored
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Seen, Serving, serve
from connectors.task import Field, Fields, Patch, Ref, Status
from connectors.trackops.connector import TrackopsConnector
from connectors.trackops.sandbox import Reading, Sandbox
from connectors.trackops.settings import TrackopsSettings
from sync.app import App
from sync.progress import Silent
from sync.report import GroupReport
from tests.connectors import bench
from tests.connectors.bench import Unhurried

DENVER = ZoneInfo("America/Denver")
READ = ("GET", "HEAD")


def side(
    statuses: Mapping[str, Status] | None = None, fields: Mapping[Field, bool | str] | None = None, **own: object
) -> SideSettings:
    """A side's settings, with the connector's own ones by name."""
    known = {name: getattr(Sandbox, name) for name in ("username", "token", "case", "calendar")}
    return SideSettings(
        name="cases",
        own=TrackopsSettings.model_validate({**known, **own}),
        base_url="https://acme.viewcases.com",
        timezone=DENVER,
        statuses=statuses,
        fields=fields or {},
    )


class Bench(bench.Bench[Sandbox, TrackopsConnector]):
    """One sandbox being served, its faults, and connectors to it."""

    def connect(self, settings: SideSettings | None = None, base_url: str | None = None) -> TrackopsConnector:
        """Another connector to the same server."""
        settings = settings or side()
        http = self.http(settings, base_url, [settings.own.token.get_secret_value()])
        return TrackopsConnector(settings, self.clock, http)

    def requests(self) -> tuple[Seen, ...]:
        """The requests that reached the server since the last time that this was asked."""
        seen = super().requests()
        self.forget()
        return seen

    def seen(self) -> list[str]:
        """The same as "METHOD path"."""
        return [f"{one.method} {one.path.removeprefix('/api/v1')}" for one in self.requests()]

    def fail(self, kind: Kind, method: str, path: str = "", **how: object) -> None:
        """From now on requests of a method, to paths that end so, fail until :meth:`heal`."""
        how = {"times": None, **how}
        self.faults.add(Fault(kind, match=lambda verb, asked: verb == method and asked.endswith(path), **how))

    def pages(self, since=None, connector: TrackopsConnector | None = None) -> list[Page]:
        """One read."""
        return list((connector or self.connector).changes(since))

    def entries(self, since=None, connector: TrackopsConnector | None = None) -> dict[Ref, Entry]:
        """One read, normalised."""
        reader = connector or self.connector
        records: dict[Ref, Record] = {one.ref: one for page in self.pages(since, reader) for one in page.records}
        return {ref: reader.normalise(record) for ref, record in records.items()}

    def create(self, fields: Fields, connector: TrackopsConnector | None = None) -> Stored:
        """Make a task as the engine does: views only, step by step."""
        maker = connector or self.connector
        told = {field: maker.capabilities.of(field).view.view(value) for field, value in fields.items()}
        first, *rest = maker.split(Patch(told), creating=True)
        stored = maker.create(first.fields, "marker")
        for step in rest:
            stored = maker.update(stored.entry, step)
        return stored


class Server:
    """One server for all tests of a process: each test gives it applications of its own."""

    def __init__(self, serving: Serving, switches: Mapping[str, Switch]) -> None:
        self._serving = serving
        self._switches = switches

    @contextmanager
    def __call__(self, reading: str = "") -> Iterator[Bench]:
        """A sandbox that reads the document in some way."""
        clock, faults = Unhurried(), Faults()
        sandbox = Sandbox(Reading.parse(reading), now=clock.now)
        self._switches["trackops"].app = FaultMiddleware(sandbox.app, faults)
        self._serving.forget("trackops")
        bench = Bench(sandbox, faults, self._serving, "trackops", clock)
        try:
            yield bench
        finally:
            bench.close()

    @contextmanager
    def group(self, folder: Path, reading: str = "", *, keys: str = "", more: str = "") -> Iterator[Work]:
        """A group of a Checkvist and a Trackops, in that order."""
        with self(reading) as bench:
            outline = Checkvist(now=bench.clock.now)
            self._switches["outline"].app = outline.app
            self._serving.forget("outline")
            yield Work(folder, outline, bench, keys=keys, more=more)


class Switch:
    """An application that is another one for each test."""

    app: object = None

    async def __call__(self, scope, receive, send) -> None:
        await self.app(scope, receive, send)


@contextmanager
def server() -> Iterator[Server]:
    """A server on free ports, until the end of the context."""
    switches = {"trackops": Switch(), "outline": Switch()}
    with serve(switches) as serving:
        yield Server(serving, switches)


class Work:
    """The whole program over ``outline``, a Checkvist, and ``cases``, a Trackops."""

    def __init__(self, folder: Path, outline: Checkvist, bench: Bench, *, keys: str, more: str) -> None:
        self.outline = outline
        self.bench = bench
        self.cases = bench.sandbox
        self._folder = folder
        self._serving = bench.serving
        self.configure(keys=keys, more=more)

    def configure(self, *, keys: str = "", more: str = "") -> None:
        """Write the configuration: ``keys`` of the Trackops side, ``more`` at the end."""
        checkvist, trackops = self.outline.describe(), {**self.cases.describe(), "default_due": None}
        lines = ['[sides.outline]\nconnector = "checkvist"\nrate = "off"', *_toml(checkvist)]
        lines.append(f'base_url = "{self._serving.url("outline")}"')
        lines += ['[sides.cases]\nconnector = "trackops"\nrate = "off"\ntimezone = "America/Denver"', *_toml(trackops)]
        lines += [f'base_url = "{self._serving.url("trackops")}"', keys]
        lines += ['[groups.work]\nsides = ["outline", "cases"]', more]
        file = self._folder / "tasksync.toml"
        file.write_text("\n".join(lines), encoding="utf-8")
        file.chmod(0o600)

    def open(self) -> App:
        """The program, as a new process has it."""
        config = self._folder / "tasksync.toml"
        return App.open(config=config, env={}, cwd=self._folder, clock=self.bench.clock, read_only=False)

    def run(self, **wishes: object) -> GroupReport:
        """One cycle."""
        with self.open() as app:
            return app.run_once(["work"], stop=Event(), progress=Silent(), **wishes).groups["work"]

    def undeliverable(self) -> set[tuple[str, str]]:
        """What can not be told, by title and field."""
        with self.open() as app:
            return {(note.title, note.field.value) for note in app.status(["work"])[0].undeliverable}

    def settle(self, most: int = 6) -> list[GroupReport]:
        """Run until a cycle is quiet. That one must have sent no write."""
        reports = []
        for _ in range(most):
            self.writes()
            reports.append(self.run())
            if reports[-1].result.value == "quiet":
                assert self.writes() == []
                return reports
        raise AssertionError([(report.result, report.lines) for report in reports])

    def writes(self) -> list[str]:
        """The changing requests that both servers saw since the last time that this was asked."""
        seen = [one for name in ("outline", "trackops") for one in self._serving.requests(name)]
        for name in ("outline", "trackops"):
            self._serving.forget(name)
        changing = [one for one in seen if one.method not in READ and "/auth/" not in one.path]
        return [f"{one.method} {one.path}" for one in changing]

    def items(self) -> dict[str, Mapping[str, object]]:
        """The items of the Checkvist by their first line; each once."""
        return _each_once((str(item["content"]).partition("\n")[0], item) for item in self.outline.tasks())

    def tasks(self) -> dict[str, Mapping[str, object]]:
        """The tasks of the Trackops by title, as they are stored; each once."""
        told = ((int(task["id"]), self.cases.stored(int(task["id"]))) for task in self.cases.tasks())
        return _each_once((str(task["title"]), {"id": identity, **task}) for identity, task in told)


def _each_once(named: Iterator[tuple[str, Mapping[str, object]]]) -> dict[str, Mapping[str, object]]:
    pairs = list(named)
    assert len({name for name, _ in pairs}) == len(pairs), f"twice: {sorted(name for name, _ in pairs)}"
    return dict(pairs)


def _toml(keys: Mapping[str, str | None]) -> list[str]:
    return [
        f"{name} = {value if value.isdigit() else json.dumps(value)}"
        for name, value in keys.items()
        if value is not None
    ]
