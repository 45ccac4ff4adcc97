"""What people look at: cycles and what moved in them, one task's values, ties, and whether store and sides agree."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime

from connectors.contract import Changes, Connector, Get
from connectors.errors import ConnectorError, Gone
from connectors.task import Field
from sync.choices import UnknownName
from sync.core.codec import short
from sync.core.lens import Lenses
from sync.core.model import Link, SideName, State, TaskId, TaskLife
from sync.core.sides import meet
from sync.cycle import Cycle
from sync.outstanding import open_in
from sync.store import DAMAGED, ActedRow, CycleRow, Finding, MovedRow, Store, StoreError
from sync.ties import Tie, ties_of
from sync.tracing import Explanation, Tracer


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A cycle and what happened in it."""

    cycle: CycleRow
    moved: Sequence[MovedRow]
    acted: Sequence[ActedRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which cycles ``log`` tells: at most ``limit``, the newest first; of one group, of one task, since a time."""

    limit: int
    group: str | None = None
    task: str | None = None
    since: datetime | None = None


@dataclass(slots=True, kw_only=True)
class Diagnosis:
    """What ``doctor`` found, and how much it looked at."""

    findings: list[Finding] = field(default_factory=list)
    tasks: int = 0
    links: int = 0

    @property
    def asks(self) -> bool:
        """Whether a person has to do something."""
        return any(finding.asks for finding in self.findings)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Answers questions; writes nothing. ``make`` gives a group's cycle, whose connections close with the stack."""

    store: Store
    groups: Mapping[str, Sequence[SideName]]
    make: Callable[[str, ExitStack], Cycle]

    def explain(self, task: str, fields: Sequence[Field]) -> Explanation:
        """Where each value of a task came from. Raises ``UnknownName``, ``NotFound``."""
        number = self.store.find(task)
        name = self.store.group_of(number)
        if name not in self.groups:
            raise UnknownName(f"{short(number)} is in group {name}, which is not in the configuration")
        with ExitStack() as stack:
            cycle = self.make(name, stack)
            state = self.store.load(name, self.groups[name])
            meet(state, cycle.policy)
            owed, undeliverable, _ = open_in(state, cycle.policy, cycle.clock.now())
            tracer = Tracer(
                lenses=Lenses(state, cycle.policy),
                task=state.tasks[number],
                owed=owed,
                undeliverable=undeliverable,
                history=[row for row in self.store.history(task=number) if isinstance(row, MovedRow)],
            )
            return tracer.explain(fields)

    def log(self, span: Span) -> list[Told]:
        """Cycles, the newest first, with what moved and what was done. Raises ``UnknownName``, ``NotFound``."""
        if span.group is not None and span.group not in self.groups:
            known = ", ".join(self.groups)
            raise UnknownName(f"there is no group {span.group}", hint=f"the configuration has: {known}")
        task = self.store.find(span.task) if span.task is not None else None
        rows = self.store.history(task=task) if task is not None else []
        wanted = {row.cycle for row in rows}
        found: list[Told] = []
        limit = span.limit if task is None and span.since is None else None
        for cycle in reversed(self.store.cycles(span.group, limit=limit)):
            if len(found) == span.limit or (span.since is not None and cycle.started < span.since):
                break
            if task is None or cycle.cycle in wanted:
                found.append(self._told(cycle, task))
        return found

    def _told(self, cycle: CycleRow, task: TaskId | None) -> Told:
        rows = self.store.history(cycle=cycle.cycle, task=task)
        return Told(
            cycle=cycle,
            moved=[row for row in rows if isinstance(row, MovedRow)],
            acted=[row for row in rows if isinstance(row, ActedRow)],
        )

    def ties(self) -> Iterator[Tie]:
        """The ties of every group."""
        for name, sides in self.groups.items():
            yield from ties_of(self.store.load(name, sides))

    def examine(self) -> Diagnosis:
        """The store against itself, and every linked task against its side. Repairs nothing."""
        found = Diagnosis(findings=self.store.findings())
        if any(finding.where == DAMAGED for finding in found.findings):
            return found  # what such a store says of the sides is worth nothing
        for name, sides in self.groups.items():
            try:
                state = self.store.load(name, sides)
            except StoreError as error:
                found.findings.append(Finding(where="store", what=error.message, do=error.hint))
                continue
            found.tasks += sum(1 for task in state.tasks.values() if task.life is TaskLife.ALIVE)
            found.findings += _trees(state)
            with ExitStack() as stack:
                for side, one in self.make(name, stack).sides.items():
                    links = [link for link in state.of_side(side) if link.live]
                    found.links += len(links)
                    found.findings += _on_side(side, one.connector, links, state)
        return found


def _trees(state: State) -> Iterator[Finding]:
    for task in state.tasks.values():
        parent = task.values.get(Field.PARENT)
        if isinstance(parent, int) and parent not in state.tasks:
            what = f'the parent of {short(task.id)} "{task.title}" is {short(parent)}, a task that is not there'
            yield Finding(where="store", what=what, do="give it another parent on one of its sides")


def _on_side(side: SideName, connector: Connector, links: Sequence[Link], state: State) -> Iterator[Finding]:
    """Each linked ref that the side does not have; or why the side can not be asked."""
    try:
        connector.check()
        listed = _listed(connector)
        for link in links:
            if str(link.ref) not in listed and not _is_there(connector, str(link.ref)):
                yield _missing(side, link, state)
    except ConnectorError as error:
        yield Finding(where=side, what=f"it can not be asked: {error}", do="mend that, and look again")


def _listed(connector: Connector) -> set[str]:
    if not isinstance(connector, Changes):
        return set()
    return {record.ref for page in connector.changes(None) for record in page.records}


def _is_there(connector: Connector, ref: str) -> bool:
    if not isinstance(connector, Get):
        return False
    try:
        entry = connector.get(ref)
    except Gone:
        return False
    return not entry.deleted


def _missing(side: SideName, link: Link, state: State) -> Finding:
    task = state.tasks[link.task]
    return Finding(
        where=side,
        what=f'{side}:{link.ref} of {short(task.id)} "{task.title}" is not there',
        do=(
            "a run takes it for deleted once the evidence is complete; to keep the task elsewhere: "
            f"tasksync unlink {short(task.id)} {side}"
        ),
    )
