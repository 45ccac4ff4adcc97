"""Clusters of one title, found by what they tell: matching grows with the number of entries, not of their pairs.

Clusters that hold equal values lie together, counted by what else decides (``Shape``), so that ten thousand twins are
asked once. A table over some of the fields is made when it is first wanted: there are few, however many the clusters.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from heapq import merge
from itertools import groupby, islice
from typing import Final, TypeAlias

from connectors.task import Field, Status
from sync.core.cluster import Cluster
from sync.core.model import SideName

TELLING: Final = (Field.DUE, Field.START, Field.DESCRIPTION, Field.PARENT, Field.LABELS, Field.ASSIGNEES)
"""Fields one of which must be equal beside the title (rule 15)."""

Telling: TypeAlias = tuple[str | None, ...]
"""The values of those fields in comparable form, in their order; None where there is nothing to compare."""

Columns: TypeAlias = tuple[int, ...]
"""Some of those fields, by their places."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides, beside the fields that tell, whether clusters can be one task."""

    is_task: bool
    sides: frozenset[SideName]  # where the task is, or will be
    members: frozenset[SideName]  # where it has an unlinked entry
    first: frozenset[SideName]  # of the members: on sides that are met for the first time
    titles: frozenset[tuple[SideName | None, str]]
    statuses: frozenset[Status]
    news: frozenset[SideName] = frozenset()  # sides that were not read since the task was first seen
    aside: bool = False  # a person is asked about it: it joins nothing

    @property
    def closed(self) -> frozenset[bool]:
        """What is known of whether it is closed."""
        return frozenset(status.closed for status in self.statuses)


def shape_of(cluster: Cluster) -> Shape:
    """The shape of a cluster as it is now."""
    return Shape(
        is_task=cluster.task is not None,
        sides=frozenset(cluster.linked | cluster.members.keys()),
        members=frozenset(cluster.members),
        first=frozenset(side for side, member in cluster.members.items() if member.first_meeting),
        titles=frozenset(cluster.titles()),
        statuses=cluster.statuses(),
        news=cluster.news,
    )


@dataclass(slots=True)
class Bucket:
    """Clusters of one shape with some values in common: their places in the order of the group, and all they tell."""

    places: list[int] = field(default_factory=list)
    tellings: Counter[Telling] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.places)


Found: TypeAlias = list[tuple[Shape, Bucket]]
"""The buckets of some values, by shape."""


