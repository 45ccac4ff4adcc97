"""Todos and canonical tasks, both ways. Pure: no network, no clock."""

from __future__ import annotations

from datetime import date

from connectors.contract import Entry, Record
from connectors.errors import Unmappable
from connectors.nameless import PROBLEM, is_nameless
from connectors.projection import one_line
from connectors.task import Field, Fields, JsonValue, Status, Value

NAMES = {Field.TITLE: "text", Field.DESCRIPTION: "note", Field.STATUS: "done", Field.DUE: "due"}


def entry_of(record: Record, held: frozenset[Field]) -> Entry:
    """A record as an entry: what can not be read is no opinion, and says so. Never raises."""
    native = record.native
    if is_nameless(record.ref) or not isinstance(native.get("text"), str):
        problem = PROBLEM if is_nameless(record.ref) else "the todo has no text"
        return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem=problem)
    fields: dict[Field, Value] = {}
    unknown: dict[Field, str] = {}
    for field in held & NAMES.keys():
        if NAMES[field] in native:
            try:
                fields[field] = _read(field, native[NAMES[field]])
            except ValueError:
                unknown[field] = repr(native[NAMES[field]])[:100]
    return Entry(ref=record.ref, raw_hash=record.raw_hash, fields=fields, native=native, unknown=unknown)


def body_of(fields: Fields) -> dict[str, JsonValue]:
    """The members that tell these fields. Raises ``Unmappable``."""
    return {NAMES[field]: _told(field, value) for field, value in fields.items()}


def _read(field: Field, member: JsonValue) -> Value:
    match field, member:
        case Field.TITLE, str():
            return one_line(member)
        case Field.DESCRIPTION, str():
            return member
        case Field.STATUS, bool():
            return Status.COMPLETED if member else Status.NEEDS_ACTION
        case Field.DUE, None:
            return None
        case Field.DUE, str():
            return date.fromisoformat(member)
    raise ValueError(member)


def _told(field: Field, value: Value) -> JsonValue:
    match field, value:
        case Field.STATUS, Status.NEEDS_ACTION | Status.COMPLETED:
            return value is Status.COMPLETED
        case Field.DUE, date() | None:
            return value.isoformat() if value else None
        case Field.TITLE | Field.DESCRIPTION, str():
            return value
    raise Unmappable(field, f"a todo can not be told {field.value} {value!r}")
