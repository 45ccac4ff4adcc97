"""A campaign of real kills: ``python -m tests.system.kills --kills 300 [--five | --caldav SERVER]``.

Each history is a group over servers of another hand, two or with ``--five`` all five, with ``--caldav`` a Checkvist
list and a CalDAV collection, or one collection on each of two CalDAV servers ("both"): a first sync, then a cycle of
edits, each killed again and again with ``kill -9`` at every seam in turn, then left alone until it is quiet. What
people did is the measure. It prints its figures and exits 1 if anything was doubled, lost, or needed a hand: at
OptaCheck, which has no list, a person must say what became of a create in doubt.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import TypeAlias

from tests.forks import Mould
from tests.system import doubts
from tests.system.crowd import Crowd
from tests.system.five import Five, five
from tests.system.group import Group, group
from tests.system.pair import Couple, Pair, pair
from tests.system.people import People
from tests.system.program import Program
from tests.system.seams import SEAMS, Kill, Seam

Turns: TypeAlias = "cycle[tuple[str, Seam]]"

TASKS = 40
"""Half of them are edited in one cycle: more would be stopped by the guard against another account's data."""
CALDAV = {name: (name, "checkvist") for name in ("radicale", "xandikos")} | {"both": ("radicale", "xandikos")}
KILLS = 7
"""Kills of one phase, at most: then it may finish. One less than there are seams, so that each of them comes first at
times: where several writes are under way at once, all may be done after the first kills."""


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
    in_doubt: int = 0
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
            "creates in doubt at OptaCheck": self.in_doubt,
            "minutes": f"{minutes:.1f}",
        }
        return [*(f"{name:<36} {value}" for name, value in rows.items()), *self.problems]


def campaign(wanted: int, seed: int, figures: Figures, *, all_five: bool = False, caldav: str = "") -> None:
    """Kill so many runs."""
    turns = cycle(SEAMS.items())
    while figures.killed < wanted:
        number, told = seed + figures.histories, len(figures.problems)
        # A kill shall hit the start as well.
        with Mould(10) as mould, tempfile.TemporaryDirectory(prefix="kills-") as folder, ExitStack() as stack:
            if all_five:
                at = stack.enter_context(five(Path(folder), number, updates=bool(number % 2)))
                at.mould = mould
                history(at, _crowd(at, number, figures), number, turns, wanted, figures)
            elif caldav:
                sides = CALDAV[caldav]
                couple = stack.enter_context(pair(Path(folder), *sides, number))
                couple.mould = mould
                history(couple, _couple(couple, number, figures), number, turns, wanted, figures)
            else:
                two = stack.enter_context(group(Path(folder), number))
                two.mould = mould
                history(two, _people(two, number, figures), number, turns, wanted, figures)
        figures.histories += 1
        print(*figures.problems[told:], sep="\n", end="\n" if figures.problems[told:] else "")
        print(f"{figures.killed} kills, {figures.runs} runs, {len(figures.problems)} problems", flush=True)


@dataclass(frozen=True, slots=True)
class Acts:
    """What people do in one history, how it is left alone until it is quiet, and what is wrong in the end."""

    fill: Callable[[int], None]
    edit: Callable[[int], object]
    rest: Callable[[], None]
    problems: Callable[[], list[str]]


def _people(at: Group, seed: int, figures: Figures) -> Acts:
    people = People(at, seed)

    def rest() -> None:
        reports = at.settle()
        figures.runs += len(reports)
        figures.by_hand += reports[-1]["held"]

    return Acts(people.fill, people.edit, rest, people.ledger.problems)


def _couple(at: Pair, seed: int, figures: Figures) -> Acts:
    couple = Couple.at(at, seed)

    def rest() -> None:
        reports = at.settle()
        figures.runs += len(reports)
        figures.by_hand += reports[-1]["held"]

    return Acts(couple.fill, couple.edit, rest, couple.problems)


def _crowd(at: Five, seed: int, figures: Figures) -> Acts:
    crowd = Crowd(at, seed)

    def rest() -> None:
        figures.in_doubt += doubts.settle(at, "--sweep")

    return Acts(crowd.fill, crowd.edit, rest, crowd.register.problems)


def history(at: Program, acts: Acts, seed: int, turns: Turns, wanted: int, figures: Figures) -> None:
    """A first sync and a cycle of edits, killed and left alone."""
    draw = random.Random(seed)
    at.run()  # an empty store is there: what is watched exists
    figures.runs += 1
    for act in (lambda: acts.fill(TASKS), lambda: acts.edit(TASKS // 2)):
        act()
        for _ in range(KILLS):
            if figures.killed >= wanted:
                break
            name, seam = next(turns)
            side = draw.choice([*at.servers.values()])
            hit = seam(Kill(at, draw, side, draw.randint(1, 3)))
            figures.runs += 1
            figures.kills[name] += hit
            figures.missed += not hit
        _left_alone(acts, seed, figures)


def _left_alone(acts: Acts, seed: int, figures: Figures) -> None:
    """Run until it is quiet, and compare with what people did."""
    try:
        acts.rest()
    except AssertionError as error:
        figures.problems.append(f"seed {seed}: does not settle: {error}"[:2000])
        return
    found = acts.problems()
    figures.duplicates += sum(" times on " in problem for problem in found)
    figures.losses += sum(" times on " not in problem for problem in found)
    figures.problems += [f"seed {seed}: {problem}" for problem in found]


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--five", action="store_true", help="all five vendors in one group")
    parser.add_argument("--caldav", choices=CALDAV, default="", help="with a CalDAV collection on this server")
    given = parser.parse_args()
    figures = Figures()
    campaign(given.kills, given.seed, figures, all_five=given.five, caldav=given.caldav)
    print("\n".join(figures.lines()))
    return 0 if figures.clean else 1


if __name__ == "__main__":
    raise SystemExit(main())
