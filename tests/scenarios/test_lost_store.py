"""A store that is lost: the next run finds the ties again, and makes nothing twice."""

from __future__ import annotations

import json

import pytest

from connectors.contract import Verb
from connectors.task import Field
from sync.byhand import ByHand
from sync.cycle import Cycle, Wishes
from sync.ledger import Ledger
from sync.report import Result
from sync.store import Store
from sync.ties import ties_of

NO_LIST = {"without": [Verb.CHANGES]}
TREES = {"parents": True}


def lose(world):
    """The store is gone; what lies beside it stays."""
    for file in world.folder.glob("world.db*"):
        file.unlink()


def found_again(world, adopted):
    """The next run makes and deletes nothing, ties everything again, and then it is quiet."""
    writes, titles = world.writes(), {side: world.titles(side) for side in world.vaults}
    lose(world)
    report = world.run()
    assert (report.created, report.deleted, report.updated, report.adopted) == (0, 0, 0, adopted), world.history()
    assert {side: world.titles(side) for side in world.vaults} == titles
    assert (report.result, world.writes()) == (Result.CHANGED, writes)
    assert world.run().result is Result.QUIET
    assert world.writes() == writes


def take_in(world, lines):
    """``import``, over this world."""
    store = Store.open(world.url, clock=world.clock)
    try:

        def make(*_: object) -> Cycle:
            return world._cycle(store, Wishes())

        hand = ByHand(store=store, clock=world.clock, groups={"work": list(world.settings)}, make=make)
        return hand.take_in("\n".join(lines).encode(), "ties")
    finally:
        store.close()


def export(world):
    """``export``, over this world."""
    return [tie.text() for tie in ties_of(world.state())]


LOSSY = {
    "a title that is cut": {"title_limit": 12},
    "blanks and cases": {"trims": True, "recases": True},
    "days only": {"days_only": True},
    "few words": {"states": ["needs_action", "completed"]},
    "few fields": {"not_held": ["description", "labels", "priority", "start"]},
    "one assignee": {"one_assignee": True},
}


@pytest.mark.parametrize("traits", list(LOSSY.values()), ids=list(LOSSY))
def test_everything_is_tied_again_however_lossy_a_side_is(group, traits):
    world = group(a={}, b=traits)
    for number in range(6):
        world.add(
            "a",
            f"A task with a rather long title, number {number}" if number % 2 else f"{number} short",
            description="  some *text*\n\n- with a list\n" if number > 2 else "",
            due="2026-04-01T15:00:00+02:00" if number == 3 else None,
            labels=["Shop", "home"] if number == 4 else [],
            status=["needs_action", "in_progress", "completed", "cancelled"][number % 4],
        )
    world.settle()
    if "trims" not in traits:
        found_again(world, len(world.titles("b")))
        return
    lose(world)
    report = world.run()  # what it stores otherwise than it was sent is told to it once more, for nobody knows that now
    assert (report.created, report.deleted, report.adopted) == (0, 0, len(world.titles("b")))
    assert world.run().result is Result.QUIET


def test_twins_are_tied_again_in_their_order(group):
    """Tasks of one title that nothing tells apart, and some that something does, on sides that hold it or not."""
    world = group(a={}, b={"not_held": ["description"]}, c={})
    for _ in range(3):
        world.add("a", "Milk")
    world.add("a", "Milk", description="oat")
    world.add("a", "Milk", description="soy")
    world.add("a", "Milk", due="2026-04-01")
    world.add("b", "Milk", status="completed")
    world.settle()
    assert [len(world.titles(side)) for side in "abc"] == [7, 7, 7]
    found_again(world, 14)


def test_a_status_that_a_side_has_no_word_for_is_no_reason_to_make_a_task_again(group):
    world = group(a={}, b={"states": ["needs_action", "in_progress"]})
    ref = world.add("a", "Milk")
    world.settle()
    world.edit("a", ref, status="cancelled")
    world.settle()
    assert world.on("b", "Milk")["status"] == "needs_action"
    lose(world)
    report = world.run()
    assert (report.adopted, report.created) == (1, 0)


def test_a_tree_is_tied_again(group):
    world = group(a=TREES, b=TREES, c={})
    for _ in range(2):
        above = world.add("a", "Week")
        for day in ("Monday", "Tuesday"):
            world.add("a", day, parent=above)
    world.settle()
    found_again(world, 12)


