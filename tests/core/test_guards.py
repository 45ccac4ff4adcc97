"""Outgoing guards, as a table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.core.facts import Action
from sync.core.guards import guard_outgoing
from sync.core.model import Do
from sync.core.policy import GuardPolicy, Limit
from tests.core.build import NOW, add_task, group, state_of

LIMIT = Limit(share=0.25, count=2)


def act(do: Do, *numbers: int, side: str = "a") -> list[Action]:
    """One action for each task."""
    return [Action(do=do, task=number, title=str(number), side=side, ref=f"{side}{number}") for number in numbers]


def guarded(actions, *, linked=8, allow=(), limit=None, creates=None, before=()):
    """What passes the guards, as tasks, and what is held, as tasks; ``before`` are recorded decisions by task."""
    policy = group("a", "b", guards=GuardPolicy(deletes=LIMIT, creates=creates))
    state = state_of(policy)
    for number in range(1, linked + 1):
        add_task(state, number, {}, "a", "b")
    guard_outgoing(state, actions, policy, now=NOW, allow=allow, limit=limit)
    for held in state.held:
        held.decision = dict(before).get(held.task, "")
    passed = guard_outgoing(state, actions, policy, now=NOW, allow=allow, limit=limit)
    return [action.task for action in passed], [held.task for held in state.held if not held.decision]


@pytest.mark.parametrize(
    ("actions", "passed", "held"),
    [
        (act(Do.DELETE, 1, 2), [1, 2], []),
        (act(Do.DELETE, 1, 2, 3), [], [1, 2, 3]),
        (act(Do.ARCHIVE, 1) + act(Do.CLOSE, 2) + act(Do.DELETE, 3), [], [1, 2, 3]),
        (act(Do.LET_GO, 1, 2, 3), [1, 2, 3], []),
        (act(Do.UPDATE, 1, 2, 3, 4), [1, 2, 3, 4], []),
        (act(Do.DELETE, 1, 2) + act(Do.DELETE, 3, 4, side="b"), [1, 2, 3, 4], []),
        (act(Do.DELETE, 1, 2, 3) + act(Do.UPDATE, 4), [4], [1, 2, 3]),
        (act(Do.DELETE, 1, 2, 3) + act(Do.DELETE, 4, side="b"), [4], [1, 2, 3]),
    ],
)
def test_deletes_over_the_limit_are_held_and_the_rest_goes_on(actions, passed, held):
    """More than 25 % and more than 2 deletes on one side."""
    assert guarded(actions) == (passed, held)


def test_a_share_of_many_is_many():
    """Three of forty are few."""
    assert guarded(act(Do.DELETE, 1, 2, 3), linked=40) == ([1, 2, 3], [])


def test_what_was_approved_goes_on_and_does_not_count_again():
    """One is approved: it passes; the two others are within the limit, and stay held until they are decided."""
    assert guarded(act(Do.DELETE, 1, 2, 3), before={1: "approve"}) == ([1], [2, 3])


@pytest.mark.parametrize("allow", ["deletes", "creates"])
def test_a_guard_is_lifted_by_its_name(allow):
    """`--allow deletes` lifts that guard and no other."""
    actions = act(Do.DELETE, 1, 2, 3) + act(Do.CREATE, 11, 12)
    passed, held = guarded(actions, allow={allow}, creates=1)
    assert (passed, held) == {"deletes": ([1, 2, 3, 11], [12]), "creates": ([11, 12], [1, 2, 3])}[allow]


def test_creates_over_the_limit_are_held():
    """Creates count for each side."""
    assert guarded(act(Do.CREATE, 11, 12, 13) + act(Do.CREATE, 11, side="b"), creates=2) == ([11, 12, 11], [13])


def test_a_number_at_the_command_line_holds_nothing():
    """What is beyond it is left for later."""
    assert guarded(act(Do.CREATE, 11, 12, 13), limit=2) == ([11, 12], [])


def test_what_is_planned_no_more_is_asked_no_more():
    """A held delete whose task is there again withdraws itself."""
    policy = group("a", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    for number in range(1, 6):
        add_task(state, number, {}, "a")
    guard_outgoing(state, act(Do.DELETE, 1, 2, 3), policy, now=NOW, allow=())
    assert len(state.held) == 3
    guard_outgoing(state, act(Do.DELETE, 1), policy, now=NOW, allow=())
    assert [held.task for held in state.held] == [1]


@pytest.mark.parametrize(("hours", "passed"), [(1, []), (23, []), (25, [4])])
def test_deletes_of_the_last_day_count(hours, passed):
    """Two were deleted so many hours ago: one more is one too many for a day."""
    policy = group("a", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    for number in range(1, 6):
        add_task(state, number, {}, "a")
    state.sides["a"].deletes = (NOW - timedelta(hours=hours),) * 2
    assert [one.task for one in guard_outgoing(state, act(Do.DELETE, 4), policy, now=NOW, allow=())] == passed
