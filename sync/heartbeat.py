"""Whether the work moves: each piece of work says so itself, and until when it may be silent.

A timer of its own would go on beating while the work hangs. So nothing beats here but the work: a group between cycles
is due at a time, a read or a write says something with every request. Who is silent past its time hangs.
"""

from __future__ import annotations

from threading import Lock
from typing import Final

from connectors.contract import Clock

SILENCE: Final = 300.0
"""Seconds that work may be silent where it names no time: a request of 30 s that is tried three times, each with a
whole body that may take four times that, is heard of at each try; this is twice the longest of them."""


class Heartbeat:
    """The beats of all pieces of work of a process. May be used by several threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._beats: dict[str, tuple[float, float]] = {}

    def beat(self, work: str, within: float = SILENCE) -> None:
        """``work`` moves, and will be heard of again within so many seconds; the first beat makes it known."""
        now = self._clock.monotonic()
        with self._lock:
            self._beats[work] = now, now + within

    def end(self, work: str) -> None:
        """``work`` is over: nothing more is expected of it."""
        with self._lock:
            self._beats.pop(work, None)

    def age(self) -> float:
        """Seconds that the most overdue work is silent past its time; 0: all work moves."""
        now = self._clock.monotonic()
        with self._lock:
            return max((now - until for _, until in self._beats.values() if now > until), default=0.0)

    def overdue(self) -> dict[str, float]:
        """What work hangs, and for how many seconds it was silent; empty while all moves."""
        now = self._clock.monotonic()
        with self._lock:
            return {work: now - last for work, (last, until) in self._beats.items() if now > until}

    def silent(self) -> dict[str, float]:
        """All work that is known, and for how many seconds each is silent."""
        now = self._clock.monotonic()
        with self._lock:
            return {work: now - last for work, (last, _) in self._beats.items()}