def test_a_first_sync_to_a_side_without_a_list_asks_nobody(group):
    world = group(a={}, b=NO_LIST)
    for title in ("Milk", "Bread"):
        world.add("a", title)
    world.settle()
    assert world.titles("b") == ["Bread", "Milk"]
    assert world.held() == []


def test_where_there_is_no_list_nothing_is_made_after_a_lost_store_until_ties_are_imported(group):
    world = group(a={}, b=NO_LIST, c={})
    for title in ("Milk", "Bread", "Tea"):
        world.add("a", title)
    world.settle()
    lines = export(world)
    writes = world.writes()
    lose(world)
    for _ in range(3):
        report = world.run()
        assert (report.created, report.held, report.code) == (0, 1, 3)
    (held,) = world.held()
    assert "import" in held.why
    assert (held.kind.value, held.side, world.writes()) == ("create", "b", writes)
    assert take_in(world, lines) == (3, 0)
    report = world.run()
    assert (report.created, report.adopted, report.held) == (0, 3, 0)
    assert world.run().result is Result.QUIET
    assert world.writes() == writes
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.settle()
    assert world.titles("b") == ["Bread", "Oat milk", "Tea"]


def test_the_ledger_beside_the_store_is_such_an_export(group):
    world = group(a={}, b=NO_LIST)
    world.add("a", "Milk")
    world.settle()
    file = Ledger.beside(world.folder / "world.db").file
    assert file.stat().st_mode & 0o777 == 0o600
    lose(world)
    world.run()
    kept = file.read_text(encoding="utf-8")
    assert take_in(world, kept.splitlines()) == (1, 0)
    world.settle()
    assert (len(world.titles("b")), world.link("Milk", "b").ref) == (1, "m1")


def test_what_a_person_decides_about_a_side_that_may_be_full(group):
    """Approved, everything is made; refused, nothing, and nobody is asked again."""
    world = group(a={}, b=NO_LIST)
    world.add("a", "Milk")
    world.settle()
    lose(world)
    world.run()
    (held,) = world.held()
    world.resolve(held, "refuse")
    world.settle()
    assert (world.held(), len(world.titles("b"))) == ([], 1)
    lose(world)
    world.run()
    (held,) = world.held()
    world.resolve(held, "approve")
    world.settle()
    assert (world.held(), len(world.titles("b"))) == ([], 2)
    world.run()
    assert world.run().result is Result.QUIET


def test_another_container_of_that_name_was_never_written_to(group):
    world = group(a={}, b=NO_LIST)
    world.add("a", "Milk")
    world.settle()
    world.add_side("b", NO_LIST)
    world.settle()
    assert (world.titles("b"), world.held()) == (["Milk"], [])


def test_ties_come_before_every_likeness(group):
    """Imported into an empty store: what is tied is one task, whatever it looks like; losers are kept."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.add("a", "Bread")
    world.add("b", "Bread")
    world.add("b", "Milch", description="fresh")
    lines = [
        {"group": "work", "task": "t9", "refs": {"a": "m1", "b": "m2"}},
        {"group": "work", "task": "mine", "refs": {"a": "m2"}},
    ]
    assert take_in(world, map(json.dumps, lines)) == (2, 0)
    assert take_in(world, map(json.dumps, lines)) == (0, 2)
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Bread", "Milk"]
    assert world.on("a", "Milk")["description"] == "fresh"
    assert (world.task("Milk").id, world.lost("title")) == (9, ["Milch"])
    assert take_in(world, map(json.dumps, lines)) == (0, 2)


def test_a_tie_to_what_is_not_there_ends_and_the_task_is_made(group):
    """And while its side is away, the task is not made there."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    take_in(world, ['{"group": "work", "task": "t1", "refs": {"a": "m1", "b": "m77"}}'])
    world.absent.add("b")
    world.run()
    world.absent.clear()
    report = world.run()
    assert report.created <= 1
    world.settle()
    assert (world.titles("b"), world.link("Milk", "b").ref) == (["Milk"], "m1")


def test_what_was_let_go_and_comes_back_is_owed_what_moved_meanwhile(group):
    """An entry was in another container while its task was edited elsewhere: tied again, it gets that edit."""
    world = group(a={}, b={})
    ref = world.add("a", "Milk")
    world.settle()
    world.vaults["a"].rehome(ref, "another list")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), description="fresh")
    world.settle()
    world.vaults["a"].rehome(ref, "")
    world.settle()
    assert world.on("a", "Milk")["description"] == "fresh"
    assert world.run().result is Result.QUIET
    assert Field.DESCRIPTION in world.link("Milk", "a").pairs
