r"""The canonical task: its fields, their values, and when two values are the same.

Fields and vocabulary are those of iCalendar VTODO (RFC 5545) and JSCalendar Task (RFC 8984). A value is plain,
immutable data:

================== ============================================ =======
field              value                                        empty
================== ============================================ =======
title              str, one line                                ""
description        str, Markdown, lines end in "\n"              ""
status             Status                                       (none)
start, due         date, or aware datetime                      None
completed          aware datetime, follows status               None
priority           int, 0 none, 1 highest … 9                   0
percent_complete   int, 0 … 100                                 0
labels             tuple of str: a set, see :func:`label_set`   ()
assignees          tuple of Person; the first is responsible    ()
parent             ref of the parent on the same side           None
position           int, the rank among its siblings             None
archived           bool                                         False
comments           str: the text of a comment, Markdown         ""
url                str, read-only                               ""
custom             a vendor's own fields: name to JSON value    {}
================== ============================================ =======

A field that is absent from a mapping of fields is *no opinion*, which is not the same as empty.

A comment is a task of a kind of its own, with its own ref on each side. It has two fields: its text, in ``comments``,
and the task that it stands on, as its ``parent``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Final, TypeAlias

JsonValue: TypeAlias = "str | int | float | bool | Sequence[JsonValue] | Mapping[str, JsonValue] | None"
Native: TypeAlias = Mapping[str, JsonValue]
Ref: TypeAlias = str


class Kind(StrEnum):
    """What a task is: a task proper, or a comment, which is a task of its own kind with its own links."""

    TASK = "task"
    COMMENT = "comment"


class Status(StrEnum):
    """The four states of a task (RFC 5545, 3.8.1.11)."""

    NEEDS_ACTION = "needs_action"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CANCELLED = "cancelled"

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self in {Status.COMPLETED, Status.CANCELLED}


class Field(StrEnum):
    """The fields of a canonical task, in the order in which they are shown."""

    TITLE = "title"
    DESCRIPTION = "description"
    STATUS = "status"
    START = "start"
    DUE = "due"
    COMPLETED = "completed"
    PRIORITY = "priority"
    PERCENT_COMPLETE = "percent_complete"
    LABELS = "labels"
    ASSIGNEES = "assignees"
    PARENT = "parent"
    POSITION = "position"
    ARCHIVED = "archived"
    COMMENTS = "comments"
    URL = "url"
    CUSTOM = "custom"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody as one vendor names them: by id, by e-mail, by display name, or by several of these."""

    id: str = ""
    name: str = ""
    email: str = ""

    @property
    def handle(self) -> str:
        """What tells this person from the others on that side: the id, else the e-mail, else the name."""
        return self.id or self.email or self.name


Value: TypeAlias = "str | int | bool | Status | date | datetime | tuple[str, ...] | tuple[Person, ...] | Native | None"
Fields: TypeAlias = Mapping[Field, Value]

EMPTY: Final[Fields] = {
    Field.TITLE: "",
    Field.DESCRIPTION: "",
    Field.START: None,
    Field.DUE: None,
    Field.COMPLETED: None,
    Field.PRIORITY: 0,
    Field.PERCENT_COMPLETE: 0,
    Field.LABELS: (),
    Field.ASSIGNEES: (),
    Field.PARENT: None,
    Field.POSITION: None,
    Field.ARCHIVED: False,
    Field.COMMENTS: "",
    Field.URL: "",
    Field.CUSTOM: {},
}
"""The empty value of each field that has one; status has none."""


@dataclass(frozen=True, slots=True)
class Patch:
    """The fields to change on one side, each with the value that the side is to hold. Never empty when it is sent."""

    fields: Fields

    def only(self, *wanted: Field) -> Patch:
        """The same patch, cut to some fields."""
        return Patch({field: value for field, value in self.fields.items() if field in wanted})

    def without(self, *unwanted: Field) -> Patch:
        """The same patch, less some fields."""
        return Patch({field: value for field, value in self.fields.items() if field not in unwanted})

    def __bool__(self) -> bool:
        return bool(self.fields)

    def __contains__(self, field: object) -> bool:
        return field in self.fields


def label_set(labels: Iterable[str]) -> tuple[str, ...]:
    """A set of labels in its one form: compared case-folded, first spelling kept, in alphabetical order, none empty."""
    kept: dict[str, str] = {}
    for label in labels:
        text = " ".join(unicodedata.normalize("NFC", label).split())
        if text:
            kept.setdefault(text.casefold(), text)
    return tuple(kept[key] for key in sorted(kept))


def is_empty(field: Field, value: Value) -> bool:
    """Whether a value says nothing; a status always says something."""
    return field in EMPTY and same(field, value, EMPTY[field])


def same(field: Field, left: Value, right: Value) -> bool:
    """Whether two values of a field are equal. A date is never equal to an instant; labels ignore case."""
    if field is Field.LABELS and isinstance(left, tuple) and isinstance(right, tuple):
        return _folded(left) == _folded(right)
    if isinstance(left, datetime) and isinstance(right, datetime):
        # In one zone Python compares wall clocks, and an hour that occurs twice a year with nothing (PEP 495).
        return left.astimezone(UTC) == right.astimezone(UTC)
    return isinstance(left, datetime) == isinstance(right, datetime) and left == right


def _folded(labels: tuple[str, ...] | tuple[Person, ...]) -> set[str]:
    return {str(label).casefold() for label in labels}
