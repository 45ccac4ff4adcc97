"""A store set back to an older copy: nothing that happened since is doubled, lost or reverted.

What the copy can not tell is held.
"""

from __future__ import annotations

import json

import pytest

from connectors.contract import Verb
from sync.core.model import HeldKind, Restored
from sync.core.policy import ConflictPolicy
from sync.report import Result
from sync.restoring import restore
from sync.store import copies

INCREMENTAL = {"incremental": True}
LOST = pytest.mark.parametrize("lost", [False, True], ids=["the store that was there is whole", "it is lost"])


def back_up(world):
    copies.back_up(world.folder / "world.db", world.folder / "copy.db", overwrite=False)


def set_back(world, *, lost):
    """The copy in the store's place, which was lost with all that lies beside it, or is still whole."""
    for file in world.folder.glob("world.*") if lost else ():
        file.unlink()
    done = restore(world.url, world.folder / "copy.db", world.clock)
    assert (done.kept is None) is lost
    return done


def shown(world):
    """What people see on every side, without what a vendor numbers."""
    return {
        side: sorted(
            json.dumps({k: v for k, v in task.items() if k not in {"id", "updated_at", "position"}}, default=str)
            for task in world.vaults[side].tasks()
        )
        for side in world.vaults
    }


@pytest.mark.parametrize(
    ("lost", "traits"), [(False, INCREMENTAL), (True, {})], ids=["the store that was there is whole", "it is lost"]
)
def test_nothing_that_was_synced_since_is_doubled_lost_or_reverted(group, lost, traits):
    world = group(a=traits, b={"trims": True}, c={"title_limit": 20})
    for title in ("Milk", "Bread", "Tea", "Salt"):
        world.add("a", title)
    world.settle()
    back_up(world)
    world.add("a", "Only a title")
    world.add("b", "Another title alone")
    world.add("c", "With more", due="2026-04-01", labels=["home"])
    world.settle()
    world.edit("b", world.ref("b", "Milk"), title="Oat milk", labels=["shop"])
    world.edit("a", world.ref("a", "Bread"), status="completed")
    world.settle()
    world.edit("c", world.ref("c", "With more"), title="With much more")
    world.edit("b", world.ref("b", "Only a title"), due="2026-05-01")
    world.edit("a", world.ref("a", "Bread"), status="needs_action")  # and back again
    world.vaults["a"].remove(world.ref("a", "Tea"))
    world.settle()
    before, writes = shown(world), world.writes()
    done = set_back(world, lost=lost)
    assert (done.tied, bool(done.blind)) == ((3, False) if not lost else (0, True))
    reports = world.settle()
    assert [(one.created, one.updated, one.held) for one in reports] == [(0, 0, 0)] * len(reports)
    again = sum(report.deleted for report in reports)  # what is gone may be told so once more
    assert (shown(world), world.writes()) == (before, writes + again)
    assert reports[-1].result is Result.QUIET
    assert all(side.restored is Restored.NO and side.met for side in world.state().sides.values())


@LOST
def test_what_people_did_since_the_last_cycle_goes_on(group, lost):
    """Of a side that tells no times, only the store that was there knows what was touched since."""
    times = {"times": lost}
    world = group(a=times, b=times)
    for title in ("Milk", "Bread", "Tea"):
        world.add("a", title)
    world.settle()
    back_up(world)
    world.add("a", "New and synced")
    world.settle()
    world.add("b", "New here alone")
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.vaults["b"].remove(world.ref("b", "Bread"))
    set_back(world, lost=lost)
    world.settle()
    expected = ["New and synced", "New here alone", "Oat milk", "Tea"]
    assert (world.titles("a"), world.titles("b"), world.held()) == (expected, expected, [])


def test_an_edit_that_was_taken_back_since_is_not_made_again(group):
    """The copy knows Milk; b was told Oat milk since, and on a somebody has gone back to Milk: nothing tells which."""
    world = group(a={}, b={})
    ref = world.add("a", "Milk")
    world.settle()
    back_up(world)
    world.edit("a", ref, title="Oat milk")
    world.settle()
    world.edit("a", ref, title="Milk")
    set_back(world, lost=True)
    report = world.run()
    (held,) = world.held()
    assert (held.kind, held.choices[:2], report.updated) == (HeldKind.CONFLICT, ("take a", "take b"), 0)
    assert (world.titles("a"), world.titles("b")) == (["Milk"], ["Oat milk"])
    world.resolve(held, "take a")
    world.settle()
    assert (world.titles("a"), world.titles("b")) == (["Milk"], ["Milk"])


