"""The tree of a group's tasks: no cycles, parents before children (rule 18)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping

from connectors.task import Field, Value
from sync.core.lens import canonical_parent
from sync.core.merge import Merge
from sync.core.model import LinkKey, SideName, State, Task, TaskId
from sync.core.policy import GroupPolicy


def cycle_of(state: State, start: Task) -> list[Task]:
    """The tasks of the cycle that ``start`` stands in, or none."""
    path: list[Task] = []
    at: Task | None = start
    while at is not None and at not in path:
        path.append(at)
        parent = canonical_parent(at)
        at = state.tasks.get(parent) if parent is not None else None
    return path[path.index(at) :] if at is not None and at is start else []


def break_cycles(merge: Merge, moved: Iterable[TaskId], before: Mapping[TaskId, Value]) -> None:
    """Undo the lowest-ranked move of each cycle that this cycle's moves made, and keep it as a loser.

    ``before`` has the parent that each moved task had.
    """
    state, policy = merge.lenses.state, merge.lenses.policy
    pending = set(moved)
    for task_id in sorted(pending):
        while cycle := cycle_of(state, state.tasks[task_id]):
            undone = max(
                (task for task in cycle if task.id in pending),
                key=lambda task: (_rank(policy, task), task.id),
                default=None,
            )
            if undone is None:
                break
            pending.discard(undone.id)
            version = undone.version(Field.PARENT)
            lost = undone.values.get(Field.PARENT)
            stands = before.get(undone.id)
            merge.conflicts += 1
            merge.lose(undone, Field.PARENT, version.side, lost, stands)
            merge.advance(undone, Field.PARENT, stands, side=version.side, rule="no cycle")


def _rank(policy: GroupPolicy, task: Task) -> int:
    return policy.rank(task.version(Field.PARENT).side)


def depth(state: State, task: Task) -> int:
    """How many ancestors a task has."""
    count = 0
    passed = {task.id}
    parent = canonical_parent(task)
    while parent is not None and parent not in passed and (found := state.tasks.get(parent)) is not None:
        passed.add(parent)
        count += 1
        parent = canonical_parent(found)
    return count


def made_above(state: State, task: Task, side: SideName, making: Container[LinkKey]) -> TaskId | None:
    """The ancestor below which a task is to stand on a side, where that is one of those that are made there now."""
    passed = {task.id}
    above = canonical_parent(task)
    while above is not None and above not in passed and state.live(above, side) is None:
        if (above, side) in making:
            return above
        passed.add(above)
        above = canonical_parent(state.tasks[above]) if above in state.tasks else None
    return None
