"""When a group's next cycle is due: arithmetic without a clock. All times are in seconds.

A cycle starts at most one interval after the one before it started, and never less than a second after it. Of each
interval a part is left to chance, so that groups do not march in step: it only ever makes a cycle earlier. After a
cycle in which something moved people are likely to be at work: the next comes after an eighth of the interval, and
while nothing moves after a quarter, a half, and the whole of it again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

LEAST: Final = 1.0
"""The shortest time from the start of one cycle to the start of the next."""
CHANCE: Final = 0.1
LONGEST_CHANCE: Final = 30.0
"""The part of an interval that is left to chance, and its longest."""
HASTE: Final = (1 / 8, 1 / 4, 1 / 2, 1.0)
"""The parts of an interval after which cycles come, one after the other, once something has moved."""
AT_REST: Final = len(HASTE) - 1
SPREAD: Final = 10.0
"""Within this time the first cycles of all groups have started, or within the smallest interval of them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a group has a cycle."""

    interval: float

    def gap(self, chance: float, step: int = AT_REST) -> float:
        """From the start of a cycle to the next. ``chance`` is in 0 … 1, ``step`` one of those of ``HASTE``."""
        whole = self.interval * HASTE[step]
        return max(LEAST, whole - min(whole * CHANCE, LONGEST_CHANCE) * chance)


def after(step: int, *, moved: bool) -> int:
    """The step of the next gap: the first after a cycle in which something moved, else one further."""
    return 0 if moved else min(step + 1, AT_REST)


def staggered(place: int, groups: int, shortest: float) -> float:
    """After how many seconds the first cycle of a group starts; ``shortest`` is the smallest interval of all."""
    return place * min(LEAST, min(SPREAD, shortest) / max(1, groups))
