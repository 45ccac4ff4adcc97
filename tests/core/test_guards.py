"""Outgoing guards, as a table."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sync.core.evidence import let_go
from sync.core.facts import Action
from sync.core.guards import creates_held, guard_outgoing
from sync.core.model import Do, Held, HeldKind
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


def test_what_is_held_says_what_it_is_about():
    policy = group("a", "b", guards=GuardPolicy(deletes=LIMIT, creates=0))
    state = state_of(policy)
    for number in range(1, 5):
        add_task(state, number, {}, "a")
    create = Action(do=Do.CREATE, task=9, title="nine", side="a", ref=None)
    guard_outgoing(state, [create, *act(Do.DELETE, 1, 2, 3)], policy, now=NOW, allow=())
    first, second = state.held[:2]
    assert (first.kind, first.key, first.task, first.title, first.side, first.ref, first.since, first.choices) == (
        HeldKind.CREATE,
        "guarded:create:9:a",
        9,
        "nine",
        "a",
        "",
        NOW,
        ("approve", "refuse"),
    )
    assert first.why == "more than 0 creates on a in one cycle"
    assert (second.kind, second.key, second.ref) == (HeldKind.DELETE, "guarded:delete:1:a", "a1")
    assert second.why == "3 deletes on a are over the limit"


def test_other_questions_and_other_actions_are_left_alone():
    """What is held for another reason stays; an update or a let-go on a side over its limit goes on."""
    policy = group("a", "b", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    for number in range(1, 9):
        add_task(state, number, {}, "a", "b")
    rows = [
        Held(kind=HeldKind.DELETE, key="vanished:1:a", why="", choices=(), decision="approve"),
        Held(kind=HeldKind.CONFLICT, key="", why="", choices=()),
    ]
    state.held = list(rows)
    actions = [*act(Do.DELETE, 1, 2, 3), *act(Do.UPDATE, 4), *act(Do.LET_GO, 5)]
    passed = guard_outgoing(state, actions, policy, now=NOW, allow=())
    assert [one.task for one in passed] == [4, 5]
    assert state.held[:2] == rows


def test_the_number_at_the_command_line_counts_creates_only():
    actions = [*act(Do.UPDATE, 1, 2), *act(Do.CREATE, 11, 12), *act(Do.DELETE, 3), *act(Do.CREATE, 13)]
    assert guarded(actions, limit=1) == ([1, 2, 11, 3], [])
    assert guarded(actions, limit=0) == ([1, 2, 3], [])


def test_only_what_is_approved_does_not_count_again():
    """Two of five are approved: the three others are over the limit by themselves."""
    held = [1, 2, 3, 4, 5]
    assert guarded(act(Do.DELETE, *held), before={1: "approve", 2: "approve"}) == ([1, 2], [3, 4, 5])
    assert guarded(act(Do.DELETE, 1, 2, 3), before={1: "refuse"}) == ([], [2, 3])


def test_deletes_of_now_alone_count_not_updates():
    actions = [*act(Do.UPDATE, 1, 2, 3, 4), *act(Do.DELETE, 5)]
    assert guarded(actions) == ([1, 2, 3, 4, 5], [])


def test_a_guard_that_is_off_holds_nothing():
    policy = group("a", guards=GuardPolicy(deletes=None, creates=None))
    state = state_of(policy)
    assert len(guard_outgoing(state, act(Do.DELETE, 1, 2, 3), policy, now=NOW, allow=())) == 3


@pytest.mark.parametrize(
    ("linked", "lately", "passed"),
    [(10, 2, True), (9, 2, False), (12, 3, False), (13, 3, True)],
)
def test_the_share_is_of_what_was_linked_before_the_deletes(linked, lately, passed):
    """One more, and so many lately: 3 of 11 are 27 %, 3 of 12 are 25 %."""
    policy = group("a", guards=GuardPolicy(deletes=Limit(share=0.26, count=2)))
    state = state_of(policy)
    for number in range(1, linked + 3):
        add_task(state, number, {}, "a")
    for number in range(linked + 1, linked + 3):
        let_go(state.links[number, "a"], "deleted from here")
    state.sides["a"].deletes = (NOW - timedelta(hours=1),) * lately
    found = guard_outgoing(state, act(Do.DELETE, 1), policy, now=NOW, allow=())
    assert bool(found) is passed
    if not passed:
        assert state.held[0].why == f"{1 + lately} deletes on a are over the limit"


def test_the_window_is_open_at_its_end_and_old_deletes_are_forgotten():
    policy = group("a", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    state.sides["a"].deletes = (NOW - LIMIT.per, NOW - LIMIT.per + timedelta(seconds=1))
    guard_outgoing(state, [], policy, now=NOW, allow=())
    assert len(state.sides["a"].deletes) == 1


def test_a_side_that_deletes_nothing_now_is_not_over():
    """Many were deleted lately; nothing is planned: nothing is held, and an approved one goes on."""
    policy = group("a", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    state.sides["a"].deletes = (NOW,) * 9
    state.held = [
        Held(kind=HeldKind.DELETE, key="guarded:delete:1:a", why="", choices=(), task=1, decision="approve"),
        Held(kind=HeldKind.DELETE, key="guarded:delete:2:a", why="", choices=(), task=2, decision="approve"),
    ]
    assert len(guard_outgoing(state, act(Do.DELETE, 1), policy, now=NOW, allow=())) == 1
    assert [held.task for held in state.held] == [1]


@pytest.mark.parametrize(("approved", "passed"), [((1, 2, 3), [1, 2, 3, 4]), ((1, 2), [1, 2]), ((), [])])
def test_a_delete_beside_approved_ones_is_within_the_limit_for_itself(approved, passed):
    """Three were held; so many of them are approved, and one more task is deleted meanwhile."""
    policy = group("a", guards=GuardPolicy(deletes=Limit(share=0.0, count=1)))
    state = state_of(policy)
    for number in range(1, 5):
        add_task(state, number, {}, "a")
    guard_outgoing(state, act(Do.DELETE, 1, 2, 3), policy, now=NOW, allow=())
    for held in state.held:
        held.decision = "approve" if held.task in approved else ""
    found = guard_outgoing(state, act(Do.DELETE, 1, 2, 3, 4), policy, now=NOW, allow=())
    assert [one.task for one in found] == passed


@pytest.mark.parametrize(("allow", "held"), [("deletes", []), ("creates", [1, 2, 3])])
def test_a_guard_that_is_lifted_asks_no_more(allow, held):
    """What it held before goes on, and the question about it ends."""
    policy = group("a", guards=GuardPolicy(deletes=LIMIT))
    state = state_of(policy)
    for number in range(1, 6):
        add_task(state, number, {}, "a")
    actions = act(Do.DELETE, 1, 2, 3)
    guard_outgoing(state, actions, policy, now=NOW, allow=())
    passed = guard_outgoing(state, actions, policy, now=NOW, allow={allow})
    assert [one.task for one in state.held] == held
    assert len(passed) + len(held) == len(actions)


def test_creates_of_portions_before_count():
    """The limit is that of a cycle, and what was held before stays held though it is not planned now."""
    policy = group("a", "b", guards=GuardPolicy(creates=3))
    state = state_of(policy)
    first = guard_outgoing(state, act(Do.CREATE, 1, 2), policy, now=NOW, allow=())
    assert [action.task for action in first] == [1, 2]
    more = act(Do.CREATE, 3, 4, 5)
    passed = guard_outgoing(state, more, policy, now=NOW, allow=(), made={"a": 2}, of={3, 4, 5})
    assert ([action.task for action in passed], [held.task for held in state.held]) == ([3], [4, 5])
    assert creates_held(state) == {"a": 2}
    passed = guard_outgoing(state, act(Do.CREATE, 6), policy, now=NOW, allow=(), made={"a": 5}, of={6})
    assert (passed, [held.task for held in state.held]) == ([], [4, 5, 6])


def test_what_a_portion_plans_no_more_is_asked_no_more_and_that_of_others_is():
    policy = group("a", "b", guards=GuardPolicy(creates=1))
    state = state_of(policy)
    guard_outgoing(state, act(Do.CREATE, 1, 2, 3), policy, now=NOW, allow=())
    assert [held.task for held in state.held] == [2, 3]
    guard_outgoing(state, [], policy, now=NOW, allow=(), made={"a": 1}, of={2})
    assert [held.task for held in state.held] == [3]


def test_only_the_creates_that_the_guard_holds_are_counted():
    policy = group("a", "b", guards=GuardPolicy(creates=1, deletes=LIMIT))
    state = state_of(policy)
    for number in range(1, 9):
        add_task(state, number, {}, "a")
    guard_outgoing(state, act(Do.CREATE, 11, 12) + act(Do.DELETE, 1, 2, 3), policy, now=NOW, allow=())
    state.held.append(Held(kind=HeldKind.CREATE, key="create:4:a", why="in doubt", choices=(), task=4, side="a"))
    assert [held.kind for held in state.held] == [HeldKind.CREATE, *[HeldKind.DELETE] * 3, HeldKind.CREATE]
    assert creates_held(state) == {"a": 1}
