"""What headers say of limits: read in the forms that vendors use, and kept from the next request on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from connectors.budget import RateBudget, Window
from connectors.errors import RateLimited
from connectors.limiter import BookLimiter
from connectors.quota import LONGEST_PAUSE, Told, told
from connectors.serving import Fault, Kind
from tests.connectors.kit.clock import START
from tests.connectors.kit.site import get, http

MUCH = RateBudget(windows=(Window(limit=1000, per=60.0),))


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, Told()),
        ({"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "30"}, Told(remaining=7, reset=30.0)),
        ({"RateLimit-Remaining": " 0 ", "RateLimit-Reset": "1.5"}, Told(remaining=0, reset=1.5)),
        (
            {"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": str(int(START.timestamp()) + 90)},
            Told(remaining=7, reset=90.0),
        ),
        ({"X-RateLimit-Remaining": "7", "X-RateLimit-Reset": "99999999"}, Told(remaining=7, reset=LONGEST_PAUSE)),
        ({"RateLimit": '"default";r=7;t=30'}, Told(remaining=7, reset=30.0)),
        ({"RateLimit": '"minute";r=7;t=30, "day";r=900;t=40000'}, Told()),  # which of them is meant is not known
        ({"RateLimit-Policy": '"default";q=50;w=60'}, Told(windows=(Window(limit=50, per=60.0),))),
        (
            {"RateLimit-Limit": "10, 10;w=1;burst=5, 100;w=60"},
            Told(windows=(Window(limit=10, per=1.0), Window(limit=100, per=60.0))),
        ),
        ({"X-RateLimit-Limit": "100"}, Told()),  # in what time is not told
        ({"RateLimit-Policy": "0;w=60, 5;w=0, 5;w=999999999, soon;w=3"}, Told()),
        ({"X-RateLimit-Remaining": "-3", "X-RateLimit-Reset": "soon"}, Told()),
    ],
)
def test_what_headers_say(headers, said):
    assert told(200, headers, START) == said


@given(st.text(max_size=40), st.text(max_size=60))
def test_no_text_is_taken_for_more_than_it_can_mean(text, policy):
    said = told(429, {"RateLimit-Remaining": text, "RateLimit-Reset": text, "RateLimit-Policy": policy}, START)
    assert said.reset is None or 0.0 <= said.reset <= LONGEST_PAUSE
    assert all(window.limit >= 1 and 1 <= window.per <= LONGEST_PAUSE for window in said.windows)


def says(site, *headers: dict[str, str], status: int = 200) -> None:
    left = list(headers)
    site.answer = lambda _: JSONResponse([], status, left.pop(0) if left else {})


def test_a_quota_that_is_used_up_is_waited_for(site, clock):
    says(site, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset": "20"})
    way = http(site.url, clock, limiter=BookLimiter(MUCH, clock))
    for _ in range(3):
        get(way)
    assert clock.sleeps == [20.0]


def test_a_quota_that_ends_later_than_a_wait_may_last_is_told(site, clock):
    says(site, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "3600"})
    way = http(site.url, clock, limiter=BookLimiter(MUCH, clock))
    get(way)
    with pytest.raises(RateLimited, match="3600 s"):
        get(way)
    assert (clock.sleeps, site.count) == ([], 1)


def test_a_smaller_window_is_kept(site, clock):
    says(site, {"RateLimit-Policy": "2;w=10"})
    way = http(site.url, clock, limiter=BookLimiter(MUCH, clock))
    for _ in range(3):
        get(way)
    assert clock.sleeps == [pytest.approx(10.05)]


def test_where_the_budget_is_off_only_pauses_hold(site, clock):
    says(site, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "20", "RateLimit-Policy": "1;w=10"})
    way = http(site.url, clock, limiter=None)
    for _ in range(3):
        get(way)
    assert clock.sleeps == []


def test_a_refusal_without_a_time_makes_others_pause_too(site, clock):
    """A second later the vendor is asked again; meanwhile nobody sends."""
    site.faults.add(Fault(Kind.STATUS, status=429, times=2))
    limiter = BookLimiter(MUCH, clock)
    get(http(site.url, clock, limiter=limiter))
    assert site.count == 3
    assert sum(clock.sleeps) == pytest.approx(1.0 + 2.0)
