"""Many histories: how many, what happened in them, and which seeds failed."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.simulation.history import History, play

PIECE = 20  # seeds that a process takes at once
TELLING = 25  # pieces after which it tells how far it is


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
        yield f"{self._struck():.1%} of the requests had one, until people and faults came to rest"
        yield f"failures: {len(self.failed)}"
        yield from (f"  seed {seed}: {wrong}" for seed, wrong in sorted(self.failed.items()))

    def _struck(self) -> float:
        faults = sum(many for name, many in self.figures.items() if name.startswith("fault: "))
        return faults / max(1, self.figures["requests among faults"])

    def _counts(self, start: str) -> str:
        found = {name.removeprefix(start): many for name, many in self.figures.items() if name.startswith(start)}
        parts = ", ".join(f"{many} {name}" for name, many in sorted(found.items(), key=lambda one: -one[1]))
        return f"{sum(found.values())} ({parts})"


def run(seeds: Iterable[int], jobs: int, tell: Callable[[str], None] = lambda _: None) -> Campaign:
    """Play the histories of some seeds, in so many processes; interrupted, it gives the figures so far.

    ``tell`` hears of each failure as it is found, and how far it is.
    """
    began, campaign = time.monotonic(), Campaign()
    waiting = list(seeds)
    pieces = [waiting[start : start + PIECE] for start in range(0, len(waiting), PIECE)]
    try:
        if jobs == 1:
            _gather(campaign, map(_piece, pieces), tell)
        else:
            with ProcessPoolExecutor(max_workers=jobs, mp_context=get_context("spawn")) as pool, ExitStack() as stack:
                stack.callback(pool.shutdown, wait=False, cancel_futures=True)
                _gather(campaign, pool.map(_piece, pieces), tell)
    except KeyboardInterrupt:
        tell("interrupted")
    campaign.seconds = time.monotonic() - began
    return campaign


def _gather(campaign: Campaign, parts: Iterable[tuple[Counter, dict[int, str]]], tell: Callable[[str], None]) -> None:
    for number, (figures, failed) in enumerate(parts, 1):
        campaign.figures.update(figures)
        campaign.failed.update(failed)
        for seed, wrong in failed.items():
            tell(f"seed {seed}: {wrong}")
        if not number % TELLING:
            tell(f"{campaign.figures['histories']} histories, {len(campaign.failed)} failures")


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
