"""What a cycle is told from outside."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sync.core.undo import Undo


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What a cycle is told besides its readings.

    Its number, the time, the guards that a person lifts, the creates allowed.
    """

    cycle: int
    now: datetime
    allow: frozenset[str] = frozenset()
    limit: int | None = None
    undo: Undo | None = None
