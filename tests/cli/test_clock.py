"""The real clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event, Timer

import pytest

from connectors.errors import Applied, Transient
from sync.clock import SystemClock


def test_now_is_aware_and_in_utc():
    before, now, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= now <= after
    assert now.utcoffset() == UTC.utcoffset(None)


def test_sleep_waits_at_least_as_long_as_it_was_told():
    clock = SystemClock()
    began = clock.monotonic()
    clock.sleep(0.05)
    assert clock.monotonic() - began >= 0.05


def test_a_negative_wait_is_none():
    SystemClock().sleep(-5)


def test_a_wait_ends_when_the_program_is_told_to_stop_and_nothing_is_sent_early():
    stop = Event()
    timer = Timer(0.05, stop.set)
    timer.start()
    began = time.monotonic()
    try:
        with pytest.raises(Transient) as caught:
            SystemClock(stop).sleep(3600)
    finally:
        timer.cancel()
    assert caught.value.applied is Applied.NO
    assert time.monotonic() - began < 3600


def test_once_told_to_stop_nothing_waits_any_more():
    stop = Event()
    stop.set()
    with pytest.raises(Transient):
        SystemClock(stop).sleep(3600)
