"""Values as JSON and back."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.task import Field, Status, label_set
from sync.core.codec import decode, decode_fields, encode, encode_fields, parse_short, short

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
