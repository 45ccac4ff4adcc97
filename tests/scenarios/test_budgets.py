"""Quotas end, sides are slow to let us in, and one that fails does not stop the others."""

from __future__ import annotations

from connectors.budget import Rank
from connectors.errors import BadCredentials, Rejected
from connectors.limiter import _RANK
from connectors.memory.vault import Vault
from connectors.task import Field
from sync.core.facts import Read
from sync.report import Result
from tests.scenarios.breaking import failing, slow_down


def test_a_budget_that_ends_in_the_middle_of_a_plan_leaves_the_rest_owed(group):
    """The quota is spent after two creates: the rest is owed, and made by the next cycle, each once."""
    world = group(a={}, b={})
    for number in range(5):
        world.add("a", f"task {number}")
    with failing(world.vaults["b"], "create", slow_down(), after=2):
        report = world.run()
    assert (report.created, report.owed, report.result, report.code) == (2, 3, Result.OWED, 4)
    assert report.sides["b"].state == "down"
    assert world.run().created == 3
    assert world.titles("b") == [f"task {number}" for number in range(5)]
    assert world.run().result is Result.QUIET


def test_what_has_been_owed_longest_goes_first(group):
    """Only two updates fit into a cycle, and two tasks are edited all the time: the others get their turn."""
    world = group(a={}, b={})
    refs = [world.add("a", f"task {number}") for number in range(4)]
    world.settle()
    for ref in refs:
        world.edit("a", ref, description="first")
    with failing(world.vaults["b"], "update", slow_down(), after=2):
        assert world.run().owed == 2
    for ref in refs[:2]:
        world.edit("a", ref, description="second")
    with failing(world.vaults["b"], "update", slow_down(), after=2):
        assert world.run().owed == 2
    assert world.values("b", "description") == {f"task {number}": "first" for number in range(4)}
    world.run()
    assert world.on("b", "task 0")["description"] == world.on("b", "task 1")["description"] == "second"


def test_a_side_that_is_down_does_not_stop_the_others(group):
    """A refused password pauses that side and says why; the others agree, and it catches up when it is let in."""
    world = group(a={}, b={}, c={})
    world.add("a", "Milk")
    with failing(world.vaults["b"], "changes", BadCredentials("vault b refused the password")):
        report = world.run()
    assert (report.sides["b"].state, report.sides["b"].read, report.code) == ("paused", Read.NONE, 4)
    assert "password" in str(report.sides["b"].why)
    assert world.titles("c") == ["Milk"]
    assert report.owed == 1
    world.run()
    assert world.titles("b") == ["Milk"]
    assert world.run().result is Result.QUIET


def test_a_group_of_which_no_side_can_be_read_has_failed(group):
    """Nothing is decided where nothing was read."""
    world = group(a={}, b={})
    down = BadCredentials("refused")
    with failing(world.vaults["a"], "changes", down), failing(world.vaults["b"], "changes", down):
        report = world.run()
    assert (report.result, report.code) == (Result.FAILED, 4)


def test_one_task_that_is_refused_does_not_stop_the_others(group):
    """A refused update is undeliverable, is not sent again, and is tried once more when the value moves."""
    world = group(a={}, b={})
    first, second = world.add("a", "Milk"), world.add("a", "Bread")
    world.settle()
    world.edit("a", first, description="x")
    world.edit("a", second, description="y")
    refusal = Rejected("no such note", fields=frozenset({Field.DESCRIPTION}))
    with failing(world.vaults["b"], "update", refusal, times=1):
        report = world.run()
    assert (report.undeliverable, report.updated, report.owed, report.code) == (1, 1, 0, 0)
    writes = world.writes()
    assert world.run().undeliverable == 1
    assert world.writes() == writes
    world.edit("a", first, description="z")
    world.run()
    assert world.on("b", "Milk")["description"] == "z"
    assert world.run().undeliverable == 0


