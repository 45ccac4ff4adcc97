"""Ties that are known before an entry is read: what they place, when they end, what a lost store leaves to ask."""

from __future__ import annotations

import pytest

from connectors.contract import Discovery, Verb
from connectors.task import Field
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.match import member_of
from sync.core.model import Held, HeldKind, TaskLife, Version
from sync.core.settle import BY_HAND
from sync.core.ties import (
    LOST,
    ask_about_lost,
    clusters_of,
    decide_lost,
    doubted,
    lost_key,
    mark_lost,
    recall,
    withdraw_ties,
)
from tests.core.build import NOW, add_task, entry, group, lenses_of, side, state_of

TITLE = Field.TITLE
NO_GET = frozenset(Verb) - {Verb.GET}
NO_LIST = {"discovery": Discovery.POINT}


def world(*sides):
    """Sides, and one task on a; the state and its group."""
    policy = group(*(sides or ("a", "b", "c")))
    state = state_of(policy)
    add_task(state, 1, {TITLE: "Milk"}, "a")
    return state, policy


def question(kind=HeldKind.MATCH, *, on="b", ref="b1", title="Milk", **data):
    """Something that a person is asked."""
    return Held(kind=kind, key=f"{on}:{ref}", why="", choices=(), side=on, ref=ref, title=title, data=data)


def clusters(state, policy, *entries):
    """What ties make of these unlinked entries, each given as SIDE:REF: number, task, refs by side."""
    lenses = lenses_of(policy, state)
    told = [one.split(":") for one in entries]
    members = [member_of(lenses, on, entry(ref, title="Any"), first_meeting=True) for on, ref in told]
    found = clusters_of(lenses, members)
    return [
        (one.number, one.task and one.task.id, {on: member.entry.ref for on, member in one.members.items()})
        for one in found
    ]


def test_an_entry_with_a_tie_joins_its_task_and_one_without_is_left_to_matching():
    state, policy = world()
    state.sides["b"].ties = {"b1": 1, "b9": 1}
    assert clusters(state, policy, "b:b2", "b:b1") == [(1, 1, {"b": "b1"})]
    assert state.sides["b"].ties == {"b9": 1}, "used once"


@pytest.mark.parametrize("how", ["deleted", "linked", "let go"])
def test_a_tie_to_a_task_that_ended_or_has_its_entry_there_places_nothing(how):
    state, policy = world()
    state.sides["b"].ties = {"b1": 1}
    if how == "deleted":
        state.tasks[1].life = TaskLife.DELETED
    else:
        add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    if how == "let go":
        let_go(state.links[1, "b"], BY_HAND)
    assert clusters(state, policy, "b:b1") == []
    assert state.sides["b"].ties == {}


def test_a_tie_that_places_nothing_does_not_keep_the_next_one_from_its_task():
    state, policy = world()
    add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    state.sides["b"].ties, state.sides["c"].ties = {"b7": 1}, {"c1": 1}
    assert clusters(state, policy, "b:b7", "c:c1") == [(1, 1, {"c": "c1"})]


def test_entries_of_a_task_to_be_are_one_and_its_number_is_kept():
    state, policy = world()
    state.sides["b"].ties, state.sides["c"].ties = {"b1": 7}, {"c1": 7}
    assert clusters(state, policy, "b:b1", "c:c1") == [(7, None, {"b": "b1", "c": "c1"})]


def test_an_entry_alone_is_placed_when_others_of_its_task_are_still_to_be_read():
    state, policy = world()
    state.sides["b"].ties, state.sides["c"].ties = {"b1": 7, "b2": 8}, {"c1": 7}
    assert clusters(state, policy, "b:b1", "b:b2") == [(7, None, {"b": "b1"})], "b2 is tied to nothing else"


def test_one_entry_per_side_and_task():
    state, policy = world()
    state.sides["b"].ties = {"b1": 1, "b2": 1}
    assert clusters(state, policy, "b:b2", "b:b1") == [(1, 1, {"b": "b2"})]


def test_a_tie_answers_the_question_where_its_entry_belongs_and_no_other():
    state, policy = world()
    state.sides["b"].ties = {"b1": 1, "b2": 8}
    others = [
        question(on="c"),
        question(ref="b3"),
        question(ref="b2"),
        question(HeldKind.ENTRY),
    ]
    state.held = [question(), *others]
    clusters(state, policy, "b:b1", "b:b2")
    assert state.held == others


@pytest.mark.parametrize(
    ("verbs", "seen", "ends"),
    [
        (NO_GET, {"read": Read.COMPLETE}, True),
        (NO_GET, {"read": Read.SINCE}, False),
        (NO_GET, {"read": Read.COMPLETE, "listed": frozenset({"b1"})}, False),
        (NO_GET, {"read": Read.COMPLETE, "entries": {"b1": entry("b1")}}, False),
        (frozenset(Verb), {"read": Read.COMPLETE}, False),
        (frozenset(Verb), {"read": Read.SINCE, "gone": {"b1"}}, True),
        (frozenset(Verb), {"read": Read.SINCE, "gone": {"b2"}}, False),
    ],
)
def test_a_tie_ends_when_its_entry_is_proved_not_to_be_there(verbs, seen, ends):
    state, policy = world("a", side("b", verbs=verbs))
    state.sides["b"].ties = {"b1": 1}
    lines = withdraw_ties(state, Observation(side="b", **seen), policy.side("b"))
    assert lines == (["b:b1, which was imported, is not there"] if ends else [])
    assert state.sides["b"].ties == ({} if ends else {"b1": 1})


