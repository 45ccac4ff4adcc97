"""The shapes of OptaCheck's JSON (the vendor's API page, "Tasks"), and what is tolerated beside them.

A task::

    {"id": "…", "status": "assigned", "title": "…", "description": "…", "forms": ["…"], "project": "…", "client": "…",
     "user": "…", "by_user": "…", "date_edited": "2025-06-20T00:21:19.126137Z", "date_created": "…Z",
     "data": {"fields": [{"id": "…", "value": "…", "title": "…"}]},
     "status_history": [{"status": "assigned", "date_status": "…Z", "status_name": "Assigned"}]}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Final

from connectors.task import JsonValue, Native, Ref

VOLATILE: Final = frozenset({"date_edited", "status_history"})
"""Members that say nothing about the task: when it was touched, and which states it has been in."""
DATA: Final = "data"
FORMS: Final = ("forms", "form")
"""The list of forms, as the vendor's page calls it, and as a public client of 2022 did."""
_EMPTY: Final[tuple[JsonValue, ...]] = (None, "", [], {}, {"fields": []}, {"fields": None})
_LONGEST: Final = 200
"""Characters of an id that are taken for one: it goes into an address."""


class Malformed(ValueError):
    """An answer that has none of the shapes known here; the text says what it is instead."""


def id_of(value: JsonValue) -> str:
    """An id, of a task or a person: a text, a number, or an object that has one; empty when there is none."""
    if isinstance(value, Mapping):
        value = value.get("id")
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value).strip()
    return text if text.isprintable() and len(text) <= _LONGEST else ""


def task_of(answer: JsonValue, ref: Ref | None = None) -> Native:
    """One task: an object with an id, this one if it is given. Raises ``Malformed``."""
    if not isinstance(answer, Mapping) or not id_of(answer):
        raise Malformed(f"{described(answer)} instead of the task")
    if ref is not None and id_of(answer) != ref:
        raise Malformed(f"task {id_of(answer)}")
    return answer


def forms_of(task: Native) -> list[JsonValue] | None:
    """The forms of a task; None when it says nothing of them."""
    for name in FORMS:
        found = task.get(name)
        if isinstance(found, list):
            return found
        if isinstance(found, str) and found:
            return [found]
    return [] if any(name in task for name in FORMS) else None


def data_fields(task: Native) -> Iterator[Mapping[str, JsonValue]]:
    """The fields in ``data`` that can be told apart: those with an id or a title."""
    data = task.get(DATA)
    fields = data.get("fields") if isinstance(data, Mapping) else None
    for field in fields if isinstance(fields, list) else ():
        if isinstance(field, Mapping) and (id_of(field) or isinstance(field.get("title"), str)):
            yield field


def raw_hash(task: Native) -> str:
    """What tells whether a task is as it was: a hash of its members but the volatile ones.

    What is empty counts as absent: the answers to a create and an update lack ``data``.
    """
    steady = {name: value for name, value in task.items() if name not in VOLATILE and value not in _EMPTY}
    text = json.dumps(steady, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def complained(value: JsonValue) -> frozenset[str]:
    """The members that a refusal names, as in ``{"title": ["…"]}``: a shape that the page does not tell."""
    inner = value.get("errors") if isinstance(value, Mapping) else None
    named = inner if isinstance(inner, Mapping) else value
    return frozenset(map(str, named)) if isinstance(named, Mapping) else frozenset()


def described(value: JsonValue) -> str:
    """An answer in a few words."""
    if isinstance(value, Mapping):
        return f"an object with the members {', '.join(map(str, value)) or 'none'}"[:_LONGEST]
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return json.dumps(value)[:80]
