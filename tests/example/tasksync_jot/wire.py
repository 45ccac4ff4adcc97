"""A todo as Jot sends it: ``{"id": 7, "text": "Milk", "note": "", "done": false, "due": "2026-12-24"}``. Pure."""

from __future__ import annotations

import hashlib
import json

from connectors.task import JsonValue, Native, Ref


def ref_of(todo: JsonValue) -> Ref | None:
    """A todo's id as text; None where it has none."""
    number = todo.get("id") if isinstance(todo, dict) else None
    return str(number) if isinstance(number, int) and not isinstance(number, bool) else None


def raw_hash(todo: Native) -> str:
    """What tells whether a todo is as it was."""
    return hashlib.sha256(json.dumps(todo, sort_keys=True).encode("ascii")).hexdigest()
