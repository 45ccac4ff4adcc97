"""Sides that meet for the first time, and entries that are new in one cycle: which of them are one task."""

from __future__ import annotations

import itertools
from datetime import timedelta

import pytest

from sync.report import Result


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def test_a_first_meeting_takes_the_first_sides_values_and_keeps_the_losers(group):
    """Sides disagree and there is no base.

    The order decides, losers are kept, empty fields are filled, nothing is deleted.
    """
    world = group(a={}, b={})
    world.add("a", "Milk", due="2026-04-01", description="ours", labels=[])
    world.add("b", "Milk", due="2026-04-01", description="theirs", labels=["shop"])
    world.add("a", "only here")
    world.add("b", "only there")
    report = world.run()
    assert (report.adopted, report.created, report.deleted) == (1, 2, 0)
    for side in "ab":
        assert world.titles(side) == ["Milk", "only here", "only there"]
        assert world.on(side, "Milk")["description"] == "ours"
        assert world.on(side, "Milk")["labels"] == ["shop"]
    assert world.lost("description") == ["theirs"]
    quiet(world)


def test_a_third_side_joins_a_running_group(group):
    """A side with data joins: the group's values stand, empty fields are filled from it."""
    world = group(a={}, b={})
    world.add("a", "Milk", description="ours")
    world.settle()
    world.add_side("c", {})
    world.add("c", "Milk", description="theirs", due="2026-04-01")
    world.add("c", "Bread")
    world.run()
    for side in "abc":
        assert world.titles(side) == ["Bread", "Milk"]
        assert world.on(side, "Milk")["description"] == "ours"
        assert world.on(side, "Milk")["due"] == "2026-04-01"
    assert world.lost("description") == ["theirs"]
    quiet(world)


def test_open_and_done_tasks_of_one_title_are_not_one(group):
    """A title alone ties only what is open on both sides or closed on both."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.add("b", "Milk", status="completed")
    report = world.run()
    assert report.adopted == 0
    assert len(world.titles("a")) == len(world.titles("b")) == 2
    quiet(world)


def test_a_group_that_does_not_match_titles_makes_every_task(group):
    """`match = "none"`: nothing is tied at the first meeting."""
    world = group(a={}, b={}, policy={"match_titles": False})
    world.add("a", "Milk", due="2026-04-01")
    world.add("b", "Milk", due="2026-04-01")
    assert world.run().adopted == 0
    assert len(world.titles("a")) == len(world.titles("b")) == 2
    quiet(world)


@pytest.mark.parametrize("order", list(itertools.permutations("abc")), ids="".join)
def test_a_chain_of_likenesses_gives_one_partition_in_every_run(group, order):
    """A is like B by due, B like C by title, A not like C.

    One partition, the same in every run and in every order of listing.
    """
    world = group(a={}, b={}, c={})
    content = {
        "a": {"due": "2026-04-01", "description": "first"},
        "b": {"due": "2026-04-01"},
        "c": {"description": "third"},
    }
    for side in order:
        world.add(side, "Milk", **content[side])
    world.run()
    state = world.state()
    together = sorted(sorted(link.side for link in state.of_task(task) if link.ref == "m1") for task in state.tasks)
    assert together == [["a", "b", "c"]]
    quiet(world)


def test_a_task_that_is_made_every_week_is_new_every_week(group):
    """A task called "Water plants" is created again: a new task, not tied to the old one."""
    world = group(a={}, b={})
    for week in range(3):
        world.add("a", "Water plants")
        world.settle()
        for side in "ab":
            assert len(world.titles(side)) == week + 1
        for task in world.vaults["a"].tasks():
            world.edit("a", str(task["id"]), status="completed")
        world.settle()
        world.clock.pass_(timedelta(days=7).total_seconds())
    assert len(world.state().tasks) == 3


def test_two_people_who_make_the_same_task_in_one_cycle_make_one(group):
    """The same title and one more such field, new on two sides in one cycle: one task."""
    world = group(a={}, b={})
    world.settle(1)
    world.add("a", "Milk", due="2026-04-01", description="here")
    world.add("b", "Milk", due="2026-04-01")
    report = world.run()
    assert (report.adopted, report.created) == (1, 0)
    assert world.titles("a") == world.titles("b") == ["Milk"]
    assert world.on("b", "Milk")["description"] == "here"
    quiet(world)


def test_the_title_alone_ties_nothing_after_the_first_meeting(group):
    """Later, two new tasks of one title and nothing else in common are two."""
    world = group(a={}, b={})
    world.settle(1)
    world.add("a", "Milk")
    world.add("b", "Milk")
    world.run()
    assert len(world.titles("a")) == len(world.titles("b")) == 2
    quiet(world)


def test_equal_twins_are_paired_in_their_order(group):
    """Two equal tasks on each side are two tasks, not four."""
    world = group(a={}, b={})
    for side in "ab":
        for _ in range(2):
            world.add(side, "Milk", due="2026-04-01")
    assert world.run().adopted == 2
    assert len(world.titles("a")) == len(world.titles("b")) == 2
    assert {link.ref for link in world.state().of_task(1)} == {"m1"}
    quiet(world)


def test_a_task_completed_long_ago_is_not_made_anywhere(group):
    """Completed longer ago than the group wants: it stays where it is; a recent one is made."""
    world = group(a={}, b={})
    world.add("a", "old", status="completed", completed="2026-01-01T00:00:00+00:00")
    world.add("a", "recent", status="completed", completed="2026-03-01T00:00:00+00:00")
    world.run()
    assert world.titles("b") == ["recent"]
    quiet(world)


def test_an_old_task_is_made_when_it_is_opened_again(group):
    """Opened again, it is a task like any other."""
    world = group(a={}, b={})
    ref = world.add("a", "old", status="completed", completed="2026-01-01T00:00:00+00:00")
    world.settle()
    world.edit("a", ref, status="needs_action")
    world.run()
    assert world.titles("b") == ["old"]


@pytest.mark.parametrize(("policy", "made"), [({"completed": None}, ["done"]), ({"completed_none": True}, [])])
def test_all_or_none_of_the_completed_tasks_are_made(group, policy, made):
    """`completed = "all"` makes what was completed years ago, `"none"` nothing that is completed."""
    world = group(a={}, b={}, policy=policy)
    world.add("a", "done", status="completed", completed="2020-01-01T00:00:00+00:00")
    world.run()
    assert world.titles("b") == made
    quiet(world)
