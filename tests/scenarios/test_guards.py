"""Reads that may not be believed, and plans that may not be meant."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.contract import Verb
from sync.core.facts import Read
from sync.core.model import HeldKind
from sync.core.policy import EvidencePolicy, GuardPolicy, Limit
from sync.report import Result

NO_GET = {"without": [Verb.GET]}


def agreed(group, count, **traits):
    """Sides that agree on so many tasks; the refs on a, by number."""
    world = group(**traits)
    refs = [world.add("a", f"task {number:02}") for number in range(count)]
    world.settle()
    return world, refs


@pytest.mark.parametrize("traits", [{}, NO_GET], ids=["get", "no get"])
@pytest.mark.parametrize("number", [4, 5, 9])
def test_a_person_who_deletes_many_of_ten_tasks_is_heard(group, number, traits):
    """A person deletes 4, 5 or 9 of 10 tasks.

    It arrives after the equal reads; each cycle until then says why it waits.
    """
    world, refs = agreed(group, 10, a=traits, b={})
    for ref in refs[:number]:
        world.vaults["a"].remove(ref)
    seen = []
    for _ in range(6):
        report = world.run()
        seen.append(report.sides["a"].read)
        if report.result is Result.QUIET:
            break
        assert report.sides["a"].why or report.waiting or report.deleted, "no verdict is silent"
    assert seen[0] is Read.SET_ASIDE
    assert len(world.titles("b")) == 10 - number
    assert world.run().result is Result.QUIET


def test_a_shrunk_read_gives_exit_code_4_and_nothing_is_written_there(group):
    """A listing that lost more than the share is set aside: no delta, no write, no delete."""
    world, refs = agreed(group, 10, a=NO_GET, b={})
    world.vaults["a"].listing = lambda tasks: tasks[:5]
    world.edit("b", world.ref("b", "task 09"), description="meant for a")
    report = world.run()
    assert (report.sides["a"].read, report.code, report.held) == (Read.SET_ASIDE, 4, 0)
    assert world.vaults["a"].task(refs[9])["description"] == ""
    world.vaults["a"].listing = None
    world.settle()
    assert world.vaults["a"].task(refs[9])["description"] == "meant for a"
    assert len(world.titles("b")) == 10


def test_a_side_that_lists_nothing_is_held_until_a_person_approves(group):
    """All of ten tasks gone: `emptied` asks a person; approved, the deletes go on after their evidence."""
    world, refs = agreed(group, 10, a={}, b={})
    for ref in refs:
        world.vaults["a"].remove(ref)
    for _ in range(3):
        report = world.run()
        assert (report.result, report.code, report.held) == (Result.HELD, 3, 1)
    (held,) = world.held()
    assert (held.kind, held.choices, held.data["guard"]) == (HeldKind.GUARD, ("approve", "refuse"), "emptied")
    assert len(world.titles("b")) == 10
    world.resolve(held, "approve")
    world.settle()
    assert world.titles("b") == []
    assert world.held() == []


def test_a_refused_read_stays_set_aside_until_it_changes(group):
    """`refuse`: the side stays set aside, quietly held no more, and is believed again when it lists its tasks."""
    world, _ = agreed(group, 4, a=NO_GET, b={})
    world.vaults["a"].listing = lambda _: []
    world.run()
    world.resolve(world.held()[0], "refuse")
    for _ in range(3):
        report = world.run()
        assert (report.sides["a"].read, report.held) == (Read.SET_ASIDE, 0)
    world.vaults["a"].listing = None
    assert world.run().result is Result.QUIET
    assert len(world.titles("b")) == 4


def test_an_approval_holds_for_exactly_the_read_that_was_asked_about(group):
    """What a person let pass does not let another read pass."""
    few = GuardPolicy(changed=Limit(share=0.2, count=1))
    world, refs = agreed(group, 5, a={}, b={}, policy={"guards": few})
    for ref in refs[:3]:
        world.edit("a", ref, description="first")
    assert world.run().held == 1
    world.resolve(world.held()[0], "approve")
    for ref in refs:
        world.edit("a", ref, description="second")
    report = world.run()
    assert (report.sides["a"].read, report.held) == (Read.SET_ASIDE, 1)
    assert set(world.values("b", "description").values()) == {""}
    world.resolve(world.held()[0], "approve")
    world.settle()
    assert set(world.values("b", "description").values()) == {"second"}


def test_another_accounts_data_is_stopped_before_it_is_absorbed(group):
    """Almost everything changed at once: nothing of it reaches the other side or the store until a person approves."""
    world, refs = agreed(group, 30, a={}, b={})
    for ref in refs:
        world.edit("a", ref, title=f"another {ref}")
    report = world.run()
    assert (report.result, report.code, report.sides["a"].read) == (Result.HELD, 3, Read.SET_ASIDE)
    assert world.titles("b") == [f"task {number:02}" for number in range(30)]
    assert {task.title for task in world.state().tasks.values()} == set(world.titles("b"))
    (held,) = world.held()
    assert (held.kind, held.data["guard"]) == (HeldKind.GUARD, "changed")
    world.resolve(held, "approve")
    world.settle()
    assert world.titles("b") == world.titles("a")


def test_a_guard_can_be_lifted_at_the_command_line(group):
    """`--allow changed` lets this read pass, once."""
    world, refs = agreed(group, 30, a={}, b={})
    for ref in refs:
        world.edit("a", ref, description="x")
    assert world.run(allow=frozenset({"changed"})).updated == 30
    for ref in refs:
        world.edit("a", ref, description="y")
    assert world.run().held == 1


def test_a_shrunk_read_needs_the_gap_between_its_equal_reads(group):
    """Reads in quick succession say nothing more: the gap has to pass between them."""
    slow = EvidencePolicy(misses=2, miss_gap=timedelta(minutes=10))
    world, refs = agreed(group, 10, a=NO_GET, b={}, policy={"evidence": slow})
    for ref in refs[:5]:
        world.vaults["a"].remove(ref)
    for _ in range(5):
        assert world.run().sides["a"].read is Read.SET_ASIDE
    assert len(world.titles("b")) == 10
    for _ in range(4):
        world.clock.pass_(600)
        world.run()
    assert len(world.titles("b")) == 5
