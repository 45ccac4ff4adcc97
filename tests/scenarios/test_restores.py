"""What comes back: restored tasks, entries in other containers, archives."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from sync.core.model import TaskLife
from sync.report import Result
from tests.scenarios.breaking import break_off, failing, lose_answer

NO_GET = {"without": [Verb.GET]}
INCREMENTAL = {"incremental": True}


def agreed(group, *titles, **traits):
    """Sides that agree on some tasks."""
    world = group(**traits)
    for title in titles:
        world.add("a", title)
    world.settle()
    return world


def test_a_task_that_is_restored_under_its_old_id_lives_again_everywhere(group):
    """A person restores what a person deleted, same id: alive again on all sides."""
    world = agreed(group, "Milk", "Bread", a={}, b={}, c={})
    ref = world.ref("a", "Milk")
    world.vaults["a"].remove(ref)
    world.settle()
    assert world.titles("b") == world.titles("c") == ["Bread"]
    world.vaults["a"].restore(ref)
    world.settle()
    for side in "abc":
        assert world.titles(side) == ["Bread", "Milk"]
    assert world.run().result is Result.QUIET
    assert world.task("Milk").life is TaskLife.ALIVE


def test_a_task_that_is_restored_where_we_deleted_it_lives_again(group):
    """B's copy was deleted by us; a person restores it there: alive again on all sides."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={}, c={})
    ref = world.ref("b", "Milk")
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    world.run()
    world.vaults["b"].restore(ref)
    world.settle()
    for side in "abc":
        assert world.titles(side) == ["Bread", "Milk"]


@pytest.mark.parametrize(("traits", "error"), [({}, lose_answer), (NO_GET, break_off), (INCREMENTAL, lose_answer)])
def test_what_is_restored_before_it_is_made_again_is_not_doubled(group, error, traits):
    """An edit won over a delete, and the create did not get through; a person restores the entry, and edits it."""
    world = agreed(group, "Milk", "Bread", a={}, b=traits)
    ref = world.ref("b", "Milk")
    world.vaults["b"].remove(ref)
    with failing(world.vaults["b"], "create", error()):
        for number in range(4):
            world.edit("a", world.ref("a", "Milk"), due=f"2026-04-0{number + 1}")
            world.clock.sleep(660)
            world.run()
    world.vaults["b"].restore(ref)
    world.edit("b", ref, description="two litres")
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    assert world.ref("b", "Milk") == ref
    assert world.on("a", "Milk")["description"] == "two litres"
    assert world.on("b", "Milk")["due"] == "2026-04-04"
    assert world.run().result is Result.QUIET


@pytest.mark.parametrize("lacks", [[Verb.DELETE], [Verb.DELETE, Verb.GET]], ids=["get", "no get"])
def test_one_bad_listing_restores_nothing(group, lacks):
    """A side that has no delete keeps its copy. A listing that lacks it once does not bring the task back elsewhere."""
    world = agreed(group, "Milk", "Bread", a={"without": lacks}, b={}, c={})
    ref = world.ref("a", "Milk")
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.settle()
    world.vaults["a"].listing = lambda tasks: [task for task in tasks if task["title"] != "Milk"]
    world.run()
    world.vaults["a"].listing = None
    world.settle()
    assert (world.titles("a"), world.titles("b"), world.titles("c")) == (["Bread", "Milk"], ["Bread"], ["Bread"])
    world.vaults["a"].remove(ref)
    for _ in range(3):
        world.run()
    assert world.run().result is Result.QUIET
    world.vaults["a"].restore(ref)
    world.settle()
    assert world.titles("a") == world.titles("b") == world.titles("c") == ["Bread", "Milk"]


def test_an_entry_in_another_container_is_out_of_scope_and_comes_back(group):
    """A person moves an entry to another container: let go, not deleted anywhere; moved back, it is tied again."""
    world = agreed(group, "Milk", "Bread", a={}, b={})
    ref = world.ref("a", "Milk")
    world.vaults["a"].rehome(ref, "another list")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), description="elsewhere")
    world.settle()
    assert (world.titles("a"), world.titles("b")) == (["Bread"], ["Bread", "Milk"])
    world.vaults["a"].rehome(ref, "")
    world.settle()
    assert world.titles("a") == ["Bread", "Milk"]
    assert world.ref("a", "Milk") == ref
    assert world.link("Milk", "a").live
    assert world.run().result is Result.QUIET


def test_archiving_is_deleting_where_it_stands_for_it_and_back(group):
    """A person archives an entry on a side where that means deleted, and takes it out again: deleted, restored."""
    world = agreed(group, "Milk", "Bread", a={"archive_deletes": True}, b={})
    ref = world.ref("a", "Milk")
    world.vaults["a"].remove(ref)
    world.settle()
    assert world.titles("b") == ["Bread"]
    world.vaults["a"].restore(ref)
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    assert world.run().result is Result.QUIET


def test_a_delete_from_elsewhere_is_an_archive_there(group):
    """A delete propagates as an archive to a side where deleting means that."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={"archive_deletes": True})
    ref = world.ref("b", "Milk")
    world.vaults["a"].remove(world.ref("a", "Milk"))
    assert world.run().deleted == 1
    assert world.vaults["b"].task(ref)["archived"] is True
    assert world.run().result is Result.QUIET
