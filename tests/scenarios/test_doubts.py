"""Entries that may be any of several tasks: a person says which."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from sync.core.model import HeldKind
from sync.report import Result


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def doubtful(group, b=None):
    """One entry of b that may be either of two tasks of a."""
    world = group(a={}, b=b or {})
    world.add("a", "Milk", due="2026-04-01", description="x")
    world.add("a", "Milk", due="2026-04-01", description="y")
    world.add("b", "Milk", due="2026-04-01", labels=["theirs"])
    return world


def test_several_candidates_are_held_and_nothing_is_made_meanwhile(group):
    """One entry may be either of two tasks.

    Held; neither candidate is made there, and the entry is not taken for new.
    """
    world = doubtful(group)
    report = world.run()
    assert (report.result, report.held, report.code) == (Result.HELD, 1, 3)
    (held,) = world.held()
    assert (held.kind, held.choices) == (HeldKind.MATCH, ("same a:m1", "same a:m2", "new"))
    for _ in range(3):
        world.run()
    assert (len(world.titles("a")), len(world.titles("b"))) == (2, 1)
    assert len(world.held()) == 1


@pytest.mark.parametrize("traits", [{}, {"incremental": True}, {"incremental": True, "without": [Verb.GET]}])
def test_a_person_says_which_task_an_entry_is(group, traits):
    """`same SIDE:REF` ties it, whenever that is decided; the other candidate is made there."""
    world = doubtful(group, traits)
    for _ in range(3):
        world.run()
    world.resolve(world.held()[0], "same a:m2")
    world.settle()
    assert world.held() == []
    assert [task["description"] for task in world.vaults["b"].tasks()] == ["y", "x"]
    assert {str(task["description"]): task["labels"] for task in world.vaults["a"].tasks()} == {
        "x": [],
        "y": ["theirs"],
    }
    quiet(world)


def test_a_person_says_that_an_entry_is_new(group):
    """`new` takes it in as a task of its own."""
    world = doubtful(group)
    world.run()
    world.resolve(world.held()[0], "new")
    world.settle()
    assert len(world.titles("a")) == len(world.titles("b")) == 3
    quiet(world)


def test_a_question_about_an_entry_that_is_gone_ends(group):
    """The entry in question is deleted: nobody is asked any more, and the candidates are made there."""
    world = doubtful(group)
    world.run()
    world.vaults["b"].remove("m1")
    world.settle()
    assert world.held() == []
    assert [task["description"] for task in world.vaults["b"].tasks()] == ["x", "y"]


def test_the_candidate_that_is_more_alike_needs_no_person(group):
    """Every week the same title and label, each with its own day: the days tell which is which."""
    world = group(a={}, b={})
    for side, days in (("a", (1, 2, 3)), ("b", (3, 1, 2))):
        for day in days:
            world.add(side, "Call mum", labels=["family"], due=f"2026-04-0{day}", description=f"{side}{day}")
    assert world.run().adopted == 3
    assert [task["description"] for task in world.vaults["b"].tasks()] == ["a3", "a1", "a2"]
    quiet(world)


def test_titles_that_only_a_third_side_cuts_alike_are_two(group):
    """Two sides show the whole titles, a third cuts them: what differs beyond its cut is another task."""
    world = group(a={}, b={}, cuts={"title_limit": 8})
    world.add("a", "Buy milk for us", due="2026-04-01")
    world.add("b", "Buy milk for them", due="2026-04-01")
    assert world.run().adopted == 0
    assert world.titles("a") == world.titles("b") == ["Buy milk for them", "Buy milk for us"]
    quiet(world)


@pytest.mark.parametrize("tasks", [1, 2, 3], ids=["one task", "two tasks", "three tasks"])
def test_a_side_without_a_list_whose_tasks_are_all_gone_asks_a_person(group, tasks):
    """Nothing that is known answers there: deleted, or the wrong place. A person says."""
    world = group(a={}, b={"without": [Verb.CHANGES]})
    for number in range(tasks):
        world.add("a", f"Milk {number}")
    world.settle()
    for task in list(world.vaults["b"].tasks()):
        world.vaults["b"].remove(str(task["id"]))
    reports = [world.run() for _ in range(3)]
    assert (reports[-1].result, reports[-1].code) == (Result.HELD, 3)
    assert len(world.titles("a")) == tasks
    for held in world.held():
        assert held.choices == ("approve", "refuse")
        world.resolve(held, "approve")
    world.settle()
    assert world.titles("a") == []