def test_a_refused_create_is_tried_again_when_a_value_moves(group):
    """A task that a side refuses is undeliverable there until one of its values moves."""
    world = group(a={}, b={})
    ref = world.add("a", "Milk")
    with failing(world.vaults["b"], "create", Rejected("not with this title")):
        report = world.run()
        assert report.undeliverable >= 1
        assert report.owed == 0
        sent = world.vaults["b"].requests["create"]
        world.run()
        assert world.vaults["b"].requests["create"] == sent, "the same values are not sent again"
    world.edit("a", ref, title="Oat milk")
    world.run()
    assert world.titles("b") == ["Oat milk"]
    assert world.run().result is Result.QUIET


def test_a_create_is_tried_without_the_field_that_was_refused(group):
    """The server says which field it can not take: the task is made without it, and the field is undeliverable."""
    world = group(a={}, b={})
    world.add("a", "Milk", due="2026-04-01", description="fresh")
    refusal = Rejected("no such day", fields=frozenset({Field.DUE}))
    with failing(world.vaults["b"], "create", refusal, times=1):
        report = world.run()
    assert (report.created, report.owed, report.code) == (1, 0, 0), "at once, not in the next cycle"
    assert world.on("b", "Milk")["description"] == "fresh"
    assert world.on("b", "Milk")["due"] is None
    report = world.run()
    assert (report.undeliverable, report.owed) == (1, 0)
    assert world.on("a", "Milk")["due"] == "2026-04-01", "what was refused there does not come back as a change"


def test_a_field_that_is_refused_again_and_again_is_left_out_once(group):
    """A server that names what was not sent, or the parent: no endless tries, and no third request in a cycle."""
    world = group(a={"parents": True}, b={"parents": True})
    parent = world.add("a", "Shop")
    world.add("a", "Milk", due="2026-04-01", parent=parent)
    refusal = Rejected("no such day", fields=frozenset({Field.DUE}))
    with failing(world.vaults["b"], "create", refusal, after=1):
        world.run()
    assert world.vaults["b"].requests["create"] == 3
    refusal = Rejected("not under this one", fields=frozenset({Field.PARENT}))
    world.add("a", "Eggs", parent=parent)
    with failing(world.vaults["b"], "create", refusal):
        world.run()
    assert world.titles("b") == ["Shop"]


def test_the_idle_cycle_reads_each_side_once_and_writes_nothing(group):
    """A cycle in which nobody changed anything makes one listing per side."""
    world = group(a={}, b={"trims": True}, c={"incremental": True})
    for number in range(3):
        world.add("a", f"task {number} ", description=" padded ")
    world.settle()
    before = {side: dict(vault.requests) for side, vault in world.vaults.items()}
    world.run()
    for side, vault in world.vaults.items():
        more = {verb: count - before[side].get(verb, 0) for verb, count in vault.requests.items()}
        assert {verb: count for verb, count in more.items() if count} == {"changes": 1}


class Attentive(Vault):
    """A server that hears how urgent each request is to whoever sends it."""

    def __init__(self, *arguments: object, **named: object) -> None:
        super().__init__(*arguments, **named)
        self.heard: list[tuple[str, Rank]] = []

    def listed(self):
        self.heard.append(("everything", _RANK.get()))
        return super().listed()

    def listed_since(self, revision):
        self.heard.append(("news", _RANK.get()))
        return super().listed_since(revision)

    def found(self, ref):
        self.heard.append(("one", _RANK.get()))
        return super().found(ref)

    def update(self, ref, members, revision):
        self.heard.append(("update", _RANK.get()))
        return super().update(ref, members, revision)


def test_writes_and_what_they_need_are_more_urgent_than_looks_and_those_than_sweeps(group):
    """Of a side that tells its news, and of one that tells everything each time: that is how it is looked at."""
    world = group(a={"incremental": True}, b={}, world={"servers": {"a": Attentive, "b": Attentive}})
    ref = world.add("a", "Milk")
    world.settle()
    world.edit("b", world.ref("b", "Milk"), description="fresh")
    world.edit("a", ref, title="Oat milk")
    a, b = world.vaults["a"].heard, world.vaults["b"].heard
    a.clear()
    b.clear()
    world.run()
    assert a == [("news", Rank.POLL), ("update", Rank.WRITE)]
    assert b == [("everything", Rank.POLL), ("update", Rank.WRITE)]
    a.clear()
    world.run(sweep=True)
    assert set(a) == {("news", Rank.POLL), ("everything", Rank.SWEEP)}
