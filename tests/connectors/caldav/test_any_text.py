"""Whatever stands in a calendar: it is read without an exception, and what is not edited stays to the letter."""

from __future__ import annotations

from contextlib import suppress

from hypothesis import given
from hypothesis import strategies as st

from connectors.caldav.lines import Broken, Todo, escaped, listed, unescaped
from connectors.caldav.wire import DATA, native_of, record_of
from connectors.errors import TaskRefused
from connectors.task import Field, same
from tests.connectors.caldav.test_mapping import NOW, RICH, translator

SPOILS = st.sampled_from(
    ["", "\n", ":", ";", '"', "\\", "BEGIN:X\n", "END:VTODO\n", "\n ", "\r", "\0", "DUE:x\n", "é😀"]
)


def lines(text: object) -> list[str]:
    """The lines of a text; those that are empty belong to no calendar."""
    return [line for line in str(text).split("\n") if line]


@given(st.lists(st.tuples(st.integers(0, len(RICH)), st.integers(0, 30), SPOILS), max_size=4))
def test_a_spoilt_text_is_read_or_is_a_problem_and_stays_as_it_was(spoils):
    text = RICH
    for place, length, spoil in spoils:
        text = text[:place] + spoil + text[place + length :]
    native = native_of("x.ics", '"1"', text)
    entry = translator().entry(record_of(native))
    assert not (entry.problem and entry.fields)
    if not entry.problem:
        fields = {field: value for field, value in entry.fields.items() if field is not Field.COMPLETED}
        again = translator().laid_over(fields, native, NOW)
        assert lines(native_of("x.ics", "", again)[DATA]) == lines(native[DATA])
        try:
            changed = native_of("x.ics", "", translator().laid_over({Field.TITLE: "Other"}, native, NOW))
        except TaskRefused:
            return
        after = translator().entry(record_of(changed))
        assert after.fields[Field.TITLE] == "Other"
        assert all(
            same(field, after.fields[field], value) for field, value in fields.items() if field is not Field.TITLE
        )


@given(st.lists(st.text(max_size=20), max_size=5))
def test_texts_survive_being_escaped(texts):
    assert [unescaped(escaped(text)) for text in texts] == texts
    assert listed(",".join(map(escaped, texts))) == (texts or [""])


@given(st.text(max_size=200))
def test_any_text_is_a_calendar_or_is_none(text):
    with suppress(Broken):
        assert Todo.read(text).lines is not None
