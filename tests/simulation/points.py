"""The points of a cycle at which something can happen: every request and every commit is two, before and after."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.simulation.baton import START, Baton
from tests.simulation.deeds import Edit
from tests.simulation.faults import CUT, OF_BODIES, REFUSALS, SPOILT, Fault
from tests.simulation.ledger import Ledger
from tests.simulation.steps import Step

UNSEEN_PER_POINT = 0.05  # seconds that go by at each point


@dataclass(frozen=True)
class Asked:
    """What a request asks for: a change, a list, one task.

    ``since``: the list lacks what did not change. ``bare``: it shows no edits. ``glance``: the answer tells only
    whether anything changed on the side. ``wire``: over HTTP, so that there is a body to spoil. ``ends``: what is not
    there is what it wants.
    """

    changing: bool = False
    listing: bool = False
    since: bool = False
    bare: bool = False
    glance: bool = False
    ref: str = ""
    wire: bool = False
    ends: bool = False
    text: str = ""

    def as_sent(self, text: str) -> Asked:
        """The same, as a request over HTTP."""
        return replace(self, wire=True, text=text)


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
        """The time by a vendor's clock, which does not jump when this machine's does."""
        return START + timedelta(seconds=self.baton.ticks + self.skew.get(side, 0.0))

    def note(self, text: str) -> None:
        """A line of the log of events."""
        self.log.append(f"{self.baton.ticks:10.2f} {self.baton.current.name:8} {text}")

    def point(self, seam: str, text: str = "", *, written: bool = False) -> None:
        """Here people act, the process dies, or another fiber goes on."""
        self.count += 1
        self.figures["points"] += 1
        self.baton.pass_(UNSEEN_PER_POINT)
        self.note(f"{self.count} {seam} {text}".rstrip())
        for incident in [one for one in self.incidents if one[0] <= self.count and one[1] != "fault"]:
            if incident[1:] == ("crash", "write") and not written:
                continue
            self.incidents.remove(incident)
            if incident[1] == "crash":
                self.figures[f"crash: {seam}"] += 1
                self.note("crash")
                self.baton.kill()
            self.figures["edits meanwhile"] += 1
            self.act(incident[1:])
        self.baton.pause()

    def send(self, side: str, asked: Asked) -> Fault | None:
        """Before a request is sent: what becomes of it."""
        self.point("send", f"{side} {asked.text}")
        self.figures["requests"] += 1
        for incident in self.incidents:
            if incident[1] != "fault" or incident[0] > self.count:
                continue
            fault = Fault(incident[2])
            if (incident[3:] and not asked.changing) or not self._can_strike(side, fault, asked):
                continue
            self.incidents.remove(incident)
            self.figures[f"fault: {fault}"] += 1
            if asked.changing:
                self.figures["faults at writes"] += 1
            self.note(f"fault {side} {fault}")
            return fault
        return None

    def _can_strike(self, side: str, fault: Fault, asked: Asked) -> bool:
        """Whether a fault makes sense at a request. What no server could be believed after happens once."""
        if fault in OF_BODIES and not asked.wire:
            return False
        if fault in {Fault.TWICE, Fault.NAMELESS, Fault.REPEATED} and not asked.listing:
            return False
        if fault in CUT:
            return asked.listing and not asked.since and self.ledger.may_be_cut(side)
        if fault is Fault.MISSING and not (asked.wire or asked.ref):
            return False
        if fault in REFUSALS:
            return not asked.ends and self.ledger.may_be_refused(side, fault, changing=asked.changing)
        return True

    @contextmanager
    def applying(self, side: str, *, changing: bool) -> Iterator[None]:
        """The application runs: what it overwrites is noted."""
        if not changing:
            yield
            return
        self.figures["writes"] += 1
        before = self.ledger.entries(side)
        yield
        self.ledger.after_write(side, before, self.baton.ticks)

    def applied(self, side: str, asked: Asked) -> list[Edit]:
        """After the application has run, before its answer is given. What a read then shows for the first time."""
        shown = [] if asked.changing else self.ledger.unread(side, asked.ref)
        self.point("applied", f"{side} {asked.text}", written=asked.changing)
        return shown

    def told(
        self, side: str, asked: Asked, shown: list[Edit], refs: frozenset[str] | None, *, fault: Fault | None = None
    ) -> None:
        """An answer arrives, which shows the tasks of some refs (None: all that there are).

        A list that is asked for beside a write (where a new task stands) is a look at the one that it was asked for.
        """
        if asked.listing or asked.ref:
            aside = asked.listing and self.baton.current.name.startswith("write")
            here = [edit for edit in shown if not (asked.bare or aside) and (refs is None or edit.ref in refs)]
            only = refs if asked.listing and fault is Fault.NAMELESS else None
            self.ledger.was_read(side, here, self.baton.ticks, asked.ref, spoilt=fault in SPOILT, only=only)
        elif asked.glance:
            self.ledger.was_glanced_at(side, shown, self.baton.ticks)
        if asked.listing:
            self.ledger.arrivals.was_listed(side, refs)
