"""What is still open in a group: owed, undeliverable, waiting, as its state has them."""

from __future__ import annotations

from datetime import datetime

from connectors.task import Field
from sync.core.facts import Action, Note
from sync.core.lens import Lenses
from sync.core.model import Do, HeldKind, State, TaskId
from sync.core.model import Side as SideState
from sync.core.plan import Planner
from sync.core.policy import AccessPolicy, GroupPolicy


def still_open(state: State, policy: GroupPolicy, now: datetime) -> tuple[list[Action], list[Note]]:
    """What is still to be sent, to sides that take no part now as well, and what can not be."""
    writable = frozenset(spec.name for spec in policy.sides if spec.access is not AccessPolicy.READ)
    planner = Planner(Lenses(state, policy), now, writable)
    planner.plan()
    held_pairs = {(item.task, item.side) for item in state.held if item.kind in {HeldKind.CREATE, HeldKind.DELETE}}
    open_actions = [
        action
        for action in planner.actions
        if (action.task, action.side) not in held_pairs and action.do is not Do.LET_GO
    ]
    return open_actions, planner.undeliverable


def found_gone(state: State) -> set[TaskId | None]:
    """The tasks that are gone on a side by one answer so far: the next cycle asks for them."""
    return {link.task for link in state.links.values() if link.live and link.gone == 1}


def open_in(state: State, policy: GroupPolicy, now: datetime) -> tuple[list[Note], list[Note], list[Note]]:
    """Owed, undeliverable and waiting, as a store has them between cycles."""
    for spec in policy.sides:
        state.sides.setdefault(spec.name, SideState(name=spec.name))
    actions, undeliverable = still_open(state, policy, now)
    owed = [
        Note(
            task=action.task,
            title=action.title,
            side=action.side,
            ref=action.ref,
            field=name,
            why=f"{action.do.value} is owed",
        )
        for action in actions
        for name in _owed_fields(action)
    ]
    waiting = [
        Note(
            task=link.task,
            title=state.tasks[link.task].title,
            side=link.side,
            ref=link.ref,
            field=None,
            why="not seen there",
        )
        for link in state.links.values()
        if link.live and (link.misses or link.gone)
    ]
    return owed, undeliverable, waiting


def _owed_fields(action: Action) -> list[Field | None]:
    """The fields of an action, for a list of what is owed; a delete has none."""
    return list(action.fields) or [None]
