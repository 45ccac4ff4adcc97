"""A campaign: every mutant of the pure core, judged by the tests on plain data, against the list of survivors."""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutation.judging import Judge
from tests.mutation.operators import Mutant, mutants

ROOT = Path(__file__).resolve().parents[2]
CORE = ROOT / "sync" / "core"
SURVIVORS = Path(__file__).parent / "survivors.toml"
LEAST = 0.90
"""The share of each module's mutants that the tests must notice."""

Key = tuple[str, str, int]


@dataclass(frozen=True)
class Campaign:
    """What came out. ``explained`` are the listed survivors of the modules that were judged, with their reasons."""

    made: Sequence[Mutant]
    survivors: Sequence[Mutant]
    explained: dict[Key, str]
    failed: Sequence[str]
    minutes: float

    @property
    def scores(self) -> dict[str, tuple[int, int]]:
        """Per module: noticed, and made."""
        made = Counter(mutant.module for mutant in self.made)
        lived = Counter(mutant.module for mutant in self.survivors)
        return {module: (count - lived[module], count) for module, count in made.items()}

    @property
    def below(self) -> list[str]:
        """The modules with a lower score than they must have."""
        return [module for module, (noticed, made) in self.scores.items() if noticed < LEAST * made]

    @property
    def unexplained(self) -> list[Mutant]:
        """Survivors that the list does not have."""
        return [mutant for mutant in self.survivors if mutant.key not in self.explained]

    @property
    def stale(self) -> list[Key]:
        """What the list has and what is noticed now, or is there no more."""
        lived = {mutant.key for mutant in self.survivors}
        return [key for key in self.explained if key not in lived]

    @property
    def holds(self) -> bool:
        """Whether each module has its score and the list is exact."""
        return not (self.failed or self.below or self.unexplained or self.stale)

    def report(self) -> str:
        """The figures and the survivors, for people."""
        if self.failed:
            return "\n".join(["these tests fail without any mutant:", *self.failed])
        noticed, made = len(self.made) - len(self.survivors), len(self.made)
        rows = [f"{name:10} {good:5} of {of:5} {good / of:6.1%}" for name, (good, of) in self.scores.items()]
        rows += [f"{'all':10} {noticed:5} of {made:5} {noticed / made:6.1%}  in {self.minutes:.1f} minutes"]
        rows += [f"below {LEAST:.0%}: {module}" for module in self.below]
        for mutant in self.survivors:
            rows += [str(mutant), f"    {self.explained.get(mutant.key, 'NOT EXPLAINED')}"]
        rows += [f"listed, and noticed or gone now: {name} #{nth}: {change}" for name, change, nth in self.stale]
        return "\n".join(rows)


def explained(modules: Sequence[str]) -> dict[Key, str]:
    """The list of survivors, as far as it concerns these modules."""
    rows = tomllib.loads(SURVIVORS.read_text(encoding="utf-8")).get("survivor", [])
    found = {(row["in"], row["change"], row.get("nth", 1)): row["why"] for row in rows}
    return {key: why for key, why in found.items() if key[0].partition(".")[0] in modules}


def made(modules: Sequence[str]) -> list[Mutant]:
    """All mutants of these modules, or of all modules."""
    files = [CORE / f"{name}.py" for name in modules] or sorted(CORE.glob("[!_]*.py"))
    return [mutant for file in files for mutant in mutants(file.stem, file.read_text(encoding="utf-8"))]


def run(
    modules: Sequence[str] = (),
    *,
    jobs: int = 1,
    tests: Sequence[str] | None = None,
    tell: Callable[[Mutant], object] | None = None,
) -> Campaign:
    """Judge the mutants of some modules, or of all. ``tell`` hears of each survivor at once."""
    began = time.monotonic()
    every = made(modules)
    judge = Judge(every, jobs=jobs, tell=tell)
    paths = [str(ROOT / path) for path in tests or ["tests/core"]]
    pytest.main([*paths, "-qs", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header", "--no-summary"], [judge])
    names = list(dict.fromkeys(mutant.module for mutant in every))
    minutes = (time.monotonic() - began) / 60
    return Campaign(every, judge.survivors, explained(names), judge.failed, minutes)
