"""What is sent again, when, and how often: decisions as pure functions, and the loop that carries them out.

A read that failed for now is repeated. A changing request is repeated only if it provably was not applied.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception

from connectors.contract import Clock
from connectors.errors import Applied, ConnectorError, RateLimited, RetryLater

FIRST_PAUSE: Final = 0.5
"""Seconds before the second try, before jitter. Doubled from try to try."""
LONGEST_PAUSE: Final = 8.0
"""Seconds that the doubling stops at."""

_GOOD_UNTIL: Final[ContextVar[float]] = ContextVar("good_until", default=math.inf)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How often a request is tried, the longest single pause in seconds, and a source of jitter (numbers in 0 … 1)."""

    attempts: int
    longest_wait: float
    jitter: Callable[[], float]


@contextmanager
def good_until(moment: float) -> Iterator[None]:
    """A changing request of this thread is not sent again after a moment (monotonic), until the end of the context.

    Whoever wants it sent has looked at what it changes, and looks again before it is changed later than that.
    """
    before = _GOOD_UNTIL.set(moment)
    try:
        yield
    finally:
        _GOOD_UNTIL.reset(before)


def may_repeat(error: BaseException, *, changing: bool) -> bool:
    """Whether the same request may be sent again after this error."""
    return isinstance(error, RetryLater) and (not changing or error.applied is Applied.NO)


def backoff(attempt: int, jitter: float) -> float:
    """Seconds to pause after a failed attempt (1, 2, …): doubled each time, and between a half and the whole of that.

    The jitter keeps sides that failed together from coming back together.
    """
    whole = min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** (attempt - 1))
    return whole * (0.5 + 0.5 * jitter)


def pause(error: BaseException, attempt: int, jitter: float) -> float:
    """Seconds to pause before the next try: what the vendor asked for, never less than our own."""
    own = backoff(attempt, jitter)
    asked = error.retry_after if isinstance(error, RateLimited) else None
    return own if asked is None else max(own, asked)


def repeat(send: Callable[[], T], *, changing: bool, policy: Policy, clock: Clock) -> T:
    """Call ``send`` until it succeeds, may not be repeated, or has been tried often enough.

    A pause longer than ``policy.longest_wait`` is not begun, nor one beyond ``good_until``. The last error is raised;
    its hint says how often was tried.
    """
    pauses: dict[int, float] = {}

    def next_pause(state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome is not None else None
        if error is None:
            return 0.0
        # Drawn once per attempt: what is compared with the longest wait is what is slept.
        if state.attempt_number not in pauses:
            pauses[state.attempt_number] = pause(error, state.attempt_number, policy.jitter())
        return pauses[state.attempt_number]

    def enough(state: RetryCallState) -> bool:
        wait = next_pause(state)
        too_late = changing and clock.monotonic() + wait > _GOOD_UNTIL.get()
        return state.attempt_number >= policy.attempts or wait > policy.longest_wait or too_late

    retrying = Retrying(
        retry=retry_if_exception(lambda error: may_repeat(error, changing=changing)),
        stop=enough,
        wait=next_pause,
        sleep=clock.sleep,
        reraise=True,
    )
    try:
        return retrying(send)
    except ConnectorError as error:
        tried = retrying.statistics.get("attempt_number", 1)
        if tried > 1:
            error.hint = f"{error.hint}; tried {tried} times" if error.hint else f"tried {tried} times"
        raise
