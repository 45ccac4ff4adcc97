"""Deletes and closes that take children along."""

from __future__ import annotations

from sync.report import Result
from tests.scenarios.breaking import meanwhile

TREE = {"parents": True}
CASCADES = {"parents": True, "cascades": True}
DERIVES = {"parents": True, "cascades": True, "derives": True}


def parents(world, side):
    """Title of each task on a side to its parent's title."""
    titles = {str(task["id"]): str(task["title"]) for task in world.vaults[side].tasks()}
    return {str(task["title"]): titles.get(str(task["parent"])) for task in world.vaults[side].tasks()}


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def family(group, **traits):
    """Shop with Milk and Bread under it, on all sides; the refs on a."""
    world = group(**traits)
    shop = world.add("a", "Shop")
    refs = {"Shop": shop, "Milk": world.add("a", "Milk", parent=shop), "Bread": world.add("a", "Bread", parent=shop)}
    world.settle()
    return world, refs


def test_a_living_child_is_moved_out_before_a_delete_that_would_take_it_along(group):
    """The parent is deleted on a flat side, its child lives; the other side's deletes cascade.

    The child is moved first and lives.
    """
    world, refs = family(group, a=CASCADES, b={"incremental": True})
    world.vaults["b"].remove(world.ref("b", "Shop"))
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    assert {str(task["id"]) for task in world.vaults["a"].tasks()} == {refs["Milk"], refs["Bread"]}
    assert parents(world, "a") == {"Milk": None, "Bread": None}
    quiet(world)


def test_a_delete_that_takes_its_children_along_deletes_them_everywhere(group):
    """A person deletes a parent where that takes the children along: all of them go, each with its evidence."""
    world, refs = family(group, a=CASCADES, b={})
    other = world.add("a", "Other")
    world.settle()
    world.vaults["a"].remove(refs["Shop"])
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Other"]
    assert world.ref("a", "Other") == other
    quiet(world)


def test_a_child_that_nobody_knows_keeps_its_parent_from_being_deleted(group):
    """A person adds a child under the entry between our read and our delete: it is not taken along unseen."""
    world = group(a=CASCADES, b={"incremental": True})
    shop = world.add("a", "Shop")
    world.settle()
    world.vaults["b"].remove(world.ref("b", "Shop"))
    with meanwhile(world.vaults["a"], "get", lambda: world.add("a", "stranger", parent=shop)):
        report = world.run()
    assert world.titles("a") == ["Shop", "stranger"]
    assert any("child" in line for line in report.lines)
    world.settle()
    assert world.titles("a") == world.titles("b") == ["stranger"]
    assert parents(world, "a") == {"stranger": None}
    quiet(world)


def test_a_child_that_nobody_knows_is_not_closed_unseen(group):
    """A person adds a child under the entry between our read and our close: the stranger stays open."""
    world = group(a=CASCADES, b={})
    shop = world.add("a", "Shop")
    world.settle()
    world.edit("b", world.ref("b", "Shop"), status="completed")
    with meanwhile(world.vaults["a"], "get", lambda: world.add("a", "stranger", parent=shop)):
        world.run()
    world.settle()
    assert world.on("a", "stranger")["status"] == "needs_action"
    assert world.on("b", "stranger")["status"] == "needs_action"


def test_an_open_child_is_not_closed_along_with_its_parent(group):
    """Closing a parent cascades on one side; a child that is open elsewhere stays or is put back open."""
    world, _ = family(group, a=CASCADES, b={})
    world.edit("b", world.ref("b", "Shop"), status="completed")
    world.settle()
    assert world.on("b", "Shop")["status"] == world.on("a", "Shop")["status"] == "completed"
    for side in "ab":
        assert world.on(side, "Milk")["status"] == world.on(side, "Bread")["status"] == "needs_action"
    quiet(world)


def test_a_delete_takes_a_stranger_along_and_it_is_put_back(group):
    """The answer names another entry that went along: it is made again and reported."""
    world = group(a=CASCADES, b={"incremental": True}, c=TREE)
    shop = world.add("a", "Shop")
    milk = world.add("a", "Milk")
    world.settle()
    world.vaults["b"].remove(world.ref("b", "Shop"))
    with meanwhile(world.vaults["a"], "delete", lambda: world.vaults["a"].move(milk, parent=shop)):
        report = world.run()
    assert any("along with its parent" in line for line in report.lines)
    world.settle()
    for side in "abc":
        assert world.titles(side) == ["Milk"]
    quiet(world)


def test_an_edit_that_saves_a_child_saves_its_ancestors(group):
    """A whole subtree is deleted, a leaf was edited elsewhere: the leaf is made again with its ancestors."""
    world, refs = family(group, a={**CASCADES, "incremental": True}, b=TREE)
    world.add("a", "Post")  # else the side would be emptied
    world.settle()
    world.vaults["a"].remove(refs["Shop"])
    world.edit("b", world.ref("b", "Milk"), description="half a litre")
    world.settle()
    assert parents(world, "a") == parents(world, "b") == {"Shop": None, "Milk": "Shop", "Post": None}
    quiet(world)
