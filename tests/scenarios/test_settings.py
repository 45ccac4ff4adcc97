"""The configuration changes, sides leave and come back, and sides that are only read or only written."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from connectors.contract import Verb
from connectors.task import Field, Status
from sync.report import Result

ALL = {status.value: status for status in Status}
DAY = timedelta(days=1).total_seconds()


def agreed(group, *titles, **traits):
    """Sides that agree on some tasks."""
    world = group(**traits)
    for title in titles:
        world.add("a", title, due="2026-04-01T21:30:00+00:00")
    world.settle()
    return world


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()
    assert world.writes() == writes


def test_a_new_table_of_words_makes_no_phantom_edits(group):
    """`[statuses]` is edited: what a word now means is no edit; the view that moved is owed, once."""
    world = agreed(group, "Milk", a={}, b={})
    world.respell("b", {**ALL, "needs_action": Status.IN_PROGRESS, "open": Status.NEEDS_ACTION})
    report = world.run()
    assert (report.conflicts, report.updated) == (0, 1)
    assert world.on("a", "Milk")["status"] == "needs_action", "nothing flows back"
    assert world.on("b", "Milk")["status"] == "open"
    quiet(world)


def test_an_upgrade_that_changes_nothing_writes_nothing(group):
    """Another version of the mapping that reads the same: no edit, no write."""
    world = agreed(group, "Milk", "Bread", a={}, b={"trims": True})
    world.mapping["b"] = "2"
    quiet(world)
    quiet(world)


def test_a_new_time_zone_moves_days_without_edits(group):
    """A side of days gets another zone: its day of an instant is another one, and that is owed; the instant stays."""
    world = agreed(group, "Milk", a={}, b={"days_only": True})
    assert world.on("b", "Milk")["due"] == "2026-04-01"
    world.rezone("b", ZoneInfo("Asia/Tokyo"))
    world.run()
    assert world.on("b", "Milk")["due"] == "2026-04-02"
    assert world.on("a", "Milk")["due"] == "2026-04-01T21:30:00+00:00"
    quiet(world)


def test_a_real_edit_beside_a_new_mapping_is_an_edit(group):
    """The entry was edited while the table was: the edit arrives."""
    world = agreed(group, "Milk", a={}, b={})
    world.run()
    world.respell("b", dict(ALL))
    world.edit("b", world.ref("b", "Milk"), description="fresh")
    world.run()
    assert world.on("a", "Milk")["description"] == "fresh"
    quiet(world)


@pytest.mark.parametrize("where", ["a", "b"], ids=["we wrote it there", "a person did"])
def test_a_new_table_of_words_makes_no_edit_of_a_word_beside_a_real_edit(group, where):
    """Another field was edited while the table was: the word is the same, whatever it means now."""
    world = agreed(group, "Milk", a={}, b={})
    world.edit(where, world.ref(where, "Milk"), status="completed")
    world.run()
    world.edit("b", world.ref("b", "Milk"), description="fresh")
    world.respell("b", {"needs_action": Status.NEEDS_ACTION, "completed": Status.CANCELLED})
    world.run()
    assert (world.on("a", "Milk")["status"], world.on("a", "Milk")["description"]) == ("completed", "fresh")
    world.settle()
    quiet(world)


def test_a_refused_value_is_tried_again_when_the_mapping_changes(group):
    """Undeliverable for want of a word; the table gets the word: it is delivered."""
    few = {"needs_action": Status.NEEDS_ACTION, "completed": Status.COMPLETED}
    world = group(a={}, b={}, world={"statuses": {"b": few}})
    world.add("a", "Milk", status="cancelled")
    report = world.run()
    assert report.undeliverable == 1
    report = world.run()
    assert (report.undeliverable, report.owed) == (1, 0), "it stays undeliverable, and is no secret"
    assert world.on("a", "Milk")["status"] == "cancelled"
    world.respell("b", dict(ALL))
    world.settle()
    assert world.on("b", "Milk")["status"] == "cancelled"
    quiet(world)


def test_a_side_that_leaves_is_dormant_and_comes_back(group):
    """A side leaves the configuration and comes back a month later.

    Nothing is deleted because of it, edits of both are merged.
    """
    world = agreed(group, "Milk", "Bread", a={}, b={}, c={"without": [Verb.GET]})
    world.absent.add("c")
    world.edit("a", world.ref("a", "Milk"), description="changed meanwhile")
    world.add("a", "Eggs")
    world.settle()
    world.clock.pass_(30 * DAY)
    world.vaults["c"].listing = lambda tasks: tasks[:1]
    world.absent.clear()
    for _ in range(2):
        assert world.run().deleted == 0
    world.vaults["c"].listing = None
    world.settle()
    for side in "abc":
        assert world.titles(side) == ["Bread", "Eggs", "Milk"]
        assert world.on(side, "Milk")["description"] == "changed meanwhile"
    quiet(world)


def test_nothing_is_deleted_because_of_a_returned_side_before_a_sweep_agreed(group):
    """After `returned`, what it lacks counts from its first complete read on, not from before."""
    world = agreed(group, "Milk", "Bread", a={}, b={"without": [Verb.GET]})
    world.vaults["b"].remove(world.ref("b", "Milk"))
    world.run()
    world.absent.add("b")
    world.run()
    world.clock.pass_(30 * DAY)
    world.absent.clear()
    for _ in range(2):
        assert world.run().deleted == 0
        assert world.titles("a") == ["Bread", "Milk"]


def test_another_container_under_the_same_name_deletes_nothing(group):
    """Same side name, another list: one left, one came; nothing is deleted now or later, on any side."""
    world = agreed(group, "Milk", "Bread", a={}, b={})
    old = world.vaults["b"]
    world.add_side("b", {})
    world.add("b", "Milk", due="2026-04-01T21:30:00+00:00")
    world.add("b", "Tea")
    for _ in range(5):
        assert world.run().deleted == 0
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk", "Tea"]
    assert len(old.tasks()) == 2
    quiet(world)


def test_the_old_container_comes_back(group):
    """The name points to the first list again: its tasks are matched, not doubled."""
    world = agreed(group, "Milk", "Bread", a={}, b={})
    old, settings = world.vaults["b"], world.settings["b"]
    world.add_side("b", {})
    world.settle()
    world.vaults["b"], world.settings["b"] = old, settings
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    quiet(world)


def test_a_side_that_is_only_read_is_never_written(group):
    """`access = "read"`: its edits and deletes count, nothing is written there, and nothing is owed."""
    world = agreed(group, "Milk", "Bread", a={}, b={}, world={"access": {"a": "read"}})
    world.edit("a", world.ref("a", "Milk"), description="from there")
    world.add("b", "Tea")
    world.edit("b", world.ref("b", "Bread"), description="not for there")
    report = world.run()
    assert (report.owed, report.undeliverable, world.vaults["a"].writes) == (0, 0, 0)
    assert world.on("b", "Milk")["description"] == "from there"
    assert world.titles("a") == ["Bread", "Milk"]
    world.vaults["b"].remove(world.ref("b", "Bread"))
    world.settle()
    assert (world.titles("a"), world.vaults["a"].writes) == (["Bread", "Milk"], 0)
    world.vaults["a"].remove(world.ref("a", "Milk"))
    world.settle()
    assert world.titles("b") == ["Tea"]
    quiet(world)


def test_a_side_that_is_only_written_moves_nothing_elsewhere(group):
    """`access = "write"`: its own tasks, edits and deletes move nothing elsewhere."""
    world = agreed(group, "Milk", "Bread", a={}, b={}, world={"access": {"b": "write"}})
    assert world.titles("b") == ["Bread", "Milk"]
    world.edit("b", world.ref("b", "Milk"), description="scribbled there")
    world.add("b", "theirs")
    world.vaults["b"].remove(world.ref("b", "Bread"))
    world.settle()
    assert world.titles("a") == ["Bread", "Milk"]
    assert world.on("a", "Milk")["description"] == ""
    world.edit("a", world.ref("a", "Milk"), description="ours")
    world.settle()
    assert world.on("b", "Milk")["description"] == "ours"
    quiet(world)


def test_a_field_that_is_not_synced_any_more_is_left_alone(group):
    """What is taken out of the configuration is not touched, and comes back as a first opinion."""
    world = agreed(group, "Milk", a={}, b={})
    world.unsync("b", Field.DUE)
    world.edit("a", world.ref("a", "Milk"), due="2026-05-05")
    world.settle()
    assert world.on("b", "Milk")["due"] == "2026-04-01T21:30:00+00:00"
    quiet(world)
