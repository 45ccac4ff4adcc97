"""A memory side: a vault, whose requests are watched."""

from __future__ import annotations

from connectors import memory
from connectors.contract import SideSettings, Verb
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    RateLimited,
    Transient,
)
from connectors.memory.mapping import member
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import WRITES, Vault
from connectors.task import Field, Native, Person, Value
from tests.simulation.faults import CUT, PROMPT, Fault
from tests.simulation.places.place import BERLIN, Place
from tests.simulation.points import Asked, Points


class MemoryPlace(Place):
    """A vault."""

    manifest = memory.MANIFEST

    def __init__(self, name: str, traits: dict, points: Points) -> None:
        own = MemorySettings(vault=name, **traits)
        self.vault = WatchedVault(own.manners(), now=lambda: points.server_time(name), name=f"vault {name}")
        self.vault.side, self.vault.points = name, points
        own.shared = self.vault
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

    def floor(self, *, whole: bool) -> int:
        size, remarks = self.eyes.capabilities.page_size, len(self.vault.comments())
        if not self.lists:
            return super().floor(whole=whole) + remarks
        return super().floor(whole=whole) + (0 if size is None else -(-remarks // size))

    def comments(self) -> dict[str, tuple[str, str]]:
        return {str(one["id"]): (str(one["parent"]), str(one["comments"])) for one in self.vault.comments()}

    def say(self, ref: str, text: str) -> None:
        self.vault.comment(ref, text)

    def reword(self, comment: str, text: str) -> None:
        self.vault.edit(comment, {"comments": text})

    def unsay(self, comment: str) -> None:
        self.vault.remove(comment)


_LATER = {Fault.SLOW_DOWN: 7.0, Fault.SLOWER: 45.0, Fault.CLOSED: 3600.0, Fault.DATED: 20.0}
_STATES = {
    Fault.UNAUTHORIZED: BadCredentials,
    Fault.REVOKED: BadCredentials,
    Fault.FORBIDDEN: Forbidden,
    Fault.ELSEWHERE: BadSettings,
    Fault.PLAIN: BadSettings,
}


class WatchedVault(Vault):
    """A vault whose requests are points, with what becomes of them."""

    side = ""
    points: Points
    _ref = ""
    _turning = False

    def found(self, ref: str):
        self._ref = ref
        try:
            return super().found(ref)
        finally:
            self._ref = ""

    def turn(self) -> None:
        self._turning = True
        try:
            super().turn()
        finally:
            self._turning = False

    def _request(self, verb):
        listing = verb is Verb.CHANGES and not self._turning
        asked = Asked(
            changing=verb in WRITES, listing=listing, ref=self._ref, ends=verb is Verb.DELETE, text=verb.value
        )
        return _Watched(self, asked, super()._request(verb))


class _Watched:
    """One request of a vault, before and after."""

    def __init__(self, vault: WatchedVault, asked: Asked, request) -> None:
        self.vault, self.asked, self.request = vault, asked, request
        self.refs: frozenset[str] | None = None  # what a complete listing names

    def __enter__(self):
        vault, points = self.vault, self.vault.points
        self.fault = points.send(vault.side, self.asked)
        if self.fault in PROMPT or self.fault is Fault.REVOKED:
            raise _error(self.fault, self.asked, applied=Applied.NO)
        if self.fault is Fault.SLOW:
            points.baton.sleep(12.0)
        vault.listing = self._listed
        self.watch = points.applying(vault.side, changing=self.asked.changing)
        self.watch.__enter__()
        return self.request.__enter__()

    def _listed(self, tasks: list) -> list:
        told = tasks[: int(len(tasks) * CUT.get(self.fault, 1.0))]
        self.refs = frozenset(str(task["id"]) for task in told)
        return told

    def __exit__(self, *error) -> None:
        vault, points = self.vault, self.vault.points
        vault.listing = None
        self.request.__exit__(*error)
        self.watch.__exit__(None, None, None)
        if error[0] is not None:
            return
        shown = points.applied(vault.side, self.asked)
        if self.fault is Fault.LATE:
            points.baton.sleep(30.0)
        if self.fault is not None and self.fault not in CUT and self.fault is not Fault.SLOW:
            raise _error(self.fault, self.asked, applied=Applied.UNKNOWN if self.asked.changing else Applied.NO)
        points.told(vault.side, self.asked, shown, self.refs)
        if self.asked.changing:
            points.ledger.arrivals.was_answered(vault.side)


def _error(fault: Fault, asked: Asked, *, applied: Applied):
    """What a connector makes of a fault."""
    if fault in _LATER:
        return RateLimited("too many requests", retry_after=_LATER[fault])
    if fault in _STATES:
        return _STATES[fault](str(fault))
    if fault is Fault.MISSING:
        return Gone(str(fault)) if asked.ref or asked.changing else BadSettings(str(fault))
    if fault is Fault.PAGE:
        return ContractBroken("a page", applied=applied)
    return Transient(str(fault), applied=applied)