def test_a_task_is_not_made_where_a_tie_to_it_waits():
    state, policy = world()
    state.sides["c"].ties = {"c1": 1}
    assert doubted(lenses_of(policy, state)) == {(1, "c")}


def test_nothing_is_made_on_a_side_that_lost_its_links():
    state, policy = world()
    add_task(state, 2, {TITLE: "Bread"}, "a")
    state.sides["b"].lost = True
    assert doubted(lenses_of(policy, state)) == {(1, "b"), (2, "b")}


def test_a_candidate_of_an_unplaced_entry_is_not_made_there():
    state, policy = world()
    add_task(state, 2, {TITLE: "Bread"}, "a")
    held = question(candidates=["a:a1", "c:c1"])
    state.held = [held, question(HeldKind.ENTRY, candidates=["a:a2"]), question(candidates="a:a2")]
    assert doubted(lenses_of(policy, state)) == {(1, "b")}


def test_a_ref_with_a_colon_is_a_candidate_as_any_other():
    state, policy = world()
    state.links[1, "a"].ref = "x:1"
    state.held = [question(candidates=("a:x:1",))]
    assert doubted(lenses_of(policy, state)) == {(1, "b")}


def test_too_many_candidates_to_be_named_are_all_of_that_title():
    """Of the tasks that there were then; and those that have had another title since."""
    state, policy = world()
    for number, title in ((2, "MILK "), (3, "Bread"), (4, "Tea"), (5, "Milk")):
        add_task(state, number, {TITLE: title}, "a")
    state.tasks[3].versions[TITLE] = Version(number=2, cycle=7)
    state.tasks[4].versions[TITLE] = Version(number=2, cycle=6)
    state.held = [question(below=5, cycle=7), question(ref="b2", title="Tea"), question(on="c", title="Bread")]
    assert doubted(lenses_of(policy, state)) == {(1, "b"), (2, "b"), (3, "b")}


@pytest.mark.parametrize(
    ("how", "lost"),
    [
        ("remembered", True),
        ("not remembered", False),
        ("lists", False),
        ("read before", False),
        ("linked", False),
        ("tied", False),
    ],
)
def test_a_side_without_a_list_is_lost_when_only_an_earlier_store_knew_its_tasks(how, lost):
    state, policy = world("a", "b" if how == "lists" else side("b", **NO_LIST))
    if how == "read before":
        state.sides["b"].read_cycle = 3
    elif how == "linked":
        add_task(state, 2, {TITLE: "Bread"}, "b")
    elif how == "tied":
        state.sides["b"].ties = {"b1": 1}
    mark_lost(state, policy, [] if how == "not remembered" else ["b"])
    assert (state.sides["b"].lost, state.sides["a"].lost) == (lost, False)


def lost_world():
    """A lost side b, and three tasks, of which two would have to be made there."""
    state, _ = world("a", side("b", **NO_LIST))
    for number, title in ((2, "Bread"), (3, "Tea"), (4, "Jam")):
        add_task(state, number, {TITLE: title}, "a")
    add_task(state, 3, {TITLE: "Tea"}, "a", "b")
    state.tasks[4].life = TaskLife.DELETED
    state.sides["b"].lost = True
    return state


def test_one_question_is_asked_about_a_lost_side():
    state = lost_world()
    ask_about_lost(state, NOW)
    [held] = state.held
    assert (held.kind, held.key, held.side, held.since) == (HeldKind.CREATE, lost_key("b"), "b", NOW)
    assert held.choices == ("approve", "refuse")
    assert "on b, which has no list" in held.why
    assert "to make 2 tasks there" in held.why
    ask_about_lost(state, NOW)
    assert state.held == [held], "asked once"
    state.sides["a"].lost = True
    add_task(state, 5, {TITLE: "Oil"}, "b")
    ask_about_lost(state, NOW)
    assert [one.side for one in state.held] == ["b", "a"], "once for each side"


@pytest.mark.parametrize("how", ["not lost", "nothing missing", "refused"])
def test_the_question_is_withdrawn_when_nothing_is_to_be_decided_and_others_stay(how):
    state = lost_world()
    other = question()
    state.held = [other]
    ask_about_lost(state, NOW)
    assert len(state.held) == 2
    match how:
        case "not lost":
            state.sides["b"].lost = False
        case "nothing missing":
            for number in (1, 2):
                add_task(state, number, {TITLE: "Milk"}, "a", "b")
        case "refused":
            state.sides["b"].refused_guard = LOST
    ask_about_lost(state, NOW)
    assert state.held == [other]


@pytest.mark.parametrize(("approved", "lost", "guard"), [(True, False, ""), (False, True, LOST)])
def test_the_answer_makes_the_tasks_or_keeps_them_until_ties_are_imported(approved, lost, guard):
    state = lost_world()
    decide_lost(state, question(HeldKind.CREATE), approved=approved)
    assert (state.sides["b"].lost, state.sides["b"].refused_guard) == (lost, guard)


@pytest.mark.parametrize("approved", [True, False])
def test_an_answer_about_a_side_that_left_changes_nothing(approved):
    state = lost_world()
    decide_lost(state, question(HeldKind.CREATE, on="x"), approved=approved)
    assert [(one.lost, one.refused_guard) for one in state.sides.values()] == [(False, ""), (True, "")]


@pytest.mark.parametrize(("guard", "left"), [(LOST, ""), ("digest of a read", "digest of a read"), ("", "")])
def test_imported_ties_find_a_lost_side_again(guard, left):
    state = lost_world()
    other = question()
    state.held = [other]
    ask_about_lost(state, NOW)
    state.sides["b"].refused_guard = guard
    recall(state, "b")
    assert (state.sides["b"].lost, state.sides["b"].refused_guard, state.held) == (False, left, [other])
