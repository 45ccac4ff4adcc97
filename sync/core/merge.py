"""Deltas of all sides into one new value per field (rules 4, 5, 14).

========================================================  ==========================================================
what the sides say about a field                          what becomes of it
========================================================  ==========================================================
one side edited what it had acknowledged                  the edit, lifted over the current value
several edits, or one based on an older version, and
… a set, or a description whose lines do not overlap      both, merged three-way from each side's shadow
… one value explains what every one of them shows         that value
… otherwise                                               a conflict: the policy decides, the losers are kept
… and the policy is ``hold``                              the value stays, the contenders wait for a person
========================================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.task import Field, Status, Value, label_set, same
from sync.core.codec import decode, encode
from sync.core.diff import Delta
from sync.core.facts import Acted, Moved
from sync.core.lens import NO_OPINION, Lenses
from sync.core.model import Do, Held, HeldKind, Link, Pair, SideName, Task, Version
from sync.core.policy import ConflictPolicy, Contender, winner
from sync.core.text import merge_lines

HELD_BACK: Final = "held"
"""The rule of an edit that contends in a held conflict: the value stays, a person decides."""

NEW: Final = "new"
"""The rule of the one row that tells that a task was seen for the first time."""

MERGED: Final = "merged"
"""The rule of a value into which the edits of several sides went: it is no side's alone."""


