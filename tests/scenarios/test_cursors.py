"""Incremental reads: nothing is passed over, nothing is believed that was not said."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from connectors.errors import ContractBroken
from connectors.memory.vault import Vault
from connectors.memory.wire import Members
from connectors.task import Status
from sync.core.facts import Read
from sync.core.model import HeldKind
from sync.report import Result
from tests.scenarios.breaking import break_off, failing

INCREMENTAL = {"incremental": True}


class Forgetful(Vault):
    """A server whose "changed since" never names changes of a description alone."""

    def listed_since(self, revision: int) -> list[Members]:
        changed = super().listed_since(revision)
        return [task for task in changed if "secret" not in str(task.get("description", ""))]


class Garbling(Vault):
    """A server that once, in a list of changes, says nonsense of a task."""

    garbles = False

    def listed_since(self, revision: int) -> list[Members]:
        changed, garbled = super().listed_since(revision), self.garbles
        self.garbles &= not changed
        return [{**task, "title": 7} if garbled else task for task in changed]


def agreed(group, *titles, **traits):
    """Sides that agree on some tasks."""
    world = group(**traits)
    for title in titles:
        world.add("a", title)
    world.settle()
    return world


def test_an_incremental_read_follows_a_complete_one(group):
    """The first read is complete, the next names what changed; edits and tombstones arrive."""
    world = group(a=INCREMENTAL, b={})
    world.add("a", "Milk")
    assert world.run().sides["a"].read is Read.COMPLETE
    world.edit("a", world.ref("a", "Milk"), title="Bread")
    assert world.run().sides["a"].read is Read.SINCE
    assert world.titles("b") == ["Bread"]


def test_an_expired_cursor_is_answered_by_a_complete_read(group):
    """A cursor has expired: a complete read, which finds what changed and what is gone."""
    world = agreed(group, "Milk", "Bread", "Eggs", a=INCREMENTAL, b={})
    world.vaults["a"].remove(world.ref("a", "Bread"))
    world.edit("a", world.ref("a", "Milk"), description="fresh")
    world.vaults["a"].forget()
    assert world.run().sides["a"].read is Read.COMPLETE
    assert world.on("b", "Milk")["description"] == "fresh"
    world.settle()
    assert world.titles("b") == ["Eggs", "Milk"]


def test_the_cursor_does_not_pass_what_a_failed_read_did_not_show(group):
    """A read breaks off after its first page: the next one starts where the last good one did."""
    world = group(a={**INCREMENTAL, "page_size": 1}, b={})
    refs = [world.add("a", f"task {number}") for number in range(3)]
    world.settle()
    for ref in refs:
        world.edit("a", ref, description="changed")
    with failing(world.vaults["a"], "changes", break_off(), after=1):
        assert world.run().sides["a"].read is Read.NONE
    assert set(world.values("b", "description").values()) == {""}
    world.run()
    assert set(world.values("b", "description").values()) == {"changed"}


def test_an_entry_that_can_not_be_read_is_held_and_not_forgotten(group):
    """An incremental page has one entry that can not be read: held; when it can be read again, it arrives."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={})
    ref = world.ref("a", "Milk")
    world.edit("a", ref, title=5)
    world.edit("a", world.ref("a", "Bread"), description="goes on")
    report = world.run()
    assert (report.held, report.code) == (1, 3)
    assert world.on("b", "Bread")["description"] == "goes on"
    (held,) = world.held()
    assert (held.kind, held.choices, held.ref) == (HeldKind.ENTRY, (), ref)
    for _ in range(3):
        assert world.run().held == 1, "the cursor has passed it, and it is not forgotten"
    assert world.titles("b") == ["Bread", "Milk"]
    world.edit("a", ref, title="Oat milk")
    world.run()
    assert world.held() == []
    assert world.titles("b") == ["Bread", "Oat milk"]


def test_a_new_entry_that_can_not_be_read_is_taken_in_when_it_can(group):
    """It was never linked, and its page is long gone: still it is not forgotten."""
    world = agreed(group, "Milk", a=INCREMENTAL, b={})
    ref = world.add("a", 7)
    for _ in range(3):
        assert world.run().held == 1
    world.edit("a", ref, title="Bread")
    world.settle()
    assert world.titles("b") == ["Bread", "Milk"]
    assert world.held() == []


@pytest.mark.parametrize("new", [True, False], ids=["new", "linked"])
def test_what_was_garbled_in_an_answer_is_asked_for_again(group, new):
    """The filter does not name it again, since nothing changed: the next read asks for it, not only the next sweep."""
    world = agreed(group, "Milk", a=INCREMENTAL, b={}, world={"servers": {"a": Garbling}})
    world.vaults["a"].garbles = True
    if new:
        world.add("a", "Bread")
    else:
        world.edit("a", world.ref("a", "Milk"), title="Bread")
    assert world.run().held == 1
    assert world.titles("b") == ["Milk"]
    world.run()
    assert world.titles("b") == ["Bread", "Milk"] if new else ["Bread"]
    assert world.held() == []


