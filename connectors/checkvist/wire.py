r"""The shapes of Checkvist's JSON (the vendor's API page, "Task representation"), and what is tolerated beside them.

An item, which is what the newer page calls a task::

    {"id": 5, "checklist_id": 774411, "parent_id": 0, "position": 1, "content": "First line\nand more", "status": 0,
     "tasks": [6, 7], "tags": {"home": false}, "tags_as_text": "home", "due": "2026/03/01", "priority": 0,
     "assignee_ids": [12], "comments_count": 0, "update_line": "created by anna",
     "updated_at": "2026/02/27 09:00:00 +0000"}
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Final

from connectors.nameless import are_few, as_object
from connectors.task import JsonValue, Native, Ref

VOLATILE: Final = frozenset({"backlink_ids", "collapsed", "comments_count", "link_ids", "update_line", "updated_at"})
"""Members that say nothing about the task. The time is one: it may move without anything else."""


class Malformed(ValueError):
    """An answer that has none of the shapes known here; the text says what it is instead."""


def ref_of(item: JsonValue) -> Ref | None:
    """An item's id as text; None when it has none that can be used in an address."""
    return identity(item.get("id")) if isinstance(item, Mapping) else None


def identity(value: JsonValue) -> str | None:
    """A number as text; None for 0, empty, null and whatever is no number: each of them is written for "none"."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    text = str(value).strip()
    return text if text.isascii() and text.isdigit() and text.strip("0") else None


def items_of(answer: JsonValue) -> list[Native]:
    """The items of a whole list, each once and with its children in ``tasks``; a few may lack their id.

    An item that is repeated as it is says nothing new. Raises ``Malformed`` unless the list can be trusted.
    """
    if not isinstance(answer, list):
        raise Malformed(f"{described(answer)} instead of an array of items")
    seen: dict[Ref, JsonValue] = {}
    nameless: list[int] = []
    once: list[Native] = []
    for place, item in enumerate(answer, start=1):
        ref = ref_of(item)
        if ref is None:
            nameless.append(place)
        elif ref in seen:
            if seen[ref] != item:
                raise Malformed(f"an array with two different items {ref}")
            continue
        else:
            seen[ref] = item
        once.append(as_object(item))
    if nameless and not are_few(len(nameless), len(once)):
        what = described(answer[nameless[0] - 1])
        raise Malformed(f"an array whose element {nameless[0]} is {what}, not an item with an id")
    return _with_children(once, seen)


def chosen(answer: JsonValue, ref: Ref | None) -> tuple[Native, tuple[Native, ...]]:
    """The item that an answer is about, and the others that it names: an object, or an array. Raises ``Malformed``.

    ``ref`` None stands for the first: that of an answer to a create, whose id is not known.
    """
    listed = answer if isinstance(answer, list) else [answer]
    items = [item for item in listed if isinstance(item, Mapping) and ref_of(item) is not None]
    if not items or len(items) < len(listed):
        raise Malformed(f"{described(answer)} instead of an item")
    wanted = next((item for item in items if ref in {None, ref_of(item)}), None)
    if wanted is None:
        raise Malformed(f"item {ref_of(items[0])} instead of item {ref}")
    return wanted, tuple(item for item in items if item is not wanted)


def complaint(answer: JsonValue) -> str:
    """What an answer complains of that is an error in spite of its status 200; empty for any other answer."""
    if not isinstance(answer, Mapping) or "id" in answer or "token" in answer:
        return ""
    said = next((answer[name] for name in ("error", "message") if answer.get(name)), "")
    return " ".join(str(said).split())[:200]


def parent_of(item: Native) -> Ref | None:
    """The ref of an item's parent; at the root it is 0, null or nothing (API page, "Task representation")."""
    return identity(item.get("parent_id"))


def children_of(item: Native) -> tuple[Ref, ...]:
    """The refs of an item's children."""
    listed = item.get("tasks")
    refs = [identity(child) or ref_of(child) for child in listed] if isinstance(listed, list) else []
    return tuple(ref for ref in refs if ref is not None)


def with_tasks(item: Native, children: Sequence[Ref]) -> Native:
    """An item whose ``tasks`` are told, if its answer did not."""
    return item if isinstance(item.get("tasks"), list) else {**item, "tasks": [int(child) for child in children]}


def raw_hash(item: Native) -> str:
    """What tells whether an item is as it was: a hash of all its members but the volatile ones."""
    steady = {name: value for name, value in item.items() if name not in VOLATILE}
    text = json.dumps(steady, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def described(value: JsonValue) -> str:
    """A value's shape, for a person."""
    if isinstance(value, Mapping):
        return f"an object with the members {', '.join(map(str, value)) or 'none'}"[:200]
    if isinstance(value, list):
        return f"an array of {len(value)}"
    return json.dumps(value)[:80]


def _with_children(items: list[Native], listed: Container[Ref]) -> list[Native]:
    """The items with ``tasks`` as the whole list knows them: it may be missing, or name what is not there any more."""
    by_parent: dict[Ref, list[Ref]] = defaultdict(list)
    for item in items:
        by_parent[parent_of(item) or ""].append(ref_of(item) or "")
    whole: list[Native] = []
    for item in items:
        told = [child for child in children_of(item) if child in listed]
        here = [*told, *(child for child in by_parent[ref_of(item) or ""] if child and child not in told)]
        known = ref_of(item) is None or (isinstance(item.get("tasks"), list) and here == list(children_of(item)))
        whole.append(item if known else {**item, "tasks": [int(child) for child in here]})
    return whole
