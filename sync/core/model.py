"""The engine's facts: tasks, links, shadows, versions, intents, held items, and what a cycle decides.

Two spaces of values. A *canonical* value is what the group agrees on: assignees are keys of people, parent is a
task's id. A *side* value is what one side shows: assignees are that side's handles of people, parent is a ref on that
side. Shadows, patches and intents are in side space; task values are canonical. ``lens`` goes between the two.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from connectors.task import Field, JsonValue, Kind, Native, Person, Ref, Value

TaskId: TypeAlias = int
SideName: TypeAlias = str
LinkKey: TypeAlias = tuple[TaskId, SideName]


@dataclass(frozen=True, slots=True)
class Pair:
    """The shadow of one field: what was sent and what the side stored then, in side space.

    ``confirmed`` is false while the answer to a write has not shown the field: the next read completes the pair.
    Until then ``before`` is what the side stored before that write.
    """

    sent: Value
    stored: Value
    confirmed: bool = True
    before: Value = None


@dataclass(frozen=True, slots=True)
class Version:
    """How often a field's value has changed, and who changed it last.

    Side, rule, cycle, and the vendor's time (corrected).
    """

    number: int = 1
    side: SideName = ""
    rule: str = ""
    cycle: int = 0
    at: datetime | None = None


class TaskLife(StrEnum):
    """Whether a task is there for the group."""

    ALIVE = "alive"
    DELETED = "deleted"


class LinkLife(StrEnum):
    """Whether a link ties, or ended and is remembered."""

    LIVE = "live"
    LET_GO = "let go"


@dataclass(slots=True)
class Task:
    """A canonical task: a value and a version for each field on which a side ever had an opinion."""

    id: TaskId
    kind: Kind = Kind.TASK
    life: TaskLife = TaskLife.ALIVE
    values: dict[Field, Value] = field(default_factory=dict)
    versions: dict[Field, Version] = field(default_factory=dict)
    born: SideName = ""  # the side where it was first seen

    def version(self, field_: Field) -> Version:
        """The version of a field; the first one when nothing else is noted."""
        return self.versions.get(field_, _FIRST)

    @property
    def title(self) -> str:
        """The title, for people; of a comment its first line."""
        if self.kind is Kind.COMMENT:
            return next(iter(str(self.values.get(Field.COMMENTS, "")).splitlines()), "")
        return str(self.values.get(Field.TITLE, ""))


_FIRST = Version()


@dataclass(slots=True)
class Link:
    """The tie between a task and its entry on one side.

    ``acked`` has the version that the side is known to hold, only where that is not the current one; ``refused`` the
    version that the side refused, with ``reasons`` why. ``ref`` is None on a link that was let go before there was an
    entry. ``own_modified`` is the vendor's time that our last write left. ``misses`` counts complete sweeps without
    it, ``gone`` the cycles in which a get said so.
    """

    task: TaskId
    side: SideName
    ref: Ref | None
    life: LinkLife = LinkLife.LIVE
    reason: str = ""
    absent: bool = False  # let go, and a complete sweep was without it since: listed again means restored
    former: tuple[Ref, ...] = ()  # refs that this task had here before it was created again: not new
    pairs: dict[Field, Pair] = field(default_factory=dict)
    acked: dict[Field, int] = field(default_factory=dict)
    refused: dict[Field, int] = field(default_factory=dict)
    reasons: dict[Field, str] = field(default_factory=dict)
    unknown: dict[Field, str] = field(default_factory=dict)  # no opinion now, and the word that is not known
    children: tuple[Ref, ...] = ()  # its children there, as last read
    raw_hash: str = ""
    mapping: str = ""  # fingerprint of the mapping that made the shadow
    token: str = ""
    native: Native = field(default_factory=dict)
    modified: datetime | None = None
    own_modified: datetime | None = None
    derived: frozenset[Field] = frozenset()
    wrote: int = 0  # the cycle of our last write to this entry
    misses: int = 0
    missed_at: datetime | None = None
    gone: int = 0
    outside: str = ""  # the other container in which it was found
    uncertain: frozenset[Field] = frozenset()  # written, and no answer or read has told since that the entry is there
    joined: bool = False  # matched to a task that was not seen on another side then: a delete there does not mean it

    @property
    def live(self) -> bool:
        """Whether the link ties."""
        return self.life is LinkLife.LIVE

    @property
    def key(self) -> LinkKey:
        """Task and side: unique."""
        return (self.task, self.side)


class Do(StrEnum):
    """What an action does. ``archive`` and ``close`` stand for a delete; ``adopt`` and ``let go`` send nothing."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    ARCHIVE = "archive"
    CLOSE = "close"
    ADOPT = "adopt"
    LET_GO = "let go"


class HeldKind(StrEnum):
    """What kind of decision a person is asked for."""

    CONFLICT = "conflict"
    CREATE = "create"
    DELETE = "delete"
    MATCH = "match"
    ENTRY = "entry"
    GUARD = "guard"


