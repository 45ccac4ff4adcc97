"""``python -m tests.service.endurance``: the service under faults, and what becomes of it.

``--minutes 30`` are real ones; ``--hours 24`` are simulated: only the clock is not real then (see ``simulated``).

One request in twenty is struck: refused, reset, cut short, or never answered. People edit all the while. At the end the
faults are over, all sides agree, no cycle started late, and neither memory nor threads nor handles have grown. Prints
what it sees each minute; the exit code is 1 where something of that does not hold.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from connectors.contract import Clock
from connectors.serving import Fault, Kind
from sync.clock import SystemClock
from sync.observing import Requested, Waited, Written
from sync.report import GroupReport
from tests.service.running import Running, Watcher, running, until
from tests.service.simulated import Passing, live, simulated

INTERVAL = 3.0
SIMULATED_INTERVAL = 300.0
VAULTS = 4
LATE = 2.0
"""Seconds after its due time at which a cycle may start on a machine with other work."""
GROWN = 20.0
"""MB that the memory may grow by after the first tenth of the time."""
KINDS = (Kind.STATUS, Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.TRUNCATED, Kind.HANG, Kind.EMPTY)


class Clockwatcher(Watcher):
    """Notes how late each cycle started; counts the rest, since what it kept would be taken for growth."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        super().__init__()
        self.now = now
        self.cycles = self.asked = 0
        self.dues: dict[str, datetime] = {}
        self.latest = 0.0
        self.running: set[str] = set()

    def group_scheduled(self, group: str, due: datetime) -> None:
        self.dues[group] = due

    def cycle_started(self, group: str) -> None:
        if group in self.dues:
            self.latest = max(self.latest, (self.now() - self.dues[group]).total_seconds())

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        self.cycles += 1
        self.reports[group] = [report]

    def requested(self, request: Requested) -> None:
        del request
        self.asked += 1

    def waited(self, wait: Waited) -> None:
        pass

    def written(self, write: Written) -> None:
        pass


def state() -> tuple[float, int, int]:
    """Resident memory in MB, threads, handles."""
    pages = int(Path("/proc/self/statm").read_text("utf-8").split()[1])
    handles = sum(1 for _ in Path("/proc/self/fd").iterdir())
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6, threading.active_count(), handles


class Trial:
    """A service with groups of vaults and one with a canvas, whose requests are struck; and what was seen of it."""

    def __init__(self, place: Running, clock: Clock, interval: float, share: float) -> None:
        self.place = place
        self.watcher = place.watcher = Clockwatcher(clock.now)
        self.groups = {"work": ["left", "canvas"], **{f"g{n}": [f"a{n}", f"b{n}"] for n in range(VAULTS)}}
        place.configure(self.groups, keys=f'interval = "{interval:g}s"\nguards = {{ changed = false }}')
        for kind in KINDS:
            place.faults.add(Fault(kind, times=None, share=share / len(KINDS), status=503))
        self.chance = random.Random(11)
        self.edits = 0
        self.seen: list[tuple[float, int, int]] = []

    def edit(self) -> None:
        """A person writes something."""
        side = self.chance.choice(["left", *(f"a{n}" for n in range(VAULTS))])
        self.place.put(side, **{f"r{self.edits % 40}": f"task {self.edits % 40} as of {self.edits}"})
        self.edits += 1

    def look(self) -> None:
        """Note what the process needs, and print it."""
        self.seen.append(state())
        self.place.serving.forget("canvas")
        told = "{:.0f} MB, {} threads, {} handles".format(*self.seen[-1])
        print(told, f"{self.watcher.cycles} cycles, {self.edits} edits", flush=True)

    def is_quiet(self) -> bool:
        """Whether nothing was left to do in the last cycle of each group."""
        return all(self.watcher.reports[group][-1].result.value == "quiet" for group in self.groups)

    def wrong(self) -> list[str]:
        """What does not hold at the end."""
        pairs = [tuple(sides) for sides in self.groups.values()]
        wrong = [f"{one} and {two} differ" for one, two in pairs if self.place.titles(one) != self.place.titles(two)]
        wrong += [f"a cycle of {group} failed: {why}" for group, why in self.watcher.failed]
        if self.watcher.latest > LATE:
            wrong.append(f"a cycle started {self.watcher.latest:.1f} s late")
        first, last = self.seen[0], self.seen[-1]
        if last[0] > first[0] + GROWN or last[1] > first[1] + 4 or last[2] > first[2] + 8:
            wrong.append(f"it grew from {first} to {last}")
        struck = Counter(fault.kind.value for fault in self.place.faults.struck)
        print(f"latest start {self.watcher.latest:.2f} s after it was due; {self.watcher.asked} requests; ", end="")
        print("struck:", ", ".join(f"{count} x {kind}" for kind, count in sorted(struck.items())))
        return wrong


def endure(place: Running, minutes: float, share: float) -> list[str]:
    """Live for so long; what does not hold."""
    trial = Trial(place, SystemClock(), INTERVAL, share)
    with place.started():
        end, minute = time.monotonic() + 60 * minutes, time.monotonic()
        while time.monotonic() < end:
            trial.edit()
            time.sleep(trial.chance.uniform(0.1, 1.0))
            if time.monotonic() - minute >= min(60.0, 6 * minutes):
                minute = time.monotonic()
                trial.look()
        place.faults.clear()
        until(trial.is_quiet, 180)
    return trial.wrong()


def simulate(place: Running, clock: Passing, hours: float, share: float) -> list[str]:
    """The same over so many hours of a clock that is moved on; what does not hold."""
    trial = Trial(place, clock, SIMULATED_INTERVAL, share)
    end, looks, edits = 3600 * hours, iter(range(1, 11)), 0.0
    following = next(looks) * end / 10
    quiet_at = math.inf

    def step(ticks: float) -> bool:
        nonlocal following, edits, quiet_at
        if ticks >= following:
            trial.look()
            following = next(looks, math.inf) * end / 10
        if ticks < end and ticks >= edits:
            trial.edit()
            edits = ticks + trial.chance.uniform(1.0, 2 * SIMULATED_INTERVAL)
        if ticks >= end and quiet_at == math.inf:
            place.faults.clear()
            quiet_at = ticks + 2 * SIMULATED_INTERVAL
        return ticks >= quiet_at and trial.is_quiet()

    if not live(place, clock, trial.watcher, step):
        return ["work had not ended when the service was told to stop"]
    return trial.wrong()


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--hours", type=float, help="of a simulated clock, instead")
    parser.add_argument("--share", type=float, default=0.05, help="of the requests that are struck")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tasksync-endurance-") as folder, running(Path(folder)) as place:
        if told.hours:
            with simulated() as clock:
                wrong = simulate(place, clock, told.hours, told.share)
        else:
            wrong = endure(place, told.minutes, told.share)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
