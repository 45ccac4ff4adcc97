"""One cycle's decision: what was read and what is remembered into what to do.

The pure middle of a cycle (stages 1, 3–9): nothing here reads a clock, a file or a network. The state that is handed in
is worked on and handed back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from connectors.task import Field, Status, Value, is_empty
from sync.core.adopt import Adoption
from sync.core.circumstances import Circumstances
from sync.core.comments import commented, follow, left_behind
from sync.core.decisions import Decisions
from sync.core.deletes import Deletes
from sync.core.diff import FIRST_OPINION, Delta, LinkDiff, diff_side
from sync.core.evidence import UNDONE, Evidence, weigh
from sync.core.facts import Decision, Note, Observation, Read
from sync.core.gather import Verdict, judge_changed, judge_missing
from sync.core.guards import guard_outgoing
from sync.core.intake import Intake
from sync.core.lens import Lenses
from sync.core.mapping import what_changed
from sync.core.match import member_of
from sync.core.merge import Merge
from sync.core.model import Link, LinkKey, Side, SideName, State, TaskId, TaskLife
from sync.core.order import incoming, ordered_sides, positions
from sync.core.owners import counted
from sync.core.plan import Planner
from sync.core.policy import AccessPolicy, GroupPolicy, SideSpec
from sync.core.questions import Questions
from sync.core.recover import Recovery
from sync.core.restored import Comparison, only_whole, restored_sides
from sync.core.settle import absorb_entry
from sync.core.sides import meet, trust_again, welcome_back
from sync.core.standing import FILTER_DISTRUSTED, omitted_changes, withdraw_gone
from sync.core.ties import ask_about_lost, withdraw_ties
from sync.core.tree import break_cycles
from sync.core.undo import Undoing


def decide(
    state: State, observations: Mapping[SideName, Observation], policy: GroupPolicy, told: Circumstances
) -> Decision:
    """Run the pure stages over one group."""
    return _Cycle(state, only_whole(state, observations), policy, told).run()


@dataclass(slots=True)
class _Cycle:
    state: State
    observations: Mapping[SideName, Observation]
    policy: GroupPolicy
    told: Circumstances
    lenses: Lenses = field(init=False)
    merge: Merge = field(init=False)
    decision: Decision = field(init=False)
    aside: dict[SideName, Verdict] = field(default_factory=dict)
    evidence: dict[SideName, Evidence] = field(default_factory=dict)
    deltas: list[Delta] = field(default_factory=list)
    first: list[LinkDiff] = field(default_factory=list)
    filled: set[LinkKey] = field(default_factory=set)  # where people gave a value to what was read without one before
    taken: set[tuple[SideName, str]] = field(default_factory=set)
    comparison: Comparison = field(init=False)

    def run(self) -> Decision:
        meet(self.state, self.policy)
        welcome_back(self.state, self.policy, self.told.now)
        self.lenses = Lenses(self.state, self.policy)
        restored = restored_sides(self.state)
        self.merge = Merge(self.lenses, self.told.cycle, self.told.now, restored=restored)
        self.comparison = Comparison(self.merge)
        self.decision = Decision(state=self.state)
        decisions = Decisions(self.merge, self.told.now, self.observations)
        decisions.carry_out()
        self.decision.acted += decisions.acted
        deletes = Deletes(self.merge, self.told.now)
        self._believe(deletes, decisions.vanished)
        self._absorb()
        self._fill()
        intake = Intake(self.merge, self.told.now, self._believed(), self.taken)
        self.decision.adopted = intake.run(decisions.placed)
        for name, observation in self._believed().items():
            self.decision.warnings += withdraw_ties(self.state, observation, self.policy.side(name))
        self._merge(deletes)
        edited = self.filled | {delta.link.key for delta in self.deltas if not delta.derived}
        edited |= commented(self.state, edited | intake.comments)
        deletes.revive_commented(edited)
        gone = [link for name, found in self.evidence.items() if name not in self.aside for link in found.deleted]
        deletes.delete(gone, edited)
        undoing = self._undo()
        follow(self.lenses)
        deletes.rehome()
        self._plan(undoing)
        self._finish(deletes)
        return self.decision

    def _believe(self, deletes: Deletes, vanished: list[Link]) -> None:
        """Stages 1 and 4: verdicts, recovery of open intents, evidence, what came back."""
        recovery = Recovery(self.merge, self.told.now)
        for spec in self.policy.sides:
            observation = self.observations.get(spec.name)
            if observation is None or not observation.took_part:
                continue
            side, links = self.state.sides[spec.name], counted(self.state, observation)
            verdict = self._judge_missing(side, observation, links)
            if verdict.guard:
                self.aside[spec.name] = verdict
            else:
                recovery.resolve_all(observation)
                deletes.brought_back(observation)
            if side.distrusted:
                trust_again(self.state, side, complete=observation.read is Read.COMPLETE and not verdict.guard)
                continue
            aside = spec.name in self.aside
            found = weigh(self.state, observation, spec, self.policy, now=self.told.now, aside=aside)
            self.evidence[spec.name] = found
        for name, found in self.evidence.items():  # what came back on one side moves the links of all
            deletes.restore(found)
            left_behind(self.lenses, self.observations[name])
            deletes.outside(found)
            deletes.withdraw(name, found)
            deletes.doubtful(found, vanished)
        self.taken = recovery.taken
        self.decision.acted += recovery.acted

    def _judge_missing(self, side: Side, observation: Observation, links: list[Link]) -> Verdict:
        told, rest = self.told, self.state.settled
        return judge_missing(side, observation, links, self.policy, now=told.now, allow=told.allow, settled=rest)

    def _absorb(self) -> None:
        """Stages 4 and 6: deltas of every side that is believed; shadows, hashes and words move with them."""
        for spec in self.policy.sides:
            observation = self.observations.get(spec.name)
            if observation is None or not observation.took_part or spec.name in self.aside:
                continue
            side = self.state.sides[spec.name]
            diffs = diff_side(self.lenses, observation)
            links, settled = self.state.of_side(spec.name), self.state.settled
            verdict = judge_changed(side, observation, links, diffs, self.policy, self.told.allow, settled=settled)
            if verdict.guard:
                self.aside[spec.name] = verdict
                continue
            for diff in diffs:
                self._absorb_diff(diff, spec)
            Questions(self.state, self.told.now).hold_unreadable(observation)
            self._weigh_filter(side, observation, spec)
            withdraw_gone(self.state, observation, self.policy.evidence.misses)
            side.read_cycle = self.told.cycle
            if observation.read is Read.COMPLETE:
                side.last_complete = self.told.now

    def _weigh_filter(self, side: Side, observation: Observation, spec: SideSpec) -> None:
        """A filter that omitted a change is trusted no more: sweeps replace it (rule 16)."""
        omitted = omitted_changes(self.state, observation, own=spec.access is AccessPolicy.WRITE)
        if omitted:
            side.filter_trusted = False
            self.decision.warnings.append(f"{side.name} omitted {len(omitted)} changes: {FILTER_DISTRUSTED}")

    def _absorb_diff(self, diff: LinkDiff, spec: SideSpec) -> None:
        link = diff.link
        self.comparison.note(diff)
        if link.raw_hash and link.wrote < self.state.sides[spec.name].read_cycle:
            self.filled |= {link.key for name, value in diff.first.items() if not is_empty(name, value)}
        link.pairs.update(diff.pairs)
        remapped = what_changed(link.mapping, spec.mapping)
        absorb_entry(link, diff.entry, self.lenses.of(link))
        task = self.state.tasks[link.task]
        if diff.deltas and link.reason == UNDONE:
            link.reason = ""
            self.decision.warnings.append(f'"{task.title}" was edited on {spec.name}: it stays there')
        for name in diff.owed:
            self.lenses.remapped[link.key, name] = remapped
            link.acked[name] = min(link.acked.get(name, task.version(name).number), task.version(name).number - 1)
        if spec.access is AccessPolicy.WRITE:
            for delta in diff.deltas:
                link.pairs[delta.field] = type(link.pairs[delta.field])(link.pairs[delta.field].sent, delta.new)
            return
        self.deltas += diff.deltas
        if diff.first:
            self.first.append(diff)
        self._absorb_completed(diff)

    def _absorb_completed(self, diff: LinkDiff) -> None:
        values, completed = self.state.tasks[diff.link.task].values, diff.seen.get(Field.COMPLETED)
        if isinstance(completed, datetime) and isinstance(values.get(Field.STATUS), Status):
            values[Field.COMPLETED] = completed

    def _fill(self) -> None:
        """First opinions: those of the side that had the task first come before what servers made of it elsewhere."""
        tasks = self.state.tasks
        for diff in sorted(self.first, key=lambda one: one.link.side != tasks[one.link.task].born):
            member = member_of(self.lenses, diff.link.side, diff.entry, first_meeting=False)
            adoption = Adoption(self.merge, self.told.now, "edit" if diff.link.key in self.filled else FIRST_OPINION)
            adoption.fill(tasks[diff.link.task], member, joins=True, only=diff.first.keys())
            self._absorb_completed(diff)

    def _believed(self) -> dict[SideName, Observation]:
        """What was read of each side, in the order of the sides, as far as no guard stopped it."""
        return {
            spec.name: seen
            for spec in self.policy.sides
            if (seen := self.observations.get(spec.name)) is not None and seen.took_part and spec.name not in self.aside
        }

    def _merge(self, deletes: Deletes) -> None:
        """Stage 7."""
        grouped = self._grouped()
        self.comparison.hold(grouped)
        tasks, parents = self.state.tasks, dict[TaskId, Value]()
        gone = {task_id for task_id in grouped if tasks[task_id].life is TaskLife.DELETED}
        before = {link.key for task_id in gone for link in self.state.of_task(task_id) if link.live}
        revived = {task_id for task_id in gone if deletes.revive(tasks[task_id], grouped[task_id])}
        if revived:
            self._absorb_again(revived, before)
            grouped = self._grouped()
        for task_id, fields in grouped.items():
            if task_id in gone - revived:
                continue
            task = tasks[task_id]
            parents[task_id] = task.values.get(Field.PARENT)
            for name in (name for name in Field if name in fields):
                self.merge.field(task, name, fields[name])
        moved = [task_id for task_id, fields in grouped.items() if Field.PARENT in fields]
        break_cycles(self.merge, moved, parents)
        for side in ordered_sides(self.lenses):
            observation = self.observations.get(side)
            if observation is not None and observation.read is Read.COMPLETE and side not in self.aside:
                incoming(self.merge, side, positions(self.state, side, observation))

    def _grouped(self) -> dict[TaskId, dict[Field, list[Delta]]]:
        grouped: dict[TaskId, dict[Field, list[Delta]]] = defaultdict(lambda: defaultdict(list))
        for delta in self.deltas:
            grouped[delta.link.task][delta.field].append(delta)
        return grouped

    def _absorb_again(self, revived: Collection[TaskId], before: Collection[LinkKey]) -> None:
        """What people did where a task was let go, and where it lives again now: nobody's edit until then."""
        for name, observation in self._believed().items():
            for diff in diff_side(self.lenses, observation):
                if diff.link.task in revived and diff.link.key not in before:
                    self._absorb_diff(diff, self.policy.side(name))

    def _undo(self) -> Undoing | None:
        """What a person undoes, after everything that happened since."""
        if self.told.undo is None:
            return None
        undoing = Undoing(self.merge, self.told.undo, self._writable())
        undoing.run()
        self.decision.undone, self.decision.skipped = undoing.done, undoing.skipped
        self.decision.reversed = undoing.tasks
        return undoing

    def _writable(self) -> frozenset[SideName]:
        believed = self._believed()
        return frozenset(name for name in believed if self.policy.side(name).access is not AccessPolicy.READ)

    def _plan(self, undoing: Undoing | None) -> None:
        """Stages 8 and 9."""
        ask_about_lost(self.state, self.told.now)
        planner = Planner(self.lenses, self.told.now, self._writable())
        planner.plan()
        self.decision.actions = [] if undoing is None else undoing.actions
        self.decision.actions += guard_outgoing(
            self.state, planner.actions, self.policy, now=self.told.now, allow=self.told.allow, limit=self.told.limit
        )
        self.decision.undeliverable = planner.undeliverable

    def _finish(self, deletes: Deletes) -> None:
        decision = self.decision
        decision.moved = self.merge.moved
        decision.conflicts = self.merge.conflicts
        decision.warnings += deletes.lines
        decision.acted += [*self.merge.acted, *deletes.acted]
        for spec in self.policy.sides:
            side, observation = self.state.sides[spec.name], self.observations.get(spec.name)
            verdict = self.aside.get(spec.name)
            if observation is None or not observation.took_part:
                decision.reads[spec.name] = observation.read if observation is not None else Read.NONE
                continue
            decision.reads[spec.name] = Read.SET_ASIDE if verdict is not None else observation.read
            questions = Questions(self.state, self.told.now)
            questions.ask_about(decision, side, observation, verdict)
            questions.hold_missing(decision, observation, spec.adopt)
            if observation.read is Read.COMPLETE:
                side.left = self.told.now
            side.links = self.state.live_links(spec.name)
            decision.waiting += self._waiting(spec.name)

    def _waiting(self, name: SideName) -> list[Note]:
        found = self.evidence.get(name, Evidence())
        return [
            Note(task=link.task, title=self.state.tasks[link.task].title, side=name, ref=link.ref, field=None, why=why)
            for link, why in found.waiting
            if self.state.tasks[link.task].life is TaskLife.ALIVE
        ]
