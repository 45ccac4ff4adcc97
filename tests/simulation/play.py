"""Plays a history: people, machines and the engine, each in its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

from connectors.task import Field, Status
from sync.core.facts import Read
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy, EvidencePolicy, GroupPolicy, SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.portions import PORTION
from sync.progress import Silent
from sync.report import GroupReport
from sync.store import Store
from tests.simulation.arrivals import Arrivals
from tests.simulation.baton import Baton, Killed
from tests.simulation.deeds import Edit
from tests.simulation.ground import WatchedStore, ground, owner
from tests.simulation.ledger import Ledger
from tests.simulation.people import VERBS, People
from tests.simulation.places import KINDS, Place, rules_for
from tests.simulation.points import Points
from tests.simulation.remarks import WORDS, Remarks
from tests.simulation.steps import Setup, Step

LONG = 30 * 86400.0  # a lease that no history outlives: whoever dies leaves it to be taken over
BELIEVED = frozenset({Read.COMPLETE, Read.SINCE, Read.POLLED})
"""Reads of which a cycle has taken in all."""


class Play:
    """One history being played. ``setup`` as in :mod:`tests.simulation.draw`."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.baton = Baton()
        self.ledger = Ledger(
            entries=lambda side: self.places[side].entries(),
            carries=lambda side, name: self.places[side].carries(name),
            arrivals=Arrivals(locates=lambda side: self.places[side].locates),
        )
        self.figures: Counter = Counter()
        self.points = Points(self.baton, self.ledger, self.figures)
        self.points.act = self.do
        self.points.skew = dict(setup.get("skew", {}))
        ground().begin(self.baton)
        self.kinds = {name: kind for name, kind, _ in setup["sides"]}
        self.places: dict[str, Place] = {
            name: KINDS[kind](name, traits, self.points) for name, kind, traits in setup["sides"]
        }
        self.mapping: dict[str, str] = {}
        self.absent: set[str] = set()
        self.processes = 0
        self.people = People(self.places, self.ledger, self.points)
        self.remarks = Remarks(self.places, self.ledger)
        self.reports: list[GroupReport | None] = []
        self.doubles: list[str] = []
        self.respelt = False
        self.set_back = 0.0  # seconds, in all
        self.unheard: set[Edit] = set()  # shown by reads that were set aside
        self.perhaps: set[Edit] = set()  # shown to cycles that died

    # What happens

    def do(self, step: Step) -> None:
        """One step."""
        self.points.note(f"step {step!r}")
        word, *rest = step
        if word in VERBS:
            self.figures["edits"] += 1
            self.people.act(word, *rest)
        elif word in WORDS:
            self.figures["remarks"] += 1
            self.remarks.calm &= not self.people.running
            self.remarks.act(word, *rest)
        else:
            getattr(self, f"_{word}")(*rest)

    def _pass(self, seconds: float) -> None:
        self.baton.pass_(seconds)

    def _jump(self, seconds: float) -> None:
        self.baton.wall += timedelta(seconds=seconds)
        self.set_back += max(0.0, -seconds)

    def _cycle(self, order: int, incidents: Sequence[tuple] = (), **wishes: object) -> None:
        read = {edit for edit in self.ledger.edits if edit.read}
        report = self.run(order, incidents, Wishes(**wishes))
        self.reports.append(report)
        self._set_aside(report, {edit for edit in self.ledger.edits if edit.read} - read)
        done = report is not None and not report.owed and not report.held
        sides = report.sides if report is not None else {}
        whole = [side for side, told in sides.items() if told.read in BELIEVED]
        self.ledger.arrivals.cycle_ended(died=report is None, done=done, read=whole)
        self.remarks.calm = done
        self._tell_apart(report)
        self._count_doubles()

    def _set_aside(self, report: GroupReport | None, shown: set[Edit]) -> None:
        """What a read showed that a guard stopped nobody has taken in: not until the side is believed again.

        Of what a cycle read that died nobody knows, until the next one has read.
        """
        self.perhaps |= shown if report is None else set()
        for side, told in (report.sides if report is not None else {}).items():
            if told.read is Read.SET_ASIDE:
                self.unheard |= {edit for edit in shown if edit.side == side}
            elif told.read in BELIEVED:
                self.unheard = {edit for edit in self.unheard if edit.side != side}
                self.perhaps = {edit for edit in self.perhaps if edit.side != side}

    def _tell_apart(self, report: GroupReport | None) -> None:
        """What two people made alike is one where both were new in the same cycle (rule 15), else twins."""
        for number, sides in self.ledger.same.items():
            reads = [report.sides[side].read for side in sides] if report is not None else []
            if not reads or any(read not in {Read.COMPLETE, Read.SINCE} for read in reads):
                self.ledger.twins[number] = 2
        self.ledger.same.clear()

    def _respell(self, side: str, words: dict) -> None:
        """The configuration gives a side another table of words."""
        self.places[side].respell({word: Status(status) for word, status in words.items()})
        tied = {link.ref for link in WatchedStore(ground(), self.points).load("work", list(self.places)).of_side(side)}
        unread = {*self.ledger.unread(side, ""), *self.unheard}
        # What nobody has read yet, or nobody has said what it is, means what it means from now on.
        loose = {one for one in self.ledger.edits if one in unread or (one.side == side and one.ref not in tied)}
        for edit in (one for one in self.ledger.edits if one.field is Field.STATUS and one.side == side):
            shown = self.places[side].entries().get(edit.ref)
            if shown is not None and edit in loose:
                edit.after = shown[edit.field]
            elif shown is not None and edit in self.perhaps:
                edit.perhaps = shown[edit.field]
        self.mapping[side] = self.mapping.get(side, "1") + "'"
        self.respelt = True

    # How the engine runs

    def run(self, order: int, incidents: Sequence[tuple], wishes: Wishes) -> GroupReport | None:
        """One cycle; None when the process died in it."""
        self.figures["cycles"] += 1
        self.processes += 1
        self.people.running = True
        self.points.begin(order, incidents)
        with ExitStack() as stack:
            try:
                return self._once(WatchedStore(ground(), self.points), wishes, stack)
            except Killed:
                self.figures["crashes"] += 1
                ground().lost()
                return None
            finally:
                self.baton.dead = self.people.running = False
                self.points.end()

    def _once(self, store: Store, wishes: Wishes, stack: ExitStack) -> GroupReport:
        lease = store.acquire("work", owner=owner(self.processes), ttl=LONG)
        number = store.begin_cycle("work", self.baton.now())
        cycle = self.cycle_of(store, wishes, stack)
        cycle.prepare(number=number)
        self.figures["portions"] += len(cycle.portions.waiting) if cycle.portions is not None else 0
        report = cycle.carry_out(lease)
        store.finish_cycle(number, seconds=report.seconds, result=report.result.value, counts={})
        store.release(lease)
        self.figures["conflicts"] += report.conflicts
        self.points.note(f"report {report.result.value} {report.lines}")
        return report

    def cycle_of(self, store: Store, wishes: Wishes, stack: ExitStack) -> Cycle:
        """A cycle with new connectors."""
        sides, specs = {}, []
        for name, place in self.places.items():
            if name in self.absent:
                continue
            connector, http = place.connect()
            stack.callback(connector.close)
            mapping = self.mapping.get(name, "1")
            sides[name] = Side(connector=connector, mapping=mapping, requests=lambda http=http: http.requests)
            access = AccessPolicy(self.setup.get("access", {}).get(name, "two-way"))
            specs.append(
                SideSpec(
                    name=name,
                    capabilities=connector.capabilities,
                    access=access,
                    mapping=mapping,
                    fingerprint=place.settings.own.container(place.settings.base_url),
                )
            )
        return Cycle(
            name="work",
            policy=self.policy(specs),
            sides=sides,
            store=store,
            clock=self.baton,
            wishes=wishes,
            stop=lambda: False,
            progress=Silent(),
            together=self.baton.together,
            portion=self.setup.get("portion", PORTION),
        )

    def policy(self, specs: Sequence[SideSpec]) -> GroupPolicy:
        """The group's configuration."""
        return replace(
            GroupPolicy(sides=tuple(specs), people=rules_for(self.kinds)),
            conflict=ConflictPolicy(self.setup.get("conflict", "newest")),
            deletes=DeletePolicy(self.setup.get("deletes", "propagate")),
            evidence=EvidencePolicy(),
        )

    def _count_doubles(self) -> None:
        for side in self.places:
            for number, times in self.people.numbers(side).items():
                if times > self.ledger.twins.get(number, 1):
                    self.doubles.append(f"{number} is {times} times on {side}")
