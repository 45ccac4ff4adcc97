"""Values as JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.task import Field, Person, Status, label_set
from sync.core.codec import decode, decode_fields, encode, encode_fields, parse_short, short, shown, text

DAYS = st.dates()
INSTANTS = st.datetimes(timezones=st.just(UTC))
VALUES = {
    Field.TITLE: st.text(),
    Field.DESCRIPTION: st.text(),
    Field.STATUS: st.sampled_from(Status),
    Field.START: st.one_of(st.none(), DAYS, INSTANTS),
    Field.DUE: st.one_of(st.none(), DAYS, INSTANTS),
    Field.COMPLETED: st.one_of(st.none(), INSTANTS),
    Field.PRIORITY: st.integers(0, 9),
    Field.PERCENT_COMPLETE: st.integers(0, 100),
    Field.LABELS: st.lists(st.text(min_size=1)).map(label_set),
    Field.ASSIGNEES: st.lists(st.text(min_size=1), unique=True).map(tuple),
    Field.PARENT: st.one_of(st.none(), st.integers(1)),
    Field.POSITION: st.one_of(st.none(), st.integers()),
    Field.ARCHIVED: st.booleans(),
    Field.URL: st.text(),
}


@given(st.fixed_dictionaries({}, optional=VALUES))
def test_what_is_encoded_is_decoded(fields):
    """Through real JSON, without loss: a date stays a date, an instant an instant."""
    data = json.loads(json.dumps(encode_fields(fields)))
    found = decode_fields(data)
    assert found == fields
    assert {name: type(value) for name, value in found.items()} == {name: type(value) for name, value in fields.items()}


@pytest.mark.parametrize(
    ("field", "data"),
    [(Field.DUE, "tomorrow"), (Field.STATUS, "on hold"), (Field.TITLE, 1.5), (Field.LABELS, {"a": 1})],
)
def test_what_can_not_have_been_encoded_is_refused(field, data):
    """A store that was tampered with says so."""
    with pytest.raises(ValueError, match=r".+"):
        decode(field, data)


def test_midnight_is_an_instant():
    """An instant at midnight does not become a day."""
    midnight = datetime(2026, 1, 1, tzinfo=UTC)
    assert decode(Field.DUE, encode(midnight)) == midnight
    assert isinstance(decode(Field.DUE, encode(midnight)), datetime)


@given(st.integers(1, 2**40))
def test_short_ids_are_read_back(number):
    """A task's short id names that task."""
    assert parse_short(short(number)) == number


@pytest.mark.parametrize("text", ["t", "tXY", "4f2", "t-1", "t0f", "milk", ""])
def test_what_is_no_short_id_is_none(text):
    """A piece of a title is not taken for an id."""
    assert parse_short(text) is None


NOON = datetime(2026, 4, 1, 12, 0, 30, tzinfo=UTC)
ANNA = Person(id="1", name="Anna")


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (date(2026, 4, 1), "2026-04-01"),
        (NOON, "2026-04-01T12:00:30+00:00"),
        (("a", "b"), ["a", "b"]),
        ((ANNA,), ["1"]),
        (Status.COMPLETED, "completed"),
        (None, None),
        (True, True),
        (7, 7),
        ({"x": 1}, {"x": 1}),
    ],
)
def test_a_value_as_json(value, data):
    """Dates as YYYY-MM-DD, instants as RFC 3339, sets as arrays, people by handle; a status is plain text."""
    assert encode(value) == data
    assert type(encode(value)) is type(data)
    assert shown(value) == ("" if value is None else data), "nothing is null for scripts"


@pytest.mark.parametrize(
    ("field", "data", "value"),
    [
        (Field.CUSTOM, {"x": 1}, {"x": 1}),
        (Field.LABELS, ["a", 1], ("a", "1")),
        (Field.ASSIGNEES, ["a"], ("a",)),
        (Field.START, "2026-04-01", date(2026, 4, 1)),
        (Field.COMPLETED, "2026-04-01T12:00:30+00:00", NOON),
        (Field.TITLE, "2026-04-01", "2026-04-01"),
        (Field.ARCHIVED, True, True),
        (Field.DUE, None, None),
    ],
)
def test_json_as_a_value(field, data, value):
    assert decode(field, data) == value


@pytest.mark.parametrize(
    ("field", "data"), [(Field.TITLE, ["a"]), (Field.TITLE, {"a": 1}), (Field.CUSTOM, ["a"]), (Field.DUE, ["a"])]
)
def test_json_of_another_shape_is_refused(field, data):
    with pytest.raises(ValueError, match=f"no value of {field.value}"):
        decode(field, data)


@pytest.mark.parametrize(
    ("value", "line"),
    [
        (None, "nothing"),
        ("", "nothing"),
        ((), "nothing"),
        ({}, "nothing"),
        (("a", "b"), "a, b"),
        ((ANNA, Person(id="2")), "Anna, 2"),
        (Status.IN_PROGRESS, "in progress"),
        (True, "yes"),
        (False, "no"),
        (NOON, "2026-04-01 12:00+00:00"),
        (date(2026, 4, 1), "2026-04-01"),
        ("Milk", '"Milk"'),
        (0, "0"),
    ],
)
def test_a_value_as_a_person_reads_it(value, line):
    assert text(value) == line


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("t1", 1),
        ("t1f", 31),
        ("t10", 16),
        ("1f", None),
        ("t", None),
        ("t0", None),
        ("t01", None),
        ("t1F", None),
        ("tx", None),
        ("", None),
        ("tt1", None),
    ],
)
def test_short_ids(typed, number):
    """A "t" and lower-case hexadecimal digits; nothing else is a short id."""
    assert parse_short(typed) == number
    if number is not None:
        assert short(number) == typed


def test_fields_as_json_and_back():
    fields = {Field.TITLE: "Milk", Field.DUE: date(2026, 4, 1), Field.STATUS: Status.COMPLETED}
    data = {"title": "Milk", "due": "2026-04-01", "status": "completed"}
    assert encode_fields(fields) == data
    assert decode_fields(data) == fields
