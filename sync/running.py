"""Running groups once: each under its lease, prepared, carried out, and noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from connectors.contract import Clock
from sync.account import SIDE
from sync.core.facts import Read
from sync.core.model import Held, SideName
from sync.cycle import Cycle
from sync.events import bound
from sync.notifying import Tell, untold
from sync.report import GroupReport, Result, RunReport, SideReport, count_actions, plan_hash
from sync.store import Lease, LeaseError, Owner, Store

Make: TypeAlias = Callable[[str, ExitStack, Callable[[], bool]], Cycle]


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Runs groups. ``make`` gives a group's cycle.

    Its connections are closed with the stack that it gets, and it may change something while what it gets says so.
    ``on_held`` has the command of each group that is run when something new is held there, ``told`` runs one.
    """

    store: Store
    clock: Clock
    sides: Mapping[str, Sequence[SideName]]
    make: Make
    on_held: Mapping[str, Sequence[str]] = field(default_factory=dict)
    told: Tell = untold

    def run_plan(self, report: RunReport, plan: str, names: Sequence[str]) -> None:
        """Carry a plan out, by its hash. All groups are decided before the first of them is carried out."""

        def holds(cycles: Mapping[str, Cycle]) -> bool:
            now = plan_hash({name: cycle.actions for name, cycle in cycles.items()})
            if now == plan:
                return True
            moved = ", ".join(f"{name}: {count_actions(cycle.actions)}" for name, cycle in cycles.items())
            report.refused = f"the plan {plan} no longer holds; a run would now carry out {now} ({moved})"
            return False

        self.run(report, names, holds)

    def run(self, report: RunReport, names: Sequence[str], holds: Callable[[Mapping[str, Cycle]], bool] = bool) -> None:
        """Prepare groups, each under its lease; carry them out if that ``holds``. Raises ``StoreError``."""
        with ExitStack() as stack:
            cycles: dict[str, Cycle] = {}
            leases: dict[str, Lease] = {}
            for name in names:
                try:
                    leases[name] = stack.enter_context(self._lease(name))
                except LeaseError as error:
                    report.groups[name] = self._not_taken(name, error)
                    continue
                cycles[name] = self.make(name, stack, leases[name].valid)
                number = self.store.begin_cycle(name, self.clock.now())
                with bound(group=name, cycle=number):
                    cycles[name].prepare(number=number, at_once=holds is not bool)
            go = holds(cycles)
            for name, cycle in cycles.items():
                if go:
                    with bound(group=name, cycle=cycle.number):
                        report.groups[name] = self._carry_out(name, cycle, leases[name])
                else:
                    self.store.finish_cycle(cycle.number, seconds=0.0, result="refused", counts={})

    def _carry_out(self, name: str, cycle: Cycle, lease: Lease) -> GroupReport:
        known = {held.id for held in self._held(name)}
        try:
            report = cycle.carry_out(lease)
        except LeaseError as error:
            return self._not_taken(name, error)
        if new := [held for held in self._held(name) if held.id not in known and not held.decision]:
            self.told(name, self.on_held[name], new)
        counts = {key: value for key, value in report.as_json().items() if isinstance(value, int)}
        self.store.finish_cycle(cycle.number, seconds=report.seconds, result=report.result.value, counts=counts)
        return report

    def _held(self, name: str) -> list[Held]:
        """What is held, where anybody is to be told of it."""
        return [held for _, held in self.store.held(name)] if self.on_held.get(name) else []

    @contextmanager
    def _lease(self, name: str) -> Iterator[Lease]:
        lease = self.store.acquire(name, owner=Owner.here())
        try:
            with self.store.keep(lease):
                yield lease
        finally:
            self.store.release(lease)

    def _not_taken(self, name: str, error: LeaseError) -> GroupReport:
        why = str(error)
        sides = {side: SideReport(state="down", why=why, read=Read.NONE) for side in self.sides[name]}
        return GroupReport(result=Result.OWED, sides=sides, requests=dict.fromkeys(sides, 0), code=SIDE, lines=[why])
