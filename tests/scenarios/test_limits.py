"""Plans that may not be meant: limits of deletes and creates, and what may only be archived."""

from __future__ import annotations

from connectors.contract import Verb
from sync.core.model import HeldKind
from sync.core.policy import GuardPolicy
from sync.report import Result

NO_GET = {"without": [Verb.GET]}


def agreed(group, count, **traits):
    """Sides that agree on so many tasks; the refs on a, by number."""
    world = group(**traits)
    refs = [world.add("a", f"task {number:02}") for number in range(count)]
    world.settle()
    return world, refs


def test_more_deletes_than_the_limit_are_held_and_the_rest_goes_on(group):
    """Twelve of forty tasks are deleted: held one by one; edits go on; approved ones are deleted, refused ones stay."""
    world, refs = agreed(group, 40, a={"incremental": True}, b={})
    for ref in refs[:12]:
        world.vaults["a"].remove(ref)
    world.edit("a", refs[20], description="goes on")
    report = world.run()
    assert (report.deleted, report.held, report.code) == (0, 12, 3)
    assert world.on("b", "task 20")["description"] == "goes on"
    held = world.held()
    assert {item.kind for item in held} == {HeldKind.DELETE}
    for item in held[:11]:
        world.resolve(item, "approve")
    world.resolve(held[11], "refuse")
    assert world.run().deleted == 11
    assert len(world.titles("b")) == 29
    assert held[11].title in world.titles("b")
    assert world.settle()[-1].result is Result.QUIET


def test_deletes_are_counted_over_the_guards_window(group):
    """Ten deletes now and one more an hour later are eleven.

    A day later they count no more, and what is held stays held.
    """
    world, refs = agreed(group, 30, a={"incremental": True}, b={})
    for ref in refs[:10]:
        world.vaults["a"].remove(ref)
    assert world.run().deleted == 10
    world.clock.pass_(3600)
    world.vaults["a"].remove(refs[10])
    assert world.run().held == 1
    world.clock.pass_(86_400)
    world.vaults["a"].remove(refs[11])
    report = world.run()
    assert (report.deleted, report.held) == (1, 1)
    world.resolve(world.held()[0], "approve")
    assert world.run().deleted == 1


def test_more_creates_than_the_limit_are_held(group):
    """What is over the limit of creates is held; approved, it is made."""
    world = group(a={}, b={}, policy={"guards": GuardPolicy(creates=3)})
    for number in range(5):
        world.add("a", f"task {number}")
    report = world.run()
    assert (report.created, report.held, report.code) == (3, 2, 3)
    for item in world.held():
        world.resolve(item, "approve")
    assert world.run().created == 2
    assert world.run().result is Result.QUIET


def test_a_refused_create_is_not_made_and_not_asked_again(group):
    """`refuse`: the task is not made there; the link is let go."""
    world = group(a={}, b={}, policy={"guards": GuardPolicy(creates=1)})
    world.add("a", "Milk")
    world.add("a", "Bread")
    world.run()
    world.resolve(world.held()[0], "refuse")
    assert world.run().result is Result.QUIET
    assert len(world.titles("b")) == 1


def test_a_limit_at_the_command_line_leaves_the_rest_for_later(group):
    """`--limit N` makes at most N tasks; the rest is owed, not held."""
    world = group(a={}, b={})
    for number in range(5):
        world.add("a", f"task {number}")
    report = world.run(limit=2)
    assert (report.created, report.held, report.owed) == (2, 0, 3)
    assert world.run().created == 3


def test_a_deletion_that_may_be_an_archive_is_asked(group):
    """Vanished where that may mean archived: a person says whether it was deleted."""
    world, refs = agreed(group, 5, a={**NO_GET}, b={}, world={"ambiguous": {"a"}})
    for ref in refs[:2]:
        world.vaults["a"].remove(ref)
    world.settle(4)
    first, second = world.held()
    assert {first.kind, second.kind} == {HeldKind.DELETE}
    assert len(world.titles("b")) == 5
    world.resolve(first, "approve")
    world.resolve(second, "refuse")
    world.settle()
    assert len(world.titles("b")) == 4
    assert second.title in world.titles("b")
    assert world.settle()[-1].result is Result.QUIET


def test_a_question_about_a_vanished_task_ends_when_it_is_seen_again(group):
    """It was archived, and is taken out again: nobody is asked any more."""
    world, refs = agreed(group, 5, a={**NO_GET}, b={}, world={"ambiguous": {"a"}})
    world.vaults["a"].remove(refs[0])
    world.settle(4)
    assert len(world.held()) == 1
    world.vaults["a"].restore(refs[0])
    assert world.settle()[-1].result is Result.QUIET
    assert world.held() == []
