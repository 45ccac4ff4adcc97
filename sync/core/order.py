"""The order of siblings (rule 18): only what lies outside the longest common order has moved.

A task's rank is an int with wide gaps; a side's position is a number that shifts with every sibling, so orders are
compared, never numbers. Nothing here runs unless two sides of the group hold positions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

from connectors.task import Field, Value
from sync.core.lens import Lenses
from sync.core.merge import Merge
from sync.core.model import Link, Pair, SideName, State, Task, TaskId

GAP: Final = 1 << 20
Item = TypeVar("Item", bound=Hashable)


def longest_common_order(old: Sequence[Item], new: Sequence[Item]) -> set[Item]:
    """The largest set of items that stand in the same order in both."""
    place = {item: index for index, item in enumerate(old)}
    tails: list[int] = []
    ends: list[Item] = []
    before: dict[Item, Item | None] = {}
    for item in new:
        if item not in place:
            continue
        at = bisect_left(tails, place[item])
        before[item] = ends[at - 1] if at else None
        if at == len(tails):
            tails.append(place[item])
            ends.append(item)
        else:
            tails[at], ends[at] = place[item], item
    kept: set[Item] = set()
    last: Item | None = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def ordered_sides(lenses: Lenses) -> list[SideName]:
    """The sides that hold positions, where there are two or more."""
    sides = [spec.name for spec in lenses.policy.sides if spec.reads(Field.POSITION)]
    return sides if len(sides) > 1 else []


def incoming(merge: Merge, side: SideName, positions: Mapping[TaskId, int]) -> None:
    """Take a side's order: ``positions`` has the position of each linked task as it is read now."""
    state = merge.lenses.state
    groups: dict[str, list[Link]] = defaultdict(list)
    for task_id in positions:
        link = state.live(task_id, side)
        if link is not None:
            groups[_parent_ref(link)].append(link)
    for links in groups.values():
        new = sorted(links, key=lambda link: positions[link.task])
        trusted = [link for link in new if (pair := link.pairs.get(Field.POSITION)) is not None and pair.confirmed]
        old = sorted(trusted, key=lambda link: _number(link.pairs[Field.POSITION].stored))
        kept = longest_common_order([link.task for link in old], [link.task for link in new])
        moved = {link.task for link in trusted} - kept
        _rank(merge, side, [link.task for link in new], moved)
        for link in new:
            number = positions[link.task]
            if link.pairs.get(Field.POSITION) != Pair(number, number):
                link.pairs[Field.POSITION] = Pair(number, number)


def _rank(merge: Merge, side: SideName, order: Sequence[TaskId], moved: set[TaskId]) -> None:
    tasks = merge.lenses.state.tasks
    for index, task_id in enumerate(order):
        task = tasks[task_id]
        if Field.POSITION in task.values and task_id not in moved:
            continue
        low = _number(tasks[order[index - 1]].values.get(Field.POSITION)) if index else None
        high = next(
            (
                _number(tasks[later].values[Field.POSITION])
                for later in order[index + 1 :]
                if _fixed(tasks[later], moved)
            ),
            None,
        )
        rank = _between(low, high)
        if Field.POSITION in task.values:
            merge.advance(task, Field.POSITION, rank, side=side, rule="moved")
            merge.lenses.state.links[task_id, side].acked.pop(Field.POSITION, None)
        else:
            task.values[Field.POSITION] = rank


def _fixed(task: Task, moved: set[TaskId]) -> bool:
    return Field.POSITION in task.values and task.id not in moved


def _between(low: int | None, high: int | None) -> int:
    if low is None:
        return GAP if high is None else high - GAP
    return low + GAP if high is None or high <= low else (low + high) // 2


def _number(value: Value) -> int:
    return value if isinstance(value, int) else 0


def _parent_ref(link: Link) -> str:
    pair = link.pairs.get(Field.PARENT)
    return str(pair.stored) if pair is not None and pair.stored is not None else ""


def outgoing(lenses: Lenses, side: SideName, coming: Sequence[TaskId]) -> list[tuple[TaskId, int]]:
    """The moves that bring a side to the group's order, in sequence: task and 1-based position.

    ``coming`` are the tasks that this cycle makes there, in order: a new task stands last. Only what is owed moves.
    """
    state, lens = lenses.state, lenses[side]
    groups: dict[str, list[TaskId]] = defaultdict(list)
    for link in sorted(
        state.of_side(side),
        key=lambda one: _number(one.pairs[Field.POSITION].stored) if Field.POSITION in one.pairs else 0,
    ):
        if link.live:
            groups[str(lens.view(Field.PARENT, state.tasks[link.task].values.get(Field.PARENT)) or "")].append(
                link.task
            )
    for task_id in coming:
        groups[str(lens.view(Field.PARENT, state.tasks[task_id].values.get(Field.PARENT)) or "")].append(task_id)
    moves: list[tuple[TaskId, int]] = []
    for current in groups.values():
        moves += _moves(state, side, current, set(coming))
    return moves


def _moves(state: State, side: SideName, current: Sequence[TaskId], coming: set[TaskId]) -> list[tuple[TaskId, int]]:
    ranked = [task for task in current if Field.POSITION in state.tasks[task].values]
    desired = sorted(ranked, key=lambda task: (_number(state.tasks[task].values[Field.POSITION]), task))
    kept = longest_common_order(ranked, desired)
    slots = _slots(state, side, current)
    moves: list[tuple[TaskId, int]] = []
    for index, task in enumerate(desired):
        if task in kept or not (task in coming or _owed(state, side, task)):
            continue
        before = next((other for other in reversed(desired[:index])), None)
        slots.remove(task)
        slots.insert(slots.index(before) + 1 if before in slots else 0, task)
        moves.append((task, slots.index(task) + 1))
    return moves


def _slots(state: State, side: SideName, current: Sequence[TaskId]) -> list[TaskId | None]:
    """The side's places in order; None stands for an entry that is not linked."""
    slots: list[TaskId | None] = []
    for task in current:
        link = state.live(task, side)
        number = _number(link.pairs[Field.POSITION].stored) if link is not None and Field.POSITION in link.pairs else 0
        slots += [None] * max(0, number - 1 - len(slots))
        slots.append(task)
    return slots


def _owed(state: State, side: SideName, task_id: TaskId) -> bool:
    link = state.live(task_id, side)
    number = state.tasks[task_id].version(Field.POSITION).number
    return (
        link is not None
        and link.acked.get(Field.POSITION, number) < number
        and link.refused.get(Field.POSITION, 0) < number
    )


def doubt_siblings(state: State, link: Link) -> list[Link]:
    """After our own move the numbers of the siblings shift: the next read completes them, without deltas.

    The links touched.
    """
    touched: list[Link] = []
    for other in state.of_side(link.side):
        pair = other.pairs.get(Field.POSITION)
        if other.live and pair is not None and pair.confirmed and _parent_ref(other) == _parent_ref(link):
            other.pairs[Field.POSITION] = Pair(pair.sent, pair.stored, confirmed=False)
            other.raw_hash = ""
            touched.append(other)
    return [other for other in touched if other is not link]
