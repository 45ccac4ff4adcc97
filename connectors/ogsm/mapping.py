"""OGSM's actions and canonical tasks, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from connectors.contract import Entry, Record
from connectors.errors import Unmappable
from connectors.nameless import PROBLEM, is_nameless
from connectors.ogsm.members import (
    NoOpinion,
    name_of,
    names_nothing,
    read_archived,
    read_assignee,
    read_day,
    read_description,
    read_labels,
    read_progress,
    read_title,
    shown,
    tell_day,
    tell_labels,
)
from connectors.ogsm.richtext import to_html
from connectors.ogsm.wire import ref_of
from connectors.projection import Words
from connectors.task import Field, Fields, JsonValue, Native, Person, Status, Value, is_empty

DEFAULT_WORDS: Final[Mapping[str, Status]] = {
    "todo": Status.NEEDS_ACTION,
    "doing": Status.IN_PROGRESS,
    "done": Status.COMPLETED,
}
"""The status words, if the configuration has none. The vendor's API page shows ``doing`` only."""

_NAMES: Final[Mapping[Field, str]] = {
    Field.TITLE: "title",
    Field.DESCRIPTION: "description",
    Field.STATUS: "status",
    Field.START: "start",
    Field.DUE: "due",
    Field.PERCENT_COMPLETE: "progress",
    Field.LABELS: "labels",
    Field.ASSIGNEES: "assignee",
    Field.ARCHIVED: "archived",
}
_READERS: Final[Mapping[Field, Callable[[JsonValue], Value]]] = {
    Field.TITLE: read_title,
    Field.DESCRIPTION: read_description,
    Field.START: read_day,
    Field.DUE: read_day,
    Field.PERCENT_COMPLETE: read_progress,
    Field.LABELS: read_labels,
    Field.ASSIGNEES: read_assignee,
    Field.ARCHIVED: read_archived,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings make of its actions.

    ``held`` are the fields that are synced, ``words`` the status words in the order in which they are preferred,
    ``canvas`` the id of the only canvas that counts. ``archived_is_deleted``: an archived action is a tombstone.
    """

    held: frozenset[Field]
    words: Mapping[str, Status]
    canvas: int | None
    archived_is_deleted: bool

    def entry(self, record: Record, *, partial: bool = False) -> Entry:
        """A record as an entry. Never raises. ``partial``: members may be missing, as in the answer to a change."""
        native = record.native
        problem = PROBLEM if is_nameless(record.ref) else ""
        if not (problem or partial or isinstance(native.get("title"), str)):
            problem = "the action has no title"
        if problem:
            return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem=problem)
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field in self.held:
            try:
                self._read(field, native, fields)
            except NoOpinion as reason:
                unknown[field] = str(reason)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=native,
            unknown=unknown,
            deleted=self.archived_is_deleted and native.get("archived") is True,
            container=self._elsewhere(native),
        )

    def body(self, fields: Fields, native: Native, spellings: Mapping[str, str]) -> dict[str, JsonValue]:
        """The members that tell some fields, laid over the action as it was read.

        ``spellings`` are the status words as the server writes them, by :func:`folded`. Raises ``Unmappable``.
        """
        return {_NAMES[field]: self._told(field, value, native, spellings) for field, value in fields.items()}

    def new(self, fields: Fields, strategies: Iterable[int], spellings: Mapping[str, str]) -> dict[str, JsonValue]:
        """The members of a new action; what is empty is left out."""
        body = self.body({field: value for field, value in fields.items() if not is_empty(field, value)}, {}, spellings)
        under: list[JsonValue] = [{"id": strategy} for strategy in strategies]
        places: list[JsonValue] = [] if self.canvas is None else [{"id": self.canvas}]
        return body | ({"strategies": under} if under else {}) | ({"ogsm_canvases": places} if places else {})

    def _read(self, field: Field, native: Native, fields: dict[Field, Value]) -> None:
        if field is Field.STATUS:
            status = self._status(native)
            if status is not None:
                fields[field] = status
        elif _NAMES[field] in native:
            fields[field] = _READERS[field](native[_NAMES[field]])

    def _status(self, native: Native) -> Status | None:
        """The canonical status; None when the action has none. Raises ``NoOpinion`` for a word that is in no table."""
        member = native.get("status")
        if names_nothing(member):
            return None
        word = folded(name_of(member))
        for known, status in self.words.items():
            if folded(known) == word:
                return status
        raise NoOpinion(shown(member))

    def _elsewhere(self, native: Native) -> str:
        """Where the action is, if that is not on the canvas; a list that is missing or can not be read says nothing."""
        canvases = native.get("ogsm_canvases")
        if self.canvas is None or not isinstance(canvases, list):
            return ""
        ids = [ref_of(canvas) for canvas in canvases]
        if str(self.canvas) in ids or None in ids:
            return ""
        return f"canvas {', '.join(filter(None, ids))}" if ids else "no canvas"

    def _told(self, field: Field, value: Value, native: Native, spellings: Mapping[str, str]) -> JsonValue:
        match field:
            case Field.STATUS if isinstance(value, Status):
                return {"name": self._word(value, native, spellings)}
            case Field.DESCRIPTION if isinstance(value, str):
                previous = native.get("description")
                return to_html(value, previous if isinstance(previous, str) else "")
            case Field.START | Field.DUE:
                return tell_day(value)
            case Field.LABELS if isinstance(value, tuple):
                return tell_labels([label for label in value if isinstance(label, str)], native.get("labels"))
            case Field.ASSIGNEES if isinstance(value, tuple):
                return _assignee(value)
            case Field.TITLE | Field.PERCENT_COMPLETE | Field.ARCHIVED if isinstance(value, str | int):
                return value
        raise Unmappable(field, f"an OGSM action can not be told {field.value} {value!r}")

    def _word(self, status: Status, native: Native, spellings: Mapping[str, str]) -> str:
        """The word for a status: the one that is there if it means the same, else the first of the table."""
        known = Words(frozenset(self.words.values()))
        if refusal := known.refuses(status):
            raise Unmappable(Field.STATUS, refusal, hint=f'add a word for "{status.value}" to [statuses] of this side')
        meant = known.view(status)
        try:
            if self._status(native) is meant:
                return name_of(native.get("status"))
        except NoOpinion:
            pass
        word = next(word for word, canonical in self.words.items() if canonical is meant)
        return spellings.get(folded(word), word)


def folded(word: str) -> str:
    """A status word in the form in which words are compared."""
    return " ".join(word.split()).casefold()


def spelling(native: Native) -> tuple[str, str] | None:
    """An action's status word: in the form in which words are compared, and as the server writes it."""
    try:
        word = name_of(native.get("status"))
    except NoOpinion:
        return None
    return folded(word), word


def _assignee(people: tuple[str, ...] | tuple[Person, ...]) -> JsonValue:
    if not people:
        return None
    first = people[0]
    if not isinstance(first, Person) or not first.name:
        raise Unmappable(
            Field.ASSIGNEES, "OGSM knows people by their names only", hint="give this person a name in [people]"
        )
    return {"name": first.name}
