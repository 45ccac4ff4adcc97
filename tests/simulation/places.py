"""Sides as people meet them: real sandboxes and vaults, which show tasks and take edits."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import replace
from typing import ClassVar
from zoneinfo import ZoneInfo

import orjson

from connectors import checkvist, memory, ogsm
from connectors.budget import RateBudget
from connectors.checkvist.sandbox import Reading as CheckvistReading
from connectors.checkvist.sandbox import Sandbox as Checkvist
from connectors.contract import Connector, Manifest, Record, SideSettings
from connectors.errors import Applied, ContractBroken, RateLimited, Transient
from connectors.limiter import BookLimiter
from connectors.memory.mapping import member
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import Vault
from connectors.ogsm.sandbox import Reading as OgsmReading
from connectors.ogsm.sandbox import Sandbox as Ogsm
from connectors.redact import Redactor
from connectors.task import Field, Native, Person, Value
from connectors.transport import Http
from sync.core.policy import PersonRule
from tests.simulation.ledger import Shown
from tests.simulation.line import Line
from tests.simulation.steps import Fault, Points

BERLIN = ZoneInfo("Europe/Berlin")
PEOPLE = (
    PersonRule(key="anna", name="Anna Berg", ids={"a": "12", "b": "12", "c": "12"}),
    PersonRule(key="ben", name="Ben Çelik", ids={"a": "13", "b": "13", "c": "13"}),
)


class Place(ABC):
    """One side. ``manifest`` is the connector's; everything that people do goes past the connector."""

    manifest: ClassVar[Manifest]

    def __init__(self, name: str, settings: SideSettings, points: Points) -> None:
        self.name = name
        self.settings = settings
        self.points = points
        self.gone: dict[int, str] = {}  # what can be restored, by number
        self.eyes = self.connect()[0]
        self._known: dict[bytes, Shown | None] = {}

    def connect(self) -> tuple[Connector, Http]:
        """The side's connector over its transport, as a new process makes them."""
        budget = self.manifest.capabilities(self.settings).budget
        http = Http(
            side=self.name,
            base_url=self.settings.base_url or "http://localhost",
            clock=self.points.baton,
            limiter=BookLimiter(budget, self.points.baton) if budget != RateBudget(source=budget.source) else None,
            secrets=Redactor(()),
            jitter=lambda: 0.5,
            adapter=lambda exchange: Line(exchange, self.app, self.name, self.points),
        )
        return self.manifest.factory(self.settings, self.points.baton, http), http

    @property
    @abstractmethod
    def app(self):
        """The web application of a vendor."""

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


class MemoryPlace(Place):
    manifest = memory.MANIFEST

    def __init__(self, name: str, traits: dict, points: Points) -> None:
        own = MemorySettings(vault=name, **traits)
        self.vault = WatchedVault(own.manners(), now=lambda: points.server_time(name), name=f"vault {name}")
        self.vault.side, self.vault.points = name, points
        own.shared = self.vault
        self.vault.tells = bool(traits.get("etags"))
        super().__init__(name, SideSettings(name=name, own=own, base_url="", timezone=BERLIN), points)

    @property
    def app(self):
        return None

    def natives(self) -> dict[str, Native]:
        return {str(task["id"]): task for task in self.vault.tasks()}

    def add(self, fields: dict[Field, Value]) -> str:
        return self.vault.add({name.value: member(value) for name, value in fields.items()})

    def edit(self, ref: str, name: Field, value: Value) -> None:
        if name is Field.ASSIGNEES:
            value = tuple(Person(id=key) for key in value)
        self.vault.edit(ref, {name.value: member(value)})

    def remove(self, ref: str) -> None:
        self.vault.remove(ref)

    def restore(self, ref: str) -> bool:
        self.vault.restore(ref)
        return True


_LATER = {
    Fault.SLOW_DOWN: 7.0,
    Fault.SLOWER: 45.0,
    Fault.CLOSED: 3600.0,
}
_BEFORE = {Fault.REFUSED, Fault.BAD_GATEWAY, Fault.FAILED, Fault.BUSY, *_LATER}


class WatchedVault(Vault):
    """A vault whose requests are points, with what becomes of them."""

    side = ""
    points: Points
    _ref = ""

    def found(self, ref: str):
        self._ref = ref
        try:
            return super().found(ref)
        finally:
            self._ref = ""

    def _request(self, verb):
        return _Asked(self, verb, super()._request(verb), self._ref)


class _Asked:
    """One request of a vault, before and after."""

    def __init__(self, vault: WatchedVault, verb, request, ref: str) -> None:
        self.vault, self.verb, self.request, self.ref = vault, verb, request, ref
        self.changing = verb.value in {"create", "update", "delete"}
        self.listing = verb.value == "changes"

    def __enter__(self):
        vault = self.vault
        self.fault = vault.points.send(vault.side, self.verb.value, changing=self.changing, listing=self.listing)
        if self.fault in _BEFORE:
            raise _error(self.fault, applied=Applied.NO)
        if self.fault in {Fault.HALF, Fault.NOTHING}:
            part = 0.5 if self.fault is Fault.HALF else 0.0
            vault.listing = lambda tasks: tasks[: int(len(tasks) * part)]
        self.watch = vault.points.applying(vault.side, changing=self.changing)
        self.watch.__enter__()
        return self.request.__enter__()

    def __exit__(self, *error) -> None:
        vault = self.vault
        vault.listing = None
        self.request.__exit__(*error)
        self.watch.__exit__(None, None, None)
        if error[0] is not None:
            return
        fault = vault.points.applied(
            vault.side, self.verb.value, self.fault, changing=self.changing, listing=self.listing, ref=self.ref
        )
        if fault is not None and fault not in {Fault.HALF, Fault.NOTHING}:
            raise _error(fault, applied=Applied.UNKNOWN if self.changing else Applied.NO)


