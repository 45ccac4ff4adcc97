"""What a person writes for a task finds it, or says what it may be."""

from __future__ import annotations

import pytest

from connectors.task import Field
from sync.core.codec import parse_short, short
from sync.core.model import Link, LinkLife, Task
from sync.store import NotFound


@pytest.fixture
def found(store):
    """A store with a few tasks, and their numbers by title."""
    state = store.load("work", ["a", "b"])
    for title in ("Buy milk", "Buy bread: two", "Straße kehren", "Milk", "Call t1\ud800"):
        number = state.next_task
        state.next_task += 1
        state.tasks[number] = Task(id=number, values={Field.TITLE: title})
        state.links[number, "a"] = Link(number, "a", f"x:{number}")
    state.links[1, "b"] = Link(1, "b", "old\x00ref", life=LinkLife.LET_GO)
    store.record(state, cycle=1, moved=[], acted=[], lease=None)
    return store


def test_a_short_id_is_a_number_in_hexadecimal():
    assert short(0x4F2) == "t4f2"
    assert parse_short("t4f2") == 0x4F2
    for text in ("4f2", "t", "T4f2", "t4F2", "t04", "t-1", "t+1", "t4_2", "title", "tt1", " t1"):
        assert parse_short(text) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("t3", 3),
        ("a:x:2", 2),
        ("b:old\x00ref", 1),
        ("bread", 2),
        ("BREAD: T", 2),
        ("STRASSE", 3),
        (" kehren ", 3),
        ("milk", 4),
        ("call t1", 5),
    ],
)
def test_a_task_is_found_by_id_by_side_and_ref_and_by_a_piece_of_its_title(found, text, number):
    assert found.find(text) == number


def test_a_piece_that_several_titles_have_names_them(found):
    with pytest.raises(NotFound, match=r"t1 \(Buy milk\), t2 \(Buy bread: two\)") as caught:
        found.find("buy")
    assert caught.value.candidates == ("t1", "t2")


@pytest.mark.parametrize("text", ["t99", "a:x:99", "c:x:1", "nothing like it", "", "  "])
def test_what_no_task_is_called_is_told(found, text):
    with pytest.raises(NotFound, match="No task"):
        found.find(text)


def test_titles_are_listed_in_the_order_of_their_numbers(found):
    assert found.tasks_by_title("buy") == [(1, "Buy milk"), (2, "Buy bread: two")]
