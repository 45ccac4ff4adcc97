"""One cycle of one group, from reading to report. ``plan`` stops after the decision and leaves the store as it was.

========  =====================================================
prepare   read all sides, decide (stages 1–9)
carry     record, apply, settle (stages 10–12)
report    what happened, and what is owed, held, waiting (13)
========  =====================================================
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from connectors.contract import Acquaint, Clock, Connector, Recall
from sync.apply import Outcome, Run, apply
from sync.breaker import Breakers
from sync.core.circumstances import Circumstances
from sync.core.comments import follow
from sync.core.facts import Action, Decision, Note, Observation, Read
from sync.core.intents import unanswered
from sync.core.lens import Lenses
from sync.core.model import Do, HeldKind, SideName, State
from sync.core.people import acquaintances
from sync.core.pipeline import decide
from sync.core.policy import GroupPolicy
from sync.core.settled import basis_of, settled_tasks
from sync.core.sides import meet
from sync.core.standing import FILTER_DISTRUSTED
from sync.core.ties import mark_lost
from sync.core.undo import Undo
from sync.fetch import Observe, Reader, observe_all
from sync.ledger import Ledger
from sync.observing import UNWATCHED, Observer
from sync.outstanding import found_gone, still_open
from sync.progress import Progress
from sync.report import GroupPlan, GroupReport, Result, SideReport
from sync.rest import Rest
from sync.store import Lease, Store, uncollected
from sync.together import Together, in_threads

PERSON: Final = 3
SIDE: Final = 4
"""Exit codes: something waits for a person; a side did not take part, or a write is owed."""

READ: Final = frozenset({Read.COMPLETE, Read.SINCE, Read.POLLED})
ABSENT: Final = frozenset({Read.NONE, Read.STILL_READING})


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side, ready to be used: its connector, and how many requests it has sent so far."""

    connector: Connector
    mapping: str
    requests: Callable[[], int]
    poll: int | None = None  # of a side without a list: how many tasks a cycle looks at; None: all


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the person at the command line asks of this cycle."""

    sweep: bool = False
    allow: frozenset[str] = frozenset()
    limit: int | None = None
    undo: Undo | None = None


@dataclass(slots=True, kw_only=True)
class Cycle:
    """One cycle of one group. Use once: ``prepare``, then ``carry_out`` or ``as_plan``."""

    name: str
    policy: GroupPolicy
    sides: Mapping[SideName, Side]
    store: Store
    clock: Clock
    wishes: Wishes
    stop: Callable[[], bool]
    progress: Progress
    sweep: timedelta | None = None
    together: Together = in_threads
    observe: Observe = observe_all
    whole: bool = False  # everything is loaded, however little of it is open
    observer: Observer = UNWATCHED
    breakers: Breakers | None = None
    writes_for: float | None = None  # seconds after which a cycle begins no more writes; None: it makes them all
    number: int = 0
    observations: dict[SideName, Observation] = field(default_factory=dict)
    decision: Decision | None = None
    began: float = 0.0
    read_at: dict[SideName, float] = field(default_factory=dict)
    state: State | None = None
    rest: Rest | None = None  # the tasks that are not loaded; None: all are

    def prepare(self, *, number: int | None) -> Decision:
        """Read every side and decide. ``number`` is the cycle's; None for a plan, which has none."""
        self.began = self.clock.monotonic()
        self.rest = None if self.whole or self.wishes.undo else Rest.of(self.store, self.name, self.policy)
        state = self._loaded(number)
        self._remind(state)
        started = self.clock.monotonic()
        self.observations = self.observe(
            self._readers(), state, sweep=self.wishes.sweep, stop=self.stop, together=self.together
        )
        if any(seen.read is Read.STILL_READING for seen in self.observations.values()):
            self.rest = None  # who reads on goes by the one that it began with
            state = self._loaded(number)
        for name, seen in self.observations.items():
            self.read_at[name] = started if seen.asked_at is None else seen.asked_at
        for intent in state.intents:
            intent.reads += any(intent.id in seen.unseen for seen in self.observations.values())
        wishes, now = self.wishes, self.clock.now()
        told = Circumstances(cycle=self.number, now=now, allow=wishes.allow, limit=wishes.limit, undo=wishes.undo)
        with uncollected():
            self.decision = decide(state, self.observations, self.policy, told)
        self.state = state
        for name, observation in self.observations.items():
            self._absorb_cursor(state, name, observation)
            self.observations[name] = replace(observation, entries={}, former={})  # they are in the state now
        return self.decision

    def _loaded(self, number: int | None) -> State:
        """The group as the store has it, with the sides as they are configured now."""
        state = self.rest.state if self.rest else self.store.load(self.name, [one.name for one in self.policy.sides])
        self.number = state.cycle = state.cycle + 1 if number is None else number
        meet(state, self.policy)
        if self.ledger is not None:
            mark_lost(state, self.policy, self.ledger.remembered(self.name, self.policy))
        return state

    def _readers(self) -> list[Reader]:
        return [
            Reader(
                name=name,
                mapping=side.mapping,
                connector=side.connector,
                clock=self.clock,
                progress=self.progress,
                sweep=self.sweep,
                poll=side.poll,
                adopt=self.policy.side(name).adopt,
                rest=self.rest,
            )
            for name, side in self.sides.items()
        ]

    def _remind(self, state: State) -> None:
        """Tell the connectors what was found out before: a process may be new to their vendors."""
        for name, side in self.sides.items():
            known = state.sides[name]
            if isinstance(side.connector, Acquaint):
                side.connector.acquaint(acquaintances(name, known.people, self.policy.people))
            if isinstance(side.connector, Recall) and known.cursor:
                side.connector.recall(known.cursor)

    def _absorb_cursor(self, state: State, name: SideName, observation: Observation) -> None:
        """The cursor moves in the transaction that absorbs what was read; a read that was set aside moves nothing."""
        side = state.sides[name]
        side.state, side.why = observation.state, observation.why
        if not side.why and not side.filter_trusted:
            side.why = FILTER_DISTRUSTED
        if self.decision is not None and self.decision.reads.get(name) in READ and observation.cursor:
            side.cursor, side.began = observation.cursor, observation.began

    def carry_out(self, lease: Lease) -> GroupReport:
        """Record what was decided, send what is owed, and say how it went."""
        decision, state = self._decided()
        self.store.record(state, cycle=self.number, moved=decision.moved, acted=decision.acted, lease=lease)
        making = [action.side for action in decision.actions if action.do is Do.CREATE]
        self._note_ties(state, making)
        run = Run(
            state=state,
            lenses=Lenses(state, self.policy),
            store=self.store,
            lease=lease,
            clock=self.clock,
            cycle=self.number,
            stop=lambda: self._is_over() or not lease.valid(),
            progress=self.progress,
            read_at=self.read_at,
            looked={name: seen.looked for name, seen in self.observations.items() if seen.looked is not None},
            observer=self.observer,
            breakers=self.breakers,
            rest=self.rest,
        )
        connectors = {name: side.connector for name, side in self.sides.items()}
        outcome = apply(run, connectors, decision.actions, self.together)
        follow(run.lenses)
        owed, undeliverable = still_open(state, self.policy, self.clock.now())
        for name, side in state.sides.items():
            side.links, side.basis = state.live_links(name), basis_of(self.policy)
        settled = settled_tasks(state, self.policy, [*owed, *undeliverable])
        self.store.record(state, cycle=self.number, moved=(), acted=(), settled=settled, lease=lease)
        self._note_ties(state)
        return self._report(decision, state, outcome, owed, undeliverable)

    def _is_over(self) -> bool:
        long = self.writes_for is not None and self.clock.monotonic() - self.began > self.writes_for
        return long or self.stop()

    @property
    def ledger(self) -> Ledger | None:
        """The ledger beside the store; none where the store is no file."""
        return Ledger.beside(self.store.file) if self.store.file is not None else None

    def _note_ties(self, state: State, making: Sequence[SideName] = ()) -> None:
        if self.ledger is not None:
            self.ledger.note(state, self.policy, making=making)

    @property
    def actions(self) -> list[Action]:
        """What was decided, once the cycle is prepared."""
        return self._decided()[0].actions

    def as_plan(self) -> GroupPlan:
        """What a cycle would do."""
        decision, state = self._decided()
        _, undeliverable = still_open(state, self.policy, self.clock.now())
        plan = GroupPlan(
            actions=decision.actions,
            held=[held for held in state.held if not held.decision],
            waiting=decision.waiting,
            undeliverable=undeliverable,
            sides=self._sides(decision, Outcome()),
            notes=decision.warnings,
            undone=decision.undone,
            skipped=decision.skipped,
        )
        plan.code = self._code(decision, len(plan.held), owed=0, sides=plan.sides)
        return plan

    def _decided(self) -> tuple[Decision, State]:
        if self.decision is None or self.state is None:
            raise RuntimeError("a cycle is prepared before it is carried out")
        return self.decision, self.state

    def _report(
        self, decision: Decision, state: State, outcome: Outcome, owed: list[Action], undeliverable: list[Note]
    ) -> GroupReport:
        pairs = {(action.task, action.side) for action in owed}
        asked = {held.task for held in state.held if held.kind is HeldKind.CREATE}
        pairs |= {(intent.task, intent.side) for intent in unanswered(state) if intent.task not in asked}
        report = GroupReport(
            created=len(outcome.created) + sum(1 for acted in decision.acted if acted.do is Do.CREATE),
            updated=len(outcome.updated),
            deleted=len(outcome.deleted),
            adopted=decision.adopted,
            conflicts=decision.conflicts,
            held=sum(1 for held in state.held if not held.decision),
            owed=len(pairs),
            waiting=len({note.task for note in decision.waiting} | found_gone(state)),
            undeliverable=len({(note.task, note.side, note.field) for note in undeliverable}),
            sides=self._sides(decision, outcome),
            requests={name: side.requests() for name, side in self.sides.items()},
            seconds=self.clock.monotonic() - self.began,
            cycle=self.number,
            lines=[*decision.warnings, *outcome.lines],
            undone=decision.undone,
            skipped=decision.skipped,
            held_back=sum(1 for held in state.held if held.task in decision.reversed and not held.decision),
        )
        report.code = self._code(decision, report.held, owed=report.owed, sides=report.sides)
        report.result = self._result(report)
        return report

    def _sides(self, decision: Decision, outcome: Outcome) -> dict[SideName, SideReport]:
        found: dict[SideName, SideReport] = {}
        for name in self.sides:
            observation = self.observations[name]
            state, why = outcome.down.get(name, (observation.state, observation.why))
            read = decision.reads.get(name, Read.NONE)
            if read is Read.SET_ASIDE:
                why = next((line for line in decision.warnings if name in line and "set aside" in line), why)
            found[name] = SideReport(state=state, why=why or None, read=read)
        return found

    def _code(self, decision: Decision, held: int, *, owed: int, sides: Mapping[SideName, SideReport]) -> int:
        """The highest that applies: 4 a side did not take part or a write is owed, 3 something waits for a person."""
        asked = {item.side for item in self._decided()[1].held if item.kind is HeldKind.GUARD}
        shrunk = any(read is Read.SET_ASIDE and name not in asked for name, read in decision.reads.items())
        if owed or shrunk or any(side.state != "ok" or side.read in ABSENT for side in sides.values()):
            return SIDE
        return PERSON if held else 0

    def _result(self, report: GroupReport) -> Result:
        if all(side.read is Read.NONE for side in report.sides.values()):
            return Result.FAILED
        if report.code == SIDE:
            return Result.OWED
        if report.held:
            return Result.HELD
        if report.waiting:
            return Result.WAITING
        changed = report.created or report.updated or report.deleted or report.adopted
        return Result.CHANGED if changed else Result.QUIET
