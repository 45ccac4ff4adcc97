"""When the next cycle is due, as arithmetic; and breakers, whose pauses grow."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.breaker import FAILURES, LONGEST, PAUSED, Breakers
from sync.core.facts import Observation, Read
from sync.heartbeat import Heartbeat
from sync.pacing import AT_REST, HASTE, LEAST, Pace, after, staggered
from tests.store.clocks import FakeClock


@given(st.floats(1, 86_400), st.floats(0, 1), st.integers(0, AT_REST))
def test_a_gap_is_never_longer_than_the_interval_and_never_under_a_second(interval, chance, step):
    gap = Pace(interval).gap(chance, step)
    assert LEAST <= gap <= interval
    assert (
        gap >= min(interval * HASTE[step] * 0.9, interval * HASTE[step] - LEAST) or gap >= interval * HASTE[step] - 30
    )


def test_after_a_change_cycles_come_sooner_and_less_and_less_so():
    steps = [after(AT_REST, moved=True)]
    for _ in range(4):
        steps.append(after(steps[-1], moved=False))
    assert [Pace(400.0).gap(0.0, step) for step in steps] == [50.0, 100.0, 200.0, 400.0, 400.0]
    assert after(2, moved=True) == 0


def test_first_cycles_start_at_once_but_not_together():
    assert [staggered(place, 3, 300.0) for place in range(3)] == [0.0, 1.0, 2.0]
    delays = [staggered(place, 100, 300.0) for place in range(100)]
    assert delays[-1] < 10.0
    assert staggered(99, 100, 1.0) < 1.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def down(**more: object) -> Observation:
    return Observation(side="a", state="down", why="it is gone", **more)


def test_a_side_that_fails_again_and_again_is_tried_with_growing_pauses(clock):
    breakers = Breakers(300.0, clock)
    pauses = []
    for _ in range(12):
        breakers.note(down())
        began = clock.ticks
        while (told := breakers.open("a")) is not None:
            assert (told.read, told.state) == (Read.NONE, "down")
            assert "it is gone; failed" in told.why
            clock.passes(60.0)
        pauses.append(clock.ticks - began)
    assert pauses[: FAILURES - 1] == [0.0] * (FAILURES - 1)
    assert pauses[FAILURES - 1 : FAILURES + 2] == [600.0, 1200.0, LONGEST]
    assert set(pauses[FAILURES + 2 :]) == {LONGEST}
    assert breakers.ails("a")
    breakers.note(Observation(side="a", read=Read.COMPLETE))
    breakers.note(down())
    assert breakers.open("a") is None, "it began anew"


def test_a_spent_budget_is_no_failure_and_other_sides_are_none_of_its_business(clock):
    breakers = Breakers(300.0, clock)
    for _ in range(FAILURES + 1):
        breakers.note(down(limited=True))
    assert not breakers.ails("a")
    for _ in range(FAILURES):
        breakers.note(down())
    assert breakers.open("a") is not None
    assert breakers.open("b") is None
    breakers.forgive()
    assert breakers.open("a") is None


def test_a_paused_side_waits_for_an_hour_or_for_the_configuration(clock):
    breakers = Breakers(300.0, clock)
    breakers.note(Observation(side="a", state="paused", why="the password is wrong"))
    clock.passes(PAUSED - 1)
    assert breakers.open("a").state == "paused"
    clock.passes(2)
    assert breakers.open("a") is None
    breakers.note(Observation(side="a", state="paused", why="the password is wrong"))
    breakers.forgive(lambda state: state == "paused")
    assert breakers.open("a") is None


def test_a_side_whose_writes_hang_is_written_with_growing_pauses_until_one_is_answered(clock):
    """From the first time on: its reads may go well all the while, and no other side waits for it."""
    breakers = Breakers(300.0, clock)
    pauses = []
    for _ in range(5):
        breakers.hung("a", "no complete answer in time")
        breakers.note(Observation(side="a", read=Read.COMPLETE))
        assert breakers.open("a") is None
        assert breakers.rests("b") is None
        began = clock.ticks
        while why := breakers.rests("a"):
            assert "no complete answer in time; cycles gave up writing there" in why
            clock.passes(60.0)
        pauses.append(clock.ticks - began)
    assert pauses == [600.0, 1200.0, LONGEST, LONGEST, LONGEST]
    breakers.answered("a")
    breakers.hung("a", "")
    clock.passes(600.0)
    assert breakers.rests("a") is None, "it began anew"
    breakers.hung("a", "")
    breakers.forgive()
    assert breakers.rests("a") is None


def test_a_heart_that_nobody_feeds_is_overdue(clock):
    heart = Heartbeat(clock)
    assert heart.age() == 0.0
    heart.beat("group work", within=10.0)
    heart.beat("read work/a", within=100.0)
    clock.passes(10.0)
    assert (heart.age(), heart.overdue()) == (0.0, {})
    clock.passes(5.0)
    assert (heart.age(), heart.overdue()) == (5.0, {"group work": 15.0})
    heart.beat("group work", within=10.0)
    assert heart.age() == 0.0
    clock.passes(500.0)
    heart.end("read work/a")
    heart.end("group work")
    assert (heart.age(), heart.silent()) == (0.0, {})
