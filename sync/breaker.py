"""A side that fails again and again is tried less often, with growing pauses, until it answers.

Reads fail beside the cycle, and may do so some times. Writes that hang hold the cycle, and with it the group's other
sides: they are tried less often from the first time on that a cycle gave the side up for them.

Only the running service has breakers: whoever runs one cycle by hand wants it tried.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

from connectors.contract import Clock
from sync.core.facts import Observation, Read
from sync.core.model import SideName

FAILURES: Final = 5
"""Reads in a row that fail before a side is left alone for a while: what a restart of a server takes is not."""
LONGEST: Final = 1800.0
"""Seconds of the longest pause."""
PAUSED: Final = 3600.0
"""Seconds after which a side is tried again whose settings or credentials have to be put right by a person."""


@dataclass(slots=True)
class _Breaker:
    failures: int = 0
    until: float = 0.0
    state: str = ""
    why: str = ""


class Breakers:
    """Those of one group, which has a cycle each ``interval`` seconds. May be used by several threads."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self._lock = Lock()
        self._of: dict[SideName, _Breaker] = {}
        self._hung: dict[SideName, _Breaker] = {}

    def note(self, seen: Observation) -> None:
        """How a read went. What a budget did not allow is no fault of the side."""
        with self._lock:
            if seen.took_part:
                self._of.pop(seen.side, None)
            elif seen.read is Read.NONE and not seen.limited:
                breaker = self._of.setdefault(seen.side, _Breaker())
                breaker.failures += 1
                breaker.state, breaker.why = seen.state, seen.why
                breaker.until = self._clock.monotonic() + self._pause(breaker)

    def open(self, side: SideName) -> Observation | None:
        """What stands for a read of a side that is left alone for now; None: it is to be read."""
        with self._lock:
            breaker = self._of.get(side)
            if breaker is None or not (again := self._again(breaker)):
                return None
            if breaker.state == "paused":
                why = f"{breaker.why}; tried again when the configuration is loaded anew, or at {again}"
            else:
                why = f"{breaker.why}; failed {breaker.failures} times in a row, tried again at {again}"
            return Observation(side=side, state=breaker.state, why=why)

    def hung(self, side: SideName, why: str) -> None:
        """A cycle gave a side up because its writes had no answer."""
        with self._lock:
            breaker = self._hung.setdefault(side, _Breaker(why=why))
            breaker.failures += 1
            breaker.until = self._clock.monotonic() + min(LONGEST, self._interval * 2.0**breaker.failures)

    def answered(self, side: SideName) -> None:
        """A write had its answer."""
        with self._lock:
            self._hung.pop(side, None)

    def rests(self, side: SideName) -> str | None:
        """Why a side is not written for now; None: it is."""
        with self._lock:
            breaker = self._hung.get(side)
            if breaker is None or not (again := self._again(breaker)):
                return None
            times = f"cycles gave up writing there {breaker.failures} times in a row"
            return f"{breaker.why}; {times}, tried again at {again}"

    def ails(self, side: SideName) -> bool:
        """Whether the last read of a side failed."""
        with self._lock:
            return side in self._of

    def forgive(self, which: Callable[[str], bool] = lambda _: True) -> None:
        """Try again at once those sides whose state is one of these."""
        with self._lock:
            for breaker in (*self._of.values(), *self._hung.values()):
                if which(breaker.state):
                    breaker.until = 0.0

    def _again(self, breaker: _Breaker) -> str:
        """When the side is tried again; empty where it may be tried now."""
        left = breaker.until - self._clock.monotonic()
        return f"{self._clock.now() + timedelta(seconds=left):%H:%M:%S} UTC" if left > 0 else ""

    def _pause(self, breaker: _Breaker) -> float:
        if breaker.state == "paused":
            return PAUSED
        if breaker.failures < FAILURES:
            return 0.0
        return min(LONGEST, self._interval * 2.0 ** (breaker.failures - FAILURES + 1))
