"""Sides that leave, come, return, and miss what happened meanwhile (rule 20)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.task import Field
from sync.core.evidence import let_go
from sync.core.model import Do, Held, HeldKind, Intent, Version
from sync.core.policy import GuardPolicy
from sync.core.sides import meet, welcome_back
from tests.core.build import NOW, RICH, add_task, group, side, state_of

TITLE, NOTE = Field.TITLE, Field.DESCRIPTION


def world():
    """Sides a and b with a task, an intent and a question on each."""
    policy = group("a", "b")
    state = state_of(policy)
    add_task(state, 1, {}, "a", "b")
    for name in "ab":
        state.intents.append(Intent(task=1, side=name, do=Do.UPDATE, ref=None, patch={}, versions={}))
        state.held.append(Held(kind=HeldKind.ENTRY, key=name, why="", choices=(), side=name))
        state.sides[name].cursor = "c"
    return state


def known(state):
    """What is remembered of which sides: links, intents, questions, cursors."""
    return (
        [name for _, name in state.links],
        [one.side for one in state.intents],
        [one.side for one in state.held],
        [name for name, one in state.sides.items() if one.cursor],
    )


@pytest.mark.parametrize(
    ("before", "now", "kept"), [("", "f", True), ("f", "f", True), ("f", "other", False), ("f", "", False)]
)
def test_another_account_or_container_is_another_side(before, now, kept):
    """Its refs, hashes and cursor mean nothing to the other one."""
    state = world()
    state.sides["b"].fingerprint = before
    meet(state, group("a", replace(side("b"), fingerprint=now)))
    assert known(state) == tuple([["a", "b"] if kept else ["a"]] * 4)
    assert state.sides["b"].fingerprint == now
    assert state.sides["b"].met is kept


def test_the_sides_of_the_state_are_in_the_order_of_the_group():
    """A side that left the configuration is dormant: it comes before those that are there."""
    state = world()
    meet(state, group("c", "b"))
    assert list(state.sides) == ["a", "c", "b"]
    assert (state.sides["c"].name, state.sides["c"].met) == ("c", False)
    assert known(state)[0] == ["a", "b"]


@pytest.mark.parametrize(("days", "distrusted"), [(None, False), (6, False), (7, False), (8, True)])
def test_after_a_long_absence_what_a_side_lacks_is_not_believed(days, distrusted):
    state = world()
    state.sides["b"].left = NOW - timedelta(days=days) if days is not None else None
    welcome_back(state, group("a", "b", guards=GuardPolicy(returned=timedelta(days=7))), NOW)
    assert (state.sides["a"].distrusted, state.sides["b"].distrusted) == (False, distrusted)


@pytest.mark.parametrize(
    ("cycle", "acked", "expected"), [(5, {}, {}), (6, {}, {TITLE: 2}), (6, {TITLE: 0}, {TITLE: 0}), (4, {}, {})]
)
def test_values_that_moved_while_a_side_took_no_part_are_owed_to_it(cycle, acked, expected):
    state = world()
    state.sides["b"].read_cycle = 5
    state.sides["a"].read_cycle = 9
    state.tasks[1].versions = {TITLE: Version(number=3, cycle=cycle), NOTE: Version(number=9, cycle=1)}
    state.links[1, "b"].acked = dict(acked)
    welcome_back(state, group("a", "b"), NOW)
    assert (state.links[1, "a"].acked, state.links[1, "b"].acked) == ({}, expected)


def test_nothing_is_owed_to_a_link_that_ended_nor_in_a_field_that_is_not_held():
    state = world()
    state.tasks[1].versions = {TITLE: Version(number=3, cycle=6), NOTE: Version(number=3, cycle=6)}
    add_task(state, 2, {}, "b")
    state.tasks[2].versions = {TITLE: Version(number=3, cycle=6), NOTE: Version(number=3, cycle=6)}
    let_go(state.links[1, "b"], "deleted there")
    welcome_back(state, group("a", side("b", fields={TITLE: RICH.fields[TITLE]})), NOW)
    assert state.links[1, "b"].acked == {}
    assert state.links[2, "b"].acked == {TITLE: 2}
    assert state.links[1, "a"].acked == {TITLE: 2, NOTE: 2}
