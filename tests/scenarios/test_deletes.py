"""Deletes, what proves them, and what an edit does against them."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from connectors.task import Status
from sync.core.model import LinkLife
from sync.core.policy import DeletePolicy
from sync.report import Result
from tests.scenarios.breaking import break_off, failing

NO_GET = {"without": [Verb.GET]}
INCREMENTAL = {"incremental": True}


def agreed(group, *titles, **traits):
    """Sides that agree on some tasks."""
    world = group(**traits)
    for title in titles:
        world.add("a", title)
    world.settle()
    return world


def test_a_delete_arrives_after_a_get_said_so_in_two_cycles(group):
    """`Gone` once is waiting; in two cycles it is a deletion, and goes to the other side."""
    world = agreed(group, "Milk", "Bread", a={}, b={})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    report = world.run()
    assert (report.result, report.waiting, report.code) == (Result.WAITING, 1, 0)
    assert world.titles("b") == ["Bread", "Milk"]
    report = world.run()
    assert (report.deleted, world.titles("b")) == (1, ["Bread"])
    assert world.run().result is Result.QUIET


def test_what_a_server_made_of_a_new_entry_does_not_win_over_a_delete(group):
    """Nobody said a status. The one that c gives a new task is owed to b when the delete there is proved."""
    world = group(a={"not_held": ["status"]}, b={}, c={})
    world.add("a", "Milk")
    world.add("a", "Bread")
    world.run()
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.settle()
    assert [world.titles(side) for side in "abc"] == [["Bread"]] * 3


def test_absence_counts_from_complete_reads_a_gap_apart(group):
    """Where nothing can be got by its ref, so many complete reads, so far apart, must miss it."""
    world = agreed(group, "Milk", "Bread", a=NO_GET, b={})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    assert world.run().waiting == 1
    assert world.titles("b") == ["Bread", "Milk"]
    assert world.run().deleted == 1
    assert world.titles("b") == ["Bread"]


def test_a_tombstone_is_evidence_at_once(group):
    """An incremental side that names what was deleted needs no second look."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    assert world.run().deleted == 1
    assert world.titles("b") == ["Bread"]


def test_what_an_incremental_read_does_not_name_is_unchanged(group):
    """Nothing is deleted because "changed since" is silent about it."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={})
    world.edit("a", world.ref("a", "Milk"), description="x")
    report = world.run()
    assert (report.waiting, report.deleted) == (0, 0)
    assert world.titles("b") == ["Bread", "Milk"]


def test_an_entry_that_is_seen_again_was_never_deleted(group):
    """A listing that lacks it once, and has it again: the count starts anew."""
    world = agreed(group, "Milk", "Bread", a=NO_GET, b={})
    for _ in range(3):
        world.vaults["a"].listing = lambda tasks: [task for task in tasks if task["title"] != "Milk"]
        assert world.run().waiting == 1
        world.vaults["a"].listing = None
        assert world.run().result is Result.QUIET
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]


def test_an_unlisted_task_that_can_be_got_is_there(group):
    """A listing omits a task for ever; asking for it by its ref finds it.

    Nothing is deleted, and its edits are seen.
    """
    world = agreed(group, "Milk", "Bread", a={}, b={})
    world.vaults["a"].listing = lambda tasks: [task for task in tasks if task["id"] != "m1"]
    for _ in range(4):
        assert world.run().deleted == 0
    world.edit("a", world.ref("a", "Milk"), description="still there")
    world.run()
    assert world.on("b", "Milk")["description"] == "still there"


def test_an_edit_elsewhere_in_the_same_cycle_wins_over_a_delete(group):
    """Deleted at A, edited at B, in one cycle: the edit wins, is reported, and the task is made again at A."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.edit("b", world.ref("b", "Milk"), title="Oat milk")
    report = world.run()
    assert (report.created, report.deleted) == (1, 0)
    assert any("the edit wins" in line for line in report.lines)
    assert world.titles("a") == world.titles("b") == ["Bread", "Oat milk"]
    assert world.run().result is Result.QUIET


@pytest.mark.parametrize("traits", [INCREMENTAL, NO_GET, {}], ids=["tombstone", "absence", "get"])
def test_an_edit_that_is_owed_to_the_side_that_deleted_wins(group, traits):
    """B's edit was absorbed and never reached A; A's person deletes the task: the edit wins."""
    world = agreed(group, "Milk", "Bread", a=traits, b={})
    world.edit("b", world.ref("b", "Milk"), description="half a litre")
    with failing(world.vaults["a"], "update", break_off()):
        world.run()
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.on("a", "Milk")["description"] == world.on("b", "Milk")["description"] == "half a litre"


def test_a_move_that_is_owed_does_not_keep_a_deleted_task(group):
    """Only an edit of something other than parent and position counts against a delete."""
    world = agreed(group, "Milk", "Shop", a={"parents": True, **INCREMENTAL}, b={"parents": True})
    world.vaults["b"].move(world.ref("b", "Milk"), parent=world.ref("b", "Shop"))
    with failing(world.vaults["a"], "update", break_off()):
        world.run()
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Shop"]


def test_keep_leaves_the_others_alone_and_makes_nothing_again(group):
    """Deleted on one side under `keep`: it stays elsewhere, and is not made again where it was deleted."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={}, policy={"deletes": DeletePolicy.KEEP})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    for _ in range(3):
        world.run()
    assert (world.titles("a"), world.titles("b")) == (["Bread"], ["Bread", "Milk"])
    world.edit("b", world.ref("b", "Milk"), description="more")
    world.run()
    assert world.titles("a") == ["Bread"]
    assert world.run().result is Result.QUIET


def test_close_closes_elsewhere_and_makes_nothing_again(group):
    """Deleted on one side under `close`: cancelled where that exists; not made again where it was deleted."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={}, policy={"deletes": DeletePolicy.CLOSE})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.titles("a") == ["Bread"]
    assert world.on("b", "Milk")["status"] == "cancelled"
    assert world.run().result is Result.QUIET


def test_close_completes_where_there_is_no_word_for_cancelled(group):
    """`close` sets `cancelled` where the side has it, else `completed`."""
    words = {"states": [Status.NEEDS_ACTION, Status.COMPLETED]}
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b=words, policy={"deletes": DeletePolicy.CLOSE})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.on("b", "Milk")["status"] == "completed"
    assert world.run().result is Result.QUIET


def test_a_side_without_delete_lets_go(group):
    """A vendor without a delete keeps its entry.

    The link is let go; neither is it new nor made again in the next cycle.
    """
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={"without": [Verb.DELETE]})
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert (world.titles("a"), world.titles("b")) == (["Bread"], ["Bread", "Milk"])
    (link,) = [one for one in world.state().links.values() if one.side == "b" and not one.live]
    assert link.life is LinkLife.LET_GO
    world.edit("b", world.ref("b", "Milk"), description="still used there")
    world.run()
    assert world.titles("a") == ["Bread"]
    assert world.run().result is Result.QUIET
