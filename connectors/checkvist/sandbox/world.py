"""The items of an account's lists, in memory, and what requests and people do to them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

OPEN, CLOSED, INVALIDATED = 0, 1, 2
ACTIONS: Final = {"close": CLOSED, "invalidate": INVALIDATED, "reopen": OPEN}
ROOT: Final = 0
PEOPLE: Final[Mapping[int, str]] = {11: "me", 12: "anna", 13: "ben"}
"""Those who use the account's lists: anybody else who is to be assigned is passed over."""


class Refused(Exception):
    """A request that the server does not carry out, with its status."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True, kw_only=True)
class Item:
    """One item. ``parent`` is 0 at the root, ``due`` a day as ISO writes it or a word, ``tags`` map to "is private"."""

    id: int
    checklist: int
    parent: int
    content: str
    status: int = OPEN
    tags: dict[str, bool] = field(default_factory=dict)
    due: str | None = None
    priority: int = 0
    assignees: list[int] = field(default_factory=list)
    created: datetime
    updated: datetime | None = None
    notes: list[Note] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Note:
    """One note of an item."""

    id: int
    comment: str
    user: int
    created: datetime
    updated: datetime


class World:
    """Every item of an account. Callers hold :attr:`lock` around what they do with it.

    ``stamps_all``: a list's time moves with items that leave it or come back, too.
    """

    def __init__(self, checklists: dict[int, str], now: Callable[[], datetime], *, stamps_all: bool = True) -> None:
        self.lock = threading.RLock()
        self.now = now
        self._stamps_all = stamps_all
        self.checklists = checklists
        self.stamps = dict.fromkeys(checklists, now())
        self._items: dict[int, Item] = {}
        self._order: dict[tuple[int, int], list[int]] = {}
        self._trash: dict[int, Item] = {}
        self._last = 5000

    def items(self, checklist: int) -> list[Item]:
        """A list's items, by parent and position."""
        found = [item for item in self._items.values() if item.checklist == checklist]
        return sorted(found, key=lambda item: (item.parent, self.position(item)))

    def find(self, checklist: int, identity: int) -> Item | None:
        """An item of a list; None if it is not there."""
        item = self._items.get(identity)
        return item if item is not None and item.checklist == checklist else None

    def position(self, item: Item) -> int:
        """The rank among siblings, from 1."""
        return self._siblings(item).index(item.id) + 1

    def children(self, item: Item) -> list[Item]:
        """The children, in their order."""
        return [self._items[child] for child in self._order.get((item.checklist, item.id), [])]

    def subtree(self, item: Item) -> Iterator[Item]:
        """The item, then all below it, each parent before its children."""
        yield item
        for child in self.children(item):
            yield from self.subtree(child)

    def ancestors(self, item: Item) -> Iterator[Item]:
        """The parent, its parent, and so on to the root."""
        while item.parent != ROOT:
            item = self._items[item.parent]
            yield item

    def create(self, checklist: int, content: str, parent: int, position: int | None) -> Item:
        """Make an item. Raises ``Refused`` for a parent that is not on the list."""
        self._check_parent(checklist, parent)
        self._last += 1
        item = Item(id=self._last, checklist=checklist, parent=parent, content=content, created=self.now())
        self._items[item.id] = item
        self._enter(item, position)
        self._accumulate(item)
        self.stamps[checklist] = self.now()
        return item

    def place(self, item: Item, parent: int | None, position: int | None) -> None:
        """Move an item. Raises ``Refused`` for a parent that is not on the list, or that is below the item."""
        target = item.parent if parent is None else parent
        self._check_parent(item.checklist, target)
        if target in {below.id for below in self.subtree(item)}:
            raise Refused(400, f"Invalid parent_id: {target}")
        if target == item.parent and position is None:
            return
        self._leave(item)
        item.parent = target
        self._enter(item, position)
        self._accumulate(item)

    def touch(self, item: Item) -> None:
        """Note the time of a change."""
        item.updated = self.stamps[item.checklist] = self.now()

    def act(self, item: Item, action: str) -> list[Item]:
        """Set a leaf's status, or that of all below a parent. The item and what is below it."""
        changed = list(self.subtree(item))
        for one in changed:
            one.status = ACTIONS[action]
            self.touch(one)
        self._accumulate(item)
        return changed

    def note(self, item: Item, comment: str, user: int) -> Note:
        """Add a note to an item. The list's time "excludes updates to comments" (API page)."""
        if not comment.strip():
            raise Refused(400, "comment[comment] parameter is required")
        self._last += 1
        note = Note(id=self._last, comment=comment, user=user, created=self.now(), updated=self.now())
        item.notes.append(note)
        return note

    def change_note(self, note: Note, comment: str) -> None:
        """Change the text of a note. Raises ``Refused`` for none."""
        if not comment.strip():
            raise Refused(400, "comment[comment] parameter is required")
        note.comment, note.updated = comment, self.now()

    def remove(self, item: Item) -> None:
        """Delete an item and all below it. They can be restored."""
        for below in reversed(list(self.subtree(item))):
            self._leave(below, below is item)
            self._order.pop((below.checklist, below.id), None)
            self._trash[below.id] = self._items.pop(below.id)
        self._left(item.checklist)

    def restore(self, identity: int, *, same: bool) -> Item:
        """Bring an item back, to the root if its parent is gone; what was below it stays in the trash."""
        item = self._trash.pop(identity)
        if not same:
            self._last += 1
            item.id = self._last
        if item.parent not in self._items:
            item.parent = ROOT
        self._items[item.id] = item
        self._enter(item, None)
        self._accumulate(item)
        self._left(item.checklist)
        return item

    def transfer(self, item: Item, checklist: int) -> None:
        """Move an item and all below it to another list, under the same ids."""
        left, below = item.checklist, list(self.subtree(item))
        orders = {one.id: self._order.pop((one.checklist, one.id), []) for one in below}
        self._leave(item)
        item.parent = ROOT
        for one in below:
            one.checklist = checklist
            self._order[checklist, one.id] = orders[one.id]
        self._enter(item, None)
        self.touch(item)
        self._left(left)

    def _left(self, checklist: int) -> None:
        """Note the time at which a list got other items without a change of one, where that is noted."""
        if self._stamps_all:
            self.stamps[checklist] = self.now()

    def _siblings(self, item: Item) -> list[int]:
        return self._order.setdefault((item.checklist, item.parent), [])

    def _enter(self, item: Item, position: int | None) -> None:
        siblings = self._siblings(item)
        siblings.insert(len(siblings) if position is None else max(0, position - 1), item.id)

    def _leave(self, item: Item, accumulate: bool = True) -> None:  # noqa: FBT001, FBT002
        self._siblings(item).remove(item.id)
        parent = self._items.get(item.parent)
        if accumulate and parent is not None and self.children(parent):
            self._accumulate(self.children(parent)[0])

    def _accumulate(self, item: Item) -> None:
        """The status of each ancestor is the cumulative status of its children."""
        for parent in self.ancestors(item):
            below = {child.status for child in self.children(parent)}
            parent.status = OPEN if OPEN in below else CLOSED if CLOSED in below else INVALIDATED

    def _check_parent(self, checklist: int, parent: int) -> None:
        if parent != ROOT and self.find(checklist, parent) is None:
            raise Refused(400, f"Invalid parent_id: {parent}")
