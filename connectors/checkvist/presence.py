"""Which items are there: what proves that one is gone, and not only out of reach or on another list.

The vendor tells neither: a deleted item, one that was moved and one that may not be seen are all answered 404 or 403.
But a deleted item is missing in a whole read of the list, and in those of the account's other lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.checkvist.client import CheckvistClient, Listing
from connectors.checkvist.members import read_modified
from connectors.checkvist.wire import children_of, ref_of
from connectors.contract import Clock
from connectors.errors import BadSettings, ContractBroken, Forbidden
from connectors.task import Native, Ref

FRESH: Final = 30.0
"""Seconds in which a whole read stands for the next one; it ends with the next write of ours."""
OTHER_LISTS: Final = 10
"""Lists that are searched for items that left ours: those changed last."""

_GRAIN: Final = timedelta(seconds=2)
"""Times of lists are whole seconds; a change within the second of a read must not be missed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Snapshot:
    """A whole read, without what it said."""

    children: Mapping[Ref, tuple[Ref, ...]]
    server_time: datetime | None
    at: float


class Presence:
    """What is known of one list's items, from its whole reads."""

    def __init__(self, client: CheckvistClient, clock: Clock, checklist: int, *, notes: bool = False) -> None:
        self._client = client
        self._notes = notes
        self._clock = clock
        self._checklist = str(checklist)
        self._last: _Snapshot | None = None
        self._fresh = False
        self._lost: dict[Ref, datetime | None] = {}
        self._lists: tuple[Native, ...] | None = None
        self._elsewhere: dict[Ref, Mapping[Ref, Native]] = {}

    def read(self) -> Listing:
        """Read the whole list. Raises ``RetryLater``, ``SideDown``."""
        at = self._clock.monotonic()
        listing = self._client.items(notes=self._notes)
        children = {ref_of(item) or "": children_of(item) for item in listing.items}
        before = self._last
        self._lost = {ref: since for ref, since in self._lost.items() if ref not in children}
        if before is not None:
            self._lost |= {ref: before.server_time for ref in before.children if ref not in children}
        self._last, self._fresh = _Snapshot(children=children, server_time=listing.server_time, at=at), True
        self._lists, self._elsewhere = None, {}
        return listing

    def changed(self) -> None:
        """A write of ours: what was read stands for nothing any more."""
        self._fresh = False

    def find(self, ref: Ref) -> Native | None:
        """An item of our list, though it can not be read alone; None: it is not there. Raises as :meth:`read` does."""
        recent = self._recent()
        if recent is not None and ref not in recent.children:
            return None
        return next((item for item in self.read().items if ref_of(item) == ref), None)

    def children(self, ref: Ref) -> tuple[Ref, ...]:
        """An item's children, by a whole read that may be of any age; none if there was none."""
        return self._last.children.get(ref, ()) if self._last is not None else ()

    def children_now(self, ref: Ref) -> tuple[Ref, ...]:
        """An item's children, by a recent whole read. Raises as :meth:`read` does."""
        if self._recent() is None:
            self.read()
        return self.children(ref)

    def elsewhere(self, ref: Ref) -> Native | None:
        """An item that left our list for another, with that list as its ``checklist_id``; None: it is on none of them.

        Searches at most the ten other lists that changed last, and of those only what changed since the item was seen
        here. Raises ``RetryLater``, or ``SideDown`` for what is not about one of them.
        """
        if self._lists is None:
            self._lists = self._other_lists()
        since = self._lost.get(ref)
        for one in self._lists[:OTHER_LISTS]:
            stamp = read_modified(one)
            if since is not None and stamp is not None and stamp < since - _GRAIN:
                continue
            number = ref_of(one) or ""
            if number not in self._elsewhere:
                self._elsewhere[number] = self._items_of(number)
            if (found := self._elsewhere[number].get(ref)) is not None:
                return {**found, "checklist_id": int(number)}
        return None

    def _recent(self) -> _Snapshot | None:
        last = self._last
        return last if last is not None and self._fresh and self._clock.monotonic() - last.at <= FRESH else None

    def _other_lists(self) -> tuple[Native, ...]:
        """The account's other lists, those changed last first; none where the server does not tell."""
        try:
            lists = self._client.checklists()
        except (BadSettings, Forbidden):
            return ()
        stamps = {ref_of(one): read_modified(one) for one in lists}
        others = [one for one in lists if ref_of(one) != self._checklist]
        return tuple(sorted(others, key=lambda one: _moment(stamps[ref_of(one)]), reverse=True))

    def _items_of(self, checklist: Ref) -> Mapping[Ref, Native]:
        try:
            listing = self._client.items(checklist)
        except (BadSettings, ContractBroken, Forbidden):
            return {}  # nobody's loss: that list tells us nothing
        return {ref_of(item) or "": item for item in listing.items}


def _moment(stamp: datetime | None) -> float:
    return stamp.timestamp() if stamp is not None else 0.0
