"""``python -m tests.service.endurance --minutes 30``: the service under faults, and what becomes of it.

One request in twenty is struck: refused, reset, cut short, or never answered. People edit all the while. At the end the
faults are over, all sides agree, no cycle started late, and neither memory nor threads nor handles have grown. Prints
what it sees each minute; the exit code is 1 where something of that does not hold.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from connectors.serving import Fault, Kind
from sync.observing import Requested, Waited, Written
from sync.report import GroupReport
from tests.service.running import Running, Watcher, running, until

INTERVAL = 3.0
VAULTS = 4
LATE = 2.0
"""Seconds after its due time at which a cycle may start on a machine with other work."""
GROWN = 20.0
"""MB that the memory may grow by after the first tenth of the time."""
KINDS = (Kind.STATUS, Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.TRUNCATED, Kind.HANG, Kind.EMPTY)


class Clockwatcher(Watcher):
    """Notes how late each cycle started; counts the rest, since what it kept would be taken for growth."""

    def __init__(self) -> None:
        super().__init__()
        self.cycles = self.asked = 0
        self.dues: dict[str, datetime] = {}
        self.latest = 0.0
        self.running: set[str] = set()

    def group_scheduled(self, group: str, due: datetime) -> None:
        self.dues[group] = due

    def cycle_started(self, group: str) -> None:
        if group in self.dues:
            self.latest = max(self.latest, (datetime.now(UTC) - self.dues[group]).total_seconds())

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


def edit(place: Running, chance: random.Random, number: int) -> None:
    """A person writes something."""
    side = chance.choice(["left", *(f"a{n}" for n in range(VAULTS))])
    place.put(side, **{f"r{number % 40}": f"task {number % 40} as of {number}"})


def endure(place: Running, minutes: float, share: float) -> list[str]:
    """Live for so long; what does not hold."""
    watcher = place.watcher = Clockwatcher()
    groups = {"work": ["left", "canvas"], **{f"g{n}": [f"a{n}", f"b{n}"] for n in range(VAULTS)}}
    place.configure(groups, keys=f'interval = "{INTERVAL:g}s"\nguards = {{ changed = false }}')
    chance = random.Random(11)
    for kind in KINDS:
        place.faults.add(Fault(kind, times=None, share=share / len(KINDS), status=503))
    seen: list[tuple[float, int, int]] = []
    with place.started():
        end, number, minute = time.monotonic() + 60 * minutes, 0, time.monotonic()
        while time.monotonic() < end:
            edit(place, chance, number)
            number += 1
            time.sleep(chance.uniform(0.1, 1.0))
            if time.monotonic() - minute >= min(60.0, 6 * minutes):
                minute = time.monotonic()
                seen.append(state())
                place.serving.forget("canvas")
                print(
                    "{:.0f} MB, {} threads, {} handles".format(*seen[-1]),
                    f"{watcher.cycles} cycles, {number} edits",
                    flush=True,
                )
        place.faults.clear()
        until(lambda: all(watcher.reports[group][-1].result.value == "quiet" for group in groups), 180)
    wrong = [f"{one} and {two} differ" for one, two in groups.values() if place.titles(one) != place.titles(two)]
    wrong += [f"a cycle of {group} failed: {why}" for group, why in watcher.failed]
    if watcher.latest > LATE:
        wrong.append(f"a cycle started {watcher.latest:.1f} s late")
    first, last = seen[0], seen[-1]
    if last[0] > first[0] + GROWN or last[1] > first[1] + 4 or last[2] > first[2] + 8:
        wrong.append(f"it grew from {first} to {last}")
    print(f"latest start {watcher.latest:.2f} s after it was due; {watcher.asked} requests")
    return wrong


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0)
    parser.add_argument("--share", type=float, default=0.05)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="tasksync-endurance-") as folder, running(Path(folder)) as place:
        wrong = endure(place, told.minutes, told.share)
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
