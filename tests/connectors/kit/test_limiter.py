"""Rate budgets: what may be sent, how long to wait, and that no window is exceeded where it counts: at the server."""

from __future__ import annotations

import threading
import time
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from connectors.book import POLL
from connectors.budget import MARGIN, RateBudget, Slot, Window, next_due, spacing_wait, window_wait
from connectors.errors import Applied, RateLimited
from connectors.limiter import BookLimiter, OwnHome
from connectors.serving import Fault, Kind
from tests.connectors.kit.clock import FakeClock
from tests.connectors.kit.site import get, http
from tests.connectors.kit.test_bounds import RealClock

FIVE = Window(limit=5, per=60.0)


def test_an_empty_window_has_room():
    assert window_wait([], FIVE, 1, 100.0) == 0.0
    assert window_wait([Slot(1, 90.0)] * 4, FIVE, 1, 100.0) == 0.0


def test_a_full_window_has_room_when_the_oldest_answer_leaves_it():
    slots = [Slot(1, done) for done in (70.0, 50.0, 60.0, 80.0, 90.0)]
    assert window_wait(slots, FIVE, 1, 100.0) == 10.0
    assert window_wait(slots, FIVE, 2, 100.0) == 20.0
    assert window_wait(slots, FIVE, 1, 110.0) == 0.0


def test_a_request_without_an_answer_holds_its_place():
    slots = [Slot(1, 50.0), *[Slot(1)] * 4]
    assert window_wait(slots, FIVE, 1, 100.0) == 10.0
    assert window_wait(slots, FIVE, 2, 100.0) is None


def test_a_request_that_costs_more_than_the_window_goes_alone():
    assert window_wait([], FIVE, 9, 100.0) == 0.0
    assert window_wait([Slot(1, 90.0)], FIVE, 9, 100.0) == 50.0


@given(st.lists(st.tuples(st.integers(1, 3), st.none() | st.floats(0, 100)), max_size=12), st.integers(1, 6))
def test_after_the_wait_there_is_room_and_not_before(log, cost):
    slots = [Slot(cost, done) for cost, done in log]
    wait = window_wait(slots, FIVE, cost, 100.0)
    if wait is not None:
        assert window_wait(slots, FIVE, cost, 100.0 + wait + 1e-6) == 0.0
        if wait > 1e-3:
            assert window_wait(slots, FIVE, cost, 100.0 + wait - 1e-3) != 0.0


def test_spacing_lets_a_burst_run_ahead_and_then_keeps_its_distance(clock):
    limiter = BookLimiter(RateBudget(spacing=0.5, burst=3), clock)
    for _ in range(6):
        with limiter.acquire(1, longest_wait=60):
            pass
    assert clock.sleeps == [0.5, 0.5, 0.5]
    clock.sleep(10)
    for _ in range(3):
        with limiter.acquire(1, longest_wait=60):
            pass
    assert clock.sleeps == [0.5, 0.5, 0.5, 10]


@given(st.lists(st.floats(0, 5), min_size=1, max_size=30), st.integers(1, 5))
def test_spacing_holds_on_average(gaps, burst):
    """In whatever rhythm requests come, after n of them at least (n - burst) distances have passed."""
    budget = RateBudget(spacing=1.0, burst=burst)
    now, due, sent = 0.0, float("-inf"), []
    for gap in gaps:
        now += gap
        now += spacing_wait(due, budget, now)
        due = next_due(due, budget, 1, now)
        sent.append(now)
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert sent[last] - sent[first] >= (last - first + 1 - burst) * 1.0 - 1e-6


def test_several_windows_hold_at_once(clock):
    limiter = BookLimiter(RateBudget(windows=(Window(limit=2, per=1.0), Window(limit=5, per=60.0))), clock)
    began = clock.monotonic()
    times = []
    for _ in range(6):
        with limiter.acquire(1, longest_wait=60):
            times.append(clock.monotonic() - began)
    assert times == pytest.approx([0, 0, 1, 1, 2, 60], rel=MARGIN * 1.001)
    assert times[2] > 1.0
    assert times[5] > 60.0


def test_the_cost_of_a_request_counts(clock):
    limiter = BookLimiter(RateBudget(windows=(FIVE,)), clock)
    for cost in (2, 3):
        with limiter.acquire(cost, longest_wait=0):
            pass
    with pytest.raises(RateLimited), limiter.acquire(1, longest_wait=59):
        pass
    assert clock.sleeps == []


