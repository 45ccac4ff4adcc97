"""Items and lists as JSON (the API page, "Task representation" and "Checklist representation")."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from connectors.checkvist.sandbox.reading import Reading
from connectors.checkvist.sandbox.world import CLOSED, PEOPLE, ROOT, Item, Note, World
from connectors.task import JsonValue

Json = dict[str, JsonValue]

_NOTHING: Final[Mapping[str, JsonValue]] = {"null": None, "empty": "", "0": 0}
_DUE: Final[Mapping[str, Callable[[str], str]]] = {
    "dashes": lambda day: day,
    "slashes": lambda day: day.replace("-", "/"),
    "time": lambda day: f"{day.replace('-', '/')} 00:00:00 +0000",
}


def item_as_json(world: World, item: Item, reading: Reading, *, with_notes: bool = False) -> Json:
    """An item, with its notes if they are asked for."""
    shown: Json = {
        "id": item.id,
        "content": item.content,
        "status": item.status,
        "checklist_id": item.checklist,
        "parent_id": item.parent,
        "position": world.position(item),
        "comments_count": len(item.notes),
        "tasks": [child.id for child in world.children(item)],
        "update_line": "updated" if item.updated else "created",
        "updated_at": _updated(item, reading),
        "created_at": stamp(item.created),
        "due": None if item.due is None else _shown_due(item.due, reading),
        "priority": item.priority,
        "assignee_ids": list(item.assignees),
        "collapsed": False,
        "link_ids": [],
        "backlink_ids": [],
        **_tags(item, reading),
    }
    if item.parent == ROOT:
        _set_nothing(shown, "parent_id", reading.root)
    if item.due is None:
        _set_nothing(shown, "due", reading.no_due)
    if reading.children == "missing":
        del shown["tasks"]
    if with_notes and reading.notes != "missing":
        shown[reading.notes] = [note_as_json(item, note) for note in item.notes]
    return shown


def note_as_json(item: Item, note: Note) -> Json:
    """A note (the API page, "Note representation")."""
    return {
        "id": note.id,
        "comment": note.comment,
        "task_id": item.id,
        "user_id": note.user,
        "username": PEOPLE[note.user],
        "created_at": stamp(note.created),
        "updated_at": stamp(note.updated),
    }


def list_as_json(world: World, checklist: int, reading: Reading, *, role: int) -> Json:
    """A list, with the counts of its leaves."""
    leaves = [item for item in world.items(checklist) if not world.children(item)]
    updated: Json = {} if reading.stamp == "missing" else {"updated_at": stamp(world.stamps[checklist])}
    return {
        "id": checklist,
        "name": world.checklists[checklist],
        "public": False,
        "role": role,
        **updated,
        "task_count": len(leaves),
        "task_completed": sum(item.status == CLOSED for item in leaves),
    }


def stamp(moment: datetime) -> str:
    """A time, as JSON has it: ``2005/02/01 15:15:10 +0000``."""
    return moment.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S +0000")


def _updated(item: Item, reading: Reading) -> str:
    if item.updated is None:
        return "" if reading.never == "empty" else stamp(item.created)
    return stamp(item.updated)


def _shown_due(due: str, reading: Reading) -> str:
    return _DUE[reading.due](due) if due[:1].isdigit() else due


def _tags(item: Item, reading: Reading) -> Json:
    text = ", ".join(item.tags)
    match reading.tags:
        case "array":
            return {"tags": list(item.tags), "tags_as_text": text}
        case "text":
            return {"tags": text}
        case "as_text":
            return {"tags_as_text": text}
    return {"tags": dict(item.tags), "tags_as_text": text}


def _set_nothing(shown: Json, name: str, how: str) -> None:
    if how == "missing":
        del shown[name]
    else:
        shown[name] = _NOTHING[how]
