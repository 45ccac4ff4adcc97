"""Changes of values on a line, and of texts as a small difference."""

from __future__ import annotations

from datetime import UTC, date, datetime

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from connectors.task import Field, Status
from sync.cli.views.values import DIFF_LINES, LINE_WIDTH, WIDTH, contrast, is_long, line_diff, one_line


def test_each_kind_of_value_has_its_words():
    assert one_line(Field.TITLE, "a") == '"a"'
    assert one_line(Field.TITLE, "") == "nothing"
    assert one_line(Field.DUE, None) == "nothing"
    assert one_line(Field.DUE, date(2026, 3, 2)) == "2026-03-02"
    assert one_line(Field.DUE, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)) == "2026-03-02 09:30+00:00"
    assert one_line(Field.STATUS, Status.NEEDS_ACTION) == "needs action"
    assert one_line(Field.LABELS, ("a", "b")) == "a, b"
    assert one_line(Field.PARENT, 0x4F2) == "t4f2"
    assert one_line(Field.ARCHIVED, True) == "yes"
    assert one_line(Field.PRIORITY, 3) == "3"


def test_a_short_change_is_shown_whole():
    assert contrast(Field.TITLE, "a", "b") == '"a" → "b"'
    assert contrast(Field.STATUS, Status.NEEDS_ACTION, Status.COMPLETED) == "needs action → completed"


def test_a_long_change_is_shown_where_it_happened():
    before, after = "x" * 300 + "old", "x" * 300 + "new"
    assert contrast(Field.TITLE, before, after) == f'"…{"x" * 12}old" → "…{"x" * 12}new"'


@given(st.text(max_size=200), st.text(max_size=200))
def test_a_change_fits_a_line(before, after):
    assert cell_len(contrast(Field.TITLE, before, after)) <= 2 * (WIDTH + 2) + 3


def test_of_two_long_texts_only_the_lines_that_differ_are_shown():
    before = "\n".join(f"line {number}" for number in range(100))
    after = before.replace("line 50", "LINE 50\nand one more")
    assert is_long(before, after)
    assert list(line_diff(before, after)) == [("-", "line 50"), ("+", "LINE 50"), ("+", "and one more")]


def test_lines_that_begin_with_signs_are_not_lost():
    assert list(line_diff("a\n-- b", "a\n++ b")) == [("-", "-- b"), ("+", "++ b")]


def test_a_very_different_text_is_not_shown_line_by_line_for_ever():
    rows = list(line_diff("", "\n".join(str(number) for number in range(50))))
    assert len(rows) == DIFF_LINES + 1
    assert rows[-1] == (" ", "… and 42 more lines")


@given(st.text(), st.text())
def test_a_line_of_a_difference_fits(before, after):
    assert all(cell_len(line) <= LINE_WIDTH for _, line in line_diff(before, after))
