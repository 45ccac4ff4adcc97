"""A campaign of real kills: ``python -m tests.system.kills --kills 300``.

Each history is a group over servers of another hand: a first sync, then a cycle of edits, each killed again and again
with ``kill -9`` at every seam in turn, then left alone until it is quiet. What people did is the measure. It prints its
figures and exits 1 if anything was doubled, lost, or needed a hand.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

from tests.system.forks import Mould
from tests.system.group import Group, group
from tests.system.people import People
from tests.system.seams import SEAMS, Kill, Seam

TASKS = 40
"""Half of them are edited in one cycle: more would be stopped by the guard against another account's data."""
KILLS = 8
"""Kills of one phase, at most: then it may finish."""


@dataclass(slots=True)
class Figures:
    """What the campaign counted."""

    kills: Counter[str] = field(default_factory=Counter)
    began: float = field(default_factory=time.monotonic)
    runs: int = 0
    histories: int = 0
    missed: int = 0
    duplicates: int = 0
    losses: int = 0
    by_hand: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def killed(self) -> int:
        """All kills."""
        return self.kills.total()

    @property
    def clean(self) -> bool:
        """Whether nothing was doubled, lost, or needed a hand."""
        return not (self.problems or self.by_hand)

    def lines(self) -> list[str]:
        """The figures, one a line."""
        minutes = (time.monotonic() - self.began) / 60
        rows = {
            "kills": self.killed,
            **{f"  {name}": count for name, count in sorted(self.kills.items())},
            "runs": self.runs,
            "histories": self.histories,
            "runs that ended before their kill": self.missed,
            "duplicates": self.duplicates,
            "losses": self.losses,
            "manual steps": self.by_hand,
            "minutes": f"{minutes:.1f}",
        }
        return [*(f"{name:<36} {value}" for name, value in rows.items()), *self.problems]


def campaign(wanted: int, seed: int, figures: Figures) -> None:
    """Kill so many runs."""
    turns = cycle(SEAMS.items())
    while figures.killed < wanted:
        number, told = seed + figures.histories, len(figures.problems)
        with (
            Mould() as mould,
            tempfile.TemporaryDirectory(prefix="kills-") as folder,
            group(Path(folder), number) as at,
        ):
            at.mould = mould
            history(at, number, turns, wanted, figures)
        figures.histories += 1
        print(*figures.problems[told:], sep="\n", end="\n" if figures.problems[told:] else "")
        print(f"{figures.killed} kills, {figures.runs} runs, {len(figures.problems)} problems", flush=True)


def history(at: Group, seed: int, turns: cycle[tuple[str, Seam]], wanted: int, figures: Figures) -> None:
    """A first sync and a cycle of edits, killed and left alone."""
    people, draw = People(at, seed), random.Random(seed)
    at.run()  # an empty store is there: what is watched exists
    figures.runs += 1
    for act in (lambda: people.fill(TASKS), lambda: people.edit(TASKS // 2)):
        act()
        for _ in range(KILLS):
            if figures.killed >= wanted:
                break
            name, seam = next(turns)
            side = draw.choice((at.outline, at.strategy))
            hit = seam(Kill(at, draw, side, draw.randint(1, 3)))
            figures.runs += 1
            figures.kills[name] += hit
            figures.missed += not hit
        _left_alone(at, people, seed, figures)


def _left_alone(at: Group, people: People, seed: int, figures: Figures) -> None:
    """Run until it is quiet, and compare with what people did."""
    try:
        reports = at.settle()
    except AssertionError as error:
        figures.problems.append(f"seed {seed}: does not settle: {error}"[:2000])
        return
    figures.runs += len(reports)
    figures.by_hand += reports[-1]["held"]
    found = people.ledger.problems()
    figures.duplicates += sum(" times on " in problem for problem in found)
    figures.losses += sum(" times on " not in problem for problem in found)
    figures.problems += [f"seed {seed}: {problem}" for problem in found]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    figures = Figures()
    campaign(given.kills, given.seed, figures)
    print("\n".join(figures.lines()))
    return 0 if figures.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