def test_two_edits_since_are_a_conflict_for_a_person_whatever_the_policy(group):
    world = group(a={}, b={})
    ref = world.add("a", "Milk")
    world.settle()
    back_up(world)
    world.edit("a", ref, due="2026-04-01")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), due="2026-04-02")
    set_back(world, lost=True)
    world.run()
    assert [(held.kind, held.field.value) for held in world.held()] == [(HeldKind.CONFLICT, "due")]
    assert (world.on("a", "Milk")["due"], world.on("b", "Milk")["due"]) == ("2026-04-01", "2026-04-02")
    world.resolve(world.held()[0], "take b")
    world.settle()
    assert world.on("a", "Milk")["due"] == "2026-04-02"


def test_what_the_copy_owes_is_compared_before_it_is_written(group):
    world = group(a={}, b={}, world={"keeps": False})
    ref = world.add("a", "Milk")
    world.settle()
    world.edit("a", ref, title="Oat milk")
    world.absent.add("b")
    world.run()
    back_up(world)  # b is owed Oat milk
    world.absent.clear()
    world.settle()
    world.edit("b", world.ref("b", "Oat milk"), title="Milk")
    set_back(world, lost=True)
    world.run()
    assert [held.kind for held in world.held()] == [HeldKind.CONFLICT]
    assert (world.titles("a"), world.titles("b")) == (["Oat milk"], ["Milk"])


def test_a_new_task_that_was_renamed_since_is_asked_about_and_not_doubled(group):
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.settle()
    back_up(world)
    ref = world.add("a", "Bread")
    world.settle()
    world.edit("a", ref, title="Rye bread")
    set_back(world, lost=True)
    for _ in range(3):
        report = world.run()
        assert (report.created, report.held) == (0, 1)
    (held,) = world.held()
    assert (held.kind, held.side, held.choices) == (HeldKind.MATCH, "b", (f"same a:{ref}", "new"))
    world.add("a", "Later")  # came after the question: certainly new
    world.run()
    assert world.titles("b") == ["Bread", "Later", "Milk"]
    world.resolve(held, f"same a:{ref}")
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Later", "Milk", "Rye bread"]


def test_a_task_that_was_made_again_since_keeps_its_tie(group):
    world = group(a={}, b={})
    ref = world.add("a", "Milk")
    world.settle()
    back_up(world)
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.edit("a", ref, description="fresh")
    world.settle()
    assert world.titles("b") == ["Milk"]
    set_back(world, lost=False)
    world.settle()
    assert (world.titles("a"), world.titles("b"), world.held()) == (["Milk"], ["Milk"], [])


def test_a_side_without_a_list_makes_nothing_that_may_be_there(group):
    world = group(a={}, b={"without": [Verb.CHANGES]})
    world.add("a", "Milk")
    world.settle()
    back_up(world)
    world.add("a", "Bread")
    world.settle()
    ledger = (world.folder / "world.ties").read_bytes()
    set_back(world, lost=True)
    assert (world.run().created, world.run().created) == (0, 0)
    assert [held.key for held in world.held()] == ["lost:b"]
    (world.folder / "world.db").unlink()
    (world.folder / "world.ties").write_bytes(ledger)  # what lies beside the store was not lost
    done = restore(world.url, world.folder / "copy.db", world.clock)
    assert (done.tied, done.blind) == (1, ("work/a",))
    world.settle()
    assert (world.titles("b"), world.held()) == (["Bread", "Milk"], [])


def test_a_decision_that_the_copy_remembers_is_asked_again(group):
    world = group(a={}, b={}, policy={"conflict": ConflictPolicy.HOLD})
    ref = world.add("a", "Milk")
    world.settle()
    world.edit("a", ref, title="Oat milk")
    world.edit("b", world.ref("b", "Milk"), title="Soy milk")
    world.run()
    world.resolve(world.held()[0], "take a")
    back_up(world)
    world.settle()
    world.edit("b", world.ref("b", "Oat milk"), title="Rice milk")
    world.settle()
    set_back(world, lost=True)
    world.settle()
    assert (world.titles("a"), world.titles("b"), world.held()) == (["Rice milk"], ["Rice milk"], [])