class Crowd:
    """The clusters of one title. They leave, and grow, while they are joined."""

    def __init__(self, group: Sequence[Cluster], tell: Callable[[Cluster], Telling]) -> None:
        self._group = group
        self._tell = tell
        self._places = {id(cluster): place for place, cluster in enumerate(group)}
        self._traits: dict[int, tuple[Shape, Telling]] = {}
        self._tables: dict[Columns, dict[Telling, dict[Shape, Bucket]]] = {}
        self._sides: set[frozenset[SideName]] = set()
        for cluster in group:
            self._put(cluster, shape_of(cluster))

    def traits(self, cluster: Cluster) -> tuple[Shape, Telling]:
        """The shape of a cluster, and what it tells."""
        return self._traits[self._places[id(cluster)]]

    def remaining(self) -> list[Cluster]:
        """Those that have not left and are not aside, in their order."""
        return [self._group[place] for place, (shape, _) in sorted(self._traits.items()) if not shape.aside]

    def side_sets(self) -> list[frozenset[SideName]]:
        """Where clusters are, or were: each set of sides once."""
        return list(self._sides)

    def has_each_side_once(self) -> bool:
        """Whether no side has two of them."""
        counts = Counter(side for shape, _ in self._traits.values() if not shape.aside for side in shape.sides)
        return all(count == 1 for count in counts.values())

    def equal(self, telling: Telling, columns: Columns, fit: Callable[[Shape], bool]) -> Found:
        """Those that fit, and are equal in all of some fields."""
        table = self._tables.get(columns)
        if table is None:
            table = self._tables[columns] = {}
            for place, (shape, told) in sorted(self._traits.items()):
                _put(table, columns, place, shape, told)
        found = table.get(tuple(telling[column] for column in columns), {})
        return [(shape, bucket) for shape, bucket in found.items() if fit(shape)]

    def first(self, buckets: Iterable[Bucket]) -> Cluster | None:
        """The first of some buckets in the order of the group."""
        return next(iter(self.foremost(buckets, 1)), None)

    def foremost(self, buckets: Iterable[Bucket], most: int) -> tuple[Cluster, ...]:
        """The first few of some buckets, each once."""
        places = groupby(merge(*(bucket.places for bucket in buckets)))
        return tuple(self._group[place] for place, _ in islice(places, most))

    def join(self, target: Cluster, cluster: Cluster) -> None:
        """A cluster becomes part of another."""
        self._take(cluster)
        self._take(target)
        target.members.update(cluster.members)
        self._put(target, shape_of(target))

    def set_aside(self, cluster: Cluster) -> None:
        """A cluster joins nothing; it may still be what a later one of its side would be taken for."""
        self._put(cluster, replace(self._take(cluster), aside=True))

    def _put(self, cluster: Cluster, shape: Shape) -> None:
        place, telling = self._places[id(cluster)], self._tell(cluster)
        self._traits[place] = (shape, telling)
        self._sides.add(shape.sides)
        for columns, table in self._tables.items():
            _put(table, columns, place, shape, telling)

    def _take(self, cluster: Cluster) -> Shape:
        place = self._places[id(cluster)]
        shape, telling = self._traits.pop(place)
        for columns, table in self._tables.items():
            shapes = table[tuple(telling[column] for column in columns)]
            bucket = shapes[shape]
            del bucket.places[bisect_left(bucket.places, place)]
            bucket.tellings[telling] -= 1
            if not bucket.tellings[telling]:
                del bucket.tellings[telling]
            if not bucket.places:
                del shapes[shape]
        return shape


class Fits:
    """Those of a crowd that fit, and are equal to something told in at least one field."""

    def __init__(self, crowd: Crowd, telling: Telling, fit: Callable[[Shape], bool]) -> None:
        told = [column for column, value in enumerate(telling) if value is not None]
        each = {column: crowd.equal(telling, (column,), fit) for column in told}
        self._each = {column: found for column, found in each.items() if found}
        self._nearest = crowd.equal(telling, tuple(self._each), fit) if self._each else []
        self._crowd = crowd

    def __bool__(self) -> bool:
        return bool(self._each)

    @property
    def best(self) -> Cluster | None:
        """The one that is equal wherever any other is, and in one more field; None when there is no such one."""
        return self._first() if _count(self._nearest) == 1 else None

    @property
    def twin(self) -> Cluster | None:
        """The first of those that fit, if nothing tells them apart: then order pairs them."""
        count = _count(self._nearest)
        if any(_count(found) != count for found in self._each.values()):
            return None
        kinds = ((shape.closed, telling) for shape, bucket in self._nearest for telling in bucket.tellings)
        first = next(kinds, None)
        return self._first() if all(kind == first for kind in kinds) else None

    def foremost(self, most: int) -> tuple[Cluster, ...]:
        """The first few of all that fit."""
        return self._crowd.foremost((bucket for found in self._each.values() for _, bucket in found), most)

    def _first(self) -> Cluster | None:
        return self._crowd.first(bucket for _, bucket in self._nearest)


def _count(found: Found) -> int:
    return sum(len(bucket) for _, bucket in found)


def _put(
    table: dict[Telling, dict[Shape, Bucket]], columns: Columns, place: int, shape: Shape, telling: Telling
) -> None:
    shapes = table.setdefault(tuple(telling[column] for column in columns), {})
    if shape not in shapes:
        shapes[shape] = Bucket()
    bucket = shapes[shape]
    insort(bucket.places, place)
    bucket.tellings[telling] += 1
