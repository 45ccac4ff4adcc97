"""The tree of a group's tasks: no cycles, parents before children (rule 18)."""

from __future__ import annotations

import pytest

from connectors.task import Field
from sync.core.merge import Merge
from sync.core.model import Version
from sync.core.tree import break_cycles, cycle_of, depth, made_above
from tests.core.build import NOW, add_task, group, lenses_of, state_of

PARENT = Field.PARENT


def forest(*parents, by="a"):
    """Tasks 1, 2, … with these parents, moved there by these sides (a letter each)."""
    state = state_of(group("a", "b", "c"))
    for number, parent in enumerate(parents, start=1):
        task = add_task(state, number, {PARENT: parent}, "a", "b")
        task.versions[PARENT] = Version(number=2, side=(by * len(parents))[number - 1])
    return state


@pytest.mark.parametrize(
    ("parents", "start", "cycle"),
    [
        ((None, 1, 2), 3, []),
        ((2, 1), 1, [1, 2]),
        ((1,), 1, [1]),
        ((2, 3, 1), 2, [2, 3, 1]),
        ((2, 1, 1), 3, []),
        ((9,), 1, []),
    ],
    ids=["a chain", "two", "itself", "three", "below a cycle", "a parent that is not there"],
)
def test_the_cycle_that_a_task_stands_in(parents, start, cycle):
    state = forest(*parents)
    assert [task.id for task in cycle_of(state, state.tasks[start])] == cycle


@pytest.mark.parametrize(
    ("parents", "expected"),
    [((None, 1, 2), [0, 1, 2]), ((2, 1), [1, 1]), ((9, 1), [0, 1]), ((1,), [0]), ((2, 1, 1), [1, 1, 2])],
)
def test_how_many_ancestors_a_task_has(parents, expected):
    state = forest(*parents)
    assert [depth(state, task) for task in state.tasks.values()] == expected


def broken(state, moved, before):
    """The parents after the cycles were broken, and what was lost."""
    merge = Merge(lenses_of(group("a", "b", "c"), state), 9, NOW)
    break_cycles(merge, moved, before)
    lost = [(row.task, row.side, row.old, row.new) for row in merge.moved if row.lost]
    return {number: task.values[PARENT] for number, task in state.tasks.items()}, lost, merge.conflicts


@pytest.mark.parametrize(
    ("by", "parents", "lost"),
    [
        ("ab", {1: 2, 2: None}, [(2, "b", 1, None)]),
        ("ba", {1: None, 2: 1}, [(1, "b", 2, None)]),
        ("aa", {1: 2, 2: None}, [(2, "a", 1, None)]),
    ],
    ids=["b is lower", "b moved the other", "the same side: the later task"],
)
def test_the_lowest_ranked_move_of_a_cycle_is_undone_and_kept(by, parents, lost):
    state = forest(2, 1, by=by)
    assert broken(state, [1, 2], {1: None, 2: None}) == (parents, lost, 1)
    undone = lost[0][0]
    version = state.tasks[undone].versions[PARENT]
    assert (version.rule, version.side, version.number) == ("no cycle", lost[0][1], 3)


def test_only_moves_of_this_cycle_are_undone():
    """Task 1 has been there before; task 2 moved by the higher side all the same goes back."""
    state = forest(2, 1, by="ca")
    assert broken(state, [2], {2: None})[0] == {1: 2, 2: None}


def test_a_cycle_without_a_move_is_left_alone():
    state = forest(2, 1, None)
    assert broken(state, [3], {3: None}) == ({1: 2, 2: 1, 3: None}, [], 0)


def test_two_cycles_are_broken_one_by_one():
    state = forest(2, 1, 4, 3, by="abab")
    assert broken(state, [1, 2, 3, 4], {2: None, 4: None})[::2] == ({1: 2, 2: None, 3: 4, 4: None}, 2)


def test_an_undone_move_that_makes_another_cycle_is_followed():
    """Going back under an old parent closes another cycle: the next move of it goes back too."""
    state = forest(2, 1, 2, by="aba")
    parents, lost, conflicts = broken(state, [1, 2, 3], {1: None, 2: 3, 3: None})
    assert (parents, [row[0] for row in lost], conflicts) == ({1: 2, 2: 3, 3: None}, [2, 3], 2)


def test_nothing_moves_where_there_is_no_cycle():
    state = forest(None, 1)
    assert broken(state, [2], {2: None}) == ({1: None, 2: 1}, [], 0)


def test_a_cycle_that_was_there_before_the_move_ends_the_search():
    state = forest(2, 1)
    parents, lost, conflicts = broken(state, [1], {1: 2})
    assert (parents, [row[0] for row in lost], conflicts) == ({1: 2, 2: 1}, [1], 1)


@pytest.mark.parametrize(
    ("parents", "there", "making", "above"),
    [
        ((None, 1), {1}, {1}, None),
        ((None, 1), set(), {1}, 1),
        ((None, 1), set(), set(), None),
        ((None, 1, 2), {1}, set(), None),
        ((None, 1, 2), set(), {1}, 1),
        ((None, 1, 2), set(), {1, 2}, 2),
        ((None, 1, 2), {2}, {1}, None),
        ((None,), set(), {1}, None),
        ((9,), set(), {2}, None),
        ((2, 1, 1), set(), {4}, None),
    ],
    ids=[
        "there already",
        "made",
        "not made",
        "above what is not made, there",
        "above what is not made, made",
        "both made",
        "its parent there",
        "no parent",
        "a parent that is not there",
        "a circle",
    ],
)
def test_what_is_made_above_a_task(parents, there, making, above):
    """The nearest ancestor that is there, or is made there: if it is made, the task is to stand below it."""
    state = forest(*parents)
    for number in state.tasks:
        if number not in there:
            del state.links[number, "b"]
    last = state.tasks[max(state.tasks)]
    assert made_above(state, last, "b", {(number, "b") for number in making}) == above
    assert made_above(state, last, "b", {(number, "a") for number in making}) is None
