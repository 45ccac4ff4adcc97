"""A calendar's tasks (VTODO, RFC 5545, 3.6.2) and canonical tasks, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final

from connectors.caldav.agreeing import agree_on_days, agree_on_progress, recurs
from connectors.caldav.lines import Broken, Line, Todo, escaped
from connectors.caldav.members import (
    MEANT,
    WHOLE,
    NoOpinion,
    differs,
    plain,
    plain_line,
    read_completed,
    read_due,
    read_labels,
    read_number,
    read_parent,
    read_people,
    read_start,
    read_text,
    read_title,
    shown,
    tell_labels,
    tell_moment,
    tell_parent,
    tell_people,
    utc_time,
)
from connectors.caldav.wire import DATA, ETAG, REMOVED
from connectors.contract import Entry, Record
from connectors.errors import Rejected, Unmappable
from connectors.nameless import PROBLEM, is_nameless
from connectors.projection import Words
from connectors.task import Field, Fields, Native, Person, Status, Value, is_empty

DEFAULT_WORDS: Final[Mapping[str, Status]] = {
    "NEEDS-ACTION": Status.NEEDS_ACTION,
    "IN-PROCESS": Status.IN_PROGRESS,
    "COMPLETED": Status.COMPLETED,
    "CANCELLED": Status.CANCELLED,
}
"""The status words (RFC 5545, 3.8.1.11): a task can have no other."""
PRODUCT: Final = "-//tasksync//tasksync//EN"
TWICE: Final = "another task of this collection has the same UID; delete one of the two there"

_NAMES: Final[Mapping[Field, str]] = {
    Field.TITLE: "SUMMARY",
    Field.DESCRIPTION: "DESCRIPTION",
    Field.START: "DTSTART",
    Field.DUE: "DUE",
    Field.PRIORITY: "PRIORITY",
    Field.PERCENT_COMPLETE: "PERCENT-COMPLETE",
}
_HIGHEST: Final[Mapping[Field, int]] = {Field.PRIORITY: 9, Field.PERCENT_COMPLETE: 100}


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings make of its tasks.

    ``held`` are the fields that are synced, ``words`` the status words in the order in which they are preferred,
    ``zone`` is where a time is that floats (RFC 5545, 3.3.5, form 1).
    """

    held: frozenset[Field]
    words: Mapping[str, Status]
    zone: tzinfo

    def entry(self, record: Record) -> Entry:
        """A record as an entry. Never raises."""
        native = record.native
        if native.get(REMOVED) is True:
            return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, deleted=True)
        data, etag = native.get(DATA), native.get(ETAG)
        problem, todo = PROBLEM if is_nameless(record.ref) else str(native.get("problem") or ""), None
        if not problem:
            try:
                todo = Todo.read(data if isinstance(data, str) else "")
            except Broken as broken:
                problem = f"the calendar text can not be read: {broken}"
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        if todo is not None:
            self._read_all(todo, fields, unknown)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=native,
            unknown=unknown,
            token=etag if isinstance(etag, str) else "",
            problem=problem,
        )

    def laid_over(self, fields: Fields, native: Native, now: datetime) -> str:
        """The calendar text of a task with some fields changed; every other line is as it was. Raises ``TaskRefused``.

        ``now`` is when that is: when the task was completed, if it is now, and when it was changed.
        """
        data = native.get(DATA)
        try:
            todo = Todo.read(data if isinstance(data, str) else "")
        except Broken as broken:
            raise Rejected(f"the task can not be changed: {broken}", hint="mend or delete it there") from None
        self._tell(todo, fields, now)
        if todo.edited:
            for name in ("DTSTAMP", "LAST-MODIFIED"):
                todo.set(name, utc_time(now))
        return todo.text()

    def new(self, uid: str, fields: Fields, now: datetime) -> str:
        """The calendar text of a new task; what is empty is left out. Raises ``TaskRefused``."""
        moment = utc_time(now)
        lines = [Line.made("UID", escaped(uid)), *(Line.made(name, moment) for name in ("DTSTAMP", "CREATED"))]
        head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "BEGIN:VTODO"]
        todo = Todo(head, lines, ["END:VTODO", "END:VCALENDAR"])
        self._tell(todo, {field: value for field, value in fields.items() if not is_empty(field, value)}, now)
        todo.set("LAST-MODIFIED", moment)
        return todo.text()

    def _read_all(self, todo: Todo, fields: dict[Field, Value], unknown: dict[Field, str]) -> None:
        for field in self.held:
            try:
                fields[field] = self._read(field, todo)
            except NoOpinion as reason:
                unknown[field] = str(reason)

    def _read(self, field: Field, todo: Todo) -> Value:
        if field in _HIGHEST:
            return read_number(todo, _NAMES[field], _HIGHEST[field])
        return self._status(todo) if field is Field.STATUS else _READERS[field](todo, self.zone)

    def _status(self, todo: Todo) -> Status:
        """The canonical status. Raises ``NoOpinion`` for a word that is in no table."""
        line = todo.first("STATUS")
        word = "" if line is None else line.value.strip()
        if not word:  # the property may be left out: then it is open, unless all else says that it is completed
            progress = todo.first("PERCENT-COMPLETE")
            whole = progress is not None and progress.value.strip() == WHOLE
            word = "COMPLETED" if whole or todo.first("COMPLETED") is not None else "NEEDS-ACTION"
        status = next((found for known, found in self.words.items() if known.casefold() == word.casefold()), None)
        if status is None:
            raise NoOpinion(shown(word))
        return status

    def _tell(self, todo: Todo, fields: Fields, now: datetime) -> None:
        """Write what differs, so that it agrees with the rest."""
        written: set[Field] = set()
        for field, value in fields.items():
            try:
                if not differs(field, value, self._read(field, todo)):
                    continue
            except NoOpinion:
                pass
            self._write(todo, field, value, now)
            written.add(field)
        if written & {Field.START, Field.DUE}:
            agree_on_days(todo)
        if written & {Field.STATUS, Field.PERCENT_COMPLETE}:
            agree_on_progress(todo)

    def _settle_due(self, todo: Todo) -> None:
        """Tell a due date by itself, before a start moves that it is reckoned from."""
        if todo.first("DURATION") is None or todo.first("DUE") is not None:
            return
        try:
            due = read_due(todo, self.zone)
        except NoOpinion:
            return
        if due is not None:
            self._write_due(todo, due)

    def _write(self, todo: Todo, field: Field, value: Value, now: datetime) -> None:
        match field:
            case Field.TITLE | Field.DESCRIPTION if isinstance(value, str):
                told = plain_line(value) if field is Field.TITLE else plain(value)
                _put_text(todo, _NAMES[field], str(told))
            case Field.PRIORITY | Field.PERCENT_COMPLETE if isinstance(value, int):
                _put_text(todo, _NAMES[field], str(value) if value else "")
            case Field.STATUS if isinstance(value, Status):
                self._write_status(todo, value, now)
            case Field.START:
                if value is None and recurs(todo):
                    raise Unmappable(field, "a task that recurs needs its start", hint="end the recurrence there")
                self._settle_due(todo)
                tell_moment(todo, field, _NAMES[field], value, self.zone)
            case Field.DUE:
                self._write_due(todo, value)
            case Field.LABELS if isinstance(value, tuple):
                tell_labels(todo, [label for label in value if isinstance(label, str)])
            case Field.ASSIGNEES if isinstance(value, tuple):
                tell_people(todo, [person for person in value if isinstance(person, Person)])
            case Field.PARENT if value is None or isinstance(value, str):
                tell_parent(todo, value)
            case _:
                raise Unmappable(field, f"a calendar's task can not be told {field.value} {value!r}")

    def _write_due(self, todo: Todo, value: Value) -> None:
        start = todo.first("DTSTART")
        if todo.first("DUE") is None and todo.first("DURATION") is not None and start is not None:
            # The due date was reckoned from the start: it is told in the same form.
            old = [line for line in todo.lines if line.name == "DURATION"]
            todo.put("DURATION", [Line.made("DUE", start.value, start.parameters)], old)
        tell_moment(todo, Field.DUE, "DUE", value, self.zone)
        todo.drop("DURATION")

    def _write_status(self, todo: Todo, status: Status, now: datetime) -> None:
        known = Words(frozenset(self.words.values()))
        if refusal := known.refuses(status):
            hint = f'add a word for "{status.value}" to [statuses] of this side'
            raise Unmappable(Field.STATUS, refusal, hint=hint)
        meant = known.view(status)
        word = next(word for word, canonical in self.words.items() if canonical is meant)
        todo.set("STATUS", word.upper())
        if word.upper() != "COMPLETED":
            todo.drop("COMPLETED")
        elif todo.first("COMPLETED") is None:
            todo.set("COMPLETED", utc_time(now))


_READERS: Final[Mapping[Field, Callable[[Todo, tzinfo], Value]]] = {
    Field.TITLE: lambda todo, _: read_title(todo, "SUMMARY"),
    Field.DESCRIPTION: lambda todo, _: read_text(todo, "DESCRIPTION"),
    Field.START: read_start,
    Field.COMPLETED: read_completed,
    Field.DUE: read_due,
    Field.LABELS: lambda todo, _: read_labels(todo),
    Field.ASSIGNEES: lambda todo, _: read_people(todo),
    Field.PARENT: lambda todo, _: read_parent(todo),
}


def _put_text(todo: Todo, name: str, text: str) -> None:
    """One text, in the place and with the parameters of the one that is there; what says how it was written goes."""
    old = todo.first(name)
    # An alternate representation (ALTREP) shows the old text.
    kept = () if old is None else old.without("ALTREP", MEANT)
    todo.put(name, [Line.made(name, escaped(text), kept)] if text else [])
