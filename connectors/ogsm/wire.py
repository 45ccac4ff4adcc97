"""The shapes of OGSM's JSON (the vendor's API page, "Resources, Actions"), and what is tolerated beside them.

An action::

    {"id": 123, "title": "…", "description": "<p>…</p>", "labels": [{"name": "…"}], "strategies": [{"id": 456}],
     "assignee": {"name": "Firstname Lastname"}, "involved": [{"name": "…"}], "start": "2024-01-01",
     "due": "2024-12-31", "status": {"name": "doing"}, "ogsm_canvases": [{"id": 789, "row_order": 91}],
     "traffic_light": "green", "progress": 50, "archived": false}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Final

from connectors.nameless import are_few, as_object
from connectors.task import JsonValue, Native, Ref

VOLATILE: Final = frozenset({"row_order"})
"""Members, at any depth, that say nothing about the task: an action's place among the others on a canvas."""


class Malformed(ValueError):
    """An answer that has none of the shapes known here; the text says what it is instead."""


def ref_of(action: JsonValue) -> Ref | None:
    """An action's id as text; None when it has none that can be used in an address."""
    identity = action.get("id") if isinstance(action, Mapping) else None
    if isinstance(identity, bool) or not isinstance(identity, int | str):
        return None
    text = str(identity)
    return text if text.strip() and text.isprintable() else None


def actions_of(answer: JsonValue) -> list[Native]:
    """The actions of a list: objects with an id, in an array or in ``{"actions": […]}``; a few may lack theirs.

    Raises ``Malformed``.
    """
    if isinstance(answer, Mapping) and set(answer) == {"actions"}:
        answer = answer["actions"]
    if not isinstance(answer, list):
        raise Malformed(f"{_described(answer)} instead of an array of actions")
    nameless = [place for place, element in enumerate(answer, start=1) if ref_of(element) is None]
    if nameless and not are_few(len(nameless), len(answer)):
        element = answer[nameless[0] - 1]
        what = "an action without an id" if isinstance(element, Mapping) else f"{_described(element)}, not an action"
        raise Malformed(f"an array whose element {nameless[0]} is {what}")
    return [as_object(element) for element in answer]


def action_of(answer: JsonValue) -> Native:
    """One action: an object with an id, bare, in ``{"action": …}`` or in ``{"actions": […]}``. Raises ``Malformed``."""
    inner = answer
    if isinstance(answer, Mapping) and "id" not in answer:
        inner = answer.get("action", answer.get("actions", answer))
    if isinstance(inner, list) and len(inner) == 1:
        inner = inner[0]
    if not isinstance(inner, Mapping) or ref_of(inner) is None:
        raise Malformed(f"{_described(answer)} instead of the action")
    return inner


def raw_hash(action: Native) -> str:
    """What tells whether an action is as it was: a hash of all its members but the volatile ones."""
    text = json.dumps(_steady(action), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _steady(value: JsonValue) -> JsonValue:
    if isinstance(value, Mapping):
        return {name: _steady(inner) for name, inner in value.items() if name not in VOLATILE}
    return [_steady(inner) for inner in value] if isinstance(value, list) else value


def _described(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        return f"an object with the members {', '.join(map(str, value)) or 'none'}"[:200]
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return json.dumps(value)[:80]