def _error(fault: Fault, *, applied: Applied):
    if fault in _LATER:
        return RateLimited("too many requests", retry_after=_LATER[fault])
    if fault is Fault.PAGE:
        return ContractBroken("a page", applied=applied)
    return Transient(str(fault), applied=applied)


class CheckvistPlace(Place):
    manifest = checkvist.MANIFEST

    def __init__(self, name: str, reading: str, points: Points) -> None:
        self.sandbox = Checkvist(CheckvistReading.parse(reading), now=lambda: points.server_time(name))
        own = self.manifest.settings(
            checklist=self.sandbox.checklist,
            username=self.sandbox.username,
            remote_key=self.sandbox.remote_key,
            token_in="parameter" if "header=parameter" in reading else "header",
        )
        base = f"http://localhost:{8000 + ord(name[0])}"
        super().__init__(name, SideSettings(name=name, own=own, base_url=base, timezone=BERLIN), points)

    @property
    def app(self):
        return self.sandbox.app

    def natives(self) -> dict[str, Native]:
        return {str(item["id"]): item for item in self.sandbox.tasks()}

    def add(self, fields: dict[Field, Value]) -> str:
        text = str(fields.get(Field.DESCRIPTION) or "")
        content = str(fields[Field.TITLE]) + (f"\n{text}" if text else "")
        due = fields.get(Field.DUE)
        return str(
            self.sandbox.add(
                content,
                parent=int(str(fields.get(Field.PARENT) or 0)),
                tags=[str(label) for label in fields.get(Field.LABELS) or ()],
                due=due.isoformat()[:10] if due else "",
            )
        )

    def edit(self, ref: str, name: Field, value: Value) -> None:
        identity = int(ref)
        first, _, rest = str(self.natives()[ref]["content"]).partition("\n")
        if name is Field.TITLE:
            self.sandbox.edit(identity, content=f"{value}\n{rest}" if rest else str(value))
        elif name is Field.DESCRIPTION:
            self.sandbox.edit(identity, content=f"{first}\n{value}" if value else first)
        elif name is Field.LABELS:
            self.sandbox.edit(identity, tags=[str(label) for label in value])
        elif name is Field.DUE:
            self.sandbox.edit(identity, due=value.isoformat()[:10] if value else "")
        elif name is Field.ASSIGNEES:
            self.sandbox.edit(identity, people=[{"anna": 12, "ben": 13}[key] for key in value])
        elif name is Field.PARENT:
            self.sandbox.move(identity, parent=int(value or 0))
        elif value == "completed":
            self.sandbox.close(identity)
        else:
            self.sandbox.reopen(identity)

    def remove(self, ref: str) -> None:
        self.sandbox.remove(int(ref))

    def restore(self, ref: str) -> bool:
        self.sandbox.restore(int(ref))
        return True


class OgsmPlace(Place):
    manifest = ogsm.MANIFEST

    def __init__(self, name: str, reading: str, points: Points) -> None:
        self.sandbox = Ogsm(OgsmReading.parse(reading))
        own = self.manifest.settings(
            username=self.sandbox.username, password=self.sandbox.password, canvas=self.sandbox.canvas
        )
        base = f"http://localhost:{8000 + ord(name[0])}"
        super().__init__(name, SideSettings(name=name, own=own, base_url=base, timezone=BERLIN), points)

    @property
    def app(self):
        return self.sandbox.app

    def natives(self) -> dict[str, Native]:
        return {str(action["id"]): action for action in self.sandbox.actions()}

    def add(self, fields: dict[Field, Value]) -> str:
        members = {}
        for name, value in fields.items():
            members |= _member(name, value) if name not in {Field.TITLE, Field.PARENT} else {}
        return str(self.sandbox.add(str(fields[Field.TITLE]), members))

    def edit(self, ref: str, name: Field, value: Value) -> None:
        if name is not Field.PARENT:
            self.sandbox.edit(int(ref), _member(name, value))

    def remove(self, ref: str) -> None:
        self.sandbox.remove(int(ref))


_WORDS = {"needs_action": "todo", "in_progress": "doing", "completed": "done"}


def _member(name: Field, value: Value) -> dict:
    """A field as a person types it into an action."""
    match name:
        case Field.DESCRIPTION:
            return {"description": "".join(f"<p>{line}</p>" for line in str(value).split("\n\n") if line)}
        case Field.LABELS:
            return {"labels": [{"name": str(label)} for label in value]}
        case Field.STATUS:
            return {"status": {"name": _WORDS[str(value)]}}
        case Field.ASSIGNEES:
            people = [{"name": {"anna": "Anna Berg", "ben": "Ben Çelik"}[key]} for key in value]
            return {"assignee": people[0] if people else None, "involved": people[1:]}
        case Field.DUE:
            return {"due": value.isoformat()[:10] if value else None}
        case _:
            return {name.value: value}


KINDS = {"memory": MemoryPlace, "checkvist": CheckvistPlace, "ogsm": OgsmPlace}


def rules_for(kinds: dict[str, str]) -> tuple[PersonRule, ...]:
    """Who is who on the sides of a group."""
    numbers = {"anna": "12", "ben": "13"}
    names = {"anna": "Anna Berg", "ben": "Ben Çelik"}
    of = {"checkvist": numbers, "ogsm": names}
    return tuple(
        replace(rule, ids={side: of[kind][rule.key] if kind in of else rule.key for side, kind in kinds.items()})
        for rule in PEOPLE
    )
