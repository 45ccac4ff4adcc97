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
from sync.account import Account
from sync.apply import Run, apply
from sync.breaker import Breakers
from sync.core.circumstances import Circumstances
from sync.core.comments import follow
from sync.core.facts import Action, Decision, Observation, Read
from sync.core.lens import Lenses
from sync.core.model import Do, SideName, State
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
from sync.outstanding import still_open
from sync.portions import PORTION, Portions, may_come_in_portions, spooling
from sync.progress import Progress
from sync.report import GroupPlan, GroupReport
from sync.rest import Rest
from sync.store import Lease, Store, uncollected
from sync.together import Together, in_threads

READ: Final = frozenset({Read.COMPLETE, Read.SINCE, Read.POLLED})


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
    moves: Callable[[], None] = lambda: None  # told of each portion: a cycle of very many tasks does not hang
    number: int = 0
    observations: dict[SideName, Observation] = field(default_factory=dict)
    decision: Decision | None = None
    began: float = 0.0
    read_at: dict[SideName, float] = field(default_factory=dict)
    state: State | None = None
    rest: Rest | None = None  # the tasks that are not loaded; None: all are
    portion: int = PORTION  # so many new entries of a first meeting are taken in at once
    portions: Portions | None = None

    def prepare(self, *, number: int | None, at_once: bool = False) -> Decision:
        """Read every side and decide. ``number`` is the cycle's; None for a plan, which has none.

        ``at_once``: everything is decided here; else of a first meeting of very many tasks the first portion is.
        """
        self.began = self.clock.monotonic()
        self.rest = Rest.of(self.store, self.name, self.policy) if self.wishes.undo is None else None
        if self.whole and self.rest is not None and self.rest.state.settled:
            self.rest = None
        state = self._loaded(number)
        self._remind(state)
        started = self.clock.monotonic()
        size = 0 if number is None or at_once or not may_come_in_portions(self.rest) else self.portion
        self.observations = self.observe(
            self._readers(size), state, sweep=self.wishes.sweep, stop=self.stop, together=self.together
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
        self.portions = Portions.of(self.rest if size else None, self.policy, told, self.observations, size)
        with uncollected():
            if self.portions is None:
                self.decision = decide(state, self.observations, self.policy, told)
            else:
                self.decision = self.portions.begin()
        self.state = state
        for name, observation in self.observations.items():
            self._absorb(state, name, observation)
            # what it told is in the state now, or in the portions
            self.observations[name] = replace(observation, entries={}, former={}, listed=frozenset())
        return self.decision

    def _loaded(self, number: int | None) -> State:
        """The group as the store has it, with the sides as they are configured now."""
        state = self.rest.state if self.rest else self.store.load(self.name, [one.name for one in self.policy.sides])
        self.number = state.cycle = state.cycle + 1 if number is None else number
        meet(state, self.policy)
        if self.ledger is not None:
            mark_lost(state, self.policy, self.ledger.remembered(self.name, self.policy))
        return state

    def _readers(self, size: int) -> list[Reader]:
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
                spooling=spooling(self.rest, self.policy, name, size) if self.rest is not None and size else None,
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

    def _absorb(self, state: State, name: SideName, observation: Observation) -> None:
        """How a side was read. Its cursor moves in the transaction that absorbs the last of it."""
        side = state.sides[name]
        side.state, side.why = observation.state, observation.why
        if not side.why and not side.filter_trusted:
            side.why = FILTER_DISTRUSTED
        if self.portions is None:
            self._absorb_cursor(state, name, observation)

    def _absorb_cursor(self, state: State, name: SideName, observation: Observation) -> None:
        """A read that was set aside moves nothing."""
        if self.decision is not None and self.decision.reads.get(name) in READ and observation.cursor:
            state.sides[name].cursor, state.sides[name].began = observation.cursor, observation.began

    def carry_out(self, lease: Lease) -> GroupReport:
        """Record what was decided, send what is owed, and say how it went; portion by portion, where it is in some."""
        decision, state = self._decided()
        account = Account(observations=self.observations)
        self._carry(decision, state, account, lease)
        portions = self.portions
        while portions is not None and not portions.are_over() and not self.stop() and lease.valid():
            self.moves()
            with uncollected():
                decision = portions.go_on()
            if portions.are_over():
                for name, observation in self.observations.items():
                    self._absorb_cursor(state, name, observation)
            self._carry(decision, state, account, lease)
        if portions is not None and not portions.are_over():
            account.remaining = portions.remaining
        requests = {name: side.requests() for name, side in self.sides.items()}
        seconds = self.clock.monotonic() - self.began
        return account.closed(state, cycle=self.number, requests=requests, seconds=seconds)

    def _carry(self, decision: Decision, state: State, account: Account, lease: Lease) -> None:
        """One portion."""
        self.store.record(state, cycle=self.number, moved=decision.moved, acted=decision.acted, lease=lease)
        actions = [action for action in decision.actions if action.side not in account.outcome.down]
        self._note_ties(state, [action.side for action in actions if action.do is Do.CREATE])
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
            outcome=account.outcome,
        )
        connectors = {name: side.connector for name, side in self.sides.items()}
        apply(run, connectors, actions, self.together)
        follow(run.lenses)
        owed, undeliverable = still_open(state, self.policy, self.clock.now())
        for name, side in state.sides.items():
            side.links, side.basis = self._links(state, name), basis_of(self.policy)
        settled = settled_tasks(state, self.policy, [*owed, *undeliverable])
        self.store.record(state, cycle=self.number, moved=(), acted=(), settled=settled, lease=lease)
        self._note_ties(state)
        account.add(decision, state, owed, undeliverable)

    def _links(self, state: State, name: SideName) -> int:
        """The live links of a side, those of earlier portions included."""
        return state.live_links(name) if self.portions is None else self.portions.links(name)

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
        return Account(observations=self.observations).plan(decision, state, self.policy, self.clock.now())

    def _decided(self) -> tuple[Decision, State]:
        if self.decision is None or self.state is None:
            raise RuntimeError("a cycle is prepared before it is carried out")
        return self.decision, self.state
