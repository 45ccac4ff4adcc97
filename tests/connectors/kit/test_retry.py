"""What is sent again, and after which pause."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ConnectorError,
    ContractBroken,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Stale,
    Transient,
    Unmappable,
)
from connectors.retry import FIRST_PAUSE, LONGEST_PAUSE, Policy, backoff, good_until, may_repeat, pause, repeat
from connectors.task import Field

FINAL = [BadCredentials, BadSettings, ContractBroken, Forbidden, Gone, Rejected, Stale]


@pytest.mark.parametrize("applied", Applied)
@pytest.mark.parametrize("error", [Transient, RateLimited])
def test_what_may_work_later_is_repeated_unless_a_change_may_have_been_made(error, applied):
    assert may_repeat(error("x", applied=applied), changing=False)
    assert may_repeat(error("x", applied=applied), changing=True) == (applied is Applied.NO)


@pytest.mark.parametrize(
    "error",
    [*[kind("x") for kind in FINAL], Unmappable(Field.DUE, "x"), ValueError("x")],
    ids=lambda error: type(error).__name__,
)
def test_nothing_else_is_repeated(error):
    assert not may_repeat(error, changing=False)
    assert not may_repeat(error, changing=True)


def test_pauses_double_up_to_a_bound():
    assert [backoff(attempt, 1.0) for attempt in range(1, 8)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0, 8.0]
    assert [backoff(attempt, 0.0) for attempt in range(1, 8)] == [0.25, 0.5, 1.0, 2.0, 4.0, 4.0, 4.0]


@given(st.integers(1, 500), st.floats(0, 1))
def test_a_pause_of_ours_is_never_nothing_and_never_long(attempt, jitter):
    assert FIRST_PAUSE / 2 <= backoff(attempt, jitter) <= LONGEST_PAUSE


@given(st.integers(1, 20), st.floats(0, 1), st.floats(0, 1e6))
def test_the_vendors_pause_is_never_cut(attempt, jitter, asked):
    assert pause(RateLimited("x", retry_after=asked), attempt, jitter) >= asked


class Sending:
    """Fails as often as told, then succeeds."""

    def __init__(self, *errors: ConnectorError) -> None:
        self.errors = list(errors)
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        if self.errors:
            raise self.errors.pop(0)
        return "done"


def policy(*, attempts: int = 3, longest_wait: float = 60.0) -> Policy:
    """A policy without chance."""
    return Policy(attempts=attempts, longest_wait=longest_wait, jitter=lambda: 1.0)


def test_a_success_is_given_back_without_a_pause(clock):
    assert repeat(Sending(), changing=True, policy=policy(), clock=clock) == "done"
    assert clock.sleeps == []


def test_failures_are_slept_over(clock):
    sending = Sending(Transient("x"), RateLimited("x", retry_after=12.0))
    assert repeat(sending, changing=False, policy=policy(), clock=clock) == "done"
    assert clock.sleeps == [0.5, 12.0]


def test_the_last_error_is_raised_and_says_how_often_was_tried(clock):
    sending = Sending(Transient("1"), Transient("2"), Transient("3", hint="is the server up?"), Transient("4"))
    with pytest.raises(Transient, match=r"^3; is the server up\?; tried 3 times$"):
        repeat(sending, changing=False, policy=policy(), clock=clock)
    assert (sending.count, clock.sleeps) == (3, [0.5, 1.0])


def test_one_try_says_nothing_of_tries(clock):
    with pytest.raises(Transient, match=r"^1$"):
        repeat(Sending(Transient("1")), changing=False, policy=policy(attempts=1), clock=clock)


def test_a_change_that_may_have_been_made_is_not_tried_again(clock):
    """Also if an earlier try is known to have failed."""
    sending = Sending(Transient("refused"), Transient("lost", applied=Applied.UNKNOWN))
    with pytest.raises(Transient, match="lost") as caught:
        repeat(sending, changing=True, policy=policy(), clock=clock)
    assert (sending.count, caught.value.applied) == (2, Applied.UNKNOWN)


@pytest.mark.parametrize(("asked", "tries"), [(60.0, 2), (60.1, 1)])
def test_a_pause_that_is_longer_than_may_be_waited_is_not_begun(clock, asked, tries):
    sending = Sending(RateLimited("x", retry_after=asked))
    if tries == 1:
        with pytest.raises(RateLimited):
            repeat(sending, changing=False, policy=policy(), clock=clock)
    else:
        repeat(sending, changing=False, policy=policy(), clock=clock)
    assert sending.count == tries
    assert clock.sleeps == [asked] * (tries - 1)


def test_the_pause_that_was_judged_is_the_pause_that_is_slept(clock):
    """Chance is asked once for each failure."""
    asked: list[float] = []

    def jitter() -> float:
        asked.append(len(asked) / 10)
        return asked[-1]

    sending = Sending(Transient("1"), Transient("2"))
    repeat(sending, changing=False, policy=Policy(attempts=3, longest_wait=60.0, jitter=jitter), clock=clock)
    assert clock.sleeps == [backoff(1, 0.0), backoff(2, 0.1)]
    assert len(asked) == 2


@pytest.mark.parametrize(
    ("seconds", "changing", "sleeps"), [(12.0, True, [12.0]), (11.0, True, []), (11.0, False, [12.0])]
)
def test_nothing_is_changed_later_than_a_look_is_good_for(clock, seconds, changing, sleeps):
    """By then somebody may have edited it. A read is as good at any time."""
    sending = Sending(RateLimited("slowly", retry_after=12.0))
    with good_until(clock.monotonic() + seconds), suppress(RateLimited):
        repeat(sending, changing=changing, policy=policy(), clock=clock)
    assert clock.sleeps == sleeps


def test_an_error_of_another_kind_passes_untouched(clock):
    def fails() -> str:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match=r"^a bug$"):
        repeat(fails, changing=False, policy=policy(), clock=clock)
