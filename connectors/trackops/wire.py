"""The shapes of Trackops's JSON, and what is tolerated beside them.

The vendor documents what is sent (API Reference, "Tasks": "Creating a Task") and not what is answered. A list is a bare
array, scalars are in snake_case, related records stand under CamelCase names (the vendor's client for PHP, examples). A
task is taken to have the names that it is created with, and ``id`` and ``status``::

    {"id": 9, "casefile_id": 245, "calendar_id": 1, "subject_id": 209, "case_service_id": 1, "due_on": "2023-02-14",
     "title": "…", "body": "…", "status": "none", "address": {"address_1": "…", "zip": "80202", …},
     "users_list": [1, 2] or "Users": [{"id": 1, "name": "…", "email": "…"}], …}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from connectors.nameless import are_few, as_object
from connectors.task import JsonValue, Native, Ref


class Malformed(ValueError):
    """An answer that has none of the shapes known here; the text says what it is instead."""


def ref_of(record: JsonValue) -> Ref | None:
    """A record's id as text; None when it has none that can be used in an address."""
    identity = record.get("id") if isinstance(record, Mapping) else None
    if isinstance(identity, bool) or not isinstance(identity, int | str):
        return None
    text = str(identity)
    return text if text.strip() and text.isprintable() else None


def records_of(answer: JsonValue, name: str) -> list[Native]:
    """The records of a list: objects with an id, in an array or in an object's member ``name``; a few may lack theirs.

    ``name`` is in the plural, as in "tasks"; each record may be wrapped by its singular. Raises ``Malformed``.
    """
    rows = answer.get(name) if isinstance(answer, Mapping) else answer
    if not isinstance(rows, list):
        raise Malformed(f"{_described(answer)} instead of an array of {name}")
    records = [_unwrapped(row, name.removesuffix("s")) for row in rows]
    nameless = [place for place, record in enumerate(records, start=1) if ref_of(record) is None]
    if nameless and not are_few(len(nameless), len(records)):
        element = records[nameless[0] - 1]
        what = f"one of the {name} without an id" if isinstance(element, Mapping) else f"{_described(element)} instead"
        raise Malformed(f"an array of {name} whose element {nameless[0]} is {what}")
    return [as_object(record) for record in records]


def record_of(answer: JsonValue, name: str) -> Native:
    """One record: an object with an id, bare, in a member ``name``, or alone in an array. Raises ``Malformed``."""
    inner = answer[0] if isinstance(answer, list) and len(answer) == 1 else answer
    record = _unwrapped(inner, name)
    if not isinstance(record, Mapping) or ref_of(record) is None:
        raise Malformed(f"{_described(answer)} instead of the {name}")
    return record


def count_of(answer: JsonValue) -> tuple[int, int] | None:
    """Records and pages, in an answer to ``mode=count``; None when it tells no such thing."""
    if not isinstance(answer, Mapping):
        return None
    found = [_whole(answer.get(name)) for name in ("record_count", "page_count")]
    records, pages = found
    return None if records is None or pages is None else (records, pages)


def raw_hash(task: Native) -> str:
    """What tells whether a task is as it was: a hash of all its members.

    A related record counts by its id alone: that somebody on the staff got a new telephone number is no change of the
    task, and "updated" filters do not tell it.
    """
    steady = {name: _related(value) for name, value in task.items()}
    text = json.dumps(steady, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _related(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping) and ref_of(value) is not None:
        return {"id": value["id"]}
    return [_related(inner) for inner in value] if isinstance(value, list) else value


def _unwrapped(row: JsonValue, name: str) -> JsonValue:
    """A record without the member that wraps it; what stands beside that member is the record's own."""
    if not isinstance(row, Mapping) or "id" in row:
        return row
    for key in (name, name.capitalize()):
        inner = row.get(key)
        if isinstance(inner, Mapping):
            return {**{other: value for other, value in row.items() if other != key}, **inner}
    return row


def _whole(value: JsonValue) -> int | None:
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:  # noqa: PLR2004 - a count
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _described(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        return f"an object with the members {', '.join(map(str, value)) or 'none'}"[:200]
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return json.dumps(value)[:80]
