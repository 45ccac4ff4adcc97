"""Formats of time, out of a complaint and into an address."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.opus2 import moments

THEN = datetime(2026, 11, 2, 9, 5, 7, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("complaint", "written"),
    [
        ("Invalid timestamp format. Use format yyyy-MM-dd'T'HH:mm:ss'Z'.", "2026-11-02T09:05:07Z"),
        ("Use format yyyy-MM-dd'T'HH:mm:ss.SSSXXX", "2026-11-02T09:05:07.123Z"),
        ("Use format yyyy-MM-dd'T'HH:mm:ssZ", "2026-11-02T09:05:07+0000"),
        ("Use format yyyy-MM-ddTHH:mm:ssZ.", "2026-11-02T09:05:07Z"),
        ("use YYYY-MM-DD HH:MM:SS, please", "2026-11-02 09:05:07"),
        ("Invalid date. Use format dd/MM/yyyy HH:mm:ss.", "02/11/2026 09:05:07"),
        ("Use format MM/dd/yyyy", "11/02/2026"),
        ('expected "%Y-%m-%dT%H:%M:%SZ"', "2026-11-02T09:05:07Z"),
        ("a number of epoch milliseconds is needed", "1793610307000"),
        ("a UNIX time in seconds", "1793610307"),
        ("not an ISO 8601 timestamp", "2026-11-02T09:05:07Z"),
    ],
)
def test_a_complaint_names_the_format(complaint, written):
    pattern = moments.format_in(complaint)
    assert pattern is not None
    assert moments.written(THEN, pattern) == written


@pytest.mark.parametrize(
    "complaint",
    ["", "Invalid timestamp format. Use format xxxxx.", "Document not found.", "no", "MM", "day dd", "yyyy"],
)
def test_a_complaint_may_name_none(complaint):
    assert moments.format_in(complaint) is None


@given(
    st.sampled_from(moments.USUAL),
    st.integers(631_152_000, 5_680_281_600).map(lambda at: datetime.fromtimestamp(at, UTC)),
)
def test_what_is_asked_from_never_lies_after_the_moment(pattern, moment):
    """Whatever zone a server reads it in, and whether or not it counts the bound: nothing is left out."""
    asked = moments.after(moment, pattern)
    step = moments.unit(pattern)
    if pattern == moments.EPOCH_MS:
        assert int(asked) / 1000 <= moment.timestamp() - step.total_seconds()
        return
    day = moments.day_in(asked, pattern)
    assert day is not None
    assert day <= (moment - step).date()
    if not moments.has_zone(pattern):
        assert day <= (moment - step - timedelta(hours=12)).date()


@given(st.dates(date(1900, 1, 1)), st.sampled_from([moments.DAY, "dd/MM/yyyy", "MM/dd/yyyy", "dd.MM.yyyy", "yyyyMMdd"]))
def test_a_day_that_is_written_is_read(day, pattern):
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    assert moments.day_in(moments.written(at, pattern), pattern) == day


@pytest.mark.parametrize("text", ["", "x", "31/02/2026", "32/01/2026", "1/2", "2026-01-01"])
def test_what_is_no_day_is_none(text):
    assert moments.day_in(text, "dd/MM/yyyy") is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("04/04/2026", date(2026, 4, 4)),
        ("4.04.2026", date(2026, 4, 4)),
        ("12-12-2026", date(2026, 12, 12)),
        ("04/05/2026", None),
        ("13/13/2026", None),
        ("00/00/2026", None),
        ("04/04/0000", None),
        ("04/04/26", None),
        ("soon", None),
    ],
)
def test_a_day_that_is_the_same_in_either_order_needs_none(text, day):
    assert moments.either_way(text) == day


@pytest.mark.parametrize(
    ("texts", "pattern"),
    [
        (["01/04/2026", "25/04/2026"], "dd/MM/yyyy"),
        (["04/25/2026"], "MM/dd/yyyy"),
        (["1.4.2026"], "dd.MM.yyyy"),
        (["01/04/2026", "02/03/2026"], None),
        (["25/04/2026", "04/25/2026"], None),
        (["2026-04-25", "soon", "45/99/2026"], None),
    ],
)
def test_the_order_of_days_is_told_by_one_that_has_no_other(texts, pattern):
    assert moments.order_in(texts) == pattern
