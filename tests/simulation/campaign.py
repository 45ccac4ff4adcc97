"""Many histories: how many, what happened in them, and which seeds failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.history import History, play

PIECE = 20  # seeds that a process takes at once


@dataclass
class Campaign:
    """The figures of a campaign; ``failed`` has what is wrong first, by seed."""

    figures: Counter = field(default_factory=Counter)
    failed: dict[int, str] = field(default_factory=dict)
    seconds: float = 0.0

    def lines(self) -> Iterator[str]:
        """The figures, for people."""
        names = ("histories", "cycles", "requests", "writes", "edits", "edits meanwhile", "conflicts", "late")
        yield f"{self.seconds / 60:.1f} minutes; " + ", ".join(f"{self.figures[name]} {name}" for name in names)
        yield f"crashes: {self._counts('crash: ')}"
        yield f"faults: {self._counts('fault: ')}; {self.figures['faults at writes']} of them at writes"
        yield f"failures: {len(self.failed)}"
        yield from (f"  seed {seed}: {wrong}" for seed, wrong in sorted(self.failed.items()))

    def _counts(self, start: str) -> str:
        found = {name.removeprefix(start): many for name, many in self.figures.items() if name.startswith(start)}
        parts = ", ".join(f"{many} {name}" for name, many in sorted(found.items(), key=lambda one: -one[1]))
        return f"{sum(found.values())} ({parts})"


def run(seeds: Iterable[int], jobs: int) -> Campaign:
    """Play the histories of some seeds, in so many processes."""
    began, campaign = time.monotonic(), Campaign()
    waiting = list(seeds)
    pieces = [waiting[start : start + PIECE] for start in range(0, len(waiting), PIECE)]
    if jobs == 1:
        parts: Iterable[tuple[Counter, dict[int, str]]] = map(_piece, pieces)
        _gather(campaign, parts)
    else:
        with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool:
            _gather(campaign, pool.map(_piece, pieces))
    campaign.seconds = time.monotonic() - began
    return campaign


def _gather(campaign: Campaign, parts: Iterable[tuple[Counter, dict[int, str]]]) -> None:
    for figures, failed in parts:
        campaign.figures.update(figures)
        campaign.failed.update(failed)


def _piece(seeds: list[int]) -> tuple[Counter, dict[int, str]]:
    figures: Counter = Counter()
    failed: dict[int, str] = {}
    for seed in seeds:
        outcome = play(History.of(seed))
        figures.update(outcome.figures)
        figures["histories"] += 1
        if outcome.wrong:
            failed[seed] = outcome.wrong[0][:300]
    return figures, failed
