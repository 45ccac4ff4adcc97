"""Checkvist's notes as comments (the API page, "Working with notes" and "Note representation"). Pure.

A note::

    {"id": 53, "comment": "some note", "task_id": 4, "user_id": 123, "username": "kir",
     "created_at": "2009/06/12 19:50:00 +0000", "updated_at": "2009/06/12 19:50:00 +0000"}

Its ref is that of its item and its own, as its address has them: ``4/53``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connectors.checkvist.members import read_modified
from connectors.checkvist.wire import Malformed, described, raw_hash, ref_of
from connectors.contract import Entry, Record
from connectors.nameless import PROBLEM, as_object, is_nameless, ref_without
from connectors.projection import Said
from connectors.task import Field, JsonValue, Kind, Native, Ref, Value

MEMBERS = ("notes", "nodes")
"""What the notes of an item are called: the page says "notes" and, of JSON, "nodes"."""
_APART = "/"


def unix_lines(value: Value) -> Value:
    """A text whose lines end in a line feed."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


VIEW = Said(unix_lines)
"""What a note shows of a comment."""


def is_note(ref: Ref) -> bool:
    """Whether a ref is that of a note."""
    return _APART in ref


def parted(ref: Ref) -> tuple[Ref, Ref]:
    """The refs of a note's item, and of the note alone."""
    item, _, note = ref.partition(_APART)
    return item, note


def notes_in(item: Native) -> Sequence[JsonValue] | None:
    """The notes that an item tells; None if it tells none at all. Raises ``Malformed``."""
    for name in MEMBERS:
        told = item.get(name)
        if isinstance(told, list):
            return told
        if told is not None:
            raise Malformed(f"an item whose {name} are {described(told)}")
    return None


def count_of(item: Native) -> int | None:
    """How many notes an item says that it has; None if it does not say."""
    told = item.get("comments_count")
    return told if isinstance(told, int) and not isinstance(told, bool) else None


def records_of(item: Ref, notes: Iterable[JsonValue]) -> tuple[Record, ...]:
    """The notes of an item as records, each once. One without an id is held by the engine."""
    found: dict[Ref, Record] = {}
    for told in notes:
        note = as_object(told)
        number = ref_of(note)
        ref = ref_without(note) if number is None else f"{item}{_APART}{number}"
        found[ref] = Record(ref=ref, raw_hash=raw_hash(note), native=note)
    return tuple(found.values())


def entry_of(record: Record) -> Entry:
    """A note as an entry. Never raises."""
    note = record.native
    text = note.get("comment")
    problem = PROBLEM if is_nameless(record.ref) else "" if isinstance(text, str) else "the note has no text"
    fields: dict[Field, Value] = {}
    if not problem:
        fields = {Field.COMMENTS: unix_lines(str(text)), Field.PARENT: parted(record.ref)[0]}
    return Entry(
        ref=record.ref,
        raw_hash=record.raw_hash,
        fields=fields,
        native=note,
        kind=Kind.COMMENT,
        modified=read_modified(note),
        problem=problem,
    )
