"""What a cycle reads, decides, and tells: observations, actions, history rows, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from connectors.contract import Entry
from connectors.task import Field, JsonValue, Native, Ref, Value
from sync.core.model import Do, SideName, State, TaskId


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One field of an action, for people.

    Canonical value before and after, whose edit it is, and the rule that decided.
    """

    before: Value
    after: Value
    by: SideName
    rule: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One thing that a cycle will do on one side.

    ``fields`` is what to send, in side space; ``versions`` the version of each that the side will then hold. A create
    carries all that the new entry is to hold. ``after`` names tasks whose action on this side must come first
    (parents, moved children).
    """

    do: Do
    task: TaskId
    title: str
    side: SideName
    ref: Ref | None
    fields: Mapping[Field, Value] = field(default_factory=dict)
    versions: Mapping[Field, int] = field(default_factory=dict)
    changes: Mapping[Field, Change] = field(default_factory=dict)
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A history row: one value that moved, encoded values before and after."""

    task: TaskId
    title: str
    side: SideName  # the side whose edit it is; for a loser, the side that lost
    field: Field
    old: JsonValue
    new: JsonValue
    rule: str
    lost: bool = False  # a losing value: kept so that it can be brought back


@dataclass(frozen=True, slots=True, kw_only=True)
class Acted:
    """A history row: one action and how it ended. ``image`` is the entry before a delete, for undo."""

    do: Do
    task: TaskId
    side: SideName
    ref: Ref | None
    outcome: str
    fields: Mapping[str, JsonValue] = field(default_factory=dict)
    image: Native = field(default_factory=dict)


class Read(StrEnum):
    """What was read of a side in this cycle."""

    COMPLETE = "complete"
    SINCE = "since"
    POLLED = "polled"
    STILL_READING = "still reading"
    SET_ASIDE = "set aside"
    NONE = "none"


@dataclass(slots=True)
class Observation:
    """What a cycle has read of one side, before anything is believed.

    ``entries`` are those that were read and are not known to be unchanged; ``listed`` the refs that the read named,
    with ``unchanged`` among them not decoded. ``gone`` are refs for which a get said so, ``answers`` whether a known
    task or a complete listing answered in this cycle. ``found`` are listed too: a complete listing lacked them, and a
    get had them. ``offset`` seconds are to be added to the vendor's times to have ours.
    ``former`` has, of entries that another mapping has read, what that was in the eyes of this one.
    """

    side: SideName
    read: Read = Read.NONE
    state: str = "ok"
    why: str = ""
    entries: dict[Ref, Entry] = field(default_factory=dict)
    former: dict[Ref, Entry] = field(default_factory=dict)
    listed: frozenset[Ref] = frozenset()
    gone: set[Ref] = field(default_factory=set)
    found: set[Ref] = field(default_factory=set)
    answers: bool = False
    total: int | None = None
    offset: float = 0.0
    cursor: str = ""
    began: datetime | None = None
    looked: frozenset[Ref] | None = None  # those that were looked at now, where the rest was not; None: all were
    digest: str = ""  # of the whole read, to tell an equal one
    omitted: frozenset[Ref] = frozenset()  # what a sweep found changed, and "changed since" did not name
    unseen: frozenset[int] = frozenset()  # open creates, by number, that one complete read more has lacked
    asked_at: float | None = None  # monotonic: when the read began, where that was not in this cycle
    limited: bool = False  # nothing was read for want of budget: no fault of the side

    @property
    def took_part(self) -> bool:
        """Whether there is anything to go by."""
        return self.read not in {Read.NONE, Read.STILL_READING}

    def tells_of(self, ref: Ref) -> bool:
        """Whether it says how an entry is: changed, as before, or gone."""
        return ref in self.entries or ref in self.listed or ref in self.gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A line about one task, side and field: waiting, or undeliverable, and why."""

    task: TaskId
    title: str
    side: SideName
    ref: Ref | None
    field: Field | None
    why: str


@dataclass(slots=True)
class Decision:
    """What the pure part of a cycle has decided: the new state, what to do, and what to tell."""

    state: State
    actions: list[Action] = field(default_factory=list)
    waiting: list[Note] = field(default_factory=list)
    undeliverable: list[Note] = field(default_factory=list)
    moved: list[Moved] = field(default_factory=list)
    acted: list[Acted] = field(default_factory=list)
    adopted: int = 0
    conflicts: int = 0
    warnings: list[str] = field(default_factory=list)
    reads: dict[SideName, Read] = field(default_factory=dict)
    undone: int = 0  # how much of the cycle that a person undoes is brought back
    reversed: set[TaskId] = field(default_factory=set)  # the tasks of which something is brought back
    skipped: list[Note] = field(default_factory=list)  # … and what is not, for it moved since
