"""Which entries are the same task (rules 8, 13, 15).

Clusters start as single entries and as tasks that lack an entry on a side that is met for the first time. They grow
in two passes, each over all sides before the next, one entry per side and task:

1. exact normalised title, as every side would show it, plus one more equal, non-empty field;
2. the title alone, where it is unique on every side and both are open or both closed (first meeting only).

Ties that a person imported come before both (``ties``). Equal twins are paired in order. Where several candidates
remain, the entry is held. The order of sides and of their listings decides, so the result is the same in every run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.contract import Entry
from connectors.task import Field, Kind, Status, Value, is_empty
from sync.core.lens import NO_OPINION, Lenses
from sync.core.model import SideName, Task, TaskId
from sync.core.text import folded, words

TELLING: Final = (Field.DUE, Field.START, Field.DESCRIPTION, Field.PARENT, Field.LABELS, Field.ASSIGNEES)
"""Fields one of which must be equal beside the title (rule 15)."""


@dataclass(slots=True, eq=False)
class Member:
    """An unlinked entry, with its values in the group's terms."""

    side: SideName
    entry: Entry
    values: Mapping[Field, Value]
    first_meeting: bool


@dataclass(slots=True, eq=False)
class Cluster:
    """What will be one task: an existing one or none yet, and at most one entry per side."""

    task: Task | None = None
    members: dict[SideName, Member] = field(default_factory=dict)
    linked: frozenset[SideName] = frozenset()
    number: TaskId | None = None  # of the task to be, where a tie has named it

    @property
    def sides(self) -> frozenset[SideName]:
        """Where this task is, or will be."""
        return self.linked | self.members.keys()

    def values(self) -> list[Mapping[Field, Value]]:
        """What is known of it: the task's values, else those of its entries."""
        return [self.task.values] if self.task is not None else [member.values for member in self.members.values()]


@dataclass(frozen=True, slots=True)
class Doubt:
    """An entry with several candidates."""

    member: Member
    candidates: tuple[Cluster, ...]


@dataclass(slots=True)
class Matches:
    """The partition: clusters with entries in them, and the entries that a person must place."""

    clusters: list[Cluster] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)


def member_of(lenses: Lenses, side: SideName, entry: Entry, *, first_meeting: bool) -> Member:
    """An entry in the group's terms: people by key, parents by title (tasks to be have no id yet)."""
    lens = lenses[side]
    values: dict[Field, Value] = {}
    for name, value in lens.take(entry).items():
        if name is Field.PARENT:
            continue
        lifted = lens.lift(name, value, None)
        if lifted is not NO_OPINION:
            values[name] = lifted
    return Member(side=side, entry=entry, values=values, first_meeting=first_meeting)


def match(lenses: Lenses, members: Sequence[Member], tasks: Iterable[Task], titles: Mapping[int, str]) -> Matches:
    """Partition the unlinked entries.

    ``titles`` maps ``id()`` of a member or a task to its parent's title, where it has one.
    """
    order = {spec.name: place for place, spec in enumerate(lenses.policy.sides)}
    clusters = [_of_task(lenses, task) for task in tasks]
    clusters += [Cluster(members={member.side: member}) for member in sorted(members, key=lambda one: order[one.side])]
    if not lenses.policy.match_titles:
        return Matches(clusters=[cluster for cluster in clusters if cluster.members])
    matcher = _Matcher(lenses, titles)
    groups: dict[str, list[Cluster]] = defaultdict(list)
    for cluster in clusters:
        groups[matcher.title(cluster)].append(cluster)
    found = Matches()
    for title, group in groups.items():
        if title and len(group) > 1:
            group = matcher.join_by_field(group, found.doubts)  # noqa: PLW2901 - the group grows together
            group = matcher.join_by_title(group)  # noqa: PLW2901
        found.clusters += [cluster for cluster in group if cluster.members]
    return found


def _of_task(lenses: Lenses, task: Task) -> Cluster:
    linked = frozenset(link.side for link in lenses.state.of_task(task.id))
    return Cluster(task=task, linked=linked)


