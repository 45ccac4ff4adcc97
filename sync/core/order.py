"""The order of siblings (rule 18): only what lies outside the longest common order has moved.

A task's rank is an int with wide gaps; a side's position is a number that shifts with every sibling, so orders are
compared, never numbers. Nothing here runs unless two sides of the group hold positions.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Hashable, Mapping, Sequence
from typing import Final, TypeVar

from connectors.task import Field, Kind, Value
from sync.core.facts import Observation
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
    # A rank means something among siblings only: where a move is on its way, entries of one list are none.
    groups: dict[tuple[str, Value], list[Link]] = defaultdict(list)
    for task_id in positions:
        link = state.live(task_id, side)
        if link is not None:
            groups[_parent_ref(link), state.tasks[task_id].values.get(Field.PARENT)].append(link)
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
    """Ranks for what moved here and for what has none yet, between its neighbours; a move that lost is put back."""
    tasks = merge.lenses.state.tasks
    lost = {task for task in moved if _loses(merge, tasks[task], side)}
    order = [task for task in order if task not in lost]
    above: list[int | None] = [None]  # the rank of the next one that stays, from the end
    for task_id in reversed(order[1:]):
        stays = Field.POSITION in tasks[task_id].values and task_id not in moved
        above.append(_number(tasks[task_id].values[Field.POSITION]) if stays else above[-1])
    for index, (task_id, high) in enumerate(zip(order, reversed(above), strict=True)):
        task = tasks[task_id]
        if Field.POSITION in task.values and task_id not in moved:
            continue
        low = _number(tasks[order[index - 1]].values.get(Field.POSITION)) if index else None
        if low is not None and high is not None and 0 <= high - low <= 1:
            _respace(merge.lenses.state, tasks[order[index - 1]])
            _rank(merge, side, order, {task for task in moved if task in order[index:]})
            return
        rank = _between(low, high)
        if Field.POSITION in task.values:
            merge.advance(task, Field.POSITION, rank, side=side, rule="moved")
            merge.lenses.state.links[task_id, side].acked.pop(Field.POSITION, None)
        else:
            task.values[Field.POSITION] = rank


def _respace(state: State, member: Task) -> None:
    """New ranks with wide gaps for all siblings of a task, in the order that they have: nothing has moved."""
    parent = member.values.get(Field.PARENT)
    siblings = [
        task
        for task in state.tasks.values()
        if Field.POSITION in task.values and task.values.get(Field.PARENT) == parent
    ]
    siblings.sort(key=lambda task: (_number(task.values[Field.POSITION]), task.id))
    for place, task in enumerate(siblings, start=1):
        task.values[Field.POSITION] = place * GAP


def _loses(merge: Merge, task: Task, side: SideName) -> bool:
    """Whether a higher side has moved this task, which this side had not seen: positions go by priority."""
    link, version = merge.lenses.state.links[task.id, side], task.version(Field.POSITION)
    rank = merge.lenses.policy.rank
    unseen = link.acked.get(Field.POSITION, version.number) < version.number
    return unseen and rank(version.side) < rank(side)


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
        if link.live and state.tasks[link.task].kind is Kind.TASK:
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
    movable = {task for task in ranked if task in coming or _owed(state, side, task)}
    kept = _staying(ranked, desired, movable)
    slots = _slots(state, side, current)
    moves: list[tuple[TaskId, int]] = []
    for index, task in enumerate(desired):
        if task in kept or task not in movable:
            continue
        slots.remove(task)
        slots.insert(slots.index(desired[index - 1]) + 1 if index else 0, task)
        moves.append((task, slots.index(task) + 1))
    return moves


def _staying(current: Sequence[TaskId], desired: Sequence[TaskId], movable: set[TaskId]) -> set[TaskId]:
    """What need not be moved: all that may not, and as many of the others as stand right between those."""
    anchors = longest_common_order([task for task in current if task not in movable], desired)
    here, there = _gaps(current, anchors), _gaps(desired, anchors)
    staying = set(anchors)
    for gap, tasks in there.items():
        right = [task for task in here.get(gap, ()) if task in movable]
        staying |= longest_common_order(right, tasks)
    return staying


def _gaps(order: Sequence[TaskId], anchors: set[TaskId]) -> dict[int, list[TaskId]]:
    """What stands between the anchors: by how many of them come before."""
    gaps: dict[int, list[TaskId]] = defaultdict(list)
    passed = 0
    for task in order:
        if task in anchors:
            passed += 1
        else:
            gaps[passed].append(task)
    return gaps


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


def positions(state: State, side: SideName, observation: Observation) -> dict[TaskId, int]:
    """The ranks that a complete read of a side shows, by task; of what it did not tell again, the last ones."""
    found: dict[TaskId, int] = {}
    for link in state.of_side(side):
        entry, pair = observation.entries.get(str(link.ref)), link.pairs.get(Field.POSITION)
        value = entry.fields.get(Field.POSITION) if entry is not None else (pair.stored if pair is not None else None)
        if isinstance(value, int):
            found[link.task] = value
    return found
