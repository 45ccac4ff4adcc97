"""Where the next incremental read starts (rule 16)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.contract import Increment
from sync.core.cursor import ask_from, never_back
from tests.core.build import NOW

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.mark.parametrize(
    ("inclusive", "expected"), [(True, NOW - MINUTE - 3 * SECOND), (False, NOW - MINUTE - 6 * SECOND)]
)
def test_a_read_starts_earlier_by_granularity_and_skew(inclusive, expected):
    """And once more by the granularity where the bound itself is left out."""
    assert ask_from(NOW, Increment(granularity=3 * SECOND, skew=MINUTE, inclusive=inclusive)) == expected


def test_without_a_moment_or_an_overlap_it_is_as_it_was():
    assert ask_from(None, Increment(granularity=SECOND, skew=MINUTE, inclusive=False)) is None
    assert ask_from(NOW, None) == NOW


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (None, None, None),
        (NOW, None, NOW),
        (None, NOW, NOW),
        (NOW, NOW + MINUTE, NOW + MINUTE),
        (NOW + MINUTE, NOW, NOW + MINUTE),
    ],
)
def test_a_cursor_does_not_move_back(old, new, expected):
    assert never_back(old, new) == expected
