from __future__ import annotations

import pytest

from connectors.checkvist.wire import (
    VOLATILE,
    Malformed,
    chosen,
    complaint,
    identity,
    items_of,
    parent_of,
    raw_hash,
)
from tests.connectors.checkvist.kit import native


@pytest.mark.parametrize(
    ("answer", "what"),
    [
        ({"error": "no"}, "an object with the members error"),
        (None, "null"),
        ("text", "text"),
        ([native(), 7], "element 2 is 7"),
        ([native(id=None)], "element 1"),
        ([native(id=0)], "element 1"),
        ([native(id=True)], "element 1"),
        ([native(), native(content="Other")], "two different items 5"),
    ],
    ids=["object", "null", "text", "number inside", "no id", "id 0", "id true", "twice"],
)
def test_an_answer_that_is_no_whole_list_is_never_a_list(answer, what):
    with pytest.raises(Malformed, match=what):
        items_of(answer)


def test_an_item_that_is_repeated_as_it_is_is_listed_once():
    """As at every vendor: a repeat says nothing new, and only two that differ can not both be true."""
    items = items_of([native(id=1), native(id=2, parent_id=1), native(id=1)])
    assert [(item["id"], item["tasks"]) for item in items] == [(1, [2]), (2, [])]


def test_an_empty_array_is_an_empty_list():
    assert items_of([]) == []


def test_children_that_an_item_does_not_tell_are_known_from_the_list():
    items = items_of([{"id": 1, "content": "a"}, {"id": 2, "parent_id": 1}, {"id": 3, "parent_id": "1"}])
    assert [item["tasks"] for item in items] == [[2, 3], [], []]


def test_children_that_are_not_on_the_list_any_more_do_not_count():
    items = items_of([native(id=1, tasks=[2, 9]), native(id=2, parent_id=1), native(id=3, tasks=[9])])
    assert [item["tasks"] for item in items] == [[2], [], []]


def test_an_item_whose_children_are_right_stays_as_it_was_sent():
    top = native(id=1, tasks=[3, 2])
    assert items_of([top, native(id=2, parent_id=1), native(id=3, parent_id=1)])[0] is top


@pytest.mark.parametrize("none", [0, "0", "", None, " ", "nil", -1, 1.5, True, [], {}], ids=repr)
def test_no_id_is_none(none):
    assert identity(none) is None
    assert parent_of({"parent_id": none}) is None


def test_an_id_may_be_a_number_or_its_text():
    assert (identity(10), identity("10"), identity(" 10 ")) == ("10", "10", "10")


def test_the_item_is_chosen_by_its_id_wherever_it_stands():
    first, second = native(id=1), native(id=2)
    assert chosen([first, second], "2") == (second, (first,))
    assert chosen(second, "2") == (second, ())
    assert chosen([first, second], None) == (first, (second,))


@pytest.mark.parametrize("answer", [[], {}, None, "x", [native(id=1), None], native(id=1)], ids=repr)
def test_an_answer_without_the_item_is_malformed(answer):
    with pytest.raises(Malformed):
        chosen(answer, "2")


def test_a_complaint_is_told_from_an_item():
    assert complaint({"error": "list\n is gone"}) == "list is gone"
    assert complaint({"message": "no"}) == "no"
    assert complaint({"error": None, "message": ""}) == ""
    assert complaint(native(message="hello")) == ""
    assert complaint([{"error": "no"}]) == ""


@pytest.mark.parametrize("name", sorted(VOLATILE))
def test_a_volatile_member_does_not_move_the_hash(name):
    assert raw_hash(native(**{name: "one"})) == raw_hash(native(**{name: "two"}))


def test_a_private_tag_moves_the_hash():
    assert raw_hash(native(tags={"a": False})) != raw_hash(native(tags={"a": True}))
