"""What to do on each side: values against what the side is known to hold (rules 3, 12, 13, 18).

=============================================================  ====================================================
a field of a task with a live link                             what is planned
=============================================================  ====================================================
acknowledged, and the view is what was last agreed             nothing
behind, and the view is what was last agreed                   acknowledged without a write
behind, and the view differs                                   owed: written
… and the side can not write it, or refused this version       undeliverable
… and the field is held, derived there, or has no opinion      nothing, until that ends
=============================================================  ====================================================

=============================================================  ====================================================
a task without a live link on a side                           what is planned
=============================================================  ====================================================
alive, never there, and not let go there                       created, parents before children
… completed too long ago, a candidate of an open match         nothing
… closed, and the side makes open tasks only                   undeliverable
… the side can not create, or lacks a required field           undeliverable
deleted, with a live link                                      deleted, children before parents
… and a child there lives and can not be moved away            undeliverable
=============================================================  ====================================================
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from connectors.contract import DeleteMeans, Verb
from connectors.task import Field, Kind, Status, Value, is_empty, same
from sync.core.cascades import FOLLOWS, without_cascades, without_derived
from sync.core.facts import Action, Change, Note
from sync.core.intents import drop_lapsed, unanswered
from sync.core.lens import Lens, Lenses
from sync.core.mapping import what_changed
from sync.core.model import Do, HeldKind, Link, LinkKey, SideName, Task, TaskId, TaskLife
from sync.core.order import ordered_sides, outgoing
from sync.core.owners import has_place, is_unseen, owner_of, stands
from sync.core.policy import AccessPolicy
from sync.core.restored import is_too_old
from sync.core.settle import CREATE_AGAIN, CREATE_REFUSED, DELETED_THERE, UNTIED
from sync.core.ties import doubted
from sync.core.tree import depth, made_above

UNSENT = frozenset({Field.COMPLETED, Field.POSITION, Field.URL, Field.CUSTOM})
"""Fields that are not sent by the general rule: positions have their own."""

CLOSED_BY_DELETE: Final = "deleted there: closed"
"""The rule of a status that stands for a delete.

