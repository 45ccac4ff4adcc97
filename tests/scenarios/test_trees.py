"""Parents, children, and what a delete or a close takes along."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from connectors.errors import Applied, Rejected, Transient
from connectors.task import Field
from sync.core.policy import GuardPolicy
from sync.report import Result
from tests.scenarios.breaking import failing

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


def test_parents_are_made_before_their_children(group):
    """A tree three deep, its leaf made first: the same tree on the other side, in one cycle."""
    world = group(a=TREE, b=TREE)
    leaf, middle, root = (world.add("a", title) for title in ("leaf", "middle", "root"))
    world.vaults["a"].move(middle, parent=root)
    world.vaults["a"].move(leaf, parent=middle)
    assert world.run().created == 3
    assert parents(world, "b") == {"leaf": "middle", "middle": "root", "root": None}
    quiet(world)


def moved_below_new(group, *others, **rules):
    """Milk, which both sides know, was moved on a below Shop, which is new, as are ``others``."""
    world = group(a=TREE, b=TREE, **rules)
    milk = world.add("a", "Milk")
    world.settle()
    for title in others:
        world.add("a", title)
    world.vaults["a"].move(milk, parent=world.add("a", "Shop"))
    return world


def test_what_is_moved_below_a_new_task_is_moved_there_in_the_same_cycle(group):
    """The plan names the parent, which nobody has there yet."""
    world = moved_below_new(group)
    [moved] = [action for action in world.plan().actions if action.task == world.task("Milk").id]
    assert (moved.side, list(moved.fields)) == ("b", [Field.PARENT])
    assert moved.changes[Field.PARENT].before is None
    assert world.run().result is Result.CHANGED
    assert moved.changes[Field.PARENT].after == world.task("Shop").id
    assert parents(world, "b") == {"Milk": "Shop", "Shop": None}
    quiet(world)


def test_what_is_moved_below_a_task_that_could_not_be_made_stays_where_it_is_until_it_is(group):
    world = moved_below_new(group)
    with failing(world.vaults["b"], "create", Transient("down for a moment", applied=Applied.NO)):
        report = world.run()
    assert (report.result, report.updated, world.vaults["b"].requests["update"]) == (Result.OWED, 0, 0)
    world.run()
    assert parents(world, "b") == {"Milk": "Shop", "Shop": None}
    quiet(world)


def test_what_is_moved_below_a_task_that_a_person_is_asked_about_waits_for_that(group):
    """Nothing is owed but the answer; then it is moved in the same cycle in which its parent is made."""
    world = moved_below_new(group, "Bread", policy={"guards": GuardPolicy(creates=1)})
    assert [world.run().result for _ in range(2)] == [Result.HELD, Result.HELD]
    assert parents(world, "b") == {"Milk": None, "Bread": None}
    [held] = world.held()
    world.resolve(held, "approve")
    assert world.run().result is Result.CHANGED
    assert parents(world, "b") == {"Milk": "Shop", "Bread": None, "Shop": None}
    quiet(world)


def test_a_child_goes_to_the_nearest_ancestor_that_is_there_and_moves_when_its_parent_arrives(group):
    """The parent is refused on B at first; the child is made above it; the parent arrives later.

    The child is moved under it.
    """
    world = group(a=TREE, b=TREE)
    root = world.add("a", "root")
    world.settle()
    middle = world.add("a", "middle", parent=root)
    world.add("a", "leaf", parent=middle)

    def refuse_middle(verb, phase):
        if verb == "create" and phase == "before" and not refused:
            refused.append(verb)
            raise Rejected("not this one")

    refused: list[str] = []
    world.vaults["b"].hook = refuse_middle
    world.run()
    world.vaults["b"].hook = None
    assert parents(world, "b") == {"root": None, "leaf": "root"}
    assert parents(world, "a") == {"root": None, "middle": "root", "leaf": "middle"}, "nothing flows back"
    world.edit("a", middle, title="in between")
    world.settle()
    assert parents(world, "b") == {"root": None, "in between": "root", "leaf": "in between"}
    assert parents(world, "a") == parents(world, "b")
    quiet(world)


def test_two_moves_that_would_make_a_cycle_are_not_both_done(group):
    """A moves X under Y, B moves Y under X: no cycle; the lower-ranked move is undone and kept."""
    world = group(a=TREE, b=TREE)
    x, y = world.add("a", "X"), world.add("a", "Y")
    world.settle()
    world.vaults["a"].move(x, parent=y)
    world.vaults["b"].move(world.ref("b", "Y"), parent=world.ref("b", "X"))
    report = world.run()
    world.settle()
    assert report.conflicts == 1
    assert parents(world, "a") == parents(world, "b") == {"X": "Y", "Y": None}
    assert len(world.lost("parent")) == 1
    quiet(world)


def test_a_derived_status_is_never_written(group):
    """A leaf becomes a parent, then a leaf again: its derived status is never written, and the thaw is no edit."""
    world = group(a=DERIVES, b=TREE)
    shop = world.add("a", "Shop", status="in_progress")
    world.settle()
    milk = world.add("a", "Milk", parent=shop)
    world.settle()
    assert world.vaults["a"].task(shop)["status"] == "needs_action", "the server derives it"
    assert world.on("b", "Shop")["status"] == "in_progress", "the shadow takes it without a delta"
    world.edit("b", world.ref("b", "Shop"), status="cancelled")
    world.settle(4)
    assert world.vaults["a"].task(shop)["status"] == "needs_action"
    assert world.vaults["a"].task(milk)["status"] == "needs_action"
    world.vaults["a"].move(milk, parent=None)
    world.settle()
    assert world.on("b", "Shop")["status"] == "cancelled"
    assert world.on("b", "Milk")["status"] == "needs_action"


def test_a_person_who_completes_the_children_completes_the_parent_elsewhere(group):
    """The derived status of a parent counts as an edit where people, not we, touched its children."""
    world, refs = family(group, a=DERIVES, b=TREE)
    for title in ("Milk", "Bread"):
        world.edit("a", refs[title], status="completed")
    world.settle()
    assert world.on("b", "Shop")["status"] == "completed"
    quiet(world)


def test_our_own_writes_to_children_do_not_move_their_parent(group):
    """We complete the children; the server derives the parent's status from that: no edit, nothing flows back."""
    world, _ = family(group, a=DERIVES, b=TREE)
    for title in ("Milk", "Bread"):
        world.edit("b", world.ref("b", title), status="completed")
    world.settle()
    assert world.on("a", "Shop")["status"] == "completed"
    assert world.on("b", "Shop")["status"] == "needs_action"
    quiet(world)


