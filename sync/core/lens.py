"""From canonical values to what one side shows, and back (rules 1, 5, 18, 19).

A view depends on its surroundings: a person is shown by that side's handle, a parent by the ref of the nearest
ancestor that is linked there.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, Protocol

from connectors.contract import Entry, PersonKey
from connectors.task import Field, Kind, Person, Value, same
from sync.core.model import Link, LinkKey, SideName, State, Task, TaskId
from sync.core.people import Directory
from sync.core.policy import GroupPolicy, SideSpec
from sync.core.text import folded


class _NoOpinion(Enum):
    NO_OPINION = "no opinion"


NO_OPINION: Final = _NoOpinion.NO_OPINION


class Tied(Protocol):
    """What is about one task on one side: a link, an intent, an action."""

    @property
    def task(self) -> TaskId:
        """The task."""
        ...

    @property
    def side(self) -> SideName:
        """The side."""
        ...


class Lens:
    """One side's eyes, for one kind of task."""

    def __init__(
        self,
        spec: SideSpec,
        state: State,
        directory: Directory,
        refs: Mapping[tuple[SideName, str], TaskId],
        kind: Kind = Kind.TASK,
    ) -> None:
        self.spec = spec
        self.kind = kind
        self._state = state
        self._directory = directory
        self._refs = refs

    def take(self, entry: Entry) -> dict[Field, Value]:
        """An entry's fields in side space, in their own order: what is held and synced, people by handle.

        Notes whom it names.
        """
        people = self._state.sides[self.spec.name].people
        people.update({person.handle: person for person in entry.people})
        taken: dict[Field, Value] = {}
        for field in Field:  # a connector may tell them in any order: what is sent of them is in one
            if field not in entry.fields or not self.spec.reads(field):
                continue
            value = entry.fields[field]
            if field is Field.ASSIGNEES and isinstance(value, tuple):
                persons = [person for person in value if isinstance(person, Person)]
                for person in persons:
                    known = _completed(person, people.get(person.handle))
                    if people.get(person.handle) != known:
                        people[person.handle] = known
                taken[field] = tuple(person.handle for person in persons)
            else:
                taken[field] = value
        return taken

    def view(self, field: Field, value: Value) -> Value:
        """What this side shows of a canonical value."""
        view = self.spec.of(field).view
        if field is Field.ASSIGNEES and isinstance(value, tuple):
            return view.view(self._handles(value))
        if field is Field.PARENT:
            return self._nearest(value)
        return view.view(value)

    def lift(self, field: Field, seen: Value, current: Value) -> Value | _NoOpinion:
        """The canonical value that an edit to ``seen`` makes of ``current``.

        No opinion where it names a parent that is not linked.
        """
        if same(field, self.view(field, current), seen):
            return current
        if field is Field.PARENT:
            if seen is None:
                return None
            return self._refs.get((self.spec.name, str(seen)), NO_OPINION)
        if field is Field.ASSIGNEES and isinstance(seen, tuple):
            keys = current if isinstance(current, tuple) else ()  # a task that is new has none yet
            return self._lift_people(tuple(str(item) for item in seen), tuple(str(item) for item in keys))
        return self.spec.of(field).view.lift(seen, current)

    def refuses(self, field: Field, value: Value) -> str:
        """Why this side can not be told a value; empty when it can."""
        if field in {Field.ASSIGNEES, Field.PARENT}:
            return ""
        return self.spec.of(field).view.refuses(value)

    def named(self, field: Field, seen: Value) -> Value:
        """A side value in the group's terms, for people and scripts: persons by key, a parent by its task."""
        if field is Field.ASSIGNEES and isinstance(seen, tuple):
            return tuple(self.key(str(handle)) for handle in seen)
        if field is Field.PARENT and seen is not None:
            return self._refs.get((self.spec.name, str(seen)))
        return seen

    def send(self, field: Field, value: Value) -> Value:
        """A side value as the connector takes it: people as persons."""
        if field is Field.ASSIGNEES and isinstance(value, tuple):
            return tuple(self._directory.person(self.spec.name, str(handle)) for handle in value)
        return value

    def key(self, handle: str) -> str:
        """The group's key of a person on this side."""
        return self._directory.key(self.spec.name, handle)

    def is_opaque(self, field: Field, seen: Value) -> bool:
        """Whether the side shows somebody of whom only the id is known, though it is told people by their e-mail.

        That may be whoever was sent.
        """
        if field is not Field.ASSIGNEES or self.spec.capabilities.person_key is not PersonKey.EMAIL:
            return False
        handles = seen if isinstance(seen, tuple) else ()
        return any(self.key(str(handle)) == f"{self.spec.name}:{handle}" for handle in handles)

    def _handles(self, keys: tuple[object, ...]) -> tuple[str, ...]:
        found = (self._directory.handle(self.spec.name, str(key)) for key in keys)
        return tuple(dict.fromkeys(handle for handle in found if handle is not None))

    def _lift_people(self, seen: tuple[str, ...], current: tuple[str, ...]) -> Value:
        known = {handle: key for key in current if (handle := self._directory.handle(self.spec.name, key)) is not None}
        lifted = self.spec.of(Field.ASSIGNEES).view.lift(seen, tuple(known))
        handles = tuple(str(item) for item in lifted) if isinstance(lifted, tuple) else ()
        unknown_here = [key for key in current if key not in known.values()]
        named = [known.get(handle) or self.key(handle) for handle in handles]
        return tuple(dict.fromkeys([*named, *unknown_here]))

    def _nearest(self, value: Value) -> Value:
        passed: set[TaskId] = set()
        while isinstance(value, int) and value not in passed:
            link = self._state.live(value, self.spec.name)
            if link is not None:
                return link.ref
            if self.kind is Kind.COMMENT:
                return None  # it stands on its own task, and on no other
            passed.add(value)
            task = self._state.tasks.get(value)
            value = task.values.get(Field.PARENT) if task is not None else None
        return None


