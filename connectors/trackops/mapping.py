"""Trackops's tasks and canonical ones, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.contract import Entry, Record
from connectors.errors import Unmappable
from connectors.nameless import PROBLEM, is_nameless
from connectors.projection import Words
from connectors.task import Field, Fields, JsonValue, Native, Person, Status, Value, is_empty
from connectors.trackops.members import (
    COMPLETED,
    NoOpinion,
    read_address,
    read_body,
    read_day,
    read_moment,
    read_people,
    read_title,
    shown,
    tell_address,
    tell_day,
)

VOCABULARY: Final = ("none", "needs_action", "in_progress", "complete")
"""Every status word there is ("Explanation of Statuses"); ``none`` is the one of a new task."""
DEFAULT_WORDS: Final[Mapping[str, Status]] = {
    "needs_action": Status.NEEDS_ACTION,
    "none": Status.NEEDS_ACTION,
    "in_progress": Status.IN_PROGRESS,
    "complete": Status.COMPLETED,
}
"""The status words, if the configuration has none. The first of each state is the one that is written."""
NEW: Final = "none"

_PLAIN: Final[Mapping[Field, tuple[str, Callable[[JsonValue], Value]]]] = {
    Field.TITLE: ("title", read_title),
    Field.DESCRIPTION: ("body", read_body),
    Field.DUE: ("due_on", read_day),
}
WIRE: Final[Mapping[str, Field]] = {
    "title": Field.TITLE,
    "body": Field.DESCRIPTION,
    "due_on": Field.DUE,
    "users_list": Field.ASSIGNEES,
    "status": Field.STATUS,
    "address": Field.CUSTOM,
}
"""Our fields by the names that a refusal may complain about."""
PLACES: Final = ("casefile_id", "calendar_id", "subject_id", "case_service_id")
"""Where a task belongs: the members that the settings decide for a new one."""
_KEPT: Final = (*PLACES, "alert_at")
"""What a request that replaces a task must carry besides our fields, or it would be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings make of its tasks.

    ``held`` are the fields that are synced, ``words`` the status words in the order in which they are preferred,
    ``places`` the ids of case, calendar, and where given subject and case service, by their names.
    """

    held: frozenset[Field]
    words: Mapping[str, Status]
    places: Mapping[str, int]

    def entry(self, record: Record, *, partial: bool = False) -> Entry:
        """A record as an entry. Never raises. ``partial``: members may be missing, as in the answer to a change."""
        native = record.native
        problem = PROBLEM if is_nameless(record.ref) else ""
        if not (problem or partial or isinstance(native.get("title"), str)):
            problem = "the task has no title"
        if problem:
            return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem=problem)
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field in self.held:
            try:
                self._read(field, native, fields, partial=partial)
            except NoOpinion as reason:
                unknown[field] = str(reason)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=native,
            unknown=unknown,
            container=self.elsewhere(native),
        )

    def new(self, fields: Fields, *, users: Sequence[JsonValue]) -> dict[str, JsonValue]:
        """The members of a new task; what is empty is left out. Raises ``Unmappable``."""
        told = {
            name: self._told(name, value) for name, value in _by_name(fields).items() if not is_empty(WIRE[name], value)
        }
        if told.get("due_on") is None:
            hint = "set default_due of this side, or give the task a due date"
            raise Unmappable(Field.DUE, "Trackops makes no task without a due date", hint=hint)
        people: dict[str, JsonValue] = {"users_list": list(users)} if users else {}
        return {**self.places, **told, **people}

    def replacing(self, fields: Fields, native: Native, *, users: Sequence[JsonValue] | None) -> dict[str, JsonValue]:
        """The whole task as it was read, with some fields changed.

        Whether a PUT replaces a task or merges into it is not documented; this means the same both ways. ``users`` are
        the assigned staff if they change. Raises ``Unmappable``.
        """
        told = {name: value for name, value in native.items() if value not in (None, "")}
        whole: dict[str, JsonValue] = {name: value for name, value in self.places.items() if name not in native}
        whole |= {name: told[name] for name in (*_KEPT, *WIRE) if name in told and name != "users_list"}
        try:
            whole |= {name: _number(whole[name]) for name in PLACES if name in whole}
            if "due_on" in told:
                whole["due_on"] = tell_day(read_day(told["due_on"]))
            people = read_people(native)
        except NoOpinion:
            people = None
        if users is not None or people is not None:
            whole["users_list"] = list(users) if users is not None else ids_of(people or ())
        return whole | {name: self._told(name, value, native) for name, value in _by_name(fields).items()}

    def word(self, status: Status, native: Native) -> str:
        """The word for a status: the one that is there if it means the same, else the first of the table.

        Raises ``Unmappable``.
        """
        known = Words(frozenset(self.words.values()))
        if refusal := known.refuses(status):
            raise Unmappable(Field.STATUS, refusal, hint=f'add a word for "{status.value}" to [statuses] of this side')
        meant = known.view(status)
        try:
            if self._status(native) is meant:
                return str(native.get("status") or NEW)
        except NoOpinion:
            pass
        return next(word for word, canonical in self.words.items() if canonical is meant)

    def is_new(self, status: Value) -> bool:
        """Whether a status is the one that a new task has anyway."""
        return self._known(NEW) is status

    def elsewhere(self, native: Native) -> str:
        """Where the task is, if that is not the case; a task that does not say is where the filter found it."""
        place = native.get("casefile_id", native.get("Casefile"))
        if isinstance(place, Mapping):
            place = place.get("id", "")
        if "casefile_id" in native and place in (None, "", 0):
            return "no case"
        if isinstance(place, bool) or not isinstance(place, int | str) or place == "":
            return ""
        return "" if str(place) == str(self.places["casefile_id"]) else f"case {shown(place)}"

    def _read(self, field: Field, native: Native, fields: dict[Field, Value], *, partial: bool) -> None:
        found: Value = None
        if field in _PLAIN:
            name, read = _PLAIN[field]
            if name in native:
                fields[field] = read(native[name])
            return
        match field:
            case Field.STATUS:
                found = self._status(native, partial=partial)
            case Field.ASSIGNEES:
                found = read_people(native)
            case Field.COMPLETED:
                found = next((moment for name in COMPLETED if (moment := read_moment(native.get(name)))), None)
            case Field.CUSTOM:
                address = read_address(native.get("address"))
                found = None if address is None else {"address": address}
        if found is not None:
            fields[field] = found

    def _status(self, native: Native, *, partial: bool = False) -> Status | None:
        """The canonical status; None when the task tells none.

        A server that leaves out what is empty leaves out the status of a task that has none. Raises ``NoOpinion`` for
        a word that is in no table.
        """
        member = native.get("status")
        if "status" not in native and (partial or _tells_nothing(native)):
            return None
        # "none - There is no status defined": an answer may say so by saying nothing.
        status = self._known(NEW if member in (None, "") else member)
        if status is None:
            raise NoOpinion(shown(member))
        return status

    def _known(self, word: JsonValue) -> Status | None:
        if not isinstance(word, str):
            return None
        return next((status for known, status in self.words.items() if folded(known) == folded(word)), None)

    def _told(self, name: str, value: Value, native: Native | None = None) -> JsonValue:
        match WIRE[name]:
            case Field.STATUS if isinstance(value, Status):
                return self.word(value, native or {})
            case Field.DUE:
                return tell_day(value)
            case Field.CUSTOM:
                return tell_address(value)
            case Field.TITLE | Field.DESCRIPTION if isinstance(value, str):
                return value
        raise Unmappable(WIRE[name], f"a Trackops task can not be told {WIRE[name].value} {value!r}")


def ids_of(people: tuple[Person, ...]) -> list[JsonValue]:
    """Staff as ``users_list`` names them."""
    return [_number(person.id) for person in people]


def folded(word: str) -> str:
    """A status word in the form in which words are compared."""
    return " ".join(word.split()).casefold()


def _number(identity: JsonValue) -> JsonValue:
    """An id as a request names it: as an integer ("Available Parameters"), even where an answer has it as text."""
    plain = isinstance(identity, str) and identity.isascii() and identity.isdigit()
    return int(str(identity)) if plain else identity


def _tells_nothing(native: Native) -> bool:
    """Whether a task tells of some member that there is nothing: then one that is missing says nothing."""
    return any(value is None or value == "" for value in native.values())


def _by_name(fields: Fields) -> dict[str, Value]:
    """Fields by their names there, less the assigned staff, who are told by ids."""
    names = {field: name for name, field in WIRE.items() if field is not Field.ASSIGNEES}
    for field in fields:
        if field not in names and field is not Field.ASSIGNEES:
            raise Unmappable(field, f"a Trackops task has no {field.value}")
    return {names[field]: value for field, value in fields.items() if field in names}
