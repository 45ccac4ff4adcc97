"""A group of two sides of which one at least is a CalDAV collection, and people at work on both."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from icalendar import Calendar

from tests.system.checkvist import Checkvist, CheckvistReading
from tests.system.dav import Dav
from tests.system.ledger import number_of
from tests.system.program import Program
from tests.system.stranger import Stranger

DAV_SIDE = """\
[sides.{name}]
connector = "caldav"
base_url = "{server.address}"
username = "{server.user}"
password = "{server.password}"
rate = "off"
"""
LIST_SIDE = """\
[sides.{name}]
connector = "checkvist"
base_url = "{server.url}"
checklist = {server.checklist}
username = "{server.user}"
remote_key = "{server.key}"
rate = "off"
"""
GROUP = """\
[groups.work]
sides = ["left", "right"]

[groups.work.evidence]
misses = 2
miss_gap = "0s"
"""
WORDS = (
    "milk",
    "Büro",
    "plan Q3",
    "C# fix",
    "call @bob",
    "see #12 now",
    "50 % off!",
    "日本語",
    "a_b_c",
    "emoji 🎉",
    "a; b, c",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A task as its people left it."""

    title: str
    due: str = ""
    tags: frozenset[str] = frozenset()
    priority: int = 0
    done: bool = False


class Hands(Protocol):
    """What people do on one side, and what they see there: number and task, doubles included."""

    server: Stranger

    def seen(self) -> list[tuple[int, Kept]]: ...
    def add(self, kept: Kept) -> None: ...
    def change(self, number: int, kept: Kept) -> None: ...
    def remove(self, number: int) -> None: ...


@dataclass(slots=True)
class OnDav:
    """In front of a program that speaks CalDAV; what it writes is read by another hand's library."""

    server: Dav

    def seen(self) -> list[tuple[int, Kept]]:
        return [(number_of(kept.title), kept) for kept in map(_of_text, self.server.texts().values())]

    def add(self, kept: Kept) -> None:
        self.server.add(*_lines(kept), "X-KEPT;X-P=1:yes")

    def change(self, number: int, kept: Kept) -> None:
        """Their program knows these properties and leaves the others as they are."""
        name, text = self._resource(number)
        known = ("SUMMARY", "DUE", "CATEGORIES", "PRIORITY", "STATUS", "COMPLETED")
        lines = [line for line in text.replace("\n ", "").split("\n") if not line.startswith(known)]
        at = lines.index("END:VTODO")
        self.server.write(name, "\r\n".join([*lines[:at], *_lines(kept), *lines[at:]]))

    def remove(self, number: int) -> None:
        self.server.remove(self._resource(number)[0])

    def _resource(self, number: int) -> tuple[str, str]:
        return next(
            (name, text) for name, text in self.server.texts().items() if number_of(_of_text(text).title) == number
        )


@dataclass(slots=True)
class OnList:
    """In front of a Checkvist list."""

    server: Checkvist

    def seen(self) -> list[tuple[int, Kept]]:
        return [
            (
                number_of(one.content),
                Kept(one.content, one.due, frozenset(map(str.casefold, one.tags)), one.priority, one.status == 1),
            )
            for one in self.server.items.values()
        ]

    def add(self, kept: Kept) -> None:
        item = self.server.add(kept.title, due_date=kept.due, tags=",".join(sorted(kept.tags)), priority=kept.priority)
        if kept.done:
            self.server.tick(item, 1)

    def change(self, number: int, kept: Kept) -> None:
        item = self._item(number)
        told = {"due_date": kept.due, "tags": ",".join(sorted(kept.tags)), "priority": kept.priority}
        self.server.edit(item, content=kept.title, **told)
        self.server.tick(item, 1 if kept.done else 0)

    def remove(self, number: int) -> None:
        self.server.remove(self._item(number))

    def _item(self, number: int) -> int:
        return next(item for item, one in self.server.items.items() if number_of(one.content) == number)


class Pair(Program):
    """The group ``work`` over ``left`` and ``right``."""

    def __init__(self, folder: Path, left: Stranger, right: Stranger) -> None:
        super().__init__(folder, {"left": left, "right": right})
        sides = [
            (DAV_SIDE if isinstance(server, Dav) else LIST_SIDE).format(name=name, server=server)
            for name, server in self.servers.items()
        ]
        self.write("\n".join([*sides, GROUP]))


@contextmanager
def pair(folder: Path, left: str, right: str, seed: int = 0) -> Iterator[Pair]:
    """A group over two servers: "radicale", "xandikos", "checkvist"."""
    with ExitStack() as stack:
        servers = [stack.enter_context(_server(kind, seed)) for kind in (left, right)]
        yield Pair(folder, *servers)


