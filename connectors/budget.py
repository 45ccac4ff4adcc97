"""A side's rate budget, as data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """At most ``limit`` requests in any ``per`` seconds."""

    limit: int
    per: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RateBudget:
    """The windows that hold at once, and where the figures come from (source, date).

    ``spacing`` is the mean distance of requests in seconds after a burst of ``burst``; 0: none.
    """

    windows: tuple[Window, ...] = ()
    spacing: float = 0.0
    burst: int = 1
    source: str = ""
