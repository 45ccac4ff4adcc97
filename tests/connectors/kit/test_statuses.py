"""Statuses over real HTTP: the error that each is, the vendor's words in it, and how long to wait."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Stale,
    Transient,
)
from connectors.quota import LONGEST_PAUSE, http_date, pause_asked
from connectors.serving import Fault, Kind
from tests.connectors.kit.clock import START
from tests.connectors.kit.site import SECRET, get, http, post

ERRORS = {
    304: BadSettings,
    400: Rejected,
    401: BadCredentials,
    402: Rejected,
    403: Forbidden,
    404: Gone,
    405: Rejected,
    407: BadSettings,
    408: Transient,
    409: Rejected,
    410: Gone,
    412: Stale,
    413: Rejected,
    414: Rejected,
    418: Rejected,
    422: Rejected,
    423: Transient,
    425: Transient,
    429: RateLimited,
    451: Forbidden,
    500: Transient,
    501: Rejected,
    502: Transient,
    503: Transient,
    504: Transient,
    507: Transient,
}
JSON = {"Content-Type": "application/json"}


def says(site, status: int, body: object, **headers: str) -> None:
    """Let the server answer every request so."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    site.faults.add(Fault(Kind.STATUS, times=None, status=status, headers=JSON | headers, body=text))


@pytest.mark.parametrize(("status", "error"), ERRORS.items())
@pytest.mark.parametrize("changing", [False, True], ids=["read", "change"])
def test_each_status_is_the_error_that_says_what_to_do_next(site, status, error, changing):
    says(site, status, b"" if status == 304 else {"message": "Invalid parent_id: 5"})
    with pytest.raises(error) as caught:
        (post if changing else get)(http(site.url, attempts=1))
    assert type(caught.value) is error
    assert str(status) in caught.value.message
    assert ("Invalid parent_id: 5" in caught.value.message) == (status != 304)
    assert caught.value.applied is (Applied.UNKNOWN if changing and status >= 500 and status != 501 else Applied.NO)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"message": "no such list"}, "no such list"),
        ({"error": "wrong code", "message": ""}, "wrong code"),
        (
            {"errors": {"content": ["is blank", "is odd"], "due": "is no date"}},
            "content is blank; is odd; due is no date",
        ),
        ({"errors": ["one", "two"]}, "one; two"),
        ({"errors": [{"detail": "one"}, {"detail": "two"}]}, "one; two"),
        ({"due_date": ["is no date"], "id": 5, "content": "Milk"}, "due_date is no date"),
        ({"error": {"code": 7, "message": "nested"}}, "nested"),
        (["only this"], "only this"),
        ("a bare text", "a bare text"),
        ({"message": "two\r\nlines\tand\x00more\x1b[31m"}, "two lines and more [31m"),
        ({"id": 5, "content": "Milk"}, "Unprocessable"),
        ([[[[[[[["too deep"]]]]]]]], "Unprocessable"),
        (b'{"message": "cut', "Unprocessable"),
        (b"", "Unprocessable"),
    ],
)
def test_the_vendors_words_reach_the_person_on_one_line(site, body, words):
    says(site, 422, body)
    with pytest.raises(Rejected) as caught:
        get(http(site.url))
    assert words in caught.value.message
    assert caught.value.message.isprintable()


def test_long_words_are_cut(site):
    says(site, 422, {"message": "word " * 1000})
    with pytest.raises(Rejected) as caught:
        get(http(site.url))
    assert len(caught.value.message) < 300
    assert "…" in caught.value.message


def test_a_nest_of_errors_is_no_trap(site):
    says(site, 422, b"[" * 900 + b"]" * 900)
    with pytest.raises(Rejected):
        get(http(site.url))


def test_an_html_page_of_an_error_is_not_shown(site):
    says(site, 502, b"<html><body><h1>Bad gateway</h1></body></html>", **{"Content-Type": "text/html"})
    with pytest.raises(Transient) as caught:
        get(http(site.url, attempts=1))
    assert "<" not in str(caught.value)


def test_plain_text_of_an_error_is_shown(site):
    says(site, 400, b"that is no date\n", **{"Content-Type": "text/plain; charset=utf-8"})
    with pytest.raises(Rejected, match="that is no date"):
        get(http(site.url))