@dataclass(slots=True)
class Merge:
    """The merge of one cycle: works on the state of ``lenses``, and says what moved."""

    lenses: Lenses
    cycle: int
    now: datetime
    moved: list[Moved] = field(default_factory=list)
    acted: list[Acted] = field(default_factory=list)
    conflicts: int = 0
    restored: frozenset[SideName] = frozenset()  # not read since the store was set back: nothing is guessed there

    def field(self, task: Task, name: Field, deltas: Sequence[Delta]) -> None:
        """Merge the deltas of one field of one task."""
        deltas = [delta for delta in deltas if self._liftable(task, name, delta)]
        held = find_conflict(self.lenses.state.held, task, name)
        if not deltas:
            return
        if held is not None:
            self._keep_contending(task, name, deltas, held)
        elif name is Field.LABELS:
            rule = "edit" if len(deltas) == 1 and self._continues(task, name, deltas[0]) else MERGED
            self._settle(task, name, deltas, self._merge_sets(task, deltas), deltas[-1], rule)
        else:
            self._contend(task, name, deltas)

    def advance(
        self, task: Task, name: Field, value: Value, *, side: str, rule: str, at: datetime | None = None
    ) -> None:
        """A new value with a new version: every link that is not told otherwise is behind."""
        old, before = task.version(name), task.values.get(name)
        task.values[name] = value
        task.versions[name] = Version(number=old.number + 1, side=side, rule=rule, cycle=self.cycle, at=at)
        reading = {spec.name for spec in self.lenses.policy.sides if spec.reads(name)}
        for link in self.lenses.state.of_task(task.id):
            if link.live and link.side in reading:
                link.acked.setdefault(name, old.number)
        self._note(task, name, side, before, value, rule)
        if name is Field.STATUS:
            follow_status(task, before, self.now)

    def lose(self, task: Task, name: Field, side: str, value: Value, stands: Value) -> None:
        """Keep a losing value, so that it can be brought back."""
        self._note(task, name, side, value, stands, "lost", lost=True)

    def tell(self, task: Task, name: Field, side: str, old: Value, new: Value, rule: str) -> None:
        """A history row for what a side's opinion did to a field, where no version tells it."""
        self._note(task, name, side, old, new, rule)

    def act(self, link: Link, do: Do, outcome: str) -> None:
        """A history row for what became of a link without a request."""
        self.acted.append(
            Acted(do=do, task=link.task, side=link.side, ref=link.ref, outcome=outcome, image=link.native)
        )

    def _note(
        self, task: Task, name: Field, side: str, old: Value, new: Value, rule: str, *, lost: bool = False
    ) -> None:
        row = Moved(
            task=task.id,
            title=task.title,
            side=side,
            field=name,
            old=encode(old),
            new=encode(new),
            rule=rule,
            lost=lost,
        )
        self.moved.append(row)

    def _contend(self, task: Task, name: Field, deltas: Sequence[Delta]) -> None:
        current = task.values.get(name)
        kept = [delta for delta in deltas if not delta.derived] or list(deltas)
        contenders = [self._contender(task, name, delta) for delta in kept]
        # Whoever edited the current value had seen it: then it contends no more.
        stale = not any(self._continues(task, name, delta) for delta in kept)
        if len(contenders) == 1 and not stale:
            self._settle(task, name, deltas, contenders[0].value, contenders[0], "edit")
            return
        if stale:
            version = task.version(name)
            contenders.append(Contender(side=version.side or task.born, value=current, seen=current, at=version.at))
        explained = self._explained(task, name, contenders, stale=stale)
        merged = self._merge_texts(name, kept, current) if explained is None else None
        if explained is not None:
            self._settle(task, name, deltas, explained.value, explained, "explained")
        elif merged is not None:
            self._settle(task, name, deltas, merged, contenders[0], MERGED)
        elif stale and contenders[0].derived:
            self._absorb(task, name, deltas)  # what follows from older children gives way
        else:
            self._conflict(task, name, deltas, contenders)

    def _conflict(self, task: Task, name: Field, deltas: Sequence[Delta], contenders: list[Contender]) -> None:
        self.conflicts += 1
        if self.lenses.policy.on(name) is ConflictPolicy.HOLD:
            self.hold(task, name, deltas, contenders)
            return
        best, rule = winner(name, contenders, self.lenses.policy)
        for contender in contenders:
            if contender is not best:
                self.lose(task, name, contender.side, contender.value, best.value)
        self._settle(task, name, deltas, best.value, best, rule)

    def _liftable(self, task: Task, name: Field, delta: Delta) -> bool:
        """An edit that names what is not linked yet waits: no opinion until it can be said in the group's terms."""
        if self.lenses.of(delta.link).lift(name, delta.new, task.values.get(name)) is not NO_OPINION:
            return True
        delta.link.unknown[name] = str(delta.new)
        delta.link.raw_hash = ""
        return False

    def _contender(self, task: Task, name: Field, delta: Delta) -> Contender:
        side = delta.link.side
        lifted = self.lenses.of(delta.link).lift(name, delta.new, task.values.get(name))
        value = task.values.get(name) if lifted is NO_OPINION else lifted
        return Contender(side=side, value=value, seen=delta.new, at=delta.at, derived=delta.derived)

    def _continues(self, task: Task, name: Field, delta: Delta) -> bool:
        """Rule 4: the side had acknowledged the current version, or its view of the current value is its shadow."""
        link = delta.link
        if link.acked.get(name, task.version(name).number) >= task.version(name).number:
            return True
        if self._completes_what_was_begun(task, delta):
            return True
        pair = link.pairs.get(name)
        return pair is not None and same(name, self.lenses.of(link).view(name, task.values.get(name)), pair.sent)

    def _completes_what_was_begun(self, task: Task, delta: Delta) -> bool:
        """Whether a side completes an open task that it could not be told is in progress: that is what comes next."""
        return (
            not self.lenses.of(delta.link).spec.writes(Field.STATUS)
            and task.values.get(Field.STATUS) is Status.IN_PROGRESS
            and delta.old is Status.NEEDS_ACTION
            and delta.new is Status.COMPLETED
        )

    def _explained(self, task: Task, name: Field, contenders: list[Contender], *, stale: bool) -> Contender | None:
        """A contender whose value every other one shows as it is seen there."""
        for candidate in sorted(contenders, key=lambda one: self.lenses.policy.rank(one.side)):
            for other in contenders:
                if stale and other is contenders[-1]:
                    fits = same(name, candidate.value, task.values.get(name))
                else:
                    lens = self.lenses.at(other.side, task.kind)
                    fits = same(name, lens.view(name, candidate.value), other.seen)
                if not fits:
                    break
            else:
                return candidate
        return None

    def _merge_sets(self, task: Task, deltas: Sequence[Delta]) -> Value:
        """Each side's additions and removals, one after the other, over the current set."""
        current = task.values.get(Field.LABELS)
        labels = {str(label).casefold(): str(label) for label in (current if isinstance(current, tuple) else ())}
        for delta in deltas:
            old = {str(label).casefold() for label in (delta.old if isinstance(delta.old, tuple) else ())}
            new = {str(label).casefold(): str(label) for label in (delta.new if isinstance(delta.new, tuple) else ())}
            for gone in old - new.keys():
                labels.pop(gone, None)
            for key in new.keys() - old:
                labels.setdefault(key, new[key])
        return label_set(labels.values())

    def _merge_texts(self, name: Field, deltas: Sequence[Delta], current: Value) -> str | None:
        if name is not Field.DESCRIPTION:
            return None
        merged: str | None = str(current or "")
        for delta in deltas:
            if merged is None:
                return None
            merged = merge_lines(str(delta.old or ""), merged, str(delta.new or ""))
        return merged

    def _settle(
        self, task: Task, name: Field, deltas: Sequence[Delta], value: Value, source: Contender | Delta, rule: str
    ) -> None:
        """The value that stands: shadows absorb what was seen, and who shows something else is behind."""
        side = source.link.side if isinstance(source, Delta) else source.side
        if not same(name, value, task.values.get(name)):
            self.advance(task, name, value, side=side, rule=rule, at=source.at)
        self._absorb(task, name, deltas)

    def _absorb(self, task: Task, name: Field, deltas: Sequence[Delta]) -> None:
        number = task.version(name).number
        for delta in deltas:
            link, view = delta.link, self.lenses.of(delta.link).view(name, task.values.get(name))
            if same(name, view, delta.new):
                link.pairs[name] = Pair(view, delta.new)
                link.acked.pop(name, None)
            else:
                link.pairs[name] = Pair(delta.new, delta.new)
                link.acked[name] = min(link.acked.get(name, number), number - 1)

    def hold(
        self, task: Task, name: Field, deltas: Sequence[Delta], contenders: Sequence[Contender], *, why: str = ""
    ) -> None:
        """The value stays, and a person decides between the contenders; the deltas are absorbed."""
        sides = [contender.side for contender in contenders]
        held = Held(
            kind=HeldKind.CONFLICT,
            key=f"conflict:{task.id}:{name.value}",
            why=why or f"{name.value} was changed on {' and '.join(dict.fromkeys(sides))}",
            choices=(*dict.fromkeys(f"take {side}" for side in sides), "set VALUE"),
            task=task.id,
            title=task.title,
            field=name,
            since=self.now,
            data={contender.side: encode(contender.value) for contender in contenders},
        )
        self.lenses.state.held.append(held)
        edited = {delta.link.side for delta in deltas}
        for contender in contenders:
            if contender.side in edited:
                self.tell(task, name, contender.side, task.values.get(name), contender.value, HELD_BACK)
        self._absorb(task, name, deltas)

    def _keep_contending(self, task: Task, name: Field, deltas: Sequence[Delta], held: Held) -> None:
        """A later edit replaces its side's contender; equal contenders end the conflict."""
        for delta in deltas:
            contender = self._contender(task, name, delta)
            held.data[delta.link.side] = encode(contender.value)
            held.choices = tuple(dict.fromkeys((f"take {delta.link.side}", *held.choices)))
            self.tell(task, name, contender.side, task.values.get(name), contender.value, HELD_BACK)
        self._absorb(task, name, deltas)
        values = [decode(name, data) for data in held.data.values()]
        if all(same(name, value, values[0]) for value in values[1:]):
            self.lenses.state.held.remove(held)
            side = next(iter(held.data))
            self.advance(task, name, values[0], side=side, rule="contenders are equal")


def find_conflict(held: Sequence[Held], task: Task, name: Field) -> Held | None:
    """The open conflict of a field."""
    for item in held:
        if item.kind is HeldKind.CONFLICT and item.task == task.id and item.field is name:
            return item
    return None


def follow_status(task: Task, before: Value, now: datetime) -> None:
    """The completed time follows the status: set when the task is closed, gone when it is opened again."""
    after = task.values.get(Field.STATUS)
    closed = isinstance(after, Status) and after.closed
    was = isinstance(before, Status) and before.closed
    if closed and not was:
        task.values[Field.COMPLETED] = task.values.get(Field.COMPLETED) or now
    elif not closed:
        task.values[Field.COMPLETED] = None
