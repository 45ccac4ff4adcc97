"""The order of siblings on two sides that have one."""

from __future__ import annotations

import random

import pytest

from sync.report import Result
from tests.scenarios.breaking import break_off, failing, lose_answer

TREE = {"parents": True}


def order(world, side, parent=None):
    """The titles under a parent (its title; None: at the root), in their order."""
    tasks = world.vaults[side].tasks()
    above = next((task["id"] for task in tasks if task["title"] == parent), None)
    mine = [task for task in tasks if task["parent"] == above]
    return "".join(str(task["title"]) for task in sorted(mine, key=lambda task: task["position"]))


def lined_up(group, titles, **traits):
    """Tasks with one-letter titles, in this order on all sides."""
    world = group(**(traits or {"a": TREE, "b": TREE}))
    for title in titles:
        world.add("a", title)
    world.settle()
    return world


def move(world, side, title, position):
    """A person drags a task to a place from 1."""
    world.clock.pass_(30)
    parent = world.on(side, title)["parent"]
    world.vaults[side].move(world.ref(side, title), parent=parent, position=position)


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def test_new_tasks_stand_in_the_same_order(group):
    """A first cycle brings the order along."""
    world = lined_up(group, "dbca")
    assert order(world, "b") == order(world, "a") == "dbca"
    quiet(world)


@pytest.mark.parametrize(("title", "position"), [("a", 4), ("d", 1), ("b", 3), ("c", 1)])
def test_one_move_is_one_write(group, title, position):
    """Only what lies outside the longest common order has moved: one request on the other side."""
    world = lined_up(group, "abcd")
    move(world, "a", title, position)
    writes = world.writes()
    world.run()
    assert order(world, "b") == order(world, "a") != "abcd"
    assert world.writes() - writes == 1
    quiet(world)


def test_a_task_that_is_inserted_in_the_middle_stands_in_the_middle(group):
    """A new task between two others is made there, or moved there in the same cycle."""
    world = lined_up(group, "abcd")
    ref = world.add("a", "x")
    world.vaults["a"].move(ref, parent=None, position=3)
    world.settle()
    assert order(world, "b") == order(world, "a") == "abxcd"
    quiet(world)


def test_moves_on_both_sides_are_both_done(group):
    """Two people move two different tasks: both moves, on both sides."""
    world = lined_up(group, "abcdef")
    move(world, "a", "a", 3)
    move(world, "b", "f", 4)
    world.settle()
    assert order(world, "a") == order(world, "b")
    assert order(world, "a").index("a") > order(world, "a").index("b")
    assert order(world, "a").index("f") < order(world, "a").index("e")
    quiet(world)


def test_a_task_that_changes_its_parent_keeps_its_place_there(group):
    """A task is dragged under another parent, between its children."""
    world = group(a=TREE, b=TREE)
    parent = world.add("a", "P")
    for title in "abc":
        world.add("a", title, parent=parent)
    ref = world.add("a", "x")
    world.settle()
    world.vaults["a"].move(ref, parent=parent, position=2)
    world.settle()
    assert order(world, "b", "P") == order(world, "a", "P") == "axbc"
    quiet(world)


@pytest.mark.parametrize("error", [break_off(), lose_answer()], ids=["not applied", "answer lost"])
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_move_that_fails_is_done_in_the_next_cycle(group, error, when):
    """Failures in between moves: the rest is owed, nothing flows back, the order agrees in the end."""
    world = lined_up(group, "abcdef")
    for title in "ab":
        move(world, "a", title, 6)
    with failing(world.vaults["b"], "update", error, when=when, times=1):
        world.run()
    world.settle()
    assert order(world, "a") == order(world, "b") == "cdefab"
    quiet(world)


def test_a_task_whose_like_was_moved_away_is_deleted_in_the_same_cycle(group):
    """Our own move shifts its number there before it is deleted, and looked at: nobody edited it."""
    world = lined_up(group, "abcd", a=TREE, b={**TREE, "cascades": True})
    world.vaults["a"].remove(world.ref("a", "c"))
    assert world.run().result is Result.WAITING
    world.vaults["a"].move(world.ref("a", "a"), parent=world.ref("a", "b"))
    report = world.run()
    assert (report.result, report.deleted, report.updated) == (Result.CHANGED, 1, 1)
    assert world.titles("a") == world.titles("b") == ["a", "b", "d"]
    quiet(world)


def test_a_deleted_task_moves_nobody(group):
    """The numbers of the others shift: no move, no write but the delete."""
    world = lined_up(group, "abcde")
    world.vaults["a"].remove(world.ref("a", "b"))
    world.run()
    writes = world.writes()
    world.run()
    assert world.writes() - writes == 1
    assert order(world, "a") == order(world, "b") == "acde"
    quiet(world)


@pytest.mark.parametrize("seed", range(12))
def test_any_order_arrives(group, seed):
    """A list is shuffled by hand on one side, some tasks are added and deleted.

    The other side has that order in the end.
    """
    rnd = random.Random(seed)
    world = lined_up(group, "abcdefgh")
    for title in rnd.sample("abcdefgh", 4):
        move(world, "a", title, rnd.randint(1, 8))
    world.vaults["a"].move(world.add("a", "x"), parent=None, position=rnd.randint(1, 9))
    world.settle()
    assert order(world, "b") == order(world, "a")
    quiet(world)


def test_a_side_without_order_keeps_the_others_order(group):
    """A third side that has no order neither gets moves nor disturbs."""
    world = lined_up(group, "abc", a=TREE, b=TREE, c={})
    world.edit("c", world.ref("c", "b"), description="edited there")
    move(world, "b", "c", 1)
    world.settle()
    assert order(world, "a") == order(world, "b") == "cab"
    assert world.vaults["c"].requests["update"] == 0
    quiet(world)


def test_a_task_that_both_sides_moved_stands_where_the_first_side_has_it(group):
    """Two people move the same task: conflicts of position go by priority."""
    world = lined_up(group, "abcdef")
    move(world, "b", "c", 6)
    move(world, "a", "c", 1)
    world.settle()
    assert order(world, "a") == order(world, "b") == "cabdef"
    quiet(world)


def test_a_place_that_is_used_again_and_again_stays_right(group):
    """Thirty tasks are put between the same two, one in each cycle: the order still agrees."""
    world = lined_up(group, "az")
    for number in range(30):
        world.vaults["a"].move(world.add("a", chr(0x100 + number)), parent=None, position=2)
        world.run()
    assert order(world, "b") == order(world, "a")
    quiet(world)
