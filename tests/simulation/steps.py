"""What can happen in a history, as plain data; and the points of a cycle at which it happens.

A history is a *setup* and a list of *steps*, both literals::

    ("add", "a", 1, {"title": "1 e3", "due": "2026-04-04"})      a person makes task 1 on side a
    ("edit", "a", 1, "title", "1 e4")                            … changes a field of it there
    ("remove", "a", 1), ("restore", "a", 1), ("move", "a", 1, 2), ("swap", "a", 1, 2), ("twins", 3, ("a", "b"), {…})
    ("pass", 660)                                                so many seconds go by
    ("cycle", 7, ((3, "fault", "reset after"), (9, "edit", …), (12, "crash")))

The second of a cycle orders its fibers (0: always the first). Its incidents are meant for the first fitting point from
that number on: a step of a person at any point, a crash at any point, a fault at a request.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from tests.simulation.baton import Baton
from tests.simulation.ledger import Ledger

Step = tuple
Setup = dict


class Fault(StrEnum):
    """What becomes of a request."""

    REFUSED = "refused"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    SLOW_DOWN = "429, 7 s"
    SLOWER = "429, 45 s"
    CLOSED = "429, 1 h"
    FAILED = "500"
    FAILED_AFTER = "500 after"
    BAD_GATEWAY = "502"
    BUSY = "503, 2 s"
    TRUNCATED = "truncated"
    PAGE = "html"
    EMPTY = "empty body"
    HALF = "half a listing"
    NOTHING = "empty listing"


OF_LISTINGS = frozenset({Fault.HALF, Fault.NOTHING})
UNSEEN_PER_POINT = 0.05  # seconds that go by at each point


@dataclass
class Points:
    """Every request and every commit of a cycle is two points: before, and after."""

    baton: Baton
    ledger: Ledger
    figures: Counter = field(default_factory=Counter)
    log: list[str] = field(default_factory=list)
    act: Callable[[Step], None] = lambda _: None
    skew: dict[str, float] = field(default_factory=dict)
    count: int = 0
    incidents: list[tuple] = field(default_factory=list)

    def begin(self, order: int, incidents: Sequence[tuple]) -> None:
        """A cycle begins."""
        self.count = 0
        self.incidents = sorted(incidents, key=lambda one: one[0])
        self.baton.dead = False
        self.baton.choose = random.Random(order).randrange if order else lambda _: 0

    def end(self) -> None:
        """What has not happened happens no more."""
        self.incidents = []
        self.baton.choose = lambda _: 0

    def server_time(self, side: str) -> datetime:
        """The time by a vendor's clock."""
        return self.baton.now() + timedelta(seconds=self.skew.get(side, 0.0))

    def note(self, text: str) -> None:
        """A line of the log of events."""
        self.log.append(f"{self.baton.ticks:10.2f} {self.baton.current.name:8} {text}")

    def point(self, seam: str, text: str = "") -> None:
        """Here people act, the process dies, or another fiber goes on."""
        self.count += 1
        self.figures["points"] += 1
        self.baton.pass_(UNSEEN_PER_POINT)
        self.note(f"{self.count} {seam} {text}".rstrip())
        for incident in [one for one in self.incidents if one[0] <= self.count and one[1] != "fault"]:
            self.incidents.remove(incident)
            if incident[1] == "crash":
                self.figures[f"crash: {seam}"] += 1
                self.note("crash")
                self.baton.kill()
            self.figures["edits meanwhile"] += 1
            self.act(incident[1:])
        self.baton.pause()

    def send(self, side: str, text: str, *, changing: bool, listing: bool) -> Fault | None:
        """Before a request is sent: what becomes of it."""
        self.point("send", f"{side} {text}")
        self.figures["requests"] += 1
        for incident in self.incidents:
            if incident[1] != "fault" or incident[0] > self.count:
                continue
            fault = Fault(incident[2])
            if fault in OF_LISTINGS and not self.ledger.may_be_cut(side, listing=listing):
                continue
            self.incidents.remove(incident)
            self.figures[f"fault: {fault}"] += 1
            if changing:
                self.figures["faults at writes"] += 1
            self.note(f"fault {side} {fault}")
            return fault
        return None

    @contextmanager
    def applying(self, side: str, *, changing: bool) -> Iterator[None]:
        """The application runs: what it overwrites is noted."""
        if not changing:
            yield
            return
        self.figures["writes"] += 1
        before = self.ledger.before_write(side)
        yield
        self.ledger.after_write(side, before, self.baton.ticks)

    def applied(
        self, side: str, text: str, fault: Fault | None, *, changing: bool, listing: bool, ref: str = ""
    ) -> Fault | None:
        """After the application has run, before its answer is given."""
        shown = self.ledger.unread(side, ref) if not changing else []
        at = self.baton.ticks
        self.point("applied", f"{side} {text}")
        if fault is None and not changing and (listing or ref):
            self.ledger.was_read(side, shown, at, ref)
        elif fault in OF_LISTINGS:
            for edit in shown:
                edit.read = True  # some of it, and it is not ours to know which
        return fault
