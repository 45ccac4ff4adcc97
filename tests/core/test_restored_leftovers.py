"""After a restore: what is read, and which entries may be tasks that the older store has under another title."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Discovery, Verb
from connectors.task import Field, Kind, Status
from sync.core.cluster import Cluster, Member
from sync.core.facts import Observation, Read
from sync.core.intake import Intake
from sync.core.merge import Merge
from sync.core.model import Held, HeldKind, Restored, TaskLife
from sync.core.policy import AccessPolicy
from sync.core.restored import (
    CANDIDATES,
    WHOLE_NEXT,
    doubts,
    is_too_old,
    leftovers,
    only_whole,
    restored_sides,
)
from sync.core.ties import doubted, mark_lost, unnamed
from tests.core.build import NOW, add_task, entry, group, lenses_of, side, state_of

TITLE, STATUS, COMPLETED = Field.TITLE, Field.STATUS, Field.COMPLETED
DAY = timedelta(days=1)


def test_what_began_before_the_restore_is_not_believed():
    state = state_of(group("a", "b", "c"))
    state.sides["a"].restored, state.sides["b"].restored = Restored.TIED, Restored.BLIND
    assert restored_sides(state) == {"a", "b"}
    reads = {"a": Read.SINCE, "b": Read.COMPLETE, "c": Read.SINCE}
    read = {name: Observation(side=name, read=kind) for name, kind in reads.items()}
    assert only_whole(state, read) == {**read, "a": Observation(side="a", read=Read.NONE, why=WHOLE_NEXT)}


def member(on, ref):
    """An entry without a link."""
    return Member(on, entry(ref), {TITLE: "x"}, first_meeting=False)


def test_an_entry_alone_on_a_side_whose_ties_are_not_known_is_left_over():
    state = state_of(group("a", "b"))
    task = add_task(state, 1, {TITLE: "x"}, "b")
    state.sides["a"].restored, state.sides["b"].restored = Restored.BLIND, Restored.TIED
    alone = [Cluster(members={"a": member("a", ref)}) for ref in ("a8", "a9")]
    known = [
        Cluster(members={"b": member("b", "b8")}),
        Cluster(members={"a": member("a", "a7"), "b": member("b", "b7")}),
        Cluster(task=task, members={"a": member("a", "a6")}),
    ]
    members = [one.members["a"] for one in alone]
    assert leftovers([*alone, *known], state) == (known, {"a": members})


def candidates(number, spec="b", **values):
    """The questions about an entry of side b, of this many tasks that only side a has."""
    policy = group("a", spec)
    state = state_of(policy)
    for one in range(1, number + 1):
        add_task(state, one, {TITLE: "x", **values}, "a")
    return state, lambda: doubts(lenses_of(policy, state), "b", [member("b", "b9")], NOW)


@pytest.mark.parametrize(("number", "more"), [(1, False), (CANDIDATES, False), (CANDIDATES + 1, True)])
def test_a_leftover_may_be_any_task_that_would_be_made_there(number, more):
    state, ask = candidates(number)
    (doubt,) = ask()
    assert (doubt.member.entry.ref, doubt.more, doubt.restored) == ("b9", more, True)
    assert [one.task for one in doubt.candidates] == list(state.tasks.values())[:CANDIDATES]


NOT_MADE = {
    "deleted": lambda state: setattr(state.tasks[1], "life", TaskLife.DELETED),
    "a comment": lambda state: setattr(state.tasks[1], "kind", Kind.COMMENT),
    "there": lambda state: add_task(state, 1, {TITLE: "x"}, "a", "b"),
    "too old": lambda state: state.tasks[1].values.update({STATUS: Status.COMPLETED, COMPLETED: NOW - 31 * DAY}),
}


@pytest.mark.parametrize("change", NOT_MADE.values(), ids=NOT_MADE)
def test_a_task_that_would_not_be_made_there_is_no_candidate(change):
    state, ask = candidates(1)
    change(state)
    assert ask() == []


@pytest.mark.parametrize(
    "spec", [replace(side("b"), access=AccessPolicy.READ), side("b", verbs=frozenset(Verb) - {Verb.CREATE})]
)
def test_where_nothing_is_made_a_leftover_is_new(spec):
    assert candidates(1, spec)[1]() == []


DONE = {STATUS: Status.COMPLETED, COMPLETED: NOW - 2 * DAY}
OLD = {
    "open": ({STATUS: Status.NEEDS_ACTION, COMPLETED: NOW - 2 * DAY}, {"completed": DAY}, False),
    "open, nothing completed": ({STATUS: Status.NEEDS_ACTION}, {"completed_none": True}, False),
    "no status": ({STATUS: None}, {"completed_none": True}, False),
    "nothing completed": (DONE, {"completed_none": True}, True),
    "longer ago": (DONE, {"completed": DAY}, True),
    "just then": (DONE, {"completed": 2 * DAY}, False),
    "cancelled longer ago": ({**DONE, STATUS: Status.CANCELLED}, {"completed": DAY}, True),
    "all": (DONE, {"completed": None}, False),
    "at no known time": ({STATUS: Status.COMPLETED}, {"completed": DAY}, False),
}


@pytest.mark.parametrize(("values", "rules", "expected"), OLD.values(), ids=OLD)
def test_what_was_closed_longer_ago_than_the_group_wants_is_too_old(values, rules, expected):
    policy = group("a", "b", **rules)
    assert is_too_old(add_task(state_of(policy), 1, values, "a"), policy, NOW) is expected


def taken_in(restored, *tasks):
    """What becomes of two new entries of side a: its state, and each title with the sides that have it."""
    policy = group("a", "b")
    state = state_of(policy)
    for number, on in enumerate(tasks, start=1):
        add_task(state, number, {TITLE: f"of {on}"}, *on)
    state.sides["a"].restored, state.sides["b"].restored = restored, Restored.TIED
    entries = {one.ref: one for one in (entry("a8", title="Bread"), entry("a9", title="Milk"))}
    believed = {"a": Observation(side="a", read=Read.COMPLETE, entries=entries)}
    Intake(Merge(lenses_of(policy, state), 2, NOW), NOW, believed, set()).run({})
    return state, [(task.title, "".join(link.side for link in state.of_task(task.id))) for task in state.tasks.values()]


NEW = [("Bread", "a"), ("Milk", "a")]


@pytest.mark.parametrize(
    ("restored", "tasks", "made"),
    [
        (Restored.BLIND, (), NEW),
        (Restored.BLIND, ("ab",), NEW),
        (Restored.BLIND, ("b",), []),
        (Restored.TIED, ("b",), NEW),
    ],
)
def test_an_entry_is_asked_about_where_it_may_be_a_task_that_is_not_there(restored, tasks, made):
    state, found = taken_in(restored, *tasks)
    assert found == [*((f"of {on}", on) for on in tasks), *made]
    assert [(held.kind, held.ref) for held in state.held] == [(HeldKind.MATCH, ref) for ref in ("a8", "a9") if not made]


def test_a_side_that_was_read_is_older_no_more():
    state, _ = taken_in(Restored.BLIND)
    assert (state.sides["a"].restored, state.sides["b"].restored) == (Restored.NO, Restored.TIED)


def test_a_question_that_names_no_title_says_so():
    state = state_of(group("a", "b"))
    assert unnamed(state, 2) == {"below": 1, "cycle": 2}
    assert unnamed(state, 2, titled=False) == {"below": 1, "cycle": 2, "untitled": True}


@pytest.mark.parametrize(("below", "expected"), [((3,), {1, 2}), ((2, 3), {1, 2}), ((3, 2), {1, 2}), ((1,), set())])
def test_a_question_after_a_restore_may_mean_any_task_that_was_there(below, expected):
    policy = group("a", "b")
    state = state_of(policy)
    for number in (1, 2, 3):
        add_task(state, number, {TITLE: "x"}, "a")
    for number in below:
        data = {"below": number, "cycle": 2, "untitled": True}
        state.held.append(Held(kind=HeldKind.MATCH, key="k", why="", choices=(), side="b", title="other", data=data))
    assert doubted(lenses_of(policy, state)) == {(number, "b") for number in expected}


@pytest.mark.parametrize(
    ("restored", "discovery", "lost"),
    [
        (Restored.BLIND, Discovery.POINT, True),
        (Restored.BLIND, Discovery.SNAPSHOT, False),
        (Restored.TIED, Discovery.POINT, False),
    ],
)
def test_where_nobody_can_look_a_side_whose_ties_are_not_known_is_lost(restored, discovery, lost):
    policy = group("a", side("b", discovery=discovery))
    state = state_of(policy)
    state.sides["b"].restored = restored
    mark_lost(state, policy, [])
    assert state.sides["b"].lost is lost
