"""``tasksync adopt``: tasks that nothing lists, taken in by their ids."""

from __future__ import annotations

import pytest

from tests.cli.kit import Place


@pytest.fixture
def place(tmp_path) -> Place:
    """A vault with a list, and one without; a task that a person made on each."""
    place = Place(tmp_path, there='without = ["changes"]')
    place.put("here", "Milk")
    place.once()
    place.put("there", "Bread")
    return place


def ref(place: Place, title: str) -> str:
    return next(ref for ref, task in place.tasks("there").items() if task["title"] == title)


def test_a_task_that_nothing_lists_is_taken_in_by_its_id(place):
    assert place.once()["result"] == "quiet"
    bread = ref(place, "Bread")
    done = place.run("adopt", "there", bread)
    assert (done.code, done.out, done.err) == (0, f"{bread}: the next cycle reads it from there\n", "")
    assert place.once()["created"] == 1
    assert place.titles("here") == ["Bread", "Milk"]
    assert place.once()["result"] == "quiet"
    assert place.run("adopt", "there", bread).out == f'{bread} is known already: "Bread"\n'


def test_what_was_let_go_is_tied_by_hand_and_not_taken_in_as_a_new_task(place):
    bread = ref(place, "Bread")
    place.run("adopt", "there", bread)
    place.once()
    task = place.run("unlink", "Bread", "there", "--json").json["task"]
    told = place.run("adopt", "there", bread).out
    assert told.startswith(f'{bread} belonged to "Bread" and is not taken in as a new task: ')
    number, side, again = told.split("`")[1].removeprefix("tasksync link ").split()
    assert (side, again) == ("there", bread)
    assert place.once()["held"] == 0
    assert place.run("link", number, side, again).code == 0, task
    assert place.run("adopt", "there", bread).out == f'{bread} is known already: "Bread"\n'


def test_it_can_be_taken_back_before_the_next_cycle(place):
    bread = ref(place, "Bread")
    place.run("adopt", "there", bread)
    done = place.run("adopt", "there", bread, "--forget", "--json")
    assert (done.code, done.json["messages"]) == (0, [f"{bread} is not taken in"])
    assert place.once()["result"] == "quiet"
    assert place.titles("here") == ["Milk"]


def test_an_id_that_is_not_there_is_held_until_it_is_taken_back(place):
    assert place.run("adopt", "there", "nosuch").code == 0
    assert place.once()["held"] == 1
    assert "there has no task nosuch" in place.run("held").out
    place.run("adopt", "there", "nosuch", "--forget")
    assert place.once()["held"] == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["here", "1"], "here has a list"),
        (["nosuch", "1"], "there is no side nosuch"),
        (["there", " "], "is no id"),
    ],
    ids=["a side with a list", "no side", "no id"],
)
def test_what_can_not_be_taken_in_exits_2(place, arguments, words):
    done = place.run("adopt", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
