"""Merging lines, and the normal forms that texts are compared by."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.text import folded, merge_lines, words

TEXTS = st.lists(st.sampled_from(["one", "two", "three", "", "- item"]), max_size=6).map("\n".join)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a\nb\nc", "A\nb\nc", "a\nb\nC", "A\nb\nC"),
        ("a\nb\nc", "a\nc", "a\nb\nC", None),
        ("a\nb\nc\nd", "a\nc\nd", "a\nb\nc\nD", "a\nc\nD"),
        ("a", "b", "c", None),
        ("a\nb", "a\nx\nb", "a\ny\nb", None),
        ("a\nb", "a\nx\nb", "a\nx\nb", "a\nx\nb"),
        ("", "x", "", "x"),
        ("", "x", "y", None),
        ("a\nb\nc", "", "a\nb\nc", ""),
    ],
)
def test_lines_of_two_people_are_merged_unless_they_touch(base, ours, theirs, merged):
    """The text with both changes; None where they touch the same lines."""
    assert merge_lines(base, ours, theirs) == merged


@given(TEXTS, TEXTS)
def test_merging_with_an_unchanged_side_gives_the_other(base, other):
    """Who changed nothing decides nothing."""
    assert merge_lines(base, base, other) == other
    assert merge_lines(base, other, base) == other


@given(TEXTS, TEXTS, TEXTS)
def test_merging_is_symmetric(base, ours, theirs):
    """It does not matter who is named first."""
    assert merge_lines(base, ours, theirs) == merge_lines(base, theirs, ours)


@given(TEXTS, TEXTS)
def test_equal_changes_are_one_change(base, both):
    """Two people who made the same change agree."""
    assert merge_lines(base, both, both) == both


@given(TEXTS, TEXTS, TEXTS)
def test_a_merge_invents_no_line(base, ours, theirs):
    """Every line of the result was on one of the two sides."""
    merged = merge_lines(base, ours, theirs)
    if merged is not None:
        assert set(merged.split("\n")) <= set(ours.split("\n")) | set(theirs.split("\n")) | {""}


@pytest.mark.parametrize(("left", "right"), [("Milk ", "milk"), ("Caf\u00e9", "CAFE\u0301"), ("a  b\tc", "A B C")])
def test_titles_are_compared_without_case_and_spacing(left, right):
    """Composed, case-folded, blanks as one."""
    assert folded(left) == folded(right)


def test_words_are_what_survives_any_servers_taste():
    """Markup, punctuation and white space do not count."""
    assert words("<b>two</b>, *litres*!") == words("b two b litres")


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        ("a\nb", "a\nb", "a\nB", "a\nB"),
        ("a\nb", "A\nb", "a\nb", "A\nb"),
        ("a\nb", "A\nb", "A\nb", "A\nb"),
        ("a\nb\nc\nd", "a\nx\nc\nD", "a\nb\nc\nD", "a\nx\nc\nD"),
        ("a\nb\nc\nd", "A\nb\nc\nD", "a\nb\nc\nD", "A\nb\nc\nD"),
        ("a\nb\nc", "a\nB\nc", "a\nx\nb\nc", None),
        ("a\nb\nc", "a\nB\nc", "a\nb\nx\nc", None),
        ("a\nb\nc", "x\na\nb\nc", "y\na\nb\nc", None),
        ("a\nb\nc", "A\nb\nc", "a\nB\nc", None),
        ("a\nb", "x\na\nb", "a\nb\ny", "x\na\nb\ny"),
    ],
    ids=[
        "ours is as before",
        "theirs is as before",
        "equal",
        "one change is equal",
        "the last change is equal",
        "before a changed line",
        "after a changed line",
        "two at the top",
        "next to each other",
        "at both ends",
    ],
)
def test_changes_that_touch_and_changes_that_do_not(base, ours, theirs, merged):
    assert merge_lines(base, ours, theirs) == merged
    assert merge_lines(base, theirs, ours) == merged


def test_a_line_that_stands_in_many_places_is_found_in_a_long_text():
    """A text of hundreds of lines, most of them equal, merges as a short one does."""
    lines = ["- item"] * 300
    ours, theirs = ["first", *lines], [*lines, "last"]
    assert merge_lines("\n".join(lines), "\n".join(ours), "\n".join(theirs)) == "\n".join(["first", *lines, "last"])
