"""The vault's tree: who is under whom, in which order, and what follows from that for a parent's status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, TypeAlias

from connectors.memory.wire import Members
from connectors.task import Ref

Tasks: TypeAlias = Mapping[Ref, Members]

CLOSED: Final = frozenset({"completed", "cancelled"})
"""The words for a task with which nothing is left to do."""


def children(tasks: Tasks, parent: Ref | None) -> list[Ref]:
    """The tasks directly under one (None: at the root), in their order."""
    return _families(tasks).get(parent, [])


def below(tasks: Tasks, ref: Ref) -> list[Ref]:
    """All tasks under one, each parent before its children."""
    return _under(_families(tasks), ref)


def renumber(tasks: Tasks, parent: Ref | None, placed: Ref | None = None, position: int | None = None) -> list[Ref]:
    """Number the tasks under one from 1, with ``placed`` at ``position`` (None: last). Those whose rank moved."""
    order = [ref for ref in children(tasks, parent) if ref != placed]
    if placed is not None:
        order.insert(len(order) if position is None else max(position - 1, 0), placed)
    moved = [ref for rank, ref in enumerate(order, 1) if tasks[ref]["position"] != rank]
    for rank, ref in enumerate(order, 1):
        tasks[ref]["position"] = rank
    return moved


def relate(tasks: Tasks, *, derives: bool) -> list[Ref]:
    """Note each task's children beside it and, with ``derives``, its status from theirs, from the bottom up.

    Those that changed.
    """
    families = _families(tasks)
    changed: list[Ref] = []
    for ref in reversed(_under(families, None)):
        under = families.get(ref, [])
        related: Members = {"children": list(under)}
        if under and derives:
            closed = all(tasks[child]["status"] in CLOSED for child in under)
            related["status"] = "completed" if closed else "needs_action"
        if any(tasks[ref].get(name) != value for name, value in related.items()):
            tasks[ref].update(related)
            changed.append(ref)
    return changed


def _families(tasks: Tasks) -> dict[Ref | None, list[Ref]]:
    """The children of each parent, in their order; tasks in other containers belong to none."""
    families: dict[Ref | None, list[Ref]] = {}
    for ref in sorted(tasks, key=lambda ref: _rank(tasks[ref])):
        parent = tasks[ref]["parent"]
        if not tasks[ref]["container"]:
            families.setdefault(parent if isinstance(parent, str) else None, []).append(ref)
    return families


def _under(families: Mapping[Ref | None, list[Ref]], ref: Ref | None) -> list[Ref]:
    found: dict[Ref, None] = {}
    left = list(reversed(families.get(ref, [])))
    while left:
        each = left.pop()
        if each not in found:  # a file written by hand may go round in a circle
            found[each] = None
            left += reversed(families.get(each, []))
    return list(found)


def _rank(task: Members) -> int:
    rank = task["position"]
    return rank if isinstance(rank, int) else 0
