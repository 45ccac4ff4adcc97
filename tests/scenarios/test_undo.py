"""Undoing a cycle (rule 22): what comes back, what is skipped and named, and what the guards do to it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.core.policy import Limit
from sync.core.undo import Undo
from sync.report import Result
from sync.store import ActedRow, MovedRow


def undo(world, cycle):
    """Undo a cycle, as the command does it."""
    rows = [row for row in world.history() if row.cycle == cycle]
    moved = tuple(row for row in rows if isinstance(row, MovedRow))
    return world.run(undo=Undo(cycle=cycle, moved=moved, acted=tuple(row for row in rows if isinstance(row, ActedRow))))


def last(world):
    """The newest cycle in which anything moved."""
    return world.history()[-1].cycle


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    assert world.run().result is Result.QUIET
    assert world.writes() == writes


def agreed(group, *titles, **traits):
    """Sides that agree on some tasks."""
    world = group(**(traits or {"a": {}, "b": {}}))
    for title in titles:
        world.add("a", title)
    world.settle()
    return world


def test_values_that_have_not_moved_since_come_back_on_every_side(group):
    world = agreed(group, "Milk", a={}, b={}, c={})
    world.edit("a", world.ref("a", "Milk"), title="Oat milk", due="2026-04-01")
    world.edit("b", world.ref("b", "Milk"), labels=["shop"])
    world.settle()
    report = undo(world, last(world))
    assert (report.undone, report.skipped) == (3, [])
    for side in "abc":
        assert world.titles(side) == ["Milk"]
        assert (world.on(side, "Milk")["due"], world.on(side, "Milk")["labels"]) == (None, [])
    quiet(world)


def test_a_value_that_moved_since_is_skipped_and_named(group):
    """Further edits, before the undo and in its own cycle, stand; the rest of the cycle comes back."""
    world = agreed(group, "Milk", "Bread", "Tea")
    for title in ("Milk", "Bread", "Tea"):
        world.edit("a", world.ref("a", title), due="2026-04-01", description="fresh")
    world.settle()
    cycle = last(world)
    world.edit("b", world.ref("b", "Milk"), due="2026-05-05")
    world.settle()
    world.edit("b", world.ref("b", "Bread"), due="2026-06-06")
    report = undo(world, cycle)
    assert sorted((note.title, note.field) for note in report.skipped) == [("Bread", "due"), ("Milk", "due")]
    assert all("changed since on b" in note.why for note in report.skipped)
    for side in "ab":
        assert world.values(side, "due") == {"Milk": "2026-05-05", "Bread": "2026-06-06", "Tea": None}
        assert set(world.values(side, "description").values()) == {""}
    quiet(world)


def test_a_value_that_moved_and_came_back_since_is_left_alone(group):
    world = agreed(group, "Milk")
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.settle()
    cycle = last(world)
    world.edit("b", world.ref("b", "Oat milk"), title="Milk")
    world.settle()
    writes = world.writes()
    assert undo(world, cycle).undone == 0
    assert world.writes() == writes


def test_an_undo_can_be_undone(group):
    world = agreed(group, "Milk")
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.settle()
    undo(world, last(world))
    assert world.titles("b") == ["Milk"]
    undo(world, last(world))
    assert world.titles("a") == world.titles("b") == ["Oat milk"]
    quiet(world)


def test_what_was_made_is_deleted_and_stays_where_people_made_it(group):
    world = agreed(group, "Milk", "Bread", a={}, b={}, c={})
    world.edit("c", world.ref("c", "Bread"), title="Rye bread")
    world.settle()
    report = undo(world, 1)
    assert (report.deleted, [(note.title, note.side) for note in report.skipped]) == (3, [("Rye bread", "c")])
    assert [world.titles(side) for side in "abc"] == [["Milk", "Rye bread"], [], ["Rye bread"]]
    quiet(world)
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.settle()
    assert [world.titles(side) for side in "abc"] == [["Oat milk", "Rye bread"], [], ["Rye bread"]]


def test_what_an_undo_deleted_is_made_again_when_that_is_undone(group):
    world = agreed(group, "Milk", "Bread")
    undo(world, 1)
    assert world.titles("b") == []
    undo(world, last(world))
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    quiet(world)


def test_a_deleted_task_is_made_again_from_its_last_values(group):
    world = agreed(group, "Bread", a={}, b={}, c={"days_only": True})
    world.add("a", "Milk", due="2026-04-01T15:00:00+02:00", description="fresh", labels=["shop"], priority=3)
    world.settle()
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.settle()
    assert world.titles("c") == ["Bread"]
    undo(world, last(world))
    for side in "abc":
        again = world.on(side, "Milk")
        assert (again["description"], again["labels"], again["priority"]) == ("fresh", ["shop"], 3)
    assert world.on("a", "Milk")["due"] == world.on("b", "Milk")["due"]
    quiet(world)


def test_a_deleted_tree_comes_back_as_a_tree(group):
    trees = {"parents": True, "cascades": True}
    world = group(a=trees, b=trees)
    above = world.add("a", "Shopping")
    world.add("a", "Milk", parent=above)
    world.settle()
    world.vaults["a"].delete(above)
    world.settle()
    assert world.titles("b") == []
    undo(world, last(world))
    world.settle()
    for side in "ab":
        assert world.on(side, "Milk")["parent"] == world.ref(side, "Shopping")
    quiet(world)


def test_what_matching_tied_gets_its_own_values_back_and_is_let_go(group):
    """A wrong likeness at the first meeting: both are as they were, and neither moves the other any more."""
    world = group(a={}, b={})
    world.add("a", "Milk", due="2026-04-01", description="ours")
    world.add("b", "Milk", due="2026-04-01", description="theirs", labels=["mine"])
    assert world.run().adopted == 1
    assert world.on("b", "Milk")["description"] == "ours"
    undo(world, 1)
    assert world.on("a", "Milk")["labels"] == []
    assert (world.on("b", "Milk")["description"], world.on("b", "Milk")["labels"]) == ("theirs", ["mine"])
    assert not world.link("Milk", "b").live
    quiet(world)
    world.edit("b", world.ref("b", "Milk"), description="still theirs")
    world.edit("a", world.ref("a", "Milk"), description="still ours")
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Milk"]
    assert world.on("b", "Milk")["description"] == "still theirs"


def test_the_guards_hold_for_an_undo_too(group):
    world = group(a={}, b={})
    world.policy = replace(world.policy, guards=replace(world.policy.guards, deletes=Limit(share=0.25, count=2)))
    for number in range(6):
        world.add("a", f"task {number}")
    world.settle()
    undo(world, 1)
    assert len(world.titles("b")) == 6
    assert {held.kind.value for held in world.held()} == {"delete"}
    for held in world.held():
        world.resolve(held, "approve" if held.title < "task 3" else "refuse")
    world.settle()
    assert world.titles("b") == ["task 3", "task 4", "task 5"]
    assert len(world.titles("a")) == 6
    quiet(world)


def test_an_edit_that_comes_while_an_undone_create_waits_keeps_it(group):
    world = agreed(group, "Milk", a={}, b={"without": ["delete"]})
    undo(world, 1)
    assert world.titles("b") == ["Milk"]  # it has no delete: let go
    assert not world.link("Milk", "b").live
    quiet(world)


@pytest.mark.parametrize("policy", ["close", "keep"])
def test_a_delete_that_closed_or_kept_the_others_is_undone(group, policy):
    world = group(a={}, b={}, policy={"deletes": policy})
    world.add("a", "Milk")
    world.settle()
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.titles("a") == []
    undo(world, last(world))
    world.settle()
    assert world.values("a", "status") == world.values("b", "status") == {"Milk": "needs_action"}
    quiet(world)
