"""Plays a history: people, machines and the engine, each in its turn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime, timedelta

from connectors.task import Field, Status, Value, same
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy, EvidencePolicy, GroupPolicy, SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.progress import Silent
from sync.report import GroupReport
from sync.store import Store
from tests.simulation.baton import Baton, Killed
from tests.simulation.ground import WatchedStore, ground, owner
from tests.simulation.ledger import TOLD, Edit, Ledger, Removal, number_of
from tests.simulation.places import KINDS, Place, rules_for
from tests.simulation.steps import Points, Setup, Step

LONG = 30 * 86400.0  # a lease that no history outlives: whoever dies leaves it to be taken over
WATCHED = (*TOLD, Field.STATUS, Field.ASSIGNEES, Field.PARENT)


class Play:
    """One history being played. ``setup`` as in :mod:`tests.simulation.draw`."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.baton = Baton()
        self.ledger = Ledger(entries=lambda side: self.places[side].entries())
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
        self.running = False
        self.reports: list[GroupReport | None] = []
        self.doubles: list[str] = []
        self.respelt = False
        self.strangers: set[str] = set()  # sides on which somebody is named whom no other side knows

    # What happens

    def do(self, step: Step) -> None:
        """One step."""
        self.points.note(f"step {step!r}")
        word, *rest = step
        if word in {"add", "edit", "remove", "restore", "move", "swap", "twins"}:
            self.figures["edits"] += 1
        getattr(self, f"_{word}")(*rest)

    def _pass(self, seconds: float) -> None:
        self.baton.pass_(seconds)

    def _jump(self, seconds: float) -> None:
        self.baton.wall += timedelta(seconds=seconds)

    def _cycle(self, order: int, incidents: Sequence[tuple] = (), **wishes: object) -> None:
        report = self.run(order, incidents, Wishes(**wishes))
        self.reports.append(report)
        if report is not None and not report.owed and not report.held:
            self.ledger.fresh.clear()
        self._count_doubles()

    def _add(self, side: str, number: int, fields: dict) -> None:
        place = self.places[side]
        told = {Field(name): self._told(side, Field(name), value) for name, value in fields.items()}
        told = {name: value for name, value in told.items() if place.takes(name) or name is Field.TITLE}
        ref = place.add(told)
        self._note_edits(side, number, ref, {}, place.entries().get(ref, {}))

    def _twins(self, number: int, sides: Sequence[str], fields: dict) -> None:
        self.ledger.twins[number] = len(sides)
        for side in sides:
            self._add(side, number, fields)

    def _same(self, number: int, sides: Sequence[str], fields: dict) -> None:
        """Two people make the same task, in one field more than the title: it is one."""
        if not all(self.places[side].takes(Field.DUE) for side in sides):
            sides = sides[:1]
        for side in sides:
            self._add(side, number, fields)

    def _respell(self, side: str, words: dict) -> None:
        """The configuration gives a side another table of words."""
        place = self.places[side]
        table = {word: Status(status) for word, status in words.items()}
        place.settings = replace(place.settings, statuses=table)
        self.mapping[side] = self.mapping.get(side, "1") + "'"
        self.respelt = True

    def _edit(self, side: str, number: int, name: str, value: object) -> None:
        place, ref = self.places[side], self._ref(side, number)
        member = Field(name)
        if ref is None or not place.takes(member):
            return
        before = place.entries()[ref]
        if (
            member is Field.STATUS
            and member in place.eyes.capabilities.derived_from_children
            and self._below(side, ref)
        ):
            return
        typed = f"{number} {value}" if member is Field.TITLE else value
        new = self._new(member, before.get(member), typed)
        if member is Field.STATUS and new is not None and not self._has_word(place, new):
            return
        if member is Field.ASSIGNEES and "carla" in new:
            if self.kinds[side] != "memory":
                return
            self.strangers.add(side)
        place.edit(ref, member, new)
        self._note_edits(side, number, ref, before, place.entries().get(ref, {}))

    def _swap(self, side: str, one: int, two: int) -> None:
        """Two tasks exchange what their titles say after the number."""
        refs = self._ref(side, one), self._ref(side, two)
        if None in refs or one == two:
            return
        shown = self.places[side].entries()
        titles = [str(shown[ref][Field.TITLE]).partition(" ")[2] for ref in refs]
        for number, ref, text in zip((one, two), refs, reversed(titles), strict=True):
            self.places[side].edit(ref, Field.TITLE, f"{number} {text}")
            self._note_edits(side, number, ref, shown[ref], self.places[side].entries()[ref])

    def _remove(self, side: str, number: int) -> None:
        place, ref = self.places[side], self._ref(side, number)
        if ref is None:
            return
        before = place.entries()
        place.remove(ref)
        after = place.entries()
        for gone in before.keys() - after.keys():
            which = number_of(before[gone][Field.TITLE])
            self.ledger.removals.append(Removal(self.baton.ticks, which, side, before[gone]))
            place.gone[which] = gone

    def _restore(self, side: str, number: int) -> None:
        place = self.places[side]
        ref = place.gone.pop(number, None)
        if ref is None or number in self.numbers(side) or not place.restore(ref):
            return
        self.ledger.restored[side, number] = self.baton.ticks
        if self.running:  # it may be on its way there a second time
            self.ledger.twins[number] = 2

    def _move(self, side: str, number: int, under: int | None) -> None:
        place, ref = self.places[side], self._ref(side, number)
        above = self._ref(side, under) if under is not None else None
        if ref is None or not place.takes(Field.PARENT) or (under is not None and above is None):
            return
        if above is not None and (above == ref or above in self._all_below(side, ref)):
            return
        before = place.entries()[ref]
        place.edit(ref, Field.PARENT, above)
        self._note_edits(side, number, ref, before, place.entries().get(ref, {}))

    # How the engine runs

    def run(self, order: int, incidents: Sequence[tuple], wishes: Wishes) -> GroupReport | None:
        """One cycle; None when the process died in it."""
        self.figures["cycles"] += 1
        self.processes += 1
        self.running = True
        self.points.begin(order, incidents)
        with ExitStack() as stack:
            try:
                return self._once(WatchedStore(ground(), self.points), wishes, stack)
            except Killed:
                self.figures["crashes"] += 1
                ground().lost()
                return None
            finally:
                self.baton.dead = self.running = False
                self.points.end()

    def _once(self, store: Store, wishes: Wishes, stack: ExitStack) -> GroupReport:
        lease = store.acquire("work", owner=owner(self.processes), ttl=LONG)
        number = store.begin_cycle("work", self.baton.now())
        cycle = self.cycle_of(store, wishes, stack)
        cycle.prepare(number=number)
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
        )

    def policy(self, specs: Sequence[SideSpec]) -> GroupPolicy:
        """The group's configuration."""
        return replace(
            GroupPolicy(sides=tuple(specs), people=rules_for(self.kinds)),
            conflict=ConflictPolicy(self.setup.get("conflict", "newest")),
            deletes=DeletePolicy(self.setup.get("deletes", "propagate")),
            evidence=EvidencePolicy(),
        )

    # How it is told

    def numbers(self, side: str) -> Counter:
        """How often each task is on a side."""
        return Counter(number_of(shown[Field.TITLE]) for shown in self.places[side].entries().values())

    def _count_doubles(self) -> None:
        for side in self.places:
            for number, times in self.numbers(side).items():
                if times > self.ledger.twins.get(number, 1):
                    self.doubles.append(f"{number} is {times} times on {side}")

    def _ref(self, side: str, number: int | None) -> str | None:
        for ref, shown in self.places[side].entries().items():
            if number_of(shown[Field.TITLE]) == number:
                return ref
        return None

    def _below(self, side: str, ref: str) -> list[str]:
        return [one for one, shown in self.places[side].entries().items() if shown.get(Field.PARENT) == ref]

    def _all_below(self, side: str, ref: str) -> set[str]:
        found: set[str] = set()
        pending = [ref]
        while pending:
            fresh = [one for one in self._below(side, pending.pop()) if one not in found]
            found.update(fresh)
            pending += fresh
        return found

    def _note_edits(self, side: str, number: int, ref: str, before, after) -> None:
        for name in WATCHED:
            old, new = before.get(name), after.get(name)
            if name not in after or (same(name, old, new) if before else not new):
                continue
            self.ledger.edits.append(Edit(self.baton.ticks, number, side, ref, name, old, new))
            if name is Field.TITLE and (side, ref) in self.ledger.fresh:
                self.ledger.twins[number] = 2  # renamed before it was known to be ours: it can not be told any more
            self.points.note(f"edited {self.ledger.edits[-1]}")
        parent = after.get(Field.PARENT)
        shown = self.places[side].entries()
        while parent is not None and str(parent) in shown:
            above = shown[str(parent)]
            self.ledger.family.setdefault(number_of(above[Field.TITLE]), set()).add(number)
            parent = above.get(Field.PARENT)

    def _told(self, side: str, name: Field, value: object) -> Value:
        if name is Field.PARENT:
            return self._ref(side, value)
        return self._new(name, None, value)

    def _new(self, name: Field, old: Value, value: object) -> Value:
        """What a person types, who sees ``old``."""
        if name is Field.DUE:
            if not value:
                return None
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if name is Field.STATUS:
            return Status(value)
        if name is Field.ASSIGNEES:
            return tuple(value)
        if name is Field.LABELS:
            return _labels(tuple(old or ()), value)
        return _text(str(old or ""), value) if name is Field.DESCRIPTION else value

    def _has_word(self, place: Place, status: Value) -> bool:
        return not place.eyes.capabilities.of(Field.STATUS).view.refuses(status)


def _labels(old: tuple, value: object) -> tuple:
    word, what = value if isinstance(value, tuple) else ("set", value)
    if word == "add":
        return (*old, what)
    if word == "drop":
        return tuple(label for place, label in enumerate(old) if place != what % len(old)) if old else ()
    return tuple(what)


def _text(old: str, value: object) -> str:
    """A text whose paragraphs are changed; a plain text is one that replaces it."""
    if isinstance(value, str):
        return value
    parts = [part for part in old.split("\n\n") if part]
    word, *rest = value
    if word == "append":
        parts.append(rest[0])
    elif word == "first":
        parts.insert(0, rest[0])
    elif parts:
        parts[rest[0] % len(parts)] = rest[1]
    else:
        parts = [rest[1]]
    return "\n\n".join(parts)