def test_a_wait_that_is_too_long_is_an_error_at_once(clock):
    limiter = BookLimiter(RateBudget(windows=(Window(limit=1, per=90.0),)), clock)
    with limiter.acquire(1, longest_wait=60):
        pass
    clock.sleep(20)
    with (
        pytest.raises(RateLimited, match=r"1 requests per 90 s\) is spent for another 71 s") as caught,
        limiter.acquire(1, longest_wait=60),
    ):
        pass
    assert (caught.value.retry_after, caught.value.applied) == (pytest.approx(70.45), Applied.NO)
    assert clock.sleeps == [20]


def test_a_pause_that_the_vendor_asked_for_holds_and_is_never_cut(clock):
    limiter = BookLimiter(RateBudget(), clock)
    limiter.block_until(clock.now() + timedelta(seconds=40))
    limiter.block_until(clock.now() + timedelta(seconds=5))
    with limiter.acquire(1, longest_wait=60):
        pass
    assert clock.sleeps == [40.0]
    with limiter.acquire(1, longest_wait=60):
        pass
    assert clock.sleeps == [40.0]


def test_a_request_that_fails_gives_its_place_back_when_its_window_has_passed(clock):
    limiter = BookLimiter(RateBudget(windows=(Window(limit=1, per=10.0),)), clock)

    def lose() -> None:
        with limiter.acquire(1, longest_wait=60):
            clock.sleep(3)
            raise ValueError("lost")

    with pytest.raises(ValueError, match="lost"):
        lose()
    with limiter.acquire(1, longest_wait=60):
        pass
    assert clock.sleeps == [3, pytest.approx(10.05)]


def test_an_open_request_is_waited_for_and_not_for_ever():
    clock = FakeClock()
    limiter = BookLimiter(RateBudget(windows=(Window(limit=1, per=10.0),)), clock)
    with limiter.acquire(1, longest_wait=60):
        with pytest.raises(RateLimited, match="no answer yet"), limiter.acquire(1, longest_wait=1.0):
            pass
        assert set(clock.sleeps) == {POLL}
        assert sum(clock.sleeps) <= 1.1 + 1e-9


class Failing(OwnHome):
    """A home that can not be reached at the second time."""

    troubles = (OSError,)
    visits = 0

    def book(self):
        self.visits += 1
        if self.visits > 1:
            raise OSError("the disk is full")
        return super().book()


def test_an_answer_is_not_lost_because_its_end_can_not_be_noted(clock):
    home = Failing(clock)
    with BookLimiter(RateBudget(windows=(FIVE,)), clock, home).acquire(1, longest_wait=0):
        answer = "a receipt"
    assert (answer, home.visits) == ("a receipt", 2)


def test_the_log_does_not_grow(clock):
    limiter = BookLimiter(RateBudget(windows=(Window(limit=5, per=1.0),)), clock)
    for _ in range(200):
        with limiter.acquire(1, longest_wait=60):
            pass
    with limiter._home.book() as (book, _):
        assert len(book.slots) <= 5


def test_no_window_is_exceeded_at_the_server(site):
    """Twelve threads and answers that take their time: what counts is when requests arrive."""
    limit, per = 6, 1.0

    def slowly(_):
        time.sleep(0.01 * (len(site.ports) % 7))
        return JSONResponse([])

    site.answer = slowly
    limiter = BookLimiter(RateBudget(windows=(Window(limit=limit, per=per),)), RealClock())
    way = http(site.url, RealClock(), limiter=limiter)
    threads = [threading.Thread(target=lambda: [get(way) for _ in range(2)]) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    arrivals = sorted(seen.at for seen in site.serving.requests("site"))
    assert len(arrivals) == way.requests == 24
    assert all(late - early >= per for early, late in zip(arrivals, arrivals[limit:], strict=False))


def test_every_try_takes_a_token_of_the_budget(site, clock):
    site.faults.add(Fault(Kind.STATUS, status=500, times=2))
    limiter = BookLimiter(RateBudget(windows=(Window(limit=2, per=30.0),)), clock)
    get(http(site.url, clock, limiter=limiter))
    assert site.count == 3
    assert sum(clock.sleeps) >= 30.0
