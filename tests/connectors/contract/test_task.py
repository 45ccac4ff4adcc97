"""The canonical task: what is the same, what is empty, and the one form of a set of labels."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.task import EMPTY, Field, Patch, Person, Status, is_empty, label_set, same

NOON = datetime(2024, 2, 29, 12, tzinfo=UTC)
NOON_IN_BERLIN = datetime(2024, 2, 29, 13, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("field", "left", "right", "equal"),
    [
        pytest.param(Field.TITLE, "Milk", "Milk", True, id="equal titles"),
        pytest.param(Field.TITLE, "Milk", "milk", False, id="case counts in a title"),
        pytest.param(Field.TITLE, "\u00e9", "e\u0301", False, id="two spellings of one letter are two texts"),
        pytest.param(Field.DUE, NOON, NOON_IN_BERLIN, True, id="one instant in two zones"),
        pytest.param(Field.DUE, date(2024, 2, 29), datetime(2024, 2, 29, tzinfo=UTC), False, id="a day is no instant"),
        pytest.param(Field.DUE, datetime(2024, 2, 29, tzinfo=UTC), date(2024, 2, 29), False, id="an instant is no day"),
        pytest.param(Field.DUE, None, None, True, id="nothing is nothing"),
        pytest.param(Field.DUE, date(2024, 2, 29), None, False, id="a day is not nothing"),
        pytest.param(Field.LABELS, ("Home", "work"), ("home", "WORK"), True, id="labels ignore case"),
        pytest.param(Field.LABELS, ("Straße",), ("STRASSE",), True, id="case folding, not lower case"),
        pytest.param(Field.LABELS, ("b", "a"), ("a", "b"), True, id="labels are a set"),
        pytest.param(Field.LABELS, ("a",), ("a", "b"), False, id="a label more"),
        pytest.param(
            Field.ASSIGNEES,
            (Person(id="1"), Person(id="2")),
            (Person(id="2"), Person(id="1")),
            False,
            id="assignees have an order",
        ),
        pytest.param(Field.STATUS, Status.COMPLETED, Status.CANCELLED, False, id="two states"),
    ],
)
def test_when_two_values_are_the_same(field, left, right, equal):
    assert same(field, left, right) is equal
    assert same(field, right, left) is equal


@pytest.mark.parametrize("field", [field for field in Field if field not in {Field.STATUS, Field.COMMENTS}])
def test_every_field_but_the_status_has_an_empty_value(field):
    assert is_empty(field, EMPTY[field])


@pytest.mark.parametrize("status", Status)
def test_a_status_always_says_something(status):
    assert not is_empty(Field.STATUS, status)


@pytest.mark.parametrize(
    ("labels", "one_form"),
    [
        (["b", "a"], ("a", "b")),
        (["Home", "home", "HOME"], ("Home",)),
        (["  two   words\n", ""], ("two words",)),
        (["\u00e9", "e\u0301"], ("\u00e9",)),
        ([" ", "\t"], ()),
    ],
)
def test_a_set_of_labels_has_one_form(labels, one_form):
    """Sorted, first spelling kept, composed, single blanks, none empty."""
    assert label_set(labels) == one_form


@given(st.lists(st.text()))
def test_the_one_form_of_labels_is_its_own_form(labels):
    once = label_set(labels)
    assert label_set(once) == once
    assert label_set(reversed(once)) == once
    assert len({label.casefold() for label in once}) == len(once)


def test_a_patch_is_cut_to_fields_or_less_fields():
    patch = Patch({Field.TITLE: "Milk", Field.DUE: None})
    assert patch.only(Field.DUE, Field.LABELS) == Patch({Field.DUE: None})
    assert patch.without(Field.DUE) == Patch({Field.TITLE: "Milk"})
    assert Field.DUE in patch
    assert Field.LABELS not in patch


def test_a_patch_that_clears_a_field_is_not_empty():
    assert Patch({Field.DUE: None})
    assert not Patch({})


@pytest.mark.parametrize(
    ("person", "handle"),
    [
        (Person(id="1", name="Anna", email="a@example.com"), "1"),
        (Person(name="Anna", email="a@example.com"), "a@example.com"),
        (Person(name="Anna"), "Anna"),
        (Person(), ""),
    ],
)
def test_a_person_is_told_by_id_else_email_else_name(person, handle):
    assert person.handle == handle


@pytest.mark.parametrize(
    ("status", "closed"),
    [(Status.NEEDS_ACTION, False), (Status.IN_PROGRESS, False), (Status.COMPLETED, True), (Status.CANCELLED, True)],
)
def test_nothing_is_left_to_do_when_completed_or_cancelled(status, closed):
    assert status.closed is closed
