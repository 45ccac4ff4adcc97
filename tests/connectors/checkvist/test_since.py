"""When a list counts as unchanged: equal marks, and a time that was over when it was read."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from connectors.checkvist.since import UNSEEN, counted, is_unchanged, mark_of
from connectors.contract import Cursor

AT = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
LIST = {"id": 7, "updated_at": "2026/03/01 09:00:00 +0000", "task_count": 3, "task_completed": 1, "name": "Work"}


@pytest.mark.parametrize(
    ("now", "began", "unchanged"),
    [
        ({}, 1, True),
        ({"name": "Home"}, 1, True),
        ({}, 0, False),
        ({}, None, False),
        ({"updated_at": "2026/03/01 09:00:01 +0000"}, 60, False),
        ({"updated_at": "2026/03/01 08:00:00 +0000"}, 60, False),  # the server's clock went back: that is a change
        ({"task_count": 2}, 60, False),
        ({"updated_at": ""}, 60, False),
    ],
)
def test_equal_marks_of_a_list_at_rest_are_no_change(now, began, unchanged):
    before = mark_of(LIST)
    since = None if began is None else AT + timedelta(seconds=began)
    cursor = Cursor(value=before.value, began=since)
    assert is_unchanged(mark_of({**LIST, **now}), cursor, AT + timedelta(hours=1)) is unchanged


@pytest.mark.parametrize(("seconds", "unchanged"), [(60, True), (59, False), (None, True)])
def test_a_read_that_began_later_than_now_tells_nothing_about_the_clock(seconds, unchanged):
    """The server's clock was set back: whether the list's time was over when it was read is not known."""
    now = None if seconds is None else AT + timedelta(seconds=seconds)
    cursor = Cursor(value=mark_of(LIST).value, began=AT + timedelta(seconds=60))
    assert is_unchanged(mark_of(LIST), cursor, now) is unchanged


@pytest.mark.parametrize("value", [UNSEEN, "", "no cursor of yours"])
def test_any_other_cursor_means_everything(value):
    assert not is_unchanged(mark_of(LIST), Cursor(value=value, began=AT + timedelta(hours=1)), AT + timedelta(hours=2))


@pytest.mark.parametrize(("told", "least"), [({"task_count": 3}, 3), ({}, 0), ({"task_count": None}, 0)])
def test_what_a_list_counts_is_what_a_read_has_to_tell(told, least):
    assert counted(told) == least
