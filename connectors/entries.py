"""What a connector reads and what it gets in answer: records, entries, pages, cursors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.task import Field, Fields, Kind, Native, Person, Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One task as the vendor sent it, not decoded yet; ``raw_hash`` leaves the volatile members out."""

    ref: Ref
    raw_hash: str
    native: Native


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task as one side holds it now.

    ``fields`` has a value for each field that the answer carries and the tables know; a field that is absent is *no
    opinion*, and ``unknown`` says for which word. ``derived`` are fields that the vendor computes (a parent's status).
    ``modified`` is the vendor's time, not corrected. ``container`` is set when the entry was found in another
    container. ``people`` are those whom the answer names besides its assignees, and who are to be remembered.
    ``problem`` says why an entry can not be read; then ``fields`` is empty.
    """

    ref: Ref
    raw_hash: str
    fields: Fields
    native: Native
    kind: Kind = Kind.TASK
    unknown: Mapping[Field, str] = field(default_factory=dict)
    derived: frozenset[Field] = frozenset()
    comments: int | None = None  # how many there are on it, where the vendor says
    children: tuple[Ref, ...] = ()  # refs of its children, where a delete or close would take them along
    modified: datetime | None = None
    token: str = ""
    deleted: bool = False
    container: str = ""
    people: tuple[Person, ...] = ()
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The answer to a changing request: the entry as the vendor stored it.

    A field that ``entry.fields`` lacks was not in the answer and is unconfirmed until the next read. ``confirmed`` is
    true when a strong version token vouches for every field that was sent. ``located`` is false when the answer does
    not tell whether the entry is still there: where deleting is archiving, what was archived since it was read may be
    written to all the same. ``also`` are other entries that the answer names.
    """

    entry: Entry
    confirmed: bool = False
    located: bool = True
    also: tuple[Entry, ...] = ()


class Coverage(StrEnum):
    """What a finished read covers.

    ``SINCE``: what it does not name is unchanged. That also holds for a whole list in which something can not be told.
    """

    EVERYTHING = "everything"
    SINCE = "since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the next incremental read starts.

    The vendor's own value, and when the read that made it began (its clock). As it is handed back to ``changes``,
    ``began`` is earlier by the overlap that the side's ``Increment`` asks for: a filter by time asks from there.
    """

    value: str
    began: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a read. The last one says what the whole read covers and where the next one starts.

    ``total`` is the number of tasks that the vendor says there are (None: it does not). ``server_time`` is the
    ``Date`` of the answer, ``received`` our clock at that moment: together they correct the vendor's times.
    """

    records: tuple[Record, ...]
    last: bool = False
    coverage: Coverage = Coverage.EVERYTHING
    cursor: Cursor | None = None
    total: int | None = None
    server_time: datetime | None = None
    received: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that ``discover`` names: its kind (list, canvas, person, word …), id, name, and a remark.

    ``key`` is the key of the side's table that takes the id, empty where none does. Of a person, the id is what
    ``ids`` in ``[people]`` takes (the name, on a side that knows people by their names), and ``email`` the address,
    empty where it is not told.
    """

    kind: str
    id: str
    name: str
    remark: str = ""
    key: str = ""
    email: str = ""
