"""A clock that passes when it is told to."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Both times of a clock, each moved by hand."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
        self.ticks = 1000.0

    def now(self) -> datetime:
        return self.time

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        self.passes(seconds)

    def passes(self, seconds: float) -> None:
        """Let time pass."""
        self.steps(seconds)
        self.ticks += seconds

    def steps(self, seconds: float) -> None:
        """Set the wall clock; no time passes."""
        self.time += timedelta(seconds=seconds)
