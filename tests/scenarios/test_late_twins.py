"""Tasks made alike on two sides at once, one of which is read later: one task, where nothing was made there between."""

from __future__ import annotations

import pytest

from sync.report import Result
from tests.scenarios.breaking import break_off, failing, meanwhile

DAY = "2026-04-01"


def agreed(group, **traits):
    """Sides that agree on five tasks."""
    world = group(**traits)
    for number in range(5):
        world.add("a", f"task {number}")
    world.settle()
    return world


def down(vault):
    """Nothing answers there."""
    return failing(vault, "changes", break_off())


def forgetful(vault):
    """Its listing lacks what is there: the read is set aside."""
    vault.listing = lambda tasks: [task for task in tasks if task["title"] == "Milk"]


def titles(world, title):
    """How many tasks of a title there are on each side."""
    return [world.titles(side).count(title) for side in world.vaults]


def quiet(world):
    """The next cycle is quiet and writes nothing."""
    writes = world.writes()
    assert world.run().result is Result.QUIET
    assert world.writes() == writes


@pytest.mark.parametrize("traits", [{}, {"incremental": True}], ids=["snapshot", "incremental"])
@pytest.mark.parametrize(("first", "late"), ["ab", "ba"])
def test_a_twin_on_a_side_that_was_down_is_the_task_that_was_seen_without_it(group, traits, first, late):
    """Both made Milk for one day; one side was down when the other was read: one task on both."""
    world = agreed(group, a=traits, b=traits)
    for side in "ab":
        world.add(side, "Milk", due=DAY)
    with down(world.vaults[late]):
        assert world.run().result is Result.OWED
    assert world.run().adopted == 1
    assert titles(world, "Milk") == [1, 1]
    assert {world.link("Milk", side).ref for side in (first, late)} == {world.ref(side, "Milk") for side in "ab"}
    quiet(world)


def test_a_twin_on_a_side_whose_read_was_set_aside_is_the_task_that_was_seen_without_it(group):
    """The cut listing even shows the twin: it is taken in with the first read that is believed."""
    world = agreed(group, a={}, b={}, c={})
    for side in "abc":
        world.add(side, "Milk", due=DAY)
    forgetful(world.vaults["c"])
    world.run()
    assert titles(world, "Milk") == [1, 1, 1]
    world.vaults["c"].listing = None
    world.settle()
    assert titles(world, "Milk") == [1, 1, 1]
    quiet(world)


def test_late_twins_are_paired_in_their_order_and_what_is_left_is_made(group):
    """Three on the side that was read, two on the other: three on both."""
    world = agreed(group, a={}, b={})
    for side, times in (("a", 3), ("b", 2)):
        for _ in range(times):
            world.add(side, "Milk", due=DAY)
    with down(world.vaults["b"]):
        world.run()
    world.settle()
    assert titles(world, "Milk") == [3, 3]
    quiet(world)


def test_a_title_alone_makes_no_late_twin(group):
    """As in one cycle (rule 15): what tells no more than a title is another task."""
    world = agreed(group, a={}, b={})
    for side in "ab":
        world.add(side, "Milk")
    with down(world.vaults["b"]):
        world.run()
    world.settle()
    assert titles(world, "Milk") == [2, 2]
    quiet(world)


def test_what_a_side_was_read_without_is_no_twin_of_what_is_made_there_later(group):
    """Its create was refused there for a while: whoever makes another one since makes another one."""
    world = agreed(group, a={}, b={})
    world.add("a", "Milk", due=DAY)
    with failing(world.vaults["b"], "create", break_off()):
        world.run()
    world.add("b", "Milk", due=DAY)
    world.settle()
    assert titles(world, "Milk") == [2, 2]
    quiet(world)


def test_a_twin_made_between_our_read_and_our_create_is_another_task(group):
    """Nothing tells it from a second task that a person wants: both stay, and nothing is lost."""
    world = agreed(group, a={}, b={})
    world.add("a", "Milk", due=DAY)
    with meanwhile(world.vaults["b"], "create", lambda: world.add("b", "Milk", due=DAY)):
        world.run()
    world.settle()
    assert titles(world, "Milk") == [2, 2]
    quiet(world)


@pytest.mark.parametrize("met", [True, False], ids=["down", "first meeting"])
def test_a_task_that_an_entry_joins_in_the_cycle_of_its_delete_lives(group, met):
    """One was deleted before the other was read: whoever made the other one keeps it."""
    world = agreed(group, a={}, b={})
    if not met:
        world.absent.add("c")
        world.add_side("c", {})
    ref = world.add("a", "Milk", due=DAY)
    late = "b" if met else "c"
    world.vaults[late].add({"title": "Milk", "due": DAY})
    with down(world.vaults[late]):
        world.run()
    world.vaults["a"].remove(ref)
    world.absent.clear()
    world.settle()
    assert set(titles(world, "Milk")) == {1}
    quiet(world)
