"""Sides without a list: whose turn it is to be looked at, within what time, and what is taken in by its ref."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.contract import Verb
from connectors.errors import RateLimited, Transient
from sync.core.polling import bound
from sync.report import Result
from tests.scenarios.breaking import failing

BLIND = {"without": [Verb.CHANGES]}


def polled(group, tasks=10, poll=3, **traits):
    """A group whose second side has no list, with some tasks on both, of which each cycle looks at a few."""
    world = group(a={}, b={**BLIND, **traits})
    for number in range(tasks):
        world.add("a", f"Task {number}")
    world.settle()
    world.poll["b"] = poll
    return world


def looks(world):
    """The reads by ref of one quiet cycle."""
    before = world.vaults["b"].requests[Verb.GET]
    assert world.run().result is Result.QUIET
    return world.vaults["b"].requests[Verb.GET] - before


def cycles(doing, done, poll):
    return bound(doing, done, poll=poll, interval=timedelta(seconds=1)).seconds


def test_every_edit_is_seen_within_the_bound_and_a_cycle_looks_at_no_more_than_its_share(group):
    world = polled(group)
    for number in range(10):
        world.edit("b", world.ref("b", f"Task {number}"), description="theirs")
    within = cycles(10, 0, 3)
    assert within == 4
    for _ in range(within):
        world.run()
    assert set(world.values("a", "description").values()) == {"theirs"}
    assert [looks(world) for _ in range(5)] == [3] * 5


def test_a_completed_task_is_looked_at_a_tenth_as_often(group):
    world = polled(group, poll=5)
    for number in range(5):
        world.edit("a", world.ref("a", f"Task {number}"), status="completed")
    world.poll["b"] = 10
    world.settle()
    assert sum(looks(world) for _ in range(20)) == 20 * 5 + 10  # five open ones each time, five others every tenth
    world.edit("b", world.ref("b", "Task 3"), description="theirs")
    for _ in range(cycles(5, 5, 10)):
        world.run()
    assert world.on("a", "Task 3")["description"] == "theirs"


def test_a_sweep_looks_at_everything(group):
    world = polled(group, poll=1)
    world.edit("b", world.ref("b", "Task 9"), description="theirs")
    before = world.vaults["b"].requests[Verb.GET]
    world.run(sweep=True)
    assert world.vaults["b"].requests[Verb.GET] - before == 10
    assert world.on("a", "Task 9")["description"] == "theirs"


def test_a_delete_there_is_proved_though_one_task_has_its_turn(group):
    """Gone in two cycles, while somebody else answers who is asked for that; nothing is held."""
    world = polled(group, tasks=4, poll=1)
    world.vaults["b"].remove(world.ref("b", "Task 2"))
    for _ in range(cycles(4, 0, 1) + 2):
        world.run()
    assert world.held() == []
    assert world.titles("a") == ["Task 0", "Task 1", "Task 3"]


@pytest.mark.parametrize("traits", [{}, {"etags": True}], ids=["plain", "with preconditions"])
def test_an_edit_that_was_not_looked_at_yet_wins_over_a_delete(group, traits):
    """What is to be deleted is read first when its turn was long ago."""
    world = polled(group, tasks=6, poll=1, **traits)
    world.edit("b", world.ref("b", "Task 5"), description="theirs")
    world.vaults["a"].remove(world.ref("a", "Task 5"))
    world.settle(20)
    assert world.on("b", "Task 5")["description"] == "theirs"
    assert world.on("a", "Task 5")["description"] == "theirs"


def test_an_edit_that_was_not_looked_at_yet_is_not_overwritten(group):
    world = polled(group, tasks=6, poll=1)
    world.edit("b", world.ref("b", "Task 5"), title="Theirs")
    world.edit("a", world.ref("a", "Task 5"), title="Ours", description="ours")
    world.settle(20)
    assert world.titles("a") == world.titles("b")
    assert "Theirs" in [*world.titles("b"), *world.lost("title")]
    assert "Ours" in [*world.titles("b"), *world.lost("title")]


def test_a_side_that_answers_nothing_is_down(group):
    """Failures one after the other are an outage, and not a quiet side."""
    world = polled(group)
    with failing(world.vaults["b"], "get", Transient("the server failed")):
        report = world.run()
    assert (report.sides["b"].state, report.sides["b"].read.value, report.code) == ("down", "none", 4)
    assert world.run().result is Result.QUIET


def test_a_quota_that_ends_a_round_lets_the_others_have_their_turn_next(group):
    """Two reads are allowed in each cycle: all tasks are looked at in turn all the same."""
    world = polled(group, tasks=6, poll=6)
    for number in range(6):
        world.edit("b", world.ref("b", f"Task {number}"), description="theirs")
    for _ in range(3):
        with failing(world.vaults["b"], "get", RateLimited("spent", retry_after=3600), after=2):
            world.run()
    assert set(world.values("a", "description").values()) == {"theirs"}


def test_one_task_that_can_not_be_read_does_not_stop_the_round(group):
    world = polled(group, tasks=4, poll=4)
    world.edit("b", world.ref("b", "Task 3"), description="theirs")
    with failing(world.vaults["b"], "get", Transient("the server failed"), times=1):
        world.run()
    assert world.on("a", "Task 3")["description"] == "theirs"


def test_a_ref_of_the_settings_is_taken_in_once_and_matched_when_the_side_is_met(group):
    world = group(a={}, b=BLIND)
    world.add("a", "Milk")
    refs = tuple(world.add("b", title) for title in ("Milk", "Eggs"))
    world.adopt["b"] = refs
    assert world.run().adopted == 1
    world.settle()
    assert world.titles("a") == world.titles("b") == ["Eggs", "Milk"]
    before = world.vaults["b"].requests[Verb.GET]
    assert world.run().result is Result.QUIET
    assert world.vaults["b"].requests[Verb.GET] - before == 2


def test_a_task_that_was_deleted_there_is_not_asked_for_as_the_settings_still_name_it(group):
    world = group(a={}, b=BLIND)
    world.add("a", "Other")
    world.adopt["b"] = (world.add("b", "Milk"),)
    world.settle()
    world.vaults["b"].remove(world.adopt["b"][0])
    world.settle()
    assert world.titles("a") == ["Other"]
    assert world.held() == []
    assert looks(world) == 1
