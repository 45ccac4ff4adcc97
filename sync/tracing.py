"""Where each value of a task came from, and how each side stands to it: what ``explain`` tells."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from connectors.task import EMPTY, Field, Value, same
from sync.core.codec import decode
from sync.core.diff import UNMERGED
from sync.core.facts import Note
from sync.core.lens import Lens, Lenses
from sync.core.merge import NEW, find_conflict
from sync.core.model import Link, SideName, Task, TaskId
from sync.core.policy import AccessPolicy
from sync.store import MovedRow

LOSERS: Final = 20
"""Losing values of a field that are kept in an answer: the newest."""


class Stand(StrEnum):
    """How a side stands to a value."""

    AGREES = "agrees"
    OWED = "owed"
    UNDELIVERABLE = "undeliverable"
    NO_OPINION = "no opinion"
    NOT_HELD = "not held"


@dataclass(frozen=True, slots=True, kw_only=True)
class OnSide:
    """A value as one side has it: what is stored there, in the group's terms, and what to know about it."""

    stored: Value
    stand: Stand
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loser:
    """A value that lost: its number in history, whose it was, and when."""

    number: int
    side: SideName
    value: Value
    cycle: int


@dataclass(slots=True, kw_only=True)
class Traced:
    """A field: its value, whose edit that is, and by which rule it stands."""

    value: Value
    version: int
    by: SideName
    cycle: int
    rule: str
    sides: dict[SideName, OnSide] = field(default_factory=dict)
    losers: list[Loser] = field(default_factory=list)
    held: int = 0  # the number of the conflict that waits for a person


@dataclass(slots=True, kw_only=True)
class Explanation:
    """A task, as far as it was asked for."""

    task: TaskId
    title: str
    group: str
    deleted: bool
    refs: dict[SideName, str]  # per side its ref, or why there is none
    fields: dict[Field, Traced]


@dataclass(slots=True)
class Tracer:
    """Explains one task. ``owed`` and ``undeliverable`` are those of its group, ``history`` the rows of the task."""

    lenses: Lenses
    task: Task
    owed: Sequence[Note]
    undeliverable: Sequence[Note]
    history: Sequence[MovedRow]

    def explain(self, wanted: Iterable[Field]) -> Explanation:
        """The task, with those of the wanted fields that it has."""
        state = self.lenses.state
        names = [name for name in wanted if name in self.task.values and name not in UNMERGED]
        return Explanation(
            task=self.task.id,
            title=self.task.title,
            group=state.group,
            deleted=self.task.life.value != "alive",
            refs={spec.name: self._ref(spec.name) for spec in self.lenses.policy.sides},
            fields={name: self._traced(name) for name in names},
        )

    def _ref(self, side: SideName) -> str:
        link = self.lenses.state.link(self.task.id, side)
        if link is None:
            return "not there"
        return str(link.ref) if link.live else f"let go: {link.reason}"

    def _traced(self, name: Field) -> Traced:
        version = self.task.version(name)
        conflict = find_conflict(self.lenses.state.held, self.task, name)
        born = next((row.cycle for row in self.history if row.rule == NEW), 0)
        return Traced(
            value=self.task.values[name],
            version=version.number,
            by=version.side or ("" if version.rule else self.task.born),
            cycle=version.cycle or born,
            rule=version.rule or NEW,
            sides={spec.name: self._on(name, spec.name) for spec in self.lenses.policy.sides},
            losers=self._losers(name),
            held=conflict.id if conflict is not None and not conflict.decision else 0,
        )

    def _losers(self, name: Field) -> list[Loser]:
        rows = [row for row in self.history if row.lost and row.field is name]
        found = [Loser(number=row.id, side=row.side, value=decode(name, row.old), cycle=row.cycle) for row in rows]
        return found[::-1][:LOSERS]

    def _on(self, name: Field, side: SideName) -> OnSide:
        lens, link = self.lenses.at(side, self.task.kind), self.lenses.state.link(self.task.id, side)
        if not lens.spec.reads(name):
            return OnSide(stored=None, stand=Stand.NOT_HELD, why="it has no such field")
        why = self._noted(self.undeliverable, name, side)
        if why:
            stored = lens.named(name, link.pairs[name].stored) if link is not None and name in link.pairs else None
            return OnSide(stored=stored, stand=Stand.UNDELIVERABLE, why=why)
        if link is None or not link.live:
            return self._absent(name, side, link)
        return self._there(name, side, link, lens)

    def _there(self, name: Field, side: SideName, link: Link, lens: Lens) -> OnSide:
        if name in link.unknown:
            return OnSide(stored=link.unknown[name], stand=Stand.NO_OPINION, why="it is not known what this means")
        pair = link.pairs.get(name)
        if pair is None:
            stand = Stand.OWED if self._noted(self.owed, name, side) else Stand.NO_OPINION
            return OnSide(stored=None, stand=stand)
        stored = lens.named(name, pair.stored)
        if self._noted(self.owed, name, side) or not same(name, lens.view(name, self.task.values[name]), pair.sent):
            return self._behind(name, stored, lens)
        return OnSide(stored=stored, stand=Stand.AGREES, why=self._otherwise(name, lens, pair.sent, pair.stored))

    def _absent(self, name: Field, side: SideName, link: Link | None) -> OnSide:
        if self._noted(self.owed, name, side):
            return OnSide(stored=None, stand=Stand.OWED, why="it is to be made there")
        why = "the task is not there" if link is None else f"let go: {link.reason}"
        return OnSide(stored=None, stand=Stand.NOT_HELD, why=why)

    def _behind(self, name: Field, stored: Value, lens: Lens) -> OnSide:
        if lens.spec.access is AccessPolicy.READ:
            return OnSide(stored=stored, stand=Stand.NOT_HELD, why="nothing is written there")
        held = find_conflict(self.lenses.state.held, self.task, name)
        return OnSide(stored=stored, stand=Stand.OWED, why="held: a person decides" if held is not None else "")

    def _otherwise(self, name: Field, lens: Lens, sent: Value, stored: Value) -> str:
        """How what is stored differs from what was sent, and what was sent from the value: no edit either way."""
        value = self.task.values[name]
        if not same(name, sent, stored):
            return "stored otherwise than it was sent"
        if same(name, value if value is not None else EMPTY.get(name), lens.named(name, stored)):
            return ""
        return "as much of it as this side can hold"

    def _noted(self, notes: Sequence[Note], name: Field, side: SideName) -> str:
        wanted = (self.task.id, side)
        return next((note.why for note in notes if (note.task, note.side) == wanted and note.field is name), "")
