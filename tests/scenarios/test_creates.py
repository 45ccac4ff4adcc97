"""Creates whose answer is lost: made once, found again, or held; never doubled."""

from __future__ import annotations

import pytest

from connectors.contract import Verb
from connectors.memory.vault import Vault
from connectors.memory.wire import Members
from connectors.task import Field, Native
from sync.core.model import HeldKind
from sync.report import Result
from tests.scenarios.breaking import failing, lose_answer

NO_LIST = {"without": [Verb.CHANGES]}


def quiet(world):
    """The next cycle is quiet."""
    report = world.run()
    assert report.result is Result.QUIET, report.as_json()


@pytest.mark.parametrize("traits", [{}, {"trims": True, "recases": True}, {"incremental": True}, {"title_limit": 8}])
def test_a_create_whose_answer_was_lost_is_found_again(group, traits):
    """The answer to a create is lost: the entry is found in the listing, one entry."""
    world = group(a={}, b=traits)
    world.add("a", "Milk and more", description=" two\nlitres ", labels=["Shop"], due="2026-04-01")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        assert world.run().result is Result.OWED
    assert world.run().created == 1
    assert world.vaults["b"].requests["create"] == 1
    assert len(world.vaults["a"].tasks()) == len(world.vaults["b"].tasks()) == 1
    quiet(world)


@pytest.mark.parametrize("traits", [{}, {"without": [Verb.GET]}], ids=["get", "no get"])
def test_a_listing_that_forgets_what_is_there_says_nothing_about_a_lost_create(group, traits):
    """A cut listing lacks a linked task too: the create stays open, and is found in the next good one."""
    world = group(a={}, b=traits)
    world.add("b", "Bread")
    world.add("b", "Eggs")
    world.settle()
    world.add("a", "Milk")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    world.vaults["b"].listing = lambda tasks: tasks[:1]
    assert world.run().created == 0
    world.vaults["b"].listing = None
    assert world.run().created == 1
    assert world.titles("b") == world.titles("a") == ["Bread", "Eggs", "Milk"]
    quiet(world)


@pytest.mark.parametrize("traits", [{}, {"incremental": True}], ids=["snapshot", "incremental"])
def test_a_create_that_never_arrived_is_sent_again(group, traits):
    """Two complete reads do not show it: it is sent again, in the same cycle."""
    world = group(a={}, b=traits)
    world.settle(1)
    world.add("a", "Milk")
    with failing(world.vaults["b"], "create", lose_answer()):
        world.run()
    world.run()
    assert world.titles("b") == ["Milk"]
    quiet(world)


@pytest.mark.parametrize(
    "traits",
    [{"client_ids": True}, {"markers": True}, {"markers": True, **NO_LIST}],
    ids=["our id", "a marker", "a marker, no list"],
)
@pytest.mark.parametrize("word", ["title", "description"])
def test_what_a_lost_create_made_is_known_by_what_was_sent_with_it(group, traits, word):
    """Whatever people made of the task before the next read, and whatever looks like it: nobody is asked."""
    world = group(a={}, b=traits)
    world.settle(1)
    world.add("a", "Milk", description="two litres")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        assert world.run().result is Result.OWED
    [made] = world.vaults["b"].tasks()
    world.edit("b", str(made["id"]), **{word: "something else"})
    world.settle()
    assert [task[word] for side in "ab" for task in world.vaults[side].tasks()] == ["something else"] * 2
    assert world.held() == []
    assert world.vaults["b"].requests["create"] == 1
    quiet(world)


def test_a_lost_create_is_not_tied_to_another_entry_with_its_title(group):
    """The answer is lost while a person makes a task of that title there.

    Never tied to the other one's entry; a person is asked.
    """
    world = group(a={}, b={})
    world.add("a", "Milk", description="ours", due="2026-04-01")
    with failing(world.vaults["b"], "create", lose_answer()):
        world.run()
    other = world.add("b", "Milk", description="theirs", due="2026-05-05")
    assert world.run().result is Result.HELD
    (held,) = world.held()
    assert held.kind is HeldKind.CREATE
    assert set(held.choices) == {f"exists {other}", "absent"}
    assert [task["description"] for task in world.vaults["b"].tasks()] == ["theirs"]
    assert [task["description"] for task in world.vaults["a"].tasks()] == ["ours"], "nor is it taken for new meanwhile"
    world.resolve(held, "absent")
    world.settle()
    both = [{"ours", "theirs"}] * 2
    assert [{task["description"] for task in world.vaults[side].tasks()} for side in "ab"] == both
    assert len(world.vaults["b"].tasks()) == 2
    quiet(world)


def test_a_person_can_say_which_entry_a_lost_create_made(group):
    """`exists REF` ties the task to the entry that was found there."""
    world = group(a={}, b={})
    world.add("a", "Milk", description="ours")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    (task,) = world.vaults["b"].tasks()
    world.edit("b", str(task["id"]), description="changed at once by somebody")
    world.run()
    (held,) = world.held()
    world.resolve(held, f"exists {task['id']}")
    world.settle()
    assert len(world.vaults["a"].tasks()) == len(world.vaults["b"].tasks()) == 1
    assert world.link("Milk", "b").ref == task["id"]
    quiet(world)