class _Matcher:
    def __init__(self, lenses: Lenses, titles: Mapping[int, str]) -> None:
        self._lenses = lenses
        self._parents = titles
        self._told: dict[tuple[int, int], dict[Field, str]] = {}

    def title(self, cluster: Cluster) -> str:
        """The title as every side of the group would show it, in normal form."""
        value: Value = cluster.values()[0].get(Field.TITLE, "")
        for spec in self._lenses.policy.sides:
            if spec.reads(Field.TITLE):
                value = spec.of(Field.TITLE).view.view(value)
        return folded(str(value))

    def join_by_field(self, group: list[Cluster], doubts: list[Doubt]) -> list[Cluster]:
        """First pass: the same title and one more equal field."""
        doubted: list[Cluster] = []
        for cluster in list(group):
            if cluster.task is not None:  # each entry joins what stands before it, at its own turn
                continue
            fits = [other for other in group if self._joinable(cluster, other) and self._field_equal(cluster, other)]
            if not fits:
                continue
            target = self._best(cluster, fits) or fits[0]
            mine = [cluster, *self._rivals(cluster, target, [*group, *doubted])]
            if self._fits_one(cluster, fits) and self._fits_one(target, mine, cluster):
                _join(target, cluster, group)
            else:
                doubted.append(cluster)  # it joins nothing, and may be what a later one of its side would be taken for
                doubts.append(Doubt(next(iter(cluster.members.values())), tuple(fits)))
                group.remove(cluster)
        return group

    def join_by_title(self, group: list[Cluster]) -> list[Cluster]:
        """Second pass: the title alone, where each side has it once; twins that nothing tells apart, in their order."""
        for cluster in list(group):
            if cluster.task is not None:
                continue
            fits = [other for other in group if self._joinable(cluster, other)]
            sides = [side for one in group for side in one.sides]
            if len(fits) != 1 or len(sides) != len(set(sides)):
                fits = self._twins(cluster, fits, group)
            if fits and _first_meeting(cluster, fits[0]) and self._both_closed_or_open(cluster, fits[0]):
                _join(fits[0], cluster, group)
        return group

    def _twins(self, cluster: Cluster, fits: Sequence[Cluster], group: Sequence[Cluster]) -> list[Cluster]:
        """Those that nothing tells from it, on sides that have as many of them."""
        sides = [side for one in group if one is cluster or self._alike(cluster, one) for side in one.sides]
        mine = {sides.count(side) for side in cluster.sides}
        alike = [other for other in fits if self._alike(cluster, other)]
        return [other for other in alike if {sides.count(side) for side in other.sides} == mine]

    def _alike(self, left: Cluster, right: Cluster) -> bool:
        """Whether nothing that all sides of both can hold tells them apart."""
        one, two = self._telling(left), self._telling(right)
        specs = [self._lenses[side].spec for side in left.sides | right.sides]
        common = [name for name in TELLING if all(spec.reads(name) for spec in specs)]
        return all(one.get(name) == two.get(name) for name in common) and self._both_closed_or_open(left, right)

    def _both_closed_or_open(self, left: Cluster, right: Cluster) -> bool:
        """As far as the other's sides have a word for it: one that cannot be told to a side is not missed there."""
        known = {closed for one, other in ((left, right), (right, left)) for closed in self._closed(one, other)}
        return len(known) <= 1

    def _closed(self, cluster: Cluster, other: Cluster) -> set[bool]:
        states = [values.get(Field.STATUS) for values in cluster.values()]
        lenses = [self._lenses[side] for side in other.sides]
        return {
            status.closed
            for status in states
            if isinstance(status, Status) and not any(lens.refuses(Field.STATUS, status) for lens in lenses)
        }

    def _joinable(self, cluster: Cluster, other: Cluster) -> bool:
        if cluster.sides & other.sides or not self._titled_alike(cluster, other):
            return False
        if other.task is not None:
            return all(member.first_meeting for member in cluster.members.values())
        return self._before(other, cluster)

    def _before(self, other: Cluster, cluster: Cluster) -> bool:
        rank = self._lenses.policy.rank
        return min(map(rank, other.members)) < min(map(rank, cluster.members))

    def _rivals(self, cluster: Cluster, target: Cluster, group: Sequence[Cluster]) -> list[Cluster]:
        """Other entries of the same side that would fit the same place."""
        side = next(iter(cluster.members))
        return [
            other
            for other in group
            if other is not cluster
            and side in other.members
            and self._joinable(other, target)
            and self._field_equal(other, target)
        ]

    def _titled_alike(self, left: Cluster, right: Cluster) -> bool:
        """Whether each side would show the other's title as its own."""
        return all(
            one == two or folded(self._shown(one, its)) == folded(self._shown(two, side))
            for side, one in _titles(left)
            for its, two in _titles(right)
        )

    def _shown(self, title: str, side: SideName | None) -> str:
        return title if side is None else str(self._lenses[side].view(Field.TITLE, title))

    def _fits_one(self, cluster: Cluster, others: Sequence[Cluster], wanted: Cluster | None = None) -> bool:
        """Whether one of the others fits best (the wanted one), or nothing tells them apart: then order pairs them."""
        best = self._best(cluster, others)
        if best is not None and wanted in (None, best):
            return True
        first, *rest = ((self._telling(other), _is_closed(other)) for other in others)
        return all(one == first for one in rest)

    def _best(self, cluster: Cluster, others: Sequence[Cluster]) -> Cluster | None:
        """The one that is equal wherever any other is, and in one more field; None when there is no such one."""
        equal = [self._equal_fields(cluster, other) for other in others]
        best = max(range(len(others)), key=lambda place: len(equal[place]))
        alone = all(equal[place] < equal[best] for place in range(len(others)) if place != best)
        return others[best] if alone else None

    def _field_equal(self, left: Cluster, right: Cluster) -> bool:
        return bool(self._equal_fields(left, right))

    def _equal_fields(self, left: Cluster, right: Cluster) -> set[Field]:
        one, two = self._telling(left), self._telling(right)
        return {name for name in one.keys() & two.keys() if one[name] == two[name]}

    def _telling(self, cluster: Cluster) -> dict[Field, str]:
        key = (id(cluster), len(cluster.members))  # it grows with its members only
        if key not in self._told:
            self._told[key] = self._tell(cluster)
        return self._told[key]

    def _tell(self, cluster: Cluster) -> dict[Field, str]:
        found: dict[Field, str] = {}
        sources: list[tuple[int, Mapping[Field, Value]]]
        if cluster.task is not None:
            sources = [(id(cluster.task), cluster.task.values)]
        else:
            sources = [(id(member), member.values) for member in cluster.members.values()]
        for key, values in sources:
            for name in TELLING:
                value = self._parents.get(key) if name is Field.PARENT else values.get(name)
                if value is not None and not is_empty(name, value):
                    found.setdefault(name, _comparable(name, value))
        return found


