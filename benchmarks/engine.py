"""The engine alone: three sides that hold the same tasks; each figure beside the floor of the same run.

The floor reads the same rows by plain sqlite3 and parses the same JSON once. Each measurement has a process of its own,
and its memory is that of the whole process: the sides hold nothing, they make a task when a page is asked for, and
their work as servers is taken off the times. `python -m benchmarks.engine 1000000` measures with so many tasks; without
a number it is 10,000 and 100,000. With `--laid` before the numbers the store is laid (see `_laid`), without a first
sync, which takes 1.0 to 1.4 seconds of the processor for 1,000 tasks, of 10,000 as of 1,000,000.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import structlog

from benchmarks._group import SIDES, Cost, Group, peak
from benchmarks._laid import lay

SIZES = (10_000, 100_000)
CHANGES = 100
TURNS = 3
"""How often each work on a store in agreement is measured; the middle one by its processor time stands in the table."""
ROOM = os.environ.get("TASKSYNC_BENCH")  # a folder with room for the stores; else where temporary files go


def first(folder: Path, count: int) -> Cost:
    """Three sides that hold the same tasks meet for the first time."""
    return Group(folder, count).cycle()


def laid(folder: Path, count: int) -> Cost:
    """A group in agreement is written into the store, without a first sync."""
    wall, cpu = time.perf_counter(), time.process_time()
    lay(Group(folder), count)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Cost(wall=wall, cpu=cpu, peak=peak(), rows=0, result="laid")


def second(folder: Path, count: int) -> Cost:
    """What was read at a first meeting is agreed upon in the next cycle."""
    return Group(folder, count).cycle(sweep=True)


def quiet(folder: Path, count: int) -> Cost:
    """A cycle that reads everything, and finds nothing."""
    return Group(folder, count).cycle(sweep=True)


def idle(folder: Path, count: int) -> Cost:
    """A cycle that asks each side what changed: nothing."""
    return Group(folder, count).cycle()


def hundredth(folder: Path, count: int) -> Cost:
    """A sweep that finds a hundredth of the tasks changed on one side, and writes them to both others."""
    group = Group(folder, count)
    group.edit("a", count // 100, count)
    return group.cycle(sweep=True)


def hundred(folder: Path, count: int) -> Cost:
    """A cycle that asks what changed: a hundred tasks on one side."""
    group = Group(folder, count)
    group.edit("a", CHANGES, count)
    return group.cycle()


def floor(folder: Path, _: int) -> Cost:
    """The same rows, by the standard library alone; each document parsed once."""
    wall, cpu = time.perf_counter(), time.process_time()
    with closing(sqlite3.connect(folder / "tasksync.db")) as connection:
        for table, columns in (("task", (5, 6)), ("link", (6, 7, 9, 16))):
            for row in connection.execute(f"SELECT * FROM {table}"):
                for column in columns:
                    if row[column]:
                        json.loads(row[column])
    return Cost(wall=time.perf_counter() - wall, cpu=time.process_time() - cpu, peak=peak(), rows=0, result="the floor")


MEASURES: dict[str, Callable[[Path, int], Cost]] = {
    "first": first,
    "second": second,
    "laid": laid,
    "floor": floor,
    "quiet": quiet,
    "idle": idle,
    "hundredth": hundredth,
    "hundred": hundred,
}


def measured(what: str, folder: Path, count: int) -> Cost:
    """One measurement, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.engine", what, str(folder), str(count)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def measured_apart(what: str, folder: Path, count: int) -> Cost:
    """The same over a copy of the folder, which it may change."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        return measured(what, shutil.copytree(folder, Path(place) / "copy"), count)


def middle(what: str, folder: Path, count: int) -> Cost:
    """The middle of some measurements over copies of the folder: one alone may meet a noisy moment."""
    return sorted((measured_apart(what, folder, count) for _ in range(TURNS)), key=lambda cost: cost.cpu)[TURNS // 2]


def table(folder: Path, count: int, begin: Sequence[str]) -> dict[str, Cost]:
    """Print the figures for so many tasks; ``begin`` fills the store."""
    print(f"\n{count:,} tasks on {len(SIDES)} sides")
    print(f"{'':46}{'wall s':>9}{'CPU s':>9}{'x floor':>9}{'peak MB':>9}{'rows':>10}  ended")
    costs: dict[str, Cost] = {}
    for what in [*begin, *(what for what in MEASURES if what not in {"first", "second", "laid"})]:
        apart = what not in begin  # those find what these leave
        costs[what] = cost = middle(what, folder, count) if apart else measured(what, folder, count)
        ratio = f"{cost.cpu / costs['floor'].cpu:9.2f}" if "floor" in costs else f"{'':9}"
        told = (MEASURES[what].__doc__ or "").partition(",")[0].partition(":")[0].rstrip(".")[:45]
        print(
            f"{told:46}{cost.wall:9.2f}{cost.cpu:9.2f}{ratio}{cost.peak:9.0f}{cost.rows:10,}  {cost.result}", flush=True
        )
    return costs


def main(sizes: list[int], begin: Sequence[str] = ("first", "second")) -> None:
    """Measure with so many tasks, one table each; then what more tasks cost where no more of them change."""
    tables: dict[int, dict[str, Cost]] = {}
    for count in sizes:
        with tempfile.TemporaryDirectory(dir=ROOM) as place:
            folder = Path(place) / "group"
            folder.mkdir()
            tables[count] = table(folder, count, begin)
    small, *larger = sizes
    for count in larger:
        growth = tables[count]["hundred"].cpu / tables[small]["hundred"].cpu
        print(f"\na cycle with {CHANGES} changes among {count:,} tasks: {growth:.2f} x the same among {small:,}")


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.INFO))  # as the service has it
    match sys.argv[1:]:
        case [str(name), str(place), str(number)] if name in MEASURES:
            print(json.dumps(asdict(MEASURES[name](Path(place), int(number)))))
        case ["--laid", *numbers] if numbers:
            main([int(number) for number in numbers], ["laid"])
        case numbers:
            main([int(number) for number in numbers] or list(SIZES))
