"""Which actions of one side may be under way at once: those of one wave do not depend on each other. Pure.

Parents are created before their children, and deleted after them; moves in the tree are made one by one, in their
order, and so are moves among siblings.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from connectors.contract import Capabilities, CreateHelp, Verb
from connectors.task import Field
from sync.core.facts import Action
from sync.core.lens import canonical_parent
from sync.core.model import Do, State, TaskId

_IN_ORDER: Final = frozenset({Field.PARENT, Field.POSITION})


def lanes(capabilities: Capabilities) -> int:
    """How many changing requests may be under way at once on a side.

    One, where their order tells something (positions), where one takes others along (cascades), where what is written
    over has to be listed first, and where nobody could tell what became of several creates (rule 7).
    """
    alone = (
        capabilities.create_help is CreateHelp.NONE
        or capabilities.delete_cascades
        or Field.POSITION in capabilities.held
        or not capabilities.can(Verb.GET)
    )
    return 1 if alone else max(1, capabilities.parallel)


def waves(state: State, actions: Sequence[Action]) -> list[list[Action]]:
    """The actions of one side in their order, in groups; each group is done when the next one begins."""
    creates = [action for action in actions if action.do is Do.CREATE]
    updates = [action for action in actions if action.do is Do.UPDATE]
    rest = [action for action in actions if action.do not in {Do.CREATE, Do.UPDATE}]
    return [*_downwards(state, creates), *_one_by_one(updates), *_upwards(state, rest)]


def _downwards(state: State, actions: Iterable[Action]) -> list[list[Action]]:
    """Each after those of its ancestors; parents come before their children."""
    found: dict[TaskId, int] = {}
    for action in actions:
        above = next((found[one] for one in _ancestors(state, action.task) if one in found), -1)
        found[action.task] = above + 1
    return _by_level(actions, found)


def _upwards(state: State, actions: Iterable[Action]) -> list[list[Action]]:
    """Each after those of what is below it; children come before their parents."""
    found: dict[TaskId, int] = {}
    below: dict[TaskId, int] = {}
    for action in actions:
        found[action.task] = level = below.get(action.task, 0)
        for one in _ancestors(state, action.task):
            below[one] = max(below.get(one, 0), level + 1)
    return _by_level(actions, found)


def _one_by_one(actions: Iterable[Action]) -> Iterator[list[Action]]:
    """Moves alone, all between two moves together."""
    group: list[Action] = []
    for action in actions:
        if _IN_ORDER.isdisjoint(action.fields):
            group.append(action)
            continue
        if group:
            yield group
            group = []
        yield [action]
    if group:
        yield group


def _by_level(actions: Iterable[Action], levels: dict[TaskId, int]) -> list[list[Action]]:
    groups: dict[int, list[Action]] = {}
    for action in actions:
        groups.setdefault(levels[action.task], []).append(action)
    return [groups[level] for level in sorted(groups)]


def _ancestors(state: State, task: TaskId) -> Iterator[TaskId]:
    """A task's ancestors, the nearest first."""
    passed = {task}
    found = state.tasks.get(task)
    while found is not None:
        parent = canonical_parent(found)
        if parent is None or parent in passed:
            return
        passed.add(parent)
        yield parent
        found = state.tasks.get(parent)