def test_identical_twins_are_interchangeable(group):
    """Two equal tasks, both answers lost: two entries, two links."""
    world = group(a={}, b={})
    for _ in range(2):
        world.add("a", "Milk", description="same")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    world.settle()
    assert len(world.vaults["b"].tasks()) == 2
    assert len(world.vaults["a"].tasks()) == 2
    quiet(world)


def test_a_create_in_doubt_without_a_list_is_held_and_does_not_stop_the_others(group):
    """Where nothing can tell, the create is held with choices; at most one is in doubt, and the others go on."""
    world = group(a={}, b=NO_LIST)
    for number in range(3):
        world.add("a", f"task {number}")
    with failing(world.vaults["b"], "create", lose_answer(), when="after", times=1):
        world.run()
    world.settle(4)
    held = world.held()
    assert [(item.kind, item.choices) for item in held] == [(HeldKind.CREATE, ("exists REF", "absent"))]
    assert world.titles("b") == ["task 0", "task 1", "task 2"], "the one in doubt was made, and is not made again"
    assert world.vaults["b"].requests["create"] == 3
    report = world.run()
    assert (report.result, report.held, report.owed, report.code) == (Result.HELD, 1, 0, 3)


def test_no_more_than_one_create_is_in_doubt_where_nothing_can_tell(group):
    """A side without a list loses answer after answer: at most one create is left in doubt, whatever the cycles."""
    world = group(a={}, b=NO_LIST)
    for number in range(4):
        world.add("a", f"task {number}")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
        assert len(world.state().intents) == 1
    assert world.vaults["b"].requests["create"] == 1


def test_a_person_names_the_entry_of_a_create_in_doubt_without_a_list(group):
    """`exists REF` works on a side without a list: the entry is asked for by its ref."""
    world = group(a={}, b=NO_LIST)
    world.add("a", "Milk")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    world.run()
    (held,) = world.held()
    world.resolve(held, f"exists {world.ref('b', 'Milk')}")
    world.settle()
    assert world.held() == []
    world.edit("a", world.ref("a", "Milk"), title="Bread")
    world.settle()
    assert world.titles("b") == ["Bread"]


def test_a_person_says_that_a_create_in_doubt_never_happened(group):
    """`absent` sends it once more."""
    world = group(a={}, b=NO_LIST)
    world.add("a", "Milk")
    with failing(world.vaults["b"], "create", lose_answer()):
        world.run()
    world.run()
    assert world.titles("b") == []
    world.resolve(world.held()[0], "absent")
    world.settle()
    assert world.titles("b") == ["Milk"]


def test_a_create_that_stopped_between_its_steps_owes_the_rest(group):
    """The first request made the task, the second did not arrive: the ref is known, and the rest is owed."""
    world = group(a={}, b={"one_by_one": True})
    world.add("a", "Milk", description="fresh", labels=["shop"])
    with failing(world.vaults["b"], "update", lose_answer(), when="before"):
        report = world.run()
    assert report.result is Result.OWED
    ref = world.link("Milk", "b").ref
    world.settle()
    assert world.on("b", "Milk")["id"] == ref
    assert (world.on("b", "Milk")["description"], world.on("b", "Milk")["labels"]) == ("fresh", ["shop"])
    assert (world.on("a", "Milk")["description"], world.on("a", "Milk")["labels"]) == ("fresh", ["shop"])
    quiet(world)


def test_a_task_made_there_is_not_taken_for_new_while_a_create_of_its_title_is_open(group):
    """While a create is open, nothing new there with its title is imported: no third copy anywhere."""
    world = group(a={}, b={}, c={})
    world.add("a", "Milk", description="ours")
    with failing(world.vaults["b"], "create", lose_answer(), when="after"):
        world.run()
    with failing(world.vaults["a"], "changes", lose_answer()):
        world.run()
    world.settle()
    for side in "abc":
        assert world.titles(side) == ["Milk"]
    quiet(world)


def test_a_field_that_the_made_entry_lacks_is_owed(group):
    """What the request of a create could not carry follows in the same cycle."""
    world = group(a={}, b={"one_by_one": True})
    world.add("a", "Milk", status="completed", description="fresh")
    report = world.run()
    assert (report.created, report.updated, report.owed) == (1, 0, 0)
    assert world.on("b", "Milk")["status"] == "completed"
    assert world.link("Milk", "b").acked == {}
    assert Field.STATUS in world.link("Milk", "b").pairs
    quiet(world)


class OneForAll(Vault):
    """A server that answers each create with the first task that it has, as if it had made that one."""

    def create(self, members: Native, marker: str) -> Members:
        there = self.tasks()
        return dict(there[0]) if there else super().create(members, marker)


def test_a_create_that_is_answered_with_another_task_ties_no_entry_to_two(group):
    """One entry stands for one task: the second is refused there, by name, and the first one stays as it is."""
    world = group(a={}, b={}, world={"servers": {"b": OneForAll}})
    world.add("a", "Milk")
    world.settle()
    world.add("a", "Bread")
    report = world.run()
    assert report.undeliverable > 0
    assert world.titles("b") == ["Milk"]
    assert world.state().link(world.task("Milk").id, "b").ref == world.ref("b", "Milk")
    assert not any(link.live for link in world.state().of_side("b") if link.task == world.task("Bread").id)
    assert world.run().code == 0
