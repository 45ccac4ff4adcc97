"""Undoing a cycle: old values come back as new edits of a person, and go through the same plan and guards (rule 22).

=====================================  =====================================================================
what the cycle did                     what undoing it does
=====================================  =====================================================================
a value moved, and has not since       the old value, with a new version
a value moved, and has since           skipped and named
an entry was made by us                deleted there; skipped when a person edited it there since
a task was deleted                     alive again; made again where it was deleted, from its last values
matching tied an entry to a task       the values that it had come back there, then it is let go
a link was let go by hand              it ties again
=====================================  =====================================================================
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from connectors.task import EMPTY, Field, Value, same
from sync.core.adopt import MATCHED
from sync.core.codec import decode
from sync.core.decisions import BY_A_PERSON
from sync.core.evidence import UNDONE, let_go
from sync.core.facts import Acted, Action, Change, Moved, Note
from sync.core.merge import HELD_BACK, NEW, Merge, find_conflict
from sync.core.model import Do, Link, SideName, Task, TaskId, TaskLife
from sync.core.recover import FOUND_DONE
from sync.core.settle import (
    BY_HAND,
    DELETED_THERE,
    DONE,
    UNTIED,
    come_back,
    ended_by_delete,
    tie_again,
)
from sync.core.tree import break_cycles

NOT_MOVES: Final = frozenset({HELD_BACK, NEW})
CARRIED_OUT: Final = frozenset({DONE, FOUND_DONE})
DELETING: Final = frozenset({Do.DELETE, Do.ARCHIVE, Do.CLOSE})
LET_GO: Final = frozenset({DELETED_THERE, DONE, BY_HAND, BY_A_PERSON, UNTIED})
"""Outcomes of links that were let go, and can be tied or made again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Undo:
    """A cycle to be undone: its number, and its history as it happened."""

    cycle: int
    moved: Sequence[Moved] = ()
    acted: Sequence[Acted] = ()

    @property
    def rule(self) -> str:
        """The rule of the values that it brings back."""
        return f"undo of cycle {self.cycle}"


