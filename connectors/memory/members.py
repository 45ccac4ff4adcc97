"""One member of a native task as a canonical value, and back. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Final

from connectors.memory.wire import Members
from connectors.projection import one_line
from connectors.task import Field, Fields, JsonValue, Native, Person, Ref, Status, Value, label_set


class UnreadableError(Exception):
    """A member that is there and is not what it should be."""


def unix_lines(value: Value) -> Value:
    """A text whose lines end in a line feed."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def is_comment(native: Native) -> bool:
    """Whether a native task is a comment."""
    return "comments" in native


def members(fields: Fields) -> Members:
    """Canonical fields as native members, a status by its canonical word: what a person would type into a vault."""
    return {field.value: member(value) for field, value in fields.items()}


def member(value: Value) -> JsonValue:
    """A canonical value as a native member; a status by its canonical word."""
    if isinstance(value, Status):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [
            {"id": item.id, "name": item.name, "email": item.email} if isinstance(item, Person) else item
            for item in value
        ]
    return deepcopy(dict(value)) if isinstance(value, Mapping) else value


def _text(value: JsonValue) -> str:
    if not isinstance(value, str):
        raise UnreadableError
    return value


def _title(value: JsonValue) -> Value:
    return one_line(_text(value))


def _description(value: JsonValue) -> Value:
    return unix_lines(_text(value))


def _day_or_instant(value: JsonValue) -> date | datetime | None:
    return date.fromisoformat(value) if isinstance(value, str) and "T" not in value else _instant(value)


def _instant(value: JsonValue) -> datetime | None:
    if value is None:
        return None
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise UnreadableError
    return instant.astimezone(UTC)


def modified(native: Native) -> datetime | None:
    """The time of the last change, in whole seconds; None where it cannot be read."""
    try:
        instant = _instant(native.get("modified"))
    except (UnreadableError, ValueError, OverflowError):
        return None
    return instant.replace(microsecond=0) if instant is not None else None


def _number(highest: int) -> Callable[[JsonValue], int]:
    def read(value: JsonValue) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= highest:
            raise UnreadableError
        return value

    return read


def _rank(value: JsonValue) -> int | None:
    if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
        raise UnreadableError
    return value


def _labels(value: JsonValue) -> tuple[str, ...]:
    return label_set(_text(label) for label in _array(value))


def _assignees(value: JsonValue) -> tuple[Person, ...]:
    people = (_person(item) for item in _array(value))
    return tuple(person for person in people if person.handle)


def _person(value: JsonValue) -> Person:
    if not isinstance(value, Mapping) or (value and not {"id", "name", "email"} & value.keys()):
        raise UnreadableError
    return Person(id=_text(value.get("id", "")), name=_text(value.get("name", "")), email=_text(value.get("email", "")))


def _array(value: JsonValue) -> list[JsonValue]:
    if not isinstance(value, list | tuple):
        raise UnreadableError
    return list(value)


def _parent(value: JsonValue) -> str | None:
    return None if value is None else _text(value)


def children(native: Native) -> tuple[Ref, ...]:
    """The ids of a task's children, where it notes them."""
    noted = native.get("children")
    return tuple(str(ref) for ref in noted) if isinstance(noted, list | tuple) else ()


def _flag(value: JsonValue) -> bool:
    if not isinstance(value, bool):
        raise UnreadableError
    return value


def _custom(value: JsonValue) -> Native:
    if not isinstance(value, Mapping):
        raise UnreadableError
    return value


def quoted(value: JsonValue) -> str:
    """A member as a person may see it: at most 40 characters."""
    return (value if isinstance(value, str) else json.dumps(value, default=repr))[:40]


READERS: Final[Mapping[Field, Callable[[JsonValue], Value]]] = {
    Field.TITLE: _title,
    Field.DESCRIPTION: _description,
    Field.STATUS: _text,  # through the side's words
    Field.START: _day_or_instant,
    Field.DUE: _day_or_instant,
    Field.COMPLETED: _instant,
    Field.PRIORITY: _number(9),
    Field.PERCENT_COMPLETE: _number(100),
    Field.LABELS: _labels,
    Field.ASSIGNEES: _assignees,
    Field.PARENT: _parent,
    Field.POSITION: _rank,
    Field.ARCHIVED: _flag,
    Field.URL: _text,
    Field.CUSTOM: _custom,
}
"""For each field that a native task has a member for, what reads it.

A reader raises ``UnreadableError``, ``ValueError`` or ``OverflowError``.
"""
