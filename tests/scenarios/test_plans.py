"""A plan says what a run does, and does nothing."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from sync.core.model import Do
from sync.core.policy import ConflictPolicy, DeletePolicy
from sync.report import plan_hash
from sync.store import ActedRow, Store
from tests.scenarios.breaking import failing, lose_answer

SIDES = {
    "rich": ({}, {}),
    "lossy": ({"title_limit": 10, "trims": True}, {"days_only": True}),
    "incremental": ({"incremental": True}, {"incremental": True, "page_size": 2}),
    "no delete": ({"incremental": True}, {"without": [Verb.DELETE]}),
    "archive": ({"incremental": True}, {"archive_deletes": True}),
    "tree": ({"parents": True, "cascades": True, "incremental": True}, {"parents": True}),
}


def stored(world):
    """A hash over everything in the store."""
    store = Store.open(world.url, clock=world.clock, read_only=True)
    try:
        return store.fingerprint()
    finally:
        store.close()


def busy(world):
    """People do something of everything."""
    for title in ("edited", "renamed there", "deleted", "left"):
        world.add("a", title)
    world.settle()
    world.add("a", "new on a", due="2026-04-01")
    world.add("b", "new on b")
    world.edit("a", world.ref("a", "edited"), description="more")
    world.edit(
        "b",
        next(str(task["id"]) for task in world.vaults["b"].tasks() if str(task["title"]).startswith("renamed")),
        title="new name",
    )
    world.vaults["a"].remove(world.ref("a", "deleted"))


def told(actions):
    """Actions as what they do to what, where."""
    return sorted((action.do.value, action.task, action.side) for action in actions)


def done(world, cycle):
    """What the history says was done in a cycle."""
    rows = [
        row for row in world.history() if isinstance(row, ActedRow) and row.cycle == cycle and row.outcome == "done"
    ]
    return sorted({(row.do.value, row.task, row.side) for row in rows})


@pytest.mark.parametrize("sides", SIDES, ids=str)
@pytest.mark.parametrize(
    "policy",
    [{}, {"deletes": DeletePolicy.CLOSE}, {"conflict": ConflictPolicy.HOLD}],
    ids=["propagate", "close", "hold"],
)
def test_a_plan_is_what_the_run_after_it_does(group, sides, policy):
    """The plan's actions are those that the run carries out; the store is byte for byte what it was before the plan."""
    a, b = SIDES[sides]
    world = group(a=a, b=b, policy=policy)
    busy(world)
    before, writes = stored(world), world.writes()
    plan = world.plan()
    assert stored(world) == before
    assert world.writes() == writes
    assert plan_hash({"work": plan.actions}) == plan_hash({"work": world.plan().actions}), (
        "it does not depend on the clock"
    )
    report = world.run()
    assert told(plan.actions) == done(world, report.cycle)
    assert plan.actions


def test_a_plan_of_a_quiet_group_is_empty(group):
    """Nothing to do, nothing planned."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.settle()
    assert world.plan().actions == []


def test_a_plan_of_an_empty_store_is_the_first_run(group):
    """Before anything was ever stored: the same creates, of the same tasks."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    world.add("b", "Bread")
    plan = world.plan()
    assert {(action.do, action.side) for action in plan.actions} == {(Do.CREATE, "a"), (Do.CREATE, "b")}
    report = world.run()
    assert told(plan.actions) == done(world, report.cycle)


def test_a_plan_resolves_open_requests_by_reading_only(group):
    """A create whose answer was lost: the plan finds it, plans nothing more, and leaves the intent open."""
    world = group(a={}, b={})
    world.add("a", "Milk")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    before, writes = stored(world), world.writes()
    assert world.plan().actions == []
    assert (stored(world), world.writes()) == (before, writes)
    assert len(world.state().intents) == 1
    assert world.run().created == 1


def test_a_plan_names_what_would_be_held_and_what_waits(group):
    """Held rows that would be new, and deletes that wait for evidence, are in the plan."""
    world = group(a={}, b={}, policy={"conflict": ConflictPolicy.HOLD})
    for title in ("Milk", "Bread"):
        world.add("a", title)
    world.settle()
    world.edit("a", world.ref("a", "Milk"), title="Oat milk")
    world.edit("b", world.ref("b", "Milk"), title="Soy milk")
    world.vaults["a"].remove(world.ref("a", "Bread"))
    plan = world.plan()
    assert ([held.kind.value for held in plan.held], len(plan.waiting), plan.code) == (["conflict"], 1, 3)
    assert world.held() == []