@dataclass(slots=True)
class Undoing:
    """Carries an undo into the state of the merge. ``writable``: the sides that can be written in this cycle."""

    merge: Merge
    undo: Undo
    writable: Collection[SideName]
    skipped: list[Note] = field(default_factory=list)
    actions: list[Action] = field(default_factory=list)
    tasks: set[TaskId] = field(default_factory=set)  # of which something comes back
    done: int = 0

    def run(self) -> None:
        """All of it: what was deleted first, for values may need it."""
        for row in self.undo.acted:
            self._revive(row)
        self._values()
        for row in self.undo.acted:
            if row.do is Do.CREATE and row.outcome in CARRIED_OUT:
                self._unmake(row)
            elif row.do is Do.ADOPT and row.outcome == MATCHED:
                self._untie(row)

    def _revive(self, row: Acted) -> None:
        deleting = row.do in DELETING and row.outcome in CARRIED_OUT
        if not deleting and not (row.do is Do.LET_GO and row.outcome in LET_GO):
            return
        state = self.merge.lenses.state
        task, link = state.tasks.get(row.task), state.link(row.task, row.side)
        if task is None or link is None:
            self._skip(row.task, row.side, "it is not known any more")
            return
        if link.live:
            self._skip(task.id, row.side, "it is there again")
            return
        if task.life is TaskLife.DELETED:
            task.life = TaskLife.ALIVE
            for other in state.of_task(task.id):
                if other is not link and ended_by_delete(other):
                    self._back(task, other)
        self._back(task, link)

    def _back(self, task: Task, link: Link) -> None:
        """An entry that is still there ties again; any other is made again."""
        self._count(task)
        self.merge.act(link, Do.ADOPT, self.undo.rule)
        if link.reason in {BY_HAND, BY_A_PERSON, UNTIED} and link.ref is not None:
            tie_again(self.merge.lenses, link)
        else:
            come_back(self.merge.lenses, link)

    def _values(self) -> None:
        parents: dict[TaskId, Value] = {}
        first: dict[tuple[TaskId, Field], Moved] = {}
        last: dict[tuple[TaskId, Field], Moved] = {}
        for row in self.undo.moved:
            if not row.lost and row.rule not in NOT_MOVES:
                first.setdefault((row.task, row.field), row)
                last[row.task, row.field] = row
        for (task_id, name), row in first.items():
            task = self.merge.lenses.state.tasks.get(task_id)
            old, new = decode(name, row.old), decode(name, last[task_id, name].new)
            why = "it is not known any more" if task is None else self._moved_since(task, name, old, new)
            if why:
                self._skip(task_id, row.side, why, field_=name, title=row.title)
            elif task is not None and not same(name, task.values.get(name), old):
                if name is Field.PARENT:
                    parents[task_id] = task.values.get(name)
                self.merge.advance(task, name, EMPTY.get(name) if old is None else old, side="", rule=self.undo.rule)
                self._count(task)
        break_cycles(self.merge, parents, parents)

    def _moved_since(self, task: Task, name: Field, old: Value, new: Value) -> str:
        """Why a value can not be brought back; empty when it can."""
        version, state = task.version(name), self.merge.lenses.state
        if task.life is TaskLife.DELETED:
            return "the task was deleted since"
        if find_conflict(state.held, task, name) is not None:
            return "a conflict about it is held since"
        if version.cycle != self.undo.cycle or not same(name, task.values.get(name), new):
            return f"it was changed since{f' on {version.side}' if version.side else ''}, in cycle {version.cycle}"
        if name is Field.STATUS and old is None:
            return "it had no value before"
        above = state.tasks.get(old) if isinstance(old, int) else None
        if name is Field.PARENT and old is not None and (above is None or above.life is TaskLife.DELETED):
            return "the parent that it had was deleted"
        return ""

    def _unmake(self, row: Acted) -> None:
        """What we made on a side is deleted there; the task lives on where people made it."""
        state = self.merge.lenses.state
        task, link = state.tasks.get(row.task), state.live(row.task, row.side)
        if task is None or link is None or link.ref != row.ref or task.life is TaskLife.DELETED:
            self._skip(row.task, row.side, "it is not there any more")
            return
        edited = [name for name, one in task.versions.items() if one.side == row.side and one.cycle > self.undo.cycle]
        if edited:
            self._skip(
                task.id, row.side, f"its {edited[0].value} was edited there since, so it stays", field_=edited[0]
            )
            return
        link.reason = UNDONE
        self._count(task)

    def _untie(self, row: Acted) -> None:
        """A link that matching made: what the entry lost comes back to it, then it is let go."""
        state = self.merge.lenses.state
        task, link = state.tasks.get(row.task), state.live(row.task, row.side)
        if task is None or link is None or link.ref != row.ref:
            self._skip(row.task, row.side, "it is not tied any more")
            return
        fields = self._lost_there(task, link)
        if fields and row.side not in self.writable:
            self._skip(task.id, row.side, f"{row.side} takes no part in this cycle")
            return
        self._count(task)
        if fields:
            self.actions.append(self._update(task, link, fields))
            link.reason = UNTIED
            return
        self.merge.lenses.untie(link)
        let_go(link, UNTIED)
        self.merge.act(link, Do.LET_GO, UNTIED)

    def _lost_there(self, task: Task, link: Link) -> dict[Field, Value]:
        """What the entry had before it took the task's values, in side space."""
        lens, found = self.merge.lenses.of(link), {}
        for row in self.undo.moved:
            if not row.lost or (row.task, row.side) != link.key or not lens.spec.writes(row.field):
                continue
            if task.version(row.field).cycle > self.undo.cycle:
                self._skip(task.id, link.side, "it was changed since", field_=row.field)
                continue
            found[row.field] = lens.view(row.field, decode(row.field, row.old))
        pairs = link.pairs
        return {
            name: value for name, value in found.items() if name in pairs and not same(name, pairs[name].stored, value)
        }

    def _update(self, task: Task, link: Link, fields: dict[Field, Value]) -> Action:
        lens = self.merge.lenses.of(link)
        return Action(
            do=Do.UPDATE,
            task=task.id,
            title=task.title,
            side=link.side,
            ref=link.ref,
            fields=fields,
            versions=dict.fromkeys(fields, 0),
            changes={
                name: Change(
                    before=lens.named(name, link.pairs[name].stored),
                    after=lens.named(name, value),
                    by=link.side,
                    rule=self.undo.rule,
                )
                for name, value in fields.items()
            },
            why="what it had before it was tied",
        )

    def _count(self, task: Task) -> None:
        self.done += 1
        self.tasks.add(task.id)

    def _skip(self, task: TaskId, side: SideName, why: str, *, field_: Field | None = None, title: str = "") -> None:
        known = self.merge.lenses.state.tasks.get(task)
        link = self.merge.lenses.state.link(task, side)
        self.skipped.append(
            Note(
                task=task,
                title=known.title if known is not None else title,
                side=side,
                ref=link.ref if link is not None else None,
                field=field_,
                why=why,
            )
        )