Cancelled, or completed where a side has no word for that (rule 12).
"""


@dataclass(slots=True)
class Planner:
    """Plans one cycle over the state of the lenses. ``writable`` are the sides that may be written now."""

    lenses: Lenses
    now: datetime
    writable: frozenset[SideName]
    actions: list[Action] = field(default_factory=list)
    undeliverable: list[Note] = field(default_factory=list)
    making: set[LinkKey] = field(default_factory=set)

    def plan(self) -> None:
        """All actions, in the order in which each side is to carry them out."""
        state = self.lenses.state
        drop_lapsed(state)
        creates, updates, deletes = list[Action](), list[Action](), list[Action]()
        held = {(item.task, item.field) for item in state.held if item.kind is HeldKind.CONFLICT}
        asked = {(item.task, item.side) for item in state.held if item.kind is HeldKind.CREATE and not item.decision}
        open_intents = {(intent.task, intent.side) for intent in unanswered(state)}
        unsure = doubted(self.lenses)
        depths = {task.id: depth(state, task) for task in state.tasks.values()}
        for task in sorted(state.tasks.values(), key=lambda one: (depths[one.id], one.id)):
            if not stands(state, task):
                continue  # a comment goes where its task goes
            for spec in self.lenses.policy.sides:
                lens, link = self.lenses.at(spec.name, task.kind), state.link(task.id, spec.name)
                if (task.id, spec.name) in open_intents:
                    continue
                ending = link.reason if link is not None and link.live else ""
                if task.life is TaskLife.DELETED or ending:
                    if link is not None and link.live and spec.access is not AccessPolicy.READ:
                        deletes += self._delete(task, link, lens)
                elif link is not None and link.live:
                    updates += self._update(task, link, lens, held)
                elif (task.id, spec.name) not in unsure and has_place(state, task, spec, creates):
                    made = self._create(task, link, lens)
                    self.making.update((one.task, one.side) for one in made if (one.task, one.side) not in asked)
                    creates += made
        updates = without_derived(self.lenses, creates, sorted(updates, key=self._owed_since), self.undeliverable)
        upwards = sorted(deletes, key=lambda action: -depths[action.task])
        deletes = without_cascades(self.lenses, upwards, self.undeliverable)
        moves = [move for side in ordered_sides(self.lenses) for move in self._moves(side, creates)]
        planned = (*creates, *updates, *moves, *deletes)  # a move is meant among the siblings that the rest leaves
        self.actions = [action for action in planned if action.side in self.writable]

    def _owed_since(self, action: Action) -> tuple[bool, int]:
        """Moves in the tree first, in their order; then what has been owed longest."""
        task = self.lenses.state.tasks[action.task]
        return Field.PARENT not in action.fields, min(task.version(name).cycle for name in action.fields)

    def _update(
        self, task: Task, link: Link, lens: Lens, held: set[tuple[TaskId | None, Field | None]]
    ) -> list[Action]:
        owner = owner_of(self.lenses.state, task)
        if is_unseen(link) or (owner is not None and is_unseen(self.lenses.state.live(owner.id, link.side))):
            return []
        fields: dict[Field, Value] = {}
        for name, value in task.values.items():
            if name in UNSENT or (task.id, name) in held or name in link.unknown or not lens.spec.reads(name):
                continue
            if lens.spec.access is AccessPolicy.READ or not self._can_be_owed(task, link, lens, name):
                continue
            told = _closing_word(task, lens, name, value)
            view = lens.view(name, told)
            if self._new_above(task, link.side, name) is None and not self._owed(task, link, name, view):
                continue
            reason = self._undeliverable(task, link, lens, name, told)
            if reason:
                self._note(task, lens, link.ref, name, reason)
            else:
                fields[name] = view
        return [self._action(Do.UPDATE, task, link, lens, fields)] if fields else []

    def _can_be_owed(self, task: Task, link: Link, lens: Lens, name: Field) -> bool:
        """Rule 3: behind; or a view that may have moved with its surroundings, or with its mapping."""
        return name is Field.PARENT or link.mapping != lens.spec.mapping or self._behind(task, link, name)

    def _new_above(self, task: Task, side: SideName, name: Field) -> TaskId | None:
        """The parent that is made there first: what that is called there is known when the move is sent."""
        return made_above(self.lenses.state, task, side, self.making) if name is Field.PARENT else None

    def _behind(self, task: Task, link: Link, name: Field) -> bool:
        number = task.version(name).number
        return link.acked.get(name, number) < number

    def _owed(self, task: Task, link: Link, name: Field, view: Value) -> bool:
        """Whether the view is not what was last agreed. Acknowledges what needs no write."""
        pair = link.pairs.get(name)
        behind = self._behind(task, link, name)
        if pair is None:
            return behind
        if same(name, view, pair.sent) or (behind and same(name, view, pair.stored)):
            link.pairs[name] = replace(pair, sent=view)  # it stands there as if it had been sent
            link.acked.pop(name, None)
            return False
        return True

    def _undeliverable(self, task: Task, link: Link, lens: Lens, name: Field, value: Value) -> str:
        if link.refused.get(name, 0) >= task.version(name).number:
            return link.reasons.get(name, "refused")
        if name in link.derived:
            return FOLLOWS
        if not lens.spec.writes(name) or not lens.spec.capabilities.can(Verb.UPDATE):
            return f"{lens.spec.name} can not change it"
        return lens.refuses(name, value)

    def _create(self, task: Task, link: Link | None, lens: Lens) -> list[Action]:
        may_be_made = link is None or (link.ref is None and link.reason in {CREATE_REFUSED, CREATE_AGAIN})
        if not may_be_made or is_too_old(task, self.lenses.policy, self.now):
            return []
        cause, why = self._why_not_made(task, link, lens)
        if why:
            self._note(task, lens, None, cause, why)
            return []
        fields = self._fields_to_make(task, link, lens)
        required = [name for name, how in lens.spec.capabilities.fields.items() if how.required]
        missing = [name for name in required if name not in fields] or ([] if fields else [Field.TITLE])
        if missing:
            self._note(task, lens, None, missing[0], f"{lens.spec.name} makes no task without it")
            return []
        return [self._action(Do.CREATE, task, None, lens, fields)]

    def _fields_to_make(self, task: Task, link: Link | None, lens: Lens) -> dict[Field, Value]:
        """What a new entry is to hold, less what the side can not be told: that is noted."""
        fields: dict[Field, Value] = {}
        for name, value in task.values.items():
            if name in UNSENT or not lens.spec.sets(name):
                continue
            refused = _reason(link, name) if self._is_refused(task, link, lens, name) else lens.refuses(name, value)
            if refused:
                self._note(task, lens, None, name, refused)
            elif not is_empty(name, view := lens.view(name, value)):
                fields[name] = view
        return fields

    def _refused_whole(self, task: Task, link: Link | None, lens: Lens) -> str:
        """Why the side refused the task as it is, whatever field of it.

        Empty when it did not, or something moved since.
        """
        if link is None or Field.TITLE not in link.refused:
            return ""
        names = [name for name in task.values if name not in UNSENT and lens.spec.sets(name)]
        same_as_then = link.mapping == lens.spec.mapping and all(
            link.refused.get(name, 0) >= task.version(name).number for name in names
        )
        return _reason(link, Field.TITLE) if same_as_then else ""

    def _is_refused(self, task: Task, link: Link | None, lens: Lens, name: Field) -> bool:
        """Whether the side refused this field of a task that it could else have made."""
        if link is None or Field.TITLE in link.refused or link.mapping != lens.spec.mapping:
            return False
        return link.refused.get(name, 0) >= task.version(name).number

    def _why_not_made(self, task: Task, link: Link | None, lens: Lens) -> tuple[Field, str]:
        """Why a task is not made, and for which field's sake; a closed one would be open there, now and later."""
        status, spec = task.values.get(Field.STATUS), lens.spec
        untold = spec.reads(Field.STATUS) and not spec.sets(Field.STATUS)
        if untold and isinstance(status, Status) and status.closed:
            return Field.STATUS, f"{spec.name} makes open tasks only"
        refused = self._refused_whole(task, link, lens)
        name = Field.COMMENTS if task.kind is Kind.COMMENT else Field.TITLE
        return name, refused or ("" if spec.capabilities.can(Verb.CREATE) else f"{spec.name} can not make tasks")

    def _delete(self, task: Task, link: Link, lens: Lens) -> list[Action]:
        means = lens.spec.capabilities.delete_means
        if link.reason == UNTIED:
            return [replace(self._action(Do.LET_GO, task, link, lens, {}), why=UNTIED)]
        if means is DeleteMeans.DELETE and lens.spec.capabilities.can(Verb.DELETE):
            do = Do.DELETE
        elif means is DeleteMeans.ARCHIVE and lens.spec.capabilities.can(Verb.DELETE):
            do = Do.ARCHIVE
        elif means is DeleteMeans.STATUS and lens.spec.writes(Field.STATUS):
            return [self._action(Do.CLOSE, task, link, lens, {Field.STATUS: lens.view(Field.STATUS, Status.CANCELLED)})]
        else:
            do = Do.LET_GO
        return [replace(self._action(do, task, link, lens, {}), why=link.reason or self._deleted_on(task))]

    def _deleted_on(self, task: Task) -> str:
        sides = [link.side for link in self.lenses.state.of_task(task.id) if link.reason == DELETED_THERE]
        return f"deleted on {' and '.join(sides)}" if sides else ""

    def _moves(self, side: SideName, creates: list[Action]) -> list[Action]:
        lens = self.lenses[side]
        if not lens.spec.writes(Field.POSITION) or lens.spec.access is AccessPolicy.READ:
            return []
        tasks = self.lenses.state.tasks
        coming = [one.task for one in creates if one.side == side and tasks[one.task].kind is Kind.TASK]
        found = []
        for task_id, position in outgoing(self.lenses, side, coming):
            task, link = self.lenses.state.tasks[task_id], self.lenses.state.live(task_id, side)
            found.append(self._action(Do.UPDATE, task, link, lens, {Field.POSITION: position}))
        return found

    def _action(self, do: Do, task: Task, link: Link | None, lens: Lens, fields: dict[Field, Value]) -> Action:
        versions = {name: task.version(name) for name in fields}
        changes: dict[Field, Change] = {}
        for name, after in fields.items():
            pair = link.pairs.get(name) if link is not None else None
            version = versions[name]
            changes[name] = Change(
                before=lens.named(name, pair.stored) if pair is not None else None,
                after=self._new_above(task, lens.spec.name, name) or lens.named(name, after),
                by=version.side or ("" if version.rule else task.born),
                rule=self._rule(task, link, name) if link is not None else "new",
                at=version.at,
            )
        return Action(
            do=do,
            task=task.id,
            title=task.title,
            side=lens.spec.name,
            ref=link.ref if link is not None else None,
            fields=fields,
            versions={name: version.number for name, version in versions.items()},
            changes=changes,
        )

    def _rule(self, task: Task, link: Link, name: Field) -> str:
        """Why a field is owed: what decided its value, or that the side sees the same value otherwise now."""
        remapped = self.lenses.remapped.get((link.key, name))
        if remapped:
            return remapped
        if self._behind(task, link, name):
            return task.version(name).rule or "new"
        mapping = self.lenses.of(link).spec.mapping
        return "its parent is linked now" if name is Field.PARENT else what_changed(link.mapping, mapping)

    def _note(self, task: Task, lens: Lens, ref: str | None, name: Field, why: str) -> None:
        self.undeliverable.append(
            Note(task=task.id, title=task.title, side=lens.spec.name, ref=ref, field=name, why=why)
        )


def _reason(link: Link | None, name: Field) -> str:
    return link.reasons.get(name, "refused") if link is not None else "refused"


def _closing_word(task: Task, lens: Lens, name: Field, value: Value) -> Value:
    """The value to tell a side: completed, where a delete has cancelled a task and the side has no word for that."""
    if name is not Field.STATUS or value is not Status.CANCELLED or task.version(name).rule != CLOSED_BY_DELETE:
        return value
    refuses = lens.refuses(name, value) and not lens.refuses(name, Status.COMPLETED)
    return Status.COMPLETED if refuses else value
