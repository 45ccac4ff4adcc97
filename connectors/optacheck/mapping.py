"""OptaCheck's tasks and canonical tasks, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.contract import Entry, Record
from connectors.errors import Rejected, Unmappable
from connectors.optacheck.members import (
    NoOpinion,
    read_data,
    read_description,
    read_moment,
    read_title,
    read_user,
    shown,
    tell_data,
)
from connectors.optacheck.people import People
from connectors.optacheck.wire import DATA, data_fields, forms_of
from connectors.projection import Words
from connectors.task import Field, Fields, JsonValue, Native, Person, Status, Value, is_empty

DEFAULT_WORDS: Final[Mapping[str, Status]] = {
    "assigned": Status.NEEDS_ACTION,
    "in_progress": Status.IN_PROGRESS,
    "active": Status.IN_PROGRESS,
}
"""The status words, if the configuration has none: all that the vendor's API page shows. It names no closed state."""

NAMES: Final[Mapping[Field, str]] = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.STATUS: "status",
    Field.ASSIGNEES: "user_email",
    Field.CUSTOM: DATA,
}
"""The member that tells each field. People are told as ``user_email`` and read as ``user``."""
_TEXTS: Final[Mapping[Field, Callable[[JsonValue], Value]]] = {
    Field.TITLE: read_title,
    Field.DESCRIPTION: read_description,
}
_KEPT: Final = ("status", "title", "description", "project", "client")
"""Members of a whole object that are told as they were read; empty ones are left out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings make of its tasks.

    ``held`` are the fields that are synced, ``words`` the status words in the order in which they are preferred,
    ``crew`` the address of whoever gets tasks that have no assignee.
    """

    held: frozenset[Field]
    words: Mapping[str, Status]
    crew: str

    def entry(self, record: Record, people: People, *, partial: bool = False) -> Entry:
        """A record as an entry. Never raises. ``partial``: members may be missing, as in the answer to a change."""
        native = record.native
        if not partial and not isinstance(native.get("title"), str):
            return Entry(
                ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem="the task has no title"
            )
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field in self.held:
            try:
                self._read(field, native, people, fields)
            except NoOpinion as reason:
                unknown[field] = str(reason)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=native,
            unknown=unknown,
            modified=read_moment(native.get("date_edited")),
            people=_crew_in(native, people),
        )

    def new(
        self, fields: Fields, people: People, forms: Sequence[str], project: str, client: str
    ) -> dict[str, JsonValue]:
        """The members of a new task; what is empty is left out, and what OptaCheck demands is there.

        Raises ``Unmappable``.
        """
        status = Words(frozenset(self.words.values())).view(Status.NEEDS_ACTION)
        told: dict[Field, Value] = {Field.ASSIGNEES: ()}
        if isinstance(status, Status) and status in self.words.values():
            told[Field.STATUS] = status
        told |= {field: value for field, value in fields.items() if not is_empty(field, value)}
        body = {NAMES[field]: self._told(field, value, {}, people) for field, value in told.items()}
        extra: dict[str, JsonValue] = {"forms": list(forms), "project": project, "client": client}
        return body | {name: value for name, value in extra.items() if value}

    def whole(self, fields: Fields, native: Native, people: People) -> dict[str, JsonValue]:
        """Some fields laid over the task as it was just read: everything that can be told of it.

        The vendor's page shows an update that names all members and one that names one; whether what is not named
        stays is not said. Raises ``Unmappable``; ``Rejected`` where an address that must be told is not known.
        """
        body: dict[str, JsonValue] = {name: native[name] for name in _KEPT if native.get(name)}
        if forms := forms_of(native):
            body["forms"] = forms
        if next(data_fields(native), None) is not None:
            body[DATA] = native[DATA]
        if Field.ASSIGNEES not in fields and (address := _address_there(native, people)):
            body[NAMES[Field.ASSIGNEES]] = address
        return body | {NAMES[field]: self._told(field, value, native, people) for field, value in fields.items()}

    def _read(self, field: Field, native: Native, people: People, fields: dict[Field, Value]) -> None:
        if field is Field.STATUS:
            if native.get("status"):
                fields[field] = self._status(native)
        elif field is Field.ASSIGNEES:
            if "user" in native:
                user = read_user(native["user"])
                fields[field] = () if not user or people.stands_for_nobody(user) else (people.person(user),)
        elif field is Field.CUSTOM:
            if DATA in native:
                fields[field] = read_data(native)
        elif NAMES[field] in native:
            fields[field] = _TEXTS[field](native[NAMES[field]])

    def _status(self, native: Native) -> Status:
        """The canonical status. Raises ``NoOpinion`` for a word that is in no table."""
        member = native.get("status")
        if isinstance(member, str):
            for word, status in self.words.items():
                if _folded(word) == _folded(member):
                    return status
        raise NoOpinion(shown(member))

    def _told(self, field: Field, value: Value, native: Native, people: People) -> JsonValue:
        match field:
            case Field.TITLE | Field.DESCRIPTION if isinstance(value, str):
                return value
            case Field.STATUS if isinstance(value, Status):
                return self._word(value, native)
            case Field.ASSIGNEES if isinstance(value, tuple):
                return self._address(value, people)
            case Field.CUSTOM if isinstance(value, Mapping):
                try:
                    return tell_data(native, value)
                except KeyError as missing:
                    raise Unmappable(field, f"the task has no field {missing} in its data") from None
        raise Unmappable(field, f"an OptaCheck task can not be told {field.value} {value!r}")

    def _word(self, status: Status, native: Native) -> str:
        """The word for a status: the one that is there if it means the same, else the first of the table."""
        known = Words(frozenset(self.words.values()))
        if refusal := known.refuses(status):
            raise Unmappable(Field.STATUS, refusal, hint=f'add a word for "{status.value}" to [statuses] of this side')
        meant = known.view(status)
        try:
            if self._status(native) is meant:
                return str(native.get("status"))
        except NoOpinion:
            pass
        return next(word for word, canonical in self.words.items() if canonical is meant)

    def _address(self, assignees: tuple[str, ...] | tuple[Person, ...], people: People) -> str:
        """The address of the first; the crew's for nobody."""
        if not assignees:
            return self.crew
        first = assignees[0]
        address = people.address(first) if isinstance(first, Person) else ""
        if not address:
            who = first.handle if isinstance(first, Person) else str(first)
            message = f"OptaCheck is told people by their e-mail address, and that of {who} is not known"
            raise Unmappable(Field.ASSIGNEES, message, hint="give this person an email in [people]")
        return address


def _address_there(native: Native, people: People) -> str:
    """The address of whoever has the task; empty where nobody has. Raises ``Rejected`` where it is not known.

    A server that replaces the whole object would take the task from somebody who is not named.
    """
    try:
        user = read_user(native.get("user"))
    except NoOpinion as unreadable:
        raise Rejected(f"it is assigned to {unreadable}, which is no id, and an update could take it away") from None
    if not user:
        return ""
    if address := people.email(user):
        return address
    message = f"it is assigned to {user}, and an update that does not tell their e-mail address could take it away: "
    raise Rejected(f"{message}give them email and ids in [people]")


def _crew_in(native: Native, people: People) -> tuple[Person, ...]:
    """The crew, if the task is theirs: to be remembered, though nobody is assigned."""
    try:
        user = read_user(native.get("user"))
    except NoOpinion:
        return ()
    return (people.person(user),) if user and people.stands_for_nobody(user) else ()


def _folded(word: str) -> str:
    return " ".join(word.split()).casefold()
