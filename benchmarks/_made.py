"""Sides that hold nothing: a task is made from its number when a page of it is asked for; only what changed is kept.

So the memory of a process that syncs with them is the engine's, interpreter and libraries included. The processor time
that the sides spend on making and finding tasks is taken apart.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import overload

from connectors.memory.storage import Contents
from connectors.memory.vault import Vault
from connectors.memory.wire import BLANK, Members
from connectors.task import Ref

TEXT = "The second pallet was damaged. Ask for a replacement, and for the invoice. " * 3


def task(number: int) -> Members:
    """A task of ordinary size, about 400 bytes of text; equal on every side."""
    return {
        **BLANK,
        "id": f"m{number}",
        "title": f"Task {number}: call the supplier about the delivery",
        "description": TEXT[:-1] + "."[: number % 2],  # a text of its own in each, as what a server sends is parsed
        "status": "needs_action",
        "due": f"2026-{1 + number % 12:02}-{1 + number % 28:02}",
        "start": f"2026-01-{1 + number % 28:02}T09:30:00+00:00",
        "priority": number % 10,
        "labels": ["delivery", "supplier"],
        "modified": "2026-01-01T00:00:00+00:00",
        "revision": number + 1,
    }


class Made(dict[Ref, Members]):
    """The tasks m0, m1 … of a side. What was asked for by its id is held from then on, for it may be changed."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count

    def __missing__(self, ref: Ref) -> Members:
        number = int(ref.removeprefix("m")) if ref[1:].isdecimal() else self.count
        if number >= self.count:
            raise KeyError(ref)
        made = self[ref] = task(number)
        return made

    def __contains__(self, ref: object) -> bool:
        return self.get(str(ref)) is not None

    def get(self, ref: Ref, default: Members | None = None) -> Members | None:  # type: ignore[override]  # no other use
        """A task, where it is there."""
        try:
            return self[ref]
        except KeyError:
            return default

    def at(self, number: int) -> Members:
        """A copy of a task as it is now."""
        held = dict.get(self, f"m{number}")
        return task(number) if held is None else dict(held)

    def since(self, revision: int) -> list[Members]:
        """Copies of those whose revision is higher."""
        added = [self.at(number) for number in range(min(revision, self.count), self.count)]
        held = [dict(one) for ref, one in self.items() if int(ref[1:]) < revision]
        return [one for one in (*held, *added) if int(str(one["revision"])) > revision]


class Pages(Sequence[Members]):
    """A side's tasks, made when a page of them is asked for, as a server writes one answer after the other."""

    def __init__(self, side: Ready, tasks: Made) -> None:
        self._side = side
        self._tasks = tasks

    def __len__(self) -> int:
        return self._tasks.count

    @overload
    def __getitem__(self, index: int) -> Members: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Members]: ...
    def __getitem__(self, index: int | slice) -> Members | Sequence[Members]:
        with self._side.at_work():
            if isinstance(index, int):
                return self._tasks.at(index)
            return [self._tasks.at(number) for number in range(*index.indices(len(self)))]


class Ready(Vault):
    """A vault of such tasks. ``seconds``: its own processor time for listings."""

    seconds = 0.0

    def fill(self, count: int) -> None:
        """Have so many tasks."""
        self._own = Contents(tasks=Made(count), revision=count, next_id=count)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """The time that this takes is the side's."""
        began = time.thread_time()
        try:
            yield
        finally:
            self.seconds += time.thread_time() - began

    def listed(self) -> Sequence[Members]:  # type: ignore[override]  # the connector takes any sequence
        return Pages(self, self._made())

    def listed_since(self, revision: int) -> list[Members]:
        with self.at_work():
            return self._made().since(revision)

    def _made(self) -> Made:
        with self._opened() as held:
            if not isinstance(held.tasks, Made):
                raise TypeError("fill it first")
            return held.tasks
