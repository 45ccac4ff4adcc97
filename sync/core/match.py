"""Which entries are the same task (rules 8, 13, 15).

Clusters start as single entries, as tasks that lack an entry on a side that is met for the first time, and as tasks
that were first seen while a side could not be read. They grow in two passes, each over all sides before the next, one
entry per side and task:

1. exact normalised title, as every side would show it, plus one more equal, non-empty field;
2. the title alone, where it is unique on every side and both are open or both closed (first meeting only).

Ties that a person imported come before both (``ties``). Equal twins are paired in order. Where several candidates
remain, the entry is held. The order of sides and of their listings decides, so the result is the same in every run.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final

from connectors.contract import Entry
from connectors.task import Field, Kind, Status, Value, is_empty
from sync.core.alike import TELLING, Columns, Crowd, Fits, Shape, Telling
from sync.core.cluster import Cluster, Doubt, Matches, Member
from sync.core.lens import NO_OPINION, Lenses
from sync.core.model import SideName, State, Task
from sync.core.text import folded, words

CANDIDATES: Final = 20
"""Candidates that a person is offered for an entry: more can not be looked through, and any other can be named."""


def member_of(lenses: Lenses, side: SideName, entry: Entry, *, first_meeting: bool) -> Member:
    """An entry in the group's terms: people by key, parents by title (tasks to be have no id yet)."""
    lens = lenses.at(side, entry.kind)
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
        groups[lenses.shown_by_all(str(cluster.values()[0].get(Field.TITLE, "")))].append(cluster)
    found = Matches()
    for title, group in groups.items():
        remaining = group
        if title and len(group) > 1:
            crowd = Crowd(group, matcher.tell)
            matcher.join_by_field(crowd, found.doubts)
            matcher.join_by_title(crowd)
            remaining = crowd.remaining()
        found.clusters += [cluster for cluster in remaining if cluster.members]
    return found


def _of_task(lenses: Lenses, task: Task) -> Cluster:
    """A task and where it is linked, among the sides of the group as it is: others hold nothing to compare."""
    state = lenses.state
    linked = {link.side for link in state.of_task(task.id)}
    return Cluster(
        task=task,
        linked=frozenset(spec.name for spec in lenses.policy.sides if spec.name in linked),
        news=frozenset(spec.name for spec in lenses.policy.sides if is_news(state, task, spec.name)),
    )


def is_news(state: State, task: Task, side: SideName) -> bool:
    """Whether a task was first seen since a side was last read: whoever made one like it there did not know it."""
    known = state.sides[side].next_task
    return 0 < known <= task.id and state.link(task.id, side) is None


