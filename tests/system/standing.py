"""What stands in a task at each of the five vendors, in the vendor's own words."""

from __future__ import annotations

from tests.system.five import Five
from tests.system.stranger import Json


def what_stands(at: Five, side: str, ref: Json) -> dict[str, Json]:
    """Title, text, status, people, and where there are such: due, tags."""
    reads = {"outline": _item, "field": _task, "matter": _document, "cases": _case_task, "strategy": _action}
    return reads[side](at, ref)


def _item(at: Five, ref: int) -> dict[str, Json]:
    one = at.outline.items[ref]
    title, _, text = one.content.partition("\n")
    found = {"title": title, "text": text, "status": one.status, "due": one.due, "people": one.assignees}
    return found | {"tags": frozenset(tag.casefold() for tag in one.tags)}


def _task(at: Five, ref: str) -> dict[str, Json]:
    one = at.field.tasks[ref]
    return {"title": one["title"], "text": one["description"] or "", "status": one["status"], "people": one["user"]}


def _document(at: Five, ref: int) -> dict[str, Json]:
    told = at.matter.told(ref)
    return {
        "title": told["title"],
        "text": told["notes"],
        "status": told["status"],
        "due": told["due"],
        "tags": frozenset(map(str.casefold, _parts(told["labels"]))),
        "people": _parts(told["assignees"]),
    }


def _case_task(at: Five, ref: int) -> dict[str, Json]:
    one = at.cases.tasks[ref]
    return {
        "title": one["title"],
        "text": one["body"] or "",
        "status": {"needs_action": "none"}.get(one["status"], one["status"]),  # they mean the same
        "due": one["due_on"],
        "people": one["users_list"],
    }


def _action(at: Five, ref: int) -> dict[str, Json]:
    one = at.strategy.actions[ref]
    return {
        "title": one["title"],
        "text": one["description"] or "",
        "status": one["status"]["name"].lower(),
        "due": one["due"] or "",
        "tags": frozenset(label["name"].casefold() for label in one["labels"]),
        "people": one["assignee"]["name"] if one["assignee"] else "",
    }


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