def test_a_new_word_in_the_table_is_read_from_what_was_kept(group):
    """An unknown word becomes known by the configuration.

    The incremental side has to be asked again for nothing else.
    """
    world = agreed(group, "Milk", a=INCREMENTAL, b={})
    world.edit("a", world.ref("a", "Milk"), status="urgent")
    world.settle()
    words = {status.value: status for status in Status} | {"urgent": Status.IN_PROGRESS}
    world.respell("a", words)
    world.run(sweep=True)
    assert world.on("b", "Milk")["status"] == "in_progress"


def test_a_filter_that_omits_changes_is_trusted_no_more(group):
    """A sweep finds what "changed since" should have shown: it arrives, and from then on sweeps replace the filter."""
    world = group(a=INCREMENTAL, b={}, world={"servers": {"a": Forgetful}})
    world.add("a", "Milk")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), description="a secret")
    assert world.run().sides["a"].read is Read.SINCE
    assert world.on("b", "Milk")["description"] == ""
    report = world.run(sweep=True)
    assert world.on("b", "Milk")["description"] == "a secret"
    assert any("changed since" in line for line in report.lines)
    assert world.state().sides["a"].filter_trusted is False
    world.edit("a", world.ref("a", "Milk"), description="another secret")
    assert world.run().sides["a"].read is Read.COMPLETE
    assert world.on("b", "Milk")["description"] == "another secret"


def test_what_a_filter_omits_is_found_when_a_sweep_is_due(group):
    """Nobody asks for a sweep: after an hour, where it is one request, everything is read."""
    world = group(a=INCREMENTAL, b={}, world={"servers": {"a": Forgetful}})
    world.add("a", "Milk")
    world.settle()
    world.edit("a", world.ref("a", "Milk"), description="a secret")
    reads = []
    while world.on("b", "Milk")["description"] == "":
        reads.append(world.run().sides["a"].read)
    assert set(reads[:-1]) == {Read.SINCE}
    assert 50 < len(reads) < 70  # a run of this world begins a minute after the one before


def test_a_sweep_that_finds_what_changed_since_the_last_read_trusts_the_filter(group):
    """Edits and our own writes between the last incremental read and a sweep are no omission."""
    world = agreed(group, "Milk", "Bread", a=INCREMENTAL, b={})
    world.edit("b", world.ref("b", "Bread"), description="we write this")
    world.run()
    world.edit("a", world.ref("a", "Milk"), description="just now")
    world.add("a", "Eggs")
    world.run(sweep=True)
    assert world.state().sides["a"].filter_trusted is True
    assert world.titles("b") == ["Bread", "Eggs", "Milk"]
    assert world.run().sides["a"].read is Read.SINCE


@pytest.mark.parametrize(
    "spoil",
    [
        lambda tasks: tasks[:-1],
        lambda tasks: [*tasks[:2], *tasks[:2]],
        lambda _: [],
    ],
    ids=["cut", "repeated", "empty"],
)
def test_a_listing_whose_total_does_not_match_is_no_complete_read(group, spoil):
    """A page of a listing is cut, repeated or empty: not a complete sweep; nothing is deleted, nothing counts."""
    world = agreed(
        group, "Milk", "Bread", "Eggs", "Tea", a={"totals": True, "page_size": 2, "without": [Verb.GET]}, b={}
    )
    world.vaults["a"].listing = spoil
    for _ in range(5):
        report = world.run()
        assert (report.sides["a"].read, report.sides["a"].state, report.waiting) == (Read.NONE, "down", 0)
    assert len(world.titles("b")) == 4
    world.vaults["a"].listing = None
    assert world.run().result is Result.QUIET


def test_a_listing_that_fails_in_the_middle_is_no_read(group):
    """The second page fails: nothing of the first is absorbed, nothing is deleted."""
    world = agreed(group, "Milk", "Bread", "Eggs", a={"page_size": 1, "without": [Verb.GET]}, b={})
    world.edit("a", world.ref("a", "Milk"), description="on the first page")
    for error in (break_off(), ContractBroken("half a page")):
        with failing(world.vaults["a"], "changes", error, after=1):
            assert world.run().sides["a"].read is Read.NONE
    assert world.titles("b") == ["Bread", "Eggs", "Milk"]
    assert world.on("b", "Milk")["description"] == ""
    world.run()
    assert world.on("b", "Milk")["description"] == "on the first page"


def test_a_page_that_is_repeated_counts_once(group):
    """A listing may repeat an entry: one task."""
    world = group(a={}, b={})
    world.vaults["a"].listing = lambda tasks: [*tasks, *tasks]
    world.add("a", "Milk")
    world.settle()
    assert world.titles("b") == ["Milk"]
