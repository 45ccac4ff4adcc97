"""Rows: a mapping of columns to what the database takes; and the members of their documents. Pure.

Each kind of fact has its rows in a file beside this one. The numbers of groups and sides are added by whoever writes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

import orjson
import sqlalchemy

from connectors.task import Field, JsonValue, Value
from sync.core.codec import decode_fields

Column: TypeAlias = str | int | float | bool | datetime | None
Row: TypeAlias = dict[str, Column]
Stored: TypeAlias = sqlalchemy.Row[*tuple[object, ...]]

FIELDS: Final[Mapping[str, Field]] = {field.value: field for field in Field}
NAMES: Final[Mapping[Field, str]] = {field: name for name, field in FIELDS.items()}


def digest(columns: Iterable[object]) -> bytes:
    """What tells whether a row is the one that is stored, from its columns in the order of the row: 16 bytes."""
    return hashlib.blake2b(orjson.dumps(list(columns)), digest_size=16).digest()


def named(fields: Mapping[Field, str] | Mapping[Field, int]) -> dict[str, JsonValue]:
    """A mapping of fields, by their names."""
    return {NAMES[field]: data for field, data in fields.items()}


def mapping(data: JsonValue) -> dict[str, JsonValue]:
    """A member that is an object; without it, an empty one."""
    return dict(data) if isinstance(data, Mapping) else {}


def values_of(data: JsonValue) -> dict[Field, Value]:
    """A member that maps fields to values."""
    return decode_fields(mapping(data))


def numbers(data: JsonValue) -> dict[Field, int]:
    """A member that maps fields to numbers."""
    return {FIELDS[name]: number for name, number in mapping(data).items() if isinstance(number, int)}


def texts(data: JsonValue) -> dict[Field, str]:
    """A member that maps fields to texts."""
    return {FIELDS[name]: text for name, text in mapping(data).items() if isinstance(text, str)}


def strings(data: JsonValue) -> list[str]:
    """A member that is an array of texts."""
    return [text for text in data if isinstance(text, str)] if isinstance(data, list) else []


def text(doc: Mapping[str, JsonValue], name: str) -> str:
    """A member that is a text; without it, an empty one."""
    found = doc.get(name)
    return found if isinstance(found, str) else ""