class _Matcher:
    def __init__(self, lenses: Lenses, titles: Mapping[int, str]) -> None:
        self._lenses = lenses
        self._parents = titles
        self._common: dict[frozenset[SideName], Columns] = {}
        self._told_to: dict[tuple[frozenset[Status], frozenset[SideName]], frozenset[bool]] = {}
        self._views: dict[tuple[str, SideName | None], str] = {}

    def join_by_field(self, crowd: Crowd, doubts: list[Doubt]) -> None:
        """First pass: the same title and one more equal field."""
        for cluster in crowd.remaining():
            if cluster.task is not None:
                continue
            shape, telling = crowd.traits(cluster)
            fits = Fits(crowd, telling, partial(self._joinable, shape))
            if not fits:
                continue
            target = fits.best or fits.twin
            if target is not None and self._is_wanted(crowd, cluster, target):
                crowd.join(target, cluster)
                continue
            crowd.set_aside(cluster)
            first = fits.foremost(CANDIDATES + 1)
            (member,) = cluster.members.values()
            doubts.append(Doubt(member, first[:CANDIDATES], more=len(first) > CANDIDATES))

    def join_by_title(self, crowd: Crowd) -> None:
        """Second pass: the title alone, where each side has it once; twins that nothing tells apart, in their order."""
        each_once = crowd.has_each_side_once()
        for cluster in crowd.remaining():
            if cluster.task is not None:
                continue
            target = (self._only_one(crowd, cluster) if each_once else None) or self._twin(crowd, cluster)
            if target is None:
                continue
            (mine, _), (other, _) = crowd.traits(cluster), crowd.traits(target)
            if (mine.first or other.first) and self._both_closed_or_open(mine, other):
                crowd.join(target, cluster)

    def tell(self, cluster: Cluster) -> Telling:
        """What tells a cluster from others of its title: the task's values, else those of its entries, the first's."""
        sources: list[tuple[int, Mapping[Field, Value]]]
        if cluster.task is not None:
            sources = [(id(cluster.task), cluster.task.values)]
        else:
            sources = [(id(member), member.values) for member in cluster.members.values()]
        return tuple(self._told(name, sources) for name in TELLING)

    def _told(self, name: Field, sources: Iterable[tuple[int, Mapping[Field, Value]]]) -> str | None:
        for key, values in sources:
            value = self._parents.get(key) if name is Field.PARENT else values.get(name)
            if value is not None and not is_empty(name, value):
                return _comparable(name, value)
        return None

    def _is_wanted(self, crowd: Crowd, cluster: Cluster, target: Cluster) -> bool:
        """Whether no other entry of its side, asked about or not, fits the target better, or nothing tells them apart.

        Then they are paired in their order.
        """
        shape, telling = crowd.traits(target)
        (side,) = cluster.members
        rivals = Fits(crowd, telling, partial(self._is_rival, side, shape))
        return rivals.best is cluster or rivals.twin is not None

    def _is_rival(self, side: SideName, target: Shape, other: Shape) -> bool:
        return side in other.members and self._joinable(other, target)

    def _only_one(self, crowd: Crowd, cluster: Cluster) -> Cluster | None:
        shape, telling = crowd.traits(cluster)
        fits = crowd.equal(telling, (), partial(self._joinable, shape))
        first, *more = crowd.foremost((bucket for _, bucket in fits), 2) or (None,)
        return None if more else first

    def _twin(self, crowd: Crowd, cluster: Cluster) -> Cluster | None:
        """The first of those that nothing which all sides of both can hold tells from it, and that it can join."""
        shape, telling = crowd.traits(cluster)
        return crowd.first(
            bucket
            for sides in crowd.side_sets()
            if self._are_as_many(crowd, cluster, shape.sides | sides)
            for other, bucket in crowd.equal(telling, self._common_columns(shape.sides | sides), partial(_is_on, sides))
            if self._both_closed_or_open(shape, other) and self._joinable(shape, other)
        )

    def _are_as_many(self, crowd: Crowd, cluster: Cluster, sides: frozenset[SideName]) -> bool:
        """Whether each of some sides has as many of those that nothing which all of these can hold tells from it."""
        shape, telling = crowd.traits(cluster)
        counts: Counter[SideName] = Counter()
        for other, bucket in crowd.equal(telling, self._common_columns(sides), _is_in):
            if self._both_closed_or_open(shape, other):
                counts.update(dict.fromkeys(other.sides, len(bucket)))
        if not self._both_closed_or_open(shape, shape):
            counts.update(shape.sides)  # it is one of them all the same
        return len({counts[side] for side in sides}) == 1

    def _common_columns(self, sides: frozenset[SideName]) -> Columns:
        """The fields that all of some sides can hold."""
        if sides not in self._common:
            specs = [self._lenses[side].spec for side in sides]
            found = [place for place, name in enumerate(TELLING) if all(spec.reads(name) for spec in specs)]
            self._common[sides] = tuple(found)
        return self._common[sides]

    def _both_closed_or_open(self, left: Shape, right: Shape) -> bool:
        """As far as the other's sides have a word for it: one that cannot be told to a side is not missed there."""
        return len(self._closed(left.statuses, right.sides) | self._closed(right.statuses, left.sides)) <= 1

    def _closed(self, statuses: frozenset[Status], sides: frozenset[SideName]) -> frozenset[bool]:
        if (statuses, sides) not in self._told_to:
            lenses = [self._lenses[side] for side in sides]
            told = {one for one in statuses if not any(lens.refuses(Field.STATUS, one) for lens in lenses)}
            self._told_to[statuses, sides] = frozenset(one.closed for one in told)
        return self._told_to[statuses, sides]

    def _joinable(self, cluster: Shape, other: Shape) -> bool:
        if other.aside or not cluster.sides.isdisjoint(other.sides) or not self._titled_alike(cluster, other):
            return False
        return cluster.members <= cluster.first | other.news if other.is_task else self._before(other, cluster)

    def _before(self, other: Shape, cluster: Shape) -> bool:
        rank = self._lenses.policy.rank
        return min(map(rank, other.members)) < min(map(rank, cluster.members))

    def _titled_alike(self, left: Shape, right: Shape) -> bool:
        """Whether each side would show the other's title as its own."""
        return all(
            one == two or self._shown(one, its) == self._shown(two, side)
            for side, one in left.titles
            for its, two in right.titles
        )

    def _shown(self, title: str, side: SideName | None) -> str:
        if (title, side) not in self._views:
            seen = title if side is None else str(self._lenses[side].view(Field.TITLE, title))
            self._views[title, side] = folded(seen)
        return self._views[title, side]


def _comparable(name: Field, value: Value) -> str:
    if name in {Field.DUE, Field.START}:
        return (value.date() if isinstance(value, datetime) else value).isoformat()  # type: ignore[union-attr]
    if isinstance(value, tuple):
        return "\0".join(sorted(str(item).casefold() for item in value))
    return words(str(value)) or str(value)


def _is_in(shape: Shape) -> bool:
    return not shape.aside


def _is_on(sides: frozenset[SideName], shape: Shape) -> bool:
    return shape.sides == sides


def is_plain(entry: Entry) -> bool:
    """Whether an entry can be taken in now."""
    return not (entry.deleted or entry.container or entry.problem)


def is_task(entry: Entry) -> bool:
    """Whether an entry is a task that can be taken in now."""
    return entry.kind is Kind.TASK and is_plain(entry)