def _server(kind: str, seed: int) -> Stranger:
    if kind == "checkvist":
        return Checkvist(seed, CheckvistReading.drawn(seed, clears_due="yes", clears_tags="yes"))
    return Dav(kind, seed)


@dataclass(slots=True)
class Couple:
    """Two people, one on each side, and what they did; it is drawn from a seed."""

    hands: Mapping[str, Hands]
    draw: random.Random
    tasks: dict[int, Kept] = field(default_factory=dict)
    last: int = 0

    @classmethod
    def at(cls, group: Pair, seed: int = 0) -> Couple:
        """In front of a group."""
        hands = {
            name: OnDav(server) if isinstance(server, Dav) else OnList(server) for name, server in group.servers.items()
        }
        return cls(hands, random.Random(seed))

    def fill(self, tasks: int) -> None:
        """Make so many tasks, on one side and the other in turn."""
        for _ in range(tasks):
            self.last += 1
            draw = self.draw
            tags = draw.choice(((), ("home",), ("work", "urgent")))
            kept = Kept(
                f"{self.last} {draw.choice(WORDS)}",
                draw.choice(("", "2027-01-15", "2028-02-29")),
                frozenset(tags),
                draw.choice((0, 1, 5, 9)),
                draw.random() < 0.2,
            )
            self.tasks[self.last] = kept
            list(self.hands.values())[self.last % 2].add(kept)

    def edit(self, edits: int, *, copies: bool = False) -> None:
        """Edit so many tasks, each once, on one side; one in eight is deleted. ``copies``: where it was not typed."""
        numbers = set.intersection(*({number for number, _ in one.seen()} for one in self.hands.values()))
        for number in self.draw.sample(sorted(numbers), min(edits, len(numbers))):
            places = list(self.hands.values())
            hands = places[1 - number % 2] if copies else self.draw.choice(places)
            if self.draw.random() < 1 / 8 and not copies:
                hands.remove(number)
                del self.tasks[number]
            else:
                self.tasks[number] = self._edited(number)
                hands.change(number, self.tasks[number])

    def _edited(self, number: int) -> Kept:
        draw, old = self.draw, self.tasks[number]
        edits: tuple[dict[str, object], ...] = (
            {"title": f"{number} {draw.choice(WORDS)} changed"},
            {"due": draw.choice(("", "2027-12-31"))},
            {"tags": draw.choice((frozenset(), frozenset({"fresh", "home"})))},
            {"priority": draw.choice((0, 2, 8))},
            {"done": not old.done},
        )
        return replace(old, **draw.choice(edits))

    def problems(self) -> list[str]:
        """What is missing, doubled, left over or different; nothing when both sides are as people left them."""
        found = []
        for side, hands in self.hands.items():
            seen = hands.seen()
            numbers = [number for number, _ in seen]
            found += [f"{number} is not on {side}" for number in sorted(self.tasks.keys() - set(numbers))]
            found += [f"{number} was deleted and is on {side}" for number in sorted(set(numbers) - self.tasks.keys())]
            found += [
                f"{number} is {numbers.count(number)} times on {side}"
                for number in sorted(set(numbers))
                if numbers.count(number) > 1
            ]
            found += [
                f"{number} on {side} is {kept}, not {self.tasks[number]}"
                for number, kept in seen
                if number in self.tasks and kept != self.tasks[number]
            ]
        return found


def _lines(kept: Kept) -> list[str]:
    title = kept.title.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return [
        f"SUMMARY:{title}",
        *([f"DUE;VALUE=DATE:{kept.due.replace('-', '')}"] if kept.due else []),
        *([f"CATEGORIES:{','.join(sorted(kept.tags))}"] if kept.tags else []),
        *([f"PRIORITY:{kept.priority}"] if kept.priority else []),
        f"STATUS:{'COMPLETED' if kept.done else 'NEEDS-ACTION'}",
    ]


def _of_text(text: str) -> Kept:
    todo = Calendar.from_ical(text).walk("VTODO")[0]
    labels = todo.get("CATEGORIES", [])
    tags = [str(tag) for line in (labels if isinstance(labels, list) else [labels]) for tag in line.cats]
    return Kept(
        str(todo["SUMMARY"]),
        todo.decoded("DUE").isoformat() if "DUE" in todo else "",
        frozenset(map(str.casefold, tags)),
        int(todo.get("PRIORITY", 0)),
        todo.get("STATUS") == "COMPLETED",
    )
