"""A change of a value, short enough for a line: what differs is shown, wherever in a long text it stands."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from typing import Final

from connectors.task import Field, Value
from sync.cli.views.words import counted, cut
from sync.core.codec import short, text

WIDTH: Final = 40
"""Cells of one value in a line."""

LEAD: Final = 12
"""Characters shown before the first difference of two long texts."""

LINE_WIDTH: Final = 68
"""Cells of one line of a text."""

DIFF_LINES: Final = 8
"""Lines of a text's difference that are shown."""


def one_line(field: Field, value: Value, width: int = WIDTH) -> str:
    """A value on one line: text in quotes, dates as they are written, "nothing" where there is none."""
    if field is Field.PARENT and isinstance(value, int):
        return short(value)
    if type(value) is str and value:
        return _quoted(value, width)
    return cut(text(value), width)


def contrast(field: Field, before: Value, after: Value) -> str:
    """``"a" → "b"``; of long texts the part around the first difference."""
    if type(before) is str and type(after) is str:  # not a status, which is a word
        start = _first_difference(before, after)
        if start > LEAD and max(len(before), len(after)) > WIDTH:
            return f"{_quoted(before, WIDTH, start - LEAD)} → {_quoted(after, WIDTH, start - LEAD)}"
    return f"{one_line(field, before)} → {one_line(field, after)}"


def is_long(before: Value, after: Value) -> bool:
    """Whether a difference is better shown line by line."""
    return any(type(value) is str and "\n" in value.strip("\n") for value in (before, after))


def line_diff(before: Value, after: Value) -> Iterator[tuple[str, str]]:
    """The first lines that differ, each with its sign: -, +, or a blank for how many more there are."""
    changed = list(_changed(_lines(before), _lines(after)))
    for sign, line in changed[:DIFF_LINES]:
        yield sign, cut(line, LINE_WIDTH)
    left = len(changed) - DIFF_LINES
    if left > 0:
        yield " ", f"… and {counted(left, 'more line')}"


def _changed(old: list[str], new: list[str]) -> Iterator[tuple[str, str]]:
    for tag, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            yield from (("-", line) for line in old[i1:i2])
            yield from (("+", line) for line in new[j1:j2])


def _lines(value: Value) -> list[str]:
    return value.splitlines() if isinstance(value, str) else []


def _quoted(value: str, width: int, start: int = 0) -> str:
    return f'"{"…" if start else ""}{cut(value[start:], width - (1 if start else 0))}"'


def _first_difference(left: str, right: str) -> int:
    for place, (one, other) in enumerate(zip(left, right, strict=False)):
        if one != other:
            return place
    return min(len(left), len(right))