def _completed(person: Person, known: Person | None) -> Person:
    """A person with what earlier answers told: one that lacks a name or an e-mail has no opinion on it."""
    if known is None:
        return person
    return Person(id=person.id, name=person.name or known.name, email=person.email or known.email)


class Lenses:
    """The lenses of a group, over one state."""

    def __init__(self, state: State, policy: GroupPolicy) -> None:
        self.state = state
        self.policy = policy
        self.refs: dict[tuple[SideName, str], TaskId] = {
            (link.side, link.ref): link.task for link in state.links.values() if link.live and link.ref is not None
        }
        keys = {spec.name: spec.capabilities.person_key for spec in policy.sides}
        seen = {spec.name: state.sides[spec.name].people for spec in policy.sides}
        directory = Directory(policy.people, seen, keys)
        self.remapped: dict[tuple[LinkKey, Field], str] = {}  # fields owed because a mapping changed, and what of it
        self._lenses = {
            (spec.name, kind): Lens(spec.for_kind(kind), state, directory, self.refs, kind)
            for spec in policy.sides
            for kind in Kind
        }

    def __getitem__(self, side: SideName) -> Lens:
        return self._lenses[side, Kind.TASK]

    def at(self, side: SideName, kind: Kind) -> Lens:
        """How a side sees tasks of a kind."""
        return self._lenses[side, kind]

    def of(self, tied: Tied) -> Lens:
        """How its side sees what something is about."""
        return self._lenses[tied.side, self.state.tasks[tied.task].kind]

    def shown_by_all(self, text: str, name: Field = Field.TITLE) -> str:
        """A title as every side of the group would show it, in normal form: what entries and tasks meet by."""
        value: Value = text
        for spec in self.policy.sides:
            if spec.reads(name):
                value = spec.of(name).view.view(value)
        return folded(str(value))

    def tie(self, link: Link) -> None:
        """Add a link to the state and to what the lenses know."""
        self.state.links[link.key] = link
        if link.live and link.ref is not None:
            self.refs[link.side, link.ref] = link.task

    def untie(self, link: Link) -> None:
        """Forget the ref of a link that ended."""
        if link.ref is not None and self.refs.get((link.side, link.ref)) == link.task:
            del self.refs[link.side, link.ref]


def canonical_parent(task: Task) -> TaskId | None:
    """A task's parent."""
    value = task.values.get(Field.PARENT)
    return value if isinstance(value, int) else None
