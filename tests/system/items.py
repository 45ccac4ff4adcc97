"""The items of a Checkvist list: a tree with positions, where a parent's status is that of its children."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TYPE_CHECKING

from tests.system.stranger import Json, Refuse

if TYPE_CHECKING:
    from threading import RLock

    from tests.system.checkvist import CheckvistReading

LAST = 1e9


@dataclass(slots=True, kw_only=True)
class Item:
    """An item. ``due`` is YYYY-MM-DD or "", ``parent`` None at the root."""

    content: str = ""
    status: int = 0
    parent: int | None = None
    due: str = ""
    tags: list[str] = field(default_factory=list)
    priority: int = 0
    assignees: list[int] = field(default_factory=list)
    rank: float = LAST
    changed: datetime | None = None


class Items:
    """The list's state, what the API does to it, and what people do."""

    reading: CheckvistReading
    lock: RLock

    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.born = self.left = datetime(2026, 3, 1, tzinfo=UTC)
        self._ids = count(100)
        self._ranks = count(int(LAST))

    # The API

    def create(self, task: Json, parses: str) -> int:
        """A new item, last among its siblings."""
        if not isinstance(task, dict) or not str(task.get("content", "")).strip():
            raise Refuse(400, {"message": "task[content] parameter is required"})
        parent = self._parent(task)
        item = next(self._ids)
        self.items[item] = Item(parent=parent, rank=next(self._ranks))
        self.change(item, {name: value for name, value in task.items() if name != "parent_id"}, parses)
        self._derive(parent)
        return item

    def change(self, item: int, task: dict[str, Json], parses: str) -> None:
        """What a PUT does: never the status."""
        one = self.items[item]
        if "content" in task:
            self._write(one, str(task["content"]), parses)
        if "tags" in task:
            tags = [tag.strip() for tag in str(task["tags"]).split(",") if tag.strip()]
            one.tags = tags if tags or self.reading.clears_tags == "yes" else one.tags
        if "due_date" in task:
            due = str(task["due_date"] or "")
            if due or self.reading.clears_due == "yes":
                one.due = due if re.fullmatch(r"\d{4}-\d\d-\d\d", due) else ""
        if "priority" in task:
            one.priority = int(task["priority"] or 0)
        if "assignee_ids" in task:
            said = task["assignee_ids"]
            ids = said if isinstance(said, list) else str(said).split(",")
            one.assignees = [int(each) for each in ids if str(each).strip()]
        if "parent_id" in task:
            self._move(item, self._parent(task))
        if task.get("position"):
            self._place(item, int(task["position"]))
        one.changed = datetime.now(UTC)

    def set_status(self, item: int, status: int) -> list[int]:
        """The item and all below it; parents follow. Those that were set, the item first."""
        touched = [item]
        for one in touched:
            self.items[one].status = status
            self.items[one].changed = datetime.now(UTC)
            touched += self.children(one)
        self._derive(self.items[item].parent)
        return touched

    def remove(self, item: int) -> None:
        """The item and all below it."""
        with self.lock:
            for child in self.children(item):
                self.remove(child)
            self._derive(self.items.pop(item).parent)
            self.left = datetime.now(UTC)

    def _write(self, one: Item, content: str, parses: str) -> None:
        if not content.strip():
            raise Refuse(400, {"message": "content is empty"})
        if parses:
            one.tags += [tag for tag in re.findall(r"#(\w+)", content) if tag not in one.tags]
            one.due = "2030-01-01" if re.search(r"\^\w+", content) else one.due
        if parses == "takes out":
            content = re.sub(r"\s*[#^]\w+", "", content) or "task"
        one.content = content.rstrip() if self.reading.strips == "yes" else content

    def _parent(self, task: dict[str, Json]) -> int | None:
        parent = int(task.get("parent_id") or 0) or None
        if parent is not None and parent not in self.items:
            raise Refuse(400, {"message": f"Invalid parent_id: {parent}"})
        return parent

    def _move(self, item: int, parent: int | None) -> None:
        one = self.items[item]
        if parent == one.parent:
            return
        if parent is not None and item in self.above(parent):
            raise Refuse(400, {"message": f"Invalid parent_id: {parent}"})
        old, one.parent, one.rank = one.parent, parent, next(self._ranks)
        self._derive(old)
        self._derive(parent)

    def _place(self, item: int, position: int) -> None:
        others = [one for one in self._siblings(item) if one != item]
        others.insert(position - 1, item)
        for rank, one in enumerate(others):
            if self.reading.siblings == "stamped" and self.items[one].rank != rank:
                self.items[one].changed = datetime.now(UTC)
            self.items[one].rank = rank

    def _derive(self, item: int | None) -> None:
        while item is not None:
            below = {self.items[child].status for child in self.children(item)}
            if below:
                self.items[item].status = next(status for status in (0, 1, 2) if status in below)
            item = self.items[item].parent

    # The tree

    def above(self, item: int) -> list[int]:
        """The item, its parent, and so on to the root."""
        chain = [item]
        while (parent := self.items[chain[-1]].parent) is not None:
            chain.append(parent)
        return chain

    def children(self, item: int) -> list[int]:
        """In their order."""
        return self._below(item)

    def position(self, item: int) -> int:
        """Counted from 1 among its siblings."""
        return self._siblings(item).index(item) + 1

    def _siblings(self, item: int) -> list[int]:
        return self._below(self.items[item].parent)

    def _below(self, parent: int | None) -> list[int]:
        found = [item for item, one in self.items.items() if one.parent == parent]
        return sorted(found, key=lambda item: (self.items[item].rank, item))

    # What people do

    def add(self, content: str, **task: Json) -> int:
        """Make an item in the vendor's own pages: smart syntax is theirs, and is not meant here."""
        with self.lock:
            return self.create({"content": content, **task}, "")

    def edit(self, item: int, **members: Json) -> None:
        """Change what stands in an item, as the vendor's own pages can: also to nothing."""
        with self.lock:
            for name in ("due_date", "tags"):
                if members.get(name) == "":
                    setattr(self.items[item], {"due_date": "due"}.get(name, name), [] if name == "tags" else "")
            self.change(item, members, "")

    def rest(self) -> None:
        """An hour goes by in which nobody changes anything."""
        with self.lock:
            hour = timedelta(hours=1)
            self.left -= hour
            for one in self.items.values():
                one.changed = one.changed and one.changed - hour

    def tick(self, item: int, status: int) -> None:
        """Close, invalidate or reopen."""
        with self.lock:
            self.set_status(item, status)
