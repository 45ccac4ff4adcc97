"""What a server may have made of a value that its answer did not show."""

from datetime import UTC, date, datetime

import pytest

from connectors.task import Field, Status
from sync.core.likely import is_likely_stored
from sync.core.model import Pair

DAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "before", "sent", "found"),
    [
        (Field.TITLE, "", "Buy  two litres of Milk ", "buy two litres of milk"),
        (Field.TITLE, "", "Buy two litres of milk", "Buy two litres of mil"),
        (Field.TITLE, "", "Tom & Jerry", "Tom &amp; Jerry"),
        (Field.TITLE, "Bread", "Milk", "Bread"),
        (Field.DESCRIPTION, "", "see [the page](http://x.example/a) now", "see the page now"),
        (Field.DESCRIPTION, "", "# Head\n\n- one", "Head one"),
        (Field.LABELS, (), ("Home", "two words"), ("two-words",)),
        (Field.ASSIGNEES, (), ("anna", "nobody"), ("anna",)),
        (Field.DUE, None, NOON, DAY),
        (Field.DUE, DAY, None, DAY),
        (Field.PERCENT_COMPLETE, 0, 33, 30),
        (Field.PRIORITY, 5, 1, 5),
        (Field.STATUS, Status.NEEDS_ACTION, Status.COMPLETED, Status.COMPLETED),
    ],
)
def test_what_a_server_leaves_out_cuts_or_ignores_is_its_own(name, before, sent, found):
    assert is_likely_stored(name, Pair(sent, sent, confirmed=False, before=before), found)


@pytest.mark.parametrize(
    ("name", "before", "sent", "found"),
    [
        (Field.TITLE, "", "Milk", "Milk and bread"),
        (Field.TITLE, "", "Milk and bread", "bread and Milk"),
        (Field.DESCRIPTION, "old", "two litres", "three litres"),
        (Field.LABELS, (), ("home",), ("home", "shop")),
        (Field.DUE, None, DAY, date(2026, 4, 2)),
        (Field.DUE, date(2026, 3, 1), DAY, None),
        (Field.PERCENT_COMPLETE, 0, 50, 75),
        (Field.PRIORITY, 0, 1, 9),
        (Field.STATUS, Status.NEEDS_ACTION, Status.COMPLETED, Status.NEEDS_ACTION),
        (Field.STATUS, Status.NEEDS_ACTION, Status.COMPLETED, Status.CANCELLED),
    ],
)
def test_anything_else_is_an_edit(name, before, sent, found):
    assert not is_likely_stored(name, Pair(sent, sent, confirmed=False, before=before), found)


@pytest.mark.parametrize(
    ("name", "sent", "found", "likely"),
    [
        (Field.PERCENT_COMPLETE, 33, 37, True),
        (Field.PERCENT_COMPLETE, 33, 38, False),
        (Field.PRIORITY, 3, 4, False),
        (Field.LABELS, ("a", "b"), ("B", "A"), True),
        (Field.LABELS, ("a b", "c"), ("a-b", "C!"), True),
        (Field.LABELS, ("a",), (), True),
        (Field.LABELS, ("a",), None, False),
        (Field.LABELS, None, ("a",), False),
        (Field.DUE, DAY, None, False),
        (Field.DUE, None, NOON, False),
        (Field.ARCHIVED, True, False, False),
        (Field.TITLE, "one two three", "one three", True),
        (Field.TITLE, "one two three", "one thr", False),
        (Field.TITLE, "one two three", "one two", False),
        (Field.TITLE, "one two three and four", "one two three and f", False),
        (Field.TITLE, "one two three and four", "one two three and fo", True),
        (Field.TITLE, "one two three and four", "one two three 'and f", True),
        (Field.TITLE, "one two three", "one four three", False),
        (Field.TITLE, "one two three", "two one", False),
        (Field.TITLE, "one two three", "three four", False),
        (Field.TITLE, "one two", "two two", False),
        (Field.TITLE, "under_score", "underscore", True),
        (Field.TITLE, "well-known facts of vendors", "wellknown facts of ve", True),
        (Field.TITLE, "a b", "", False),
        (Field.TITLE, "a b", "!" * 20, False),
        (Field.TITLE, "!!", "", True),
        (Field.TITLE, "Milk", None, False),
        (Field.URL, "one two", "one", False),
    ],
)
def test_what_a_server_may_have_made_of_it(name, sent, found, likely):
    assert is_likely_stored(name, Pair(sent, sent, confirmed=False, before="before"), found) is likely
