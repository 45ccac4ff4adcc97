"""tasksync against vdirsyncer on two Radicale collections: `python -m benchmarks.peers [N…] [--delays 0,20] [--tags]`.

Each does the same work on collections that are equal, through a proxy that counts, in turns, in one run: a first sync
into an empty collection, one with nothing to do, one after one task in a hundred was changed on each side, and one
after as many were deleted on one side. What a run took includes the start of its process. Each figure of ours stands
beside the peer's, with the ratio of both; after each run the collections are compared, so that nobody is quick by
doing less. Where the peer is not installed, ours are measured alone.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.dav import programs
from benchmarks.dav.measuring import Figures, Proxy, folder, measured, middle
from benchmarks.dav.plot import drawn
from benchmarks.dav.server import PASSWORD, USER, Collections, number_of
from benchmarks.dav.tables import Row, table
from connectors.caldav.sandbox.servers import Radicale

SIZES = (100, 1_000, 10_000)
DELAYS = (0.0, 0.02)
FIRST = 1_000
"""A first sync is made up to this size: Radicale takes longer for each new task the more there are."""
REPEATS = 3
PLOT = Path(__file__).parent / "peers.svg"

Make = Callable[[Path, dict[str, str]], programs.Program]


@dataclass(slots=True)
class Pair:
    """Two collections, and the program that keeps them equal."""

    world: Collections
    proxy: Proxy
    program: programs.Program
    names: tuple[str, str]
    numbers: list[int]
    again: dict[int, int] = field(default_factory=dict)
    known: tuple[dict[int, str], ...] = ()

    def run(self, delay: float) -> Figures:
        """One sync; both collections are equal then."""
        figures = measured(self.program, self.proxy, delay)
        one, other = (self.world.titles(name) for name in self.names)
        if one.keys() != other.keys() or len(one) != len(self.numbers):
            raise RuntimeError(f"{self.program.name} left them unequal: {len(one)} and {len(other)} tasks")
        self.known = tuple({number_of(title): own for title, own in found.items()} for found in (one, other))
        return figures

    def change(self) -> None:
        """Somebody renames one task in a hundred on each side, not the same ones."""
        share = max(1, len(self.numbers) // 100)
        parts = (self.numbers[:share], self.numbers[share : 2 * share])
        for name, numbers, known in zip(self.names, parts, self.known, strict=True):
            for number in numbers:
                self.again[number] = self.again.get(number, 0) + 1
                self.world.rename(name, number, known[number], self.again[number])

    def delete(self) -> None:
        """Somebody deletes one task in a hundred on the first side."""
        for _ in range(max(1, len(self.numbers) // 100)):
            self.world.delete(self.names[0], self.known[0][self.numbers.pop()])


def paired(world: Collections, proxy: Proxy, make: Make, place: Path, size: int, *, empty: bool) -> Pair:
    """Two collections of this size, or the second one empty, and a program that has not seen them."""
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    numbers = list(range(size))
    names = (world.make(numbers), world.make([] if empty else numbers))
    urls = {side: f"http://127.0.0.1:{proxy.port}/{USER}/{name}/" for side, name in zip("ab", names, strict=True)}
    program = make(place, urls)
    program.ready()
    return Pair(world, proxy, program, names, numbers)


def compared(size: int, delays: tuple[float, ...], makes: list[Make], place: Path) -> list[Row]:
    """All rows of one size."""
    server = Radicale(USER, PASSWORD)
    proxy = Proxy(server.port)
    world, rows = Collections(server), []
    try:
        for delay in delays:
            pairs, firsts = [], []
            for make in makes:
                pair = paired(world, proxy, make, place / make.__name__, size, empty=size <= FIRST)
                firsts.append([pair.run(delay if size <= FIRST else 0.0)])
                pairs.append(pair)
            if size <= FIRST:
                rows.append(shown(size, "first sync", delay, firsts))
            for pair in pairs:
                pair.run(0.0)  # what is found out once: names that the server gave, tags of what was written
            rows.append(shown(size, "nothing to do", delay, in_turns(pairs, delay, lambda _: None)))
            rows.append(shown(size, "1 % + 1 % changed", delay, in_turns(pairs, delay, Pair.change)))
            rows.append(shown(size, "1 % deleted", delay, in_turns(pairs, delay, Pair.delete)))
    finally:
        proxy.close()
    return rows


def in_turns(pairs: list[Pair], delay: float, before: Callable[[Pair], None]) -> list[list[Figures]]:
    """Each program's runs, one after the other in turns, so that a noisy machine is noisy for all."""
    runs: list[list[Figures]] = [[] for _ in pairs]
    for _ in range(REPEATS):
        for pair, mine in zip(pairs, runs, strict=True):
            before(pair)
            mine.append(pair.run(delay))
    return runs


def shown(size: int, work: str, delay: float, runs: list[list[Figures]]) -> Row:
    """A row of the table, printed at once."""
    row = Row(size, work, delay, [middle(mine) for mine in runs])
    print(table([row], head=False), flush=True)
    return row


def main(arguments: list[str]) -> int:
    """Measure, print, draw."""
    parser = argparse.ArgumentParser(description="tasksync against vdirsyncer over CalDAV")
    parser.add_argument("sizes", nargs="*", type=int, default=list(SIZES), help="numbers of tasks")
    parser.add_argument("--delays", default=",".join(f"{one * 1000:g}" for one in DELAYS), help="ms per request")
    parser.add_argument("--tags", action="store_true", help="ours finds changes by entity tags alone")
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--plot", type=Path, default=PLOT, help="where the plot goes")
    asked = parser.parse_args(arguments)
    makes: list[Make] = [programs.tasksync_by_tags if asked.tags else programs.tasksync]
    if asked.alone or programs.missing():
        print(f"Ours alone: {'as was asked' if asked.alone else programs.missing()}.")
    else:
        makes.append(programs.vdirsyncer)
    delays = tuple(float(one) / 1000 for one in asked.delays.split(","))
    print(table([]), flush=True)
    rows: list[Row] = []
    with folder("peers") as place:
        for size in asked.sizes:
            rows += compared(size, delays, makes, Path(place))
    if len(makes) > 1:
        asked.plot.write_text(drawn(rows), encoding="utf-8")
        print(f"The plot is in {asked.plot}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
