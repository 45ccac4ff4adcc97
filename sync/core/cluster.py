"""What is matched: entries without a link, what they may become one task with, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.contract import Entry
from connectors.task import Field, Status, Value
from sync.core.model import SideName, Task, TaskId


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
    news: frozenset[SideName] = frozenset()  # sides that were not read since the task was first seen
    number: TaskId | None = None  # of the task to be, where a tie has named it

    def values(self) -> list[Mapping[Field, Value]]:
        """What is known of it: the task's values, else those of its entries."""
        return [self.task.values] if self.task is not None else [member.values for member in self.members.values()]

    def titles(self) -> list[tuple[SideName | None, str]]:
        """Its titles, each with the side that shows it; None: the task's own."""
        if self.task is not None:
            return [(None, self.task.title)]
        return [(member.side, str(member.values.get(Field.TITLE, ""))) for member in self.members.values()]

    def statuses(self) -> frozenset[Status]:
        """What is known of its status; several, where its entries differ."""
        states = [values.get(Field.STATUS) for values in self.values()]
        return frozenset(status for status in states if isinstance(status, Status))


@dataclass(frozen=True, slots=True)
class Doubt:
    """An entry with several candidates: the first of them, and whether there are more."""

    member: Member
    candidates: tuple[Cluster, ...]
    more: bool = False
    restored: bool = False  # the store was set back: the candidates have other titles


@dataclass(slots=True)
class Matches:
    """The partition: clusters with entries in them, and the entries that a person must place."""

    clusters: list[Cluster] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
