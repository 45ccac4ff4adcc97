"""What every side has: a vendor's server as people meet it, and the connector to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar
from zoneinfo import ZoneInfo

import orjson

from connectors.budget import RateBudget
from connectors.contract import Connector, Manifest, Record, SideSettings, Verb
from connectors.limiter import BookLimiter
from connectors.redact import Redactor
from connectors.task import Field, Native, Status, Value
from connectors.transport import Http
from sync.core.policy import PersonRule
from tests.simulation.deeds import Shown
from tests.simulation.line import Line, Quiet
from tests.simulation.points import Asked, Points

BERLIN = ZoneInfo("Europe/Berlin")
NAMES = {"anna": "Anna Berg", "ben": "Ben Çelik"}
EMAILS = {"anna": "anna@example.com", "ben": "ben@example.com"}


@dataclass(frozen=True)
class Traits:
    """A vendor's reading, and what the configuration chooses besides; written ``"name=value,…"`` or with a table."""

    reading: str
    chosen: Mapping[str, object]

    @classmethod
    def of(cls, said: object) -> Traits:
        """What a setup says of a side."""
        reading, chosen = said if isinstance(said, tuple) else (said, {})
        return cls(str(reading), dict(chosen))


class Place(ABC):
    """One side. ``manifest`` is the connector's; everything that people do goes past the connector."""

    manifest: ClassVar[Manifest]
    people: ClassVar[Mapping[str, str]] = {"anna": "anna", "ben": "ben"}
    """How people are called there."""
    omits: bool = False
    """Whether its "changed since" leaves some changes out."""

    locates: bool = True
    """Whether the answer to a write tells that what was written is not archived, or nothing ever is."""

    knows_again: bool = True
    """Whether a task that was just made looks like what was sent."""

    forms: frozenset[str] = frozenset()
    """The forms in which a moment was told to this vendor so far: each can be found out to be wrong once."""

    def __init__(self, name: str, settings: SideSettings, points: Points) -> None:
        self.name = name
        self.settings = settings
        self.points = points
        self.gone: dict[int, str] = {}  # what can be restored, by number
        self._look()

    def _look(self) -> None:
        """See the side by its settings."""
        http = self._http(Quiet(self.app, self.points), limited=False)
        self.eyes = self.manifest.factory(self.settings, self.points.baton, http)
        self._known: dict[bytes, Shown | None] = {}

    def respell(self, table: Mapping[str, Status]) -> None:
        """The configuration gives the side another table of words."""
        self.settings = replace(self.settings, statuses=table)
        self._look()

    def connect(self) -> tuple[Connector, Http]:
        """The side's connector over its transport, as a new process makes them."""
        http = self._http(Line(self, self.points), limited=True)
        return self.manifest.factory(self.settings, self.points.baton, http), http

    def _http(self, line: Quiet, *, limited: bool) -> Http:
        budget = self.manifest.capabilities(self.settings).budget
        limited = limited and budget != RateBudget(source=budget.source)
        return Http(
            side=self.name,
            base_url=self.settings.base_url or "http://localhost",
            clock=self.points.baton,
            limiter=BookLimiter(budget, self.points.baton) if limited else None,
            secrets=Redactor(()),
            jitter=lambda: 0.5,
            adapter=line.carrying,
        )

    @property
    @abstractmethod
    def app(self):
        """The web application of a vendor."""

    def asked(self, method: str, path: str, query: str) -> Asked:
        """What a request asks for."""
        del path, query
        return Asked(changing=method != "GET", ends=method == "DELETE")

    def revoke(self) -> None:
        """The vendor ends every log-in that there is; where there is none, the one request is refused."""
        return

    @abstractmethod
    def natives(self) -> dict[str, Native]:
        """What the vendor has, by ref."""

    def entries(self) -> dict[str, Shown]:
        """What is shown, by ref."""
        found = {ref: self._seen(ref, native) for ref, native in self.natives().items()}
        return {ref: shown for ref, shown in found.items() if shown is not None}

    def _seen(self, ref: str, native: Native) -> Shown | None:
        key = orjson.dumps(native)
        if key not in self._known:
            entry = self.eyes.normalise(Record(ref=ref, raw_hash="", native=native))
            self._known[key] = None if entry.deleted or entry.container else entry.fields
        return self._known[key]

    def takes(self, name: Field) -> bool:
        """Whether people can edit a field here."""
        return self.eyes.capabilities.of(name).holding.value != "not held"

    def is_plain(self, day: Value) -> bool:
        """Whether a day, as it stands here, can be read in one way only."""
        del day
        return True

    def floor(self, *, whole: bool) -> int:
        """The requests that the vendor's API makes necessary when nothing has changed (rule 23).

        ``whole``: everything is to be read.
        """
        del whole
        if not self.lists:
            return len(self.entries())
        size = self.eyes.capabilities.page_size
        return 1 if size is None else max(1, -(-len(self.entries()) // size))

    @property
    def lists(self) -> bool:
        """Whether there is a list, so that what people make is found without their help."""
        return self.eyes.capabilities.can(Verb.CHANGES)

    def carries(self, name: Field) -> bool:
        """Whether a write of other fields carries this one too, as it was read just before: no vendor lets us ask."""
        del name
        return False

    @abstractmethod
    def add(self, fields: dict[Field, Value]) -> str:
        """A person makes a task; its ref."""

    @abstractmethod
    def edit(self, ref: str, name: Field, value: Value) -> None:
        """A person changes a field."""

    @abstractmethod
    def remove(self, ref: str) -> None:
        """A person deletes a task."""

    def restore(self, ref: str) -> bool:
        """A person brings a task back; whether that can be done here."""
        del ref
        return False

    def comments(self) -> dict[str, tuple[str, str]]:
        """The comments there, by ref: the ref of the task of each, and its text."""
        return {}

    def say(self, ref: str, text: str) -> None:
        """A person comments on a task, where the side has comments; as the next two."""
        raise NotImplementedError

    def reword(self, comment: str, text: str) -> None:
        """A person changes a comment."""
        raise NotImplementedError

    def unsay(self, comment: str) -> None:
        """A person deletes a comment."""
        raise NotImplementedError


def address(name: str) -> str:
    """The address of a side's server."""
    return f"https://localhost:{8000 + ord(name[0])}"


def side_of(manifest: Manifest, name: str, own: Mapping[str, object], **more: object) -> SideSettings:
    """The settings of a side, from what its sandbox describes."""
    settings = manifest.settings.model_validate(dict(own))
    return SideSettings(name=name, own=settings, base_url=address(name), timezone=BERLIN, **more)  # type: ignore[arg-type]


def rules(people: Mapping[str, Mapping[str, str]]) -> tuple[PersonRule, ...]:
    """Who is who on the sides of a group, from what each side calls them."""
    return tuple(
        PersonRule(
            key=key, name=NAMES[key], email=EMAILS[key], ids={side: called[key] for side, called in people.items()}
        )
        for key in NAMES
    )