def _comparable(name: Field, value: Value) -> str:
    if name in {Field.DUE, Field.START}:
        return (value.date() if isinstance(value, datetime) else value).isoformat()  # type: ignore[union-attr]
    if isinstance(value, tuple):
        return "\0".join(sorted(str(item).casefold() for item in value))
    return words(str(value)) or str(value)


def _join(target: Cluster, cluster: Cluster, group: list[Cluster]) -> None:
    target.members.update(cluster.members)
    group.remove(cluster)


def _first_meeting(left: Cluster, right: Cluster) -> bool:
    return any(member.first_meeting for one in (left, right) for member in one.members.values())


def _titles(cluster: Cluster) -> list[tuple[SideName | None, str]]:
    if cluster.task is not None:
        return [(None, cluster.task.title)]
    return [(member.side, str(member.values.get(Field.TITLE, ""))) for member in cluster.members.values()]


def _is_closed(cluster: Cluster) -> set[bool]:
    """What is known of whether it is closed: both, where its entries differ."""
    states = [values.get(Field.STATUS) for values in cluster.values()]
    return {status.closed for status in states if isinstance(status, Status)}


def is_task(entry: Entry) -> bool:
    """Whether an entry is a task that can be taken in now."""
    return entry.kind is Kind.TASK and not (entry.deleted or entry.container or entry.problem)
