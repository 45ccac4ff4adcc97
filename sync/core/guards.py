"""Outgoing guards (stage 9): what is over a limit is held, the rest goes on.

A row that is held stays held until a person decides or lifts the guard, or until what it holds is no longer planned: it
withdraws itself then. An approval lasts until the action was carried out.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Mapping, Sequence
from datetime import datetime
from typing import Final

from sync.core.facts import Action
from sync.core.model import Do, Held, HeldKind, SideName, State, TaskId
from sync.core.policy import GroupPolicy

DELETES: Final = frozenset({Do.DELETE, Do.ARCHIVE, Do.CLOSE})
APPROVED: Final = "approve"


def guard_outgoing(  # noqa: PLR0913 - what the outside decides, and what was planned before
    state: State,
    actions: Sequence[Action],
    policy: GroupPolicy,
    *,
    now: datetime,
    allow: Collection[str],
    limit: int | None = None,
    made: Mapping[SideName, int] | None = None,
    of: Container[TaskId] | None = None,
) -> list[Action]:
    """The actions that may go on. Adds what is held to ``state.held``, and withdraws what is no longer planned.

    ``limit`` is the number of creates that the person at the command line allows in all: what is beyond it is left for
    later, not held. ``made``: the creates that this cycle has planned before, by side. ``of``: the tasks that these
    actions are about, where others were planned for before; None: all.
    """
    known = {held.key: held for held in state.held}
    over = _over(state, actions, policy, now, made or {})
    passed: list[Action] = []
    lifted: set[str] = set()
    for action in actions:
        key = _key(action)
        guard = "creates" if action.do is Do.CREATE else "deletes"
        if guard in allow:
            lifted.add(key)
        if key and _stopped(known.get(key), beyond=key in over, allowed=guard in allow):
            if key not in known:
                known[key] = _held(action, key, over[key], now)
                state.held.append(known[key])
        elif action.do is not Do.CREATE or limit is None or limit > 0:
            limit = limit - 1 if limit is not None and action.do is Do.CREATE else limit
            passed.append(action)
    planned = {_key(action) for action in actions} - lifted
    state.held = [
        held
        for held in state.held
        if held.key in planned or not _is_guarded(held) or not (of is None or held.task in of)
    ]
    return passed


def creates_held(state: State) -> Counter[SideName]:
    """How many creates the guard holds, by side."""
    return Counter(held.side for held in state.held if held.kind is HeldKind.CREATE and _is_guarded(held))


def _over(
    state: State, actions: Sequence[Action], policy: GroupPolicy, now: datetime, made: Mapping[SideName, int]
) -> dict[str, str]:
    """What is over a limit, by key, and why."""
    sides = _sides_over(state, actions, policy, now)
    found: dict[str, str] = {}
    created = Counter(made)
    for action in actions:
        if action.do is Do.CREATE:
            created[action.side] += 1
            if policy.guards.creates is not None and created[action.side] > policy.guards.creates:
                found[_key(action)] = f"more than {policy.guards.creates} creates on {action.side} in one cycle"
        elif action.do in DELETES and action.side in sides:
            found[_key(action)] = f"{sides[action.side]} deletes on {action.side} are over the limit"
    return found


def guard_key(do: Do, task: int, side: SideName) -> str:
    """What a held create or delete is about."""
    return f"guarded:{'create' if do is Do.CREATE else 'delete'}:{task}:{side}"


def _key(action: Action) -> str:
    if action.do is Do.CREATE or action.do in DELETES:
        return guard_key(action.do, action.task, action.side)
    return ""


def _is_guarded(held: Held) -> bool:
    return held.key.startswith("guarded:")


def _stopped(held: Held | None, *, beyond: bool, allowed: bool) -> bool:
    if allowed or (held is not None and held.decision == APPROVED):
        return False
    return beyond or held is not None


def _sides_over(state: State, actions: Sequence[Action], policy: GroupPolicy, now: datetime) -> dict[SideName, int]:
    """The sides with more deletes, lately and now, than the limit; approved ones do not count again."""
    limit = policy.guards.deletes
    if limit is None:
        return {}
    approved = {held.key for held in state.held if held.decision == APPROVED}
    over: dict[SideName, int] = {}
    for name, side in state.sides.items():
        side.deletes = tuple(moment for moment in side.deletes if now - moment < limit.per)
        mine = [action for action in actions if action.side == name and action.do in DELETES]
        new = sum(1 for action in mine if _key(action) not in approved)
        linked = state.live_links(name)
        if limit.exceeded(new + len(side.deletes), linked + len(side.deletes)):
            over[name] = new + len(side.deletes)
    return over


def _held(action: Action, key: str, why: str, now: datetime) -> Held:
    return Held(
        kind=HeldKind.CREATE if action.do is Do.CREATE else HeldKind.DELETE,
        key=key,
        why=why,
        choices=(APPROVED, "refuse"),
        task=action.task,
        title=action.title,
        side=action.side,
        ref=action.ref or "",
        since=now,
    )