@dataclass(slots=True)
class Held:
    """Something set aside until a person decides. ``key`` is what it is about, so that it is asked once.

    ``data`` depends on the kind: contenders of a conflict (side to encoded value), candidates of a match, the guard's
    name, the intent in doubt. ``decision`` is the recorded choice, carried out by the next cycle.
    """

    kind: HeldKind
    key: str
    why: str
    choices: tuple[str, ...]
    id: int = 0
    task: TaskId | None = None
    title: str = ""
    side: SideName = ""
    ref: Ref = ""
    since: datetime | None = None
    data: dict[str, JsonValue] = field(default_factory=dict)
    decision: str = ""
    field: Field | None = None  # last: in this class the name means this from here on


class IntentState(StrEnum):
    """A changing request is on its way; its outcome is not known; or (a create) two reads have shown nothing of it."""

    OPEN = "open"
    UNKNOWN = "unknown"
    LAPSED = "lapsed"


@dataclass(slots=True)
class Intent:
    """The row that is committed before a changing request is sent: what, to what, and what was there before.

    ``ref`` of a create is the id that was sent for the new task, where its vendor takes one.
    ``patch``, ``before`` in side space (of a create: what was sent of it first, and lapsed); ``versions`` as in the
    action. ``reads`` counts complete reads that did not show a create.
    """

    task: TaskId
    side: SideName
    do: Do
    ref: Ref | None
    patch: dict[Field, Value]
    versions: dict[Field, int]
    before: dict[Field, Value] = field(default_factory=dict)
    id: int = 0
    cycle: int = 0
    state: IntentState = IntentState.OPEN
    reads: int = 0
    opened: datetime | None = None


class Restored(StrEnum):
    """Whether the store was set back to an older copy since a side was last read (design: ``restore``)."""

    NO = ""
    TIED = "tied"  # the ties that were made since are known
    BLIND = "blind"  # they are not: what is not linked may be a task that the store does not know any more


@dataclass(slots=True)
class Shrink:
    """A sweep that was set aside because it shrank.

    How many tasks it listed, how often equally, and when last counted.
    """

    listed: int
    times: int
    at: datetime
    digest: str = ""


@dataclass(slots=True)
class Side:
    """What is remembered of a side between cycles."""

    name: SideName
    fingerprint: str = ""  # account and container: another one is another side
    cursor: str = ""  # the vendor's value, encoded
    began: datetime | None = None  # when the read that made the cursor began
    links: int = 0
    last_complete: datetime | None = None
    met: bool = False  # one complete read of it has been absorbed: first meeting is over
    left: datetime | None = None  # when it was last part of a cycle, for what returns after an absence
    distrusted: bool = False  # a complete sweep has to agree before anything is deleted because of this side
    filter_trusted: bool = True
    shrink: Shrink | None = None
    refused_guard: str = ""  # fingerprint of the read that a person refused
    deletes: tuple[datetime, ...] = ()  # deletes sent here lately, for the guard's window
    people: dict[str, Person] = field(default_factory=dict)  # handle to person, as seen on its entries
    allowed_guard: str = ""  # fingerprint of the read that a person let pass
    read_cycle: int = 0  # the cycle that last absorbed a read of it
    state: str = "ok"
    why: str = ""
    ties: dict[Ref, TaskId] = field(default_factory=dict)  # imported, and not read yet: which task a ref belongs to
    lost: bool = False  # without a list, and an earlier store had tasks on it: nothing is made there on a guess
    restored: Restored = Restored.NO
    next_task: TaskId = 0  # the group's, when a read of it was last absorbed: what was seen since has this or more
    basis: str = ""  # the configuration by which the group's tasks are known to be settled


@dataclass(slots=True)
class State:
    """A group as the store holds it: the working set of a cycle."""

    group: str
    cycle: int = 0
    next_task: int = 1
    sides: dict[SideName, Side] = field(default_factory=dict)
    tasks: dict[TaskId, Task] = field(default_factory=dict)
    links: dict[LinkKey, Link] = field(default_factory=dict)
    intents: list[Intent] = field(default_factory=list)  # all that are not closed; see ``unanswered``
    held: list[Held] = field(default_factory=list)
    settled: int = 0  # tasks that are not loaded: nothing is open about them, and each has a live link on every side
    partial: bool = False  # there may be tasks that are not loaded

    def link(self, task: TaskId, side: SideName) -> Link | None:
        """The link of a task on a side, live or let go."""
        return self.links.get((task, side))

    def live(self, task: TaskId, side: SideName) -> Link | None:
        """The live link of a task on a side."""
        found = self.links.get((task, side))
        return found if found is not None and found.live else None

    def of_task(self, task: TaskId) -> list[Link]:
        """All links of a task, in the order of the sides."""
        return [found for side in self.sides if (found := self.links.get((task, side))) is not None]

    def live_links(self, side: SideName) -> int:
        """How many live links there are on a side, those that are not loaded included."""
        return self.settled + sum(1 for link in self.of_side(side) if link.live)

    def of_side(self, side: SideName) -> list[Link]:
        """All links on a side that have a ref, live and let go."""
        return [link for link in self.links.values() if link.side == side and link.ref is not None]