def test_a_status_that_the_caller_wants_to_see_is_an_answer(site):
    says(site, 404, {"message": "not here"})
    answer = get(http(site.url), ok=lambda status: status == 404)
    assert (answer.status, answer.json()) == (404, {"message": "not here"})


def test_what_a_vendor_repeats_of_our_secrets_is_masked(site):
    says(site, 401, {"message": f"the key {SECRET} is wrong", "x": "y"})
    with pytest.raises(BadCredentials) as caught:
        get(http(site.url), params={"remote_key": SECRET})
    assert SECRET not in str(caught.value)
    assert "the key *** is wrong" in caught.value.message


@pytest.mark.parametrize("changing", [False, True], ids=["read", "change"])
def test_a_pause_in_seconds_is_kept(site, clock, changing):
    site.faults.add(Fault(Kind.STATUS, status=429, headers={"Retry-After": "7"}))
    (post if changing else get)(http(site.url, clock))
    assert clock.sleeps == [7.0]
    assert site.count == 2


def test_a_pause_as_a_date_is_measured_by_the_servers_clock(site, clock):
    """Our own clock stands months away from the server's, and the pause is still the one that was meant."""
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=45), usegmt=True)
    says(site, 429, {}, **{"Retry-After": until})
    with pytest.raises(RateLimited) as caught:
        get(http(site.url, clock, attempts=1))
    assert 30 < caught.value.retry_after <= 47


def test_a_pause_that_is_too_long_is_not_begun(site, clock):
    """The error comes at once; until the pause is over nothing more is sent, and then it goes on."""
    site.faults.add(Fault(Kind.STATUS, status=429, headers={"Retry-After": "61"}))
    way = http(site.url, clock)
    with pytest.raises(RateLimited, match="too many requests") as caught:
        get(way)
    assert (caught.value.retry_after, clock.sleeps, site.count) == (61.0, [], 1)
    with pytest.raises(RateLimited, match="spent for another 61 s") as caught:
        post(way)
    assert (caught.value.applied, site.count) == (Applied.NO, 1)
    clock.sleep(1.5)
    assert get(way).status == 200
    assert clock.sleeps == [1.5, 59.5]


def test_a_pause_holds_without_a_budget_of_ours(site, clock):
    site.faults.add(Fault(Kind.STATUS, status=503, headers={"Retry-After": "20"}))
    way = http(site.url, clock, attempts=1, limiter=None)
    with pytest.raises(RateLimited):
        get(way)
    get(way)
    assert clock.sleeps == [20.0]


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": " 12 "}, 12.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "99999999"}, LONGEST_PAUSE),
        ({"Retry-After": format_datetime(START + timedelta(seconds=90), usegmt=True)}, 90.0),
        ({"Retry-After": format_datetime(START - timedelta(seconds=90), usegmt=True)}, 0.0),
        ({"Retry-After": "Sunday, 01-Mar-26 12:00:30 GMT"}, 30.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "inf"}, None),
        ({"Retry-After": "9" * 400}, None),
        ({"RateLimit-Reset": "30"}, 30.0),
        ({"X-RateLimit-Reset": "30"}, 30.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) + 40)}, 40.0),
        ({"X-RateLimit-Reset": str((int(START.timestamp()) + 40) * 1000)}, 40.0),
        ({"X-RateLimit-Reset": str(int(START.timestamp()) - 40)}, 0.0),
        ({"Retry-After": "5", "RateLimit-Reset": "30"}, 5.0),
        ({"Retry-After": "soon", "RateLimit-Reset": "30"}, 30.0),
        ({}, None),
    ],
)
def test_what_a_vendor_may_write_about_a_pause(headers, seconds):
    assert pause_asked(headers, START) == seconds


@given(st.text(max_size=40))
def test_no_pause_of_whatever_text_is_negative_or_endless(text):
    seconds = pause_asked({"Retry-After": text, "X-RateLimit-Reset": text}, START)
    assert seconds is None or 0.0 <= seconds <= LONGEST_PAUSE


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_every_http_date_is_read(moment):
    assert http_date(format_datetime(moment.replace(microsecond=0), usegmt=True)) == moment.replace(microsecond=0)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "Sun, 99 Mar 2026 12:00:00 GMT", "0", "Fri, 31 Dec 9999 23:59:59 -2300"]
)
def test_what_is_no_date_is_none(text):
    assert http_date(text) is None
