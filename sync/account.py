"""What a cycle says of itself: counts of all that it did, in one portion or in several, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.task import Field
from sync.apply import Outcome
from sync.core.facts import Action, Decision, Note, Observation, Read
from sync.core.intents import unanswered
from sync.core.model import Do, HeldKind, SideName, State, TaskId
from sync.core.policy import GroupPolicy
from sync.outstanding import found_gone, still_open
from sync.report import GroupPlan, GroupReport, Result, SideReport

PERSON: Final = 3
SIDE: Final = 4
"""Exit codes: something waits for a person; a side did not take part, or a write is owed."""

ABSENT: Final = frozenset({Read.NONE, Read.STILL_READING})


@dataclass(slots=True, kw_only=True)
class Account:
    """What one cycle did, told after each portion. ``reads``: what was believed of each side, of ``observations``."""

    observations: Mapping[SideName, Observation]
    outcome: Outcome = field(default_factory=Outcome)
    report: GroupReport = field(default_factory=GroupReport)
    reads: dict[SideName, Read] = field(default_factory=dict)
    owed: set[tuple[TaskId, SideName]] = field(default_factory=set)
    waiting: set[TaskId | None] = field(default_factory=set)
    undeliverable: set[tuple[TaskId, SideName, Field | None]] = field(default_factory=set)
    remaining: str = ""  # what was left for another cycle

    def add(self, decision: Decision, state: State, owed: Sequence[Action], undeliverable: Sequence[Note]) -> None:
        """One portion, carried out. ``owed`` and ``undeliverable``: what is open of its tasks now."""
        report, outcome = self.report, self.outcome
        report.created += len(outcome.created) + sum(1 for acted in decision.acted if acted.do is Do.CREATE)
        report.updated += len(outcome.updated)
        report.deleted += len(outcome.deleted)
        for counted in (outcome.created, outcome.updated, outcome.deleted):
            counted.clear()
        report.adopted += decision.adopted
        report.conflicts += decision.conflicts
        report.undone += decision.undone
        report.skipped += decision.skipped
        report.held_back += sum(1 for held in state.held if held.task in decision.reversed and not held.decision)
        report.lines += [*decision.warnings, *outcome.lines]
        outcome.lines.clear()
        self.reads = {**decision.reads, **self.reads}
        self.owed |= {(action.task, action.side) for action in owed}
        self.waiting |= {note.task for note in decision.waiting} | found_gone(state)
        self.undeliverable |= {(note.task, note.side, note.field) for note in undeliverable}

    def closed(self, state: State, *, cycle: int, requests: Mapping[SideName, int], seconds: float) -> GroupReport:
        """The report, once the cycle is over."""
        report = self.report
        asked = {held.task for held in state.held if held.kind is HeldKind.CREATE}
        pairs = {(intent.task, intent.side) for intent in unanswered(state) if intent.task not in asked}
        report.held = sum(1 for held in state.held if not held.decision)
        report.owed, report.waiting = len(self.owed | pairs), len(self.waiting)
        report.undeliverable = len(self.undeliverable)
        report.sides = self._sides()
        report.requests, report.seconds, report.cycle = dict(requests), seconds, cycle
        if self.remaining:
            report.lines.append(self.remaining)
        report.code = self._code(state, report.held, owed=report.owed or len(self.remaining), sides=report.sides)
        report.result = _result(report)
        return report

    def plan(self, decision: Decision, state: State, policy: GroupPolicy, now: datetime) -> GroupPlan:
        """What a cycle would do that was decided at once."""
        _, undeliverable = still_open(state, policy, now)
        self.reads, self.report.lines = decision.reads, decision.warnings
        plan = GroupPlan(
            actions=decision.actions,
            held=[held for held in state.held if not held.decision],
            waiting=decision.waiting,
            undeliverable=undeliverable,
            sides=self._sides(),
            notes=decision.warnings,
            undone=decision.undone,
            skipped=decision.skipped,
        )
        plan.code = self._code(state, len(plan.held), owed=0, sides=plan.sides)
        return plan

    def _sides(self) -> dict[SideName, SideReport]:
        found: dict[SideName, SideReport] = {}
        for name, observation in self.observations.items():
            state, why = self.outcome.down.get(name, (observation.state, observation.why))
            read = self.reads.get(name, Read.NONE)
            if read is Read.SET_ASIDE:
                why = next((line for line in self.report.lines if name in line and "set aside" in line), why)
            found[name] = SideReport(state=state, why=why or None, read=read)
        return found

    def _code(self, state: State, held: int, *, owed: int, sides: Mapping[SideName, SideReport]) -> int:
        """The highest that applies: 4 a side did not take part or a write is owed, 3 something waits for a person."""
        asked = {item.side for item in state.held if item.kind is HeldKind.GUARD}
        shrunk = any(read is Read.SET_ASIDE and name not in asked for name, read in self.reads.items())
        if owed or shrunk or any(side.state != "ok" or side.read in ABSENT for side in sides.values()):
            return SIDE
        return PERSON if held else 0


def _result(report: GroupReport) -> Result:
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