def test_a_moved_child_moves_elsewhere(group):
    """A move to another parent, and one to the root, arrive."""
    world, refs = family(group, a=TREE, b=TREE)
    home = world.add("a", "Home")
    world.vaults["a"].move(refs["Milk"], parent=home)
    world.vaults["a"].move(refs["Bread"], parent=None)
    world.settle()
    assert parents(world, "b") == {"Shop": None, "Home": None, "Milk": "Home", "Bread": None}
    quiet(world)


@pytest.mark.parametrize("without", [[], [Verb.GET]], ids=["get", "no get"])
def test_a_tree_of_a_hundred_deep_is_handled(group, without):
    """Depth costs no recursion and no cycle per level."""
    world = group(a=TREE, b={**TREE, "without": without}, policy={"guards": GuardPolicy(creates=None)})
    above = None
    for number in range(100):
        above = world.add("a", f"level {number:03}", parent=above)
    assert world.run().created == 100
    assert parents(world, "b") == parents(world, "a")
    quiet(world)


def test_a_parent_that_a_side_refuses_is_undeliverable_there(group):
    """A refused move is noted, not sent again, and nothing flows back."""
    world, refs = family(group, a=TREE, b=TREE)
    home = world.add("a", "Home")
    world.settle()
    world.vaults["a"].move(refs["Milk"], parent=home)
    refusal = Rejected("too deep", fields=frozenset({Field.PARENT}))
    with failing(world.vaults["b"], "update", refusal):
        assert world.run().undeliverable == 1
        sent = world.vaults["b"].requests["update"]
        world.run()
        assert world.vaults["b"].requests["update"] == sent
    assert parents(world, "a")["Milk"] == "Home"
    assert parents(world, "b")["Milk"] == "Shop"
