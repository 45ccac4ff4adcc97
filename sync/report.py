"""What a command has to say, as data: the command line turns it into tables, sentences or JSON.

Values are canonical (``core.codec`` makes JSON and text of them); counts are those of the documented output of
``run`` and ``plan``.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import orjson

from connectors.contract import Found
from connectors.task import Field, JsonValue
from sync.core.codec import shown
from sync.core.facts import Action, Note, Read
from sync.core.model import Held, SideName
from sync.core.proposal import Proposed


class Result(StrEnum):
    """How a group's cycle ended: the first that applies."""

    FAILED = "failed"
    OWED = "owed"
    HELD = "held"
    WAITING = "waiting"
    CHANGED = "changed"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True, kw_only=True)
class SideReport:
    """How a side took part: state is ok, down, paused or dormant; ``why`` says what happened and what to do next."""

    state: str
    why: str | None
    read: Read
    fault: str = ""  # "failure": no person or vendor, the program is at fault


@dataclass(slots=True, kw_only=True)
class GroupReport:
    """One group's cycle. ``code`` is 0, 1, 3 or 4; ``lines`` are remarks for people, one line each."""

    result: Result = Result.QUIET
    created: int = 0
    updated: int = 0
    deleted: int = 0
    adopted: int = 0
    conflicts: int = 0
    held: int = 0
    owed: int = 0
    waiting: int = 0
    undeliverable: int = 0
    sides: dict[SideName, SideReport] = field(default_factory=dict)
    requests: dict[SideName, int] = field(default_factory=dict)
    seconds: float = 0.0
    code: int = 0
    cycle: int = 0
    lines: list[str] = field(default_factory=list)
    undone: int = 0  # how much of a cycle came back
    skipped: list[Note] = field(default_factory=list)  # … and what did not, for it moved since
    held_back: int = 0  # … and what of it a guard holds

    def as_json(self) -> dict[str, JsonValue]:
        """The documented members of ``run --once --json``, and no others."""
        return {
            "result": self.result.value,
            "created": self.created,
            "updated": self.updated,
            "deleted": self.deleted,
            "adopted": self.adopted,
            "conflicts": self.conflicts,
            "held": self.held,
            "owed": self.owed,
            "waiting": self.waiting,
            "undeliverable": self.undeliverable,
            "sides": sides_json(self.sides),
            "requests": dict(self.requests),
            "seconds": round(self.seconds, 3),
        }


@dataclass(slots=True, kw_only=True)
class RunReport:
    """All groups of one run. ``refused`` is set when ``--plan HASH`` no longer held: nothing was written."""

    groups: dict[str, GroupReport] = field(default_factory=dict)
    exit: int = 0
    refused: str = ""

    def as_json(self) -> dict[str, JsonValue]:
        """``run --once --json``."""
        return {"groups": {name: group.as_json() for name, group in self.groups.items()}, "exit": self.exit}


@dataclass(slots=True, kw_only=True)
class GroupPlan:
    """What a cycle of one group would do.

    ``held`` are rows as ``held --json`` shows them, those that would be new included.
    """

    actions: list[Action] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    waiting: list[Note] = field(default_factory=list)
    undeliverable: list[Note] = field(default_factory=list)
    sides: dict[SideName, SideReport] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    code: int = 0
    undone: int = 0
    skipped: list[Note] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class PlanReport:
    """All groups of one plan, with the hash that ``run --plan`` takes."""

    groups: dict[str, GroupPlan] = field(default_factory=dict)
    exit: int = 0
    now: datetime | None = None

    @property
    def hash(self) -> str:
        """Over the actions of all groups, nothing that depends on the clock."""
        return plan_hash({name: group.actions for name, group in self.groups.items()})


def plan_hash(groups: Mapping[str, Iterable[Action]]) -> str:
    """Twelve hexadecimal digits that change when any action of any group does."""
    rows = [
        [
            name,
            action.do.value,
            action.title,
            action.side,
            action.ref or "",
            {f.value: shown(v) for f, v in action.fields.items()},
        ]
        for name in sorted(groups)
        for action in groups[name]
    ]
    packed = sorted(orjson.dumps(row, option=orjson.OPT_SORT_KEYS) for row in rows)
    return hashlib.sha256(b"\n".join(packed)).hexdigest()[:12]


def count_actions(actions: Iterable[Action]) -> str:
    """How many actions of each kind, in words: "2 create, 1 update"."""
    counts = Counter(action.do.value for action in actions)
    return ", ".join(f"{number} {name}" for name, number in sorted(counts.items())) or "nothing to do"


def sides_json(sides: Mapping[SideName, SideReport]) -> dict[str, JsonValue]:
    """Sides as every JSON document shows them."""
    return {name: {"state": side.state, "why": side.why, "read": side.read.value} for name, side in sides.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCheck:
    """One cell of the table field × side: two-way, read-only, lossy, not held, no opinion; and why.

    ``at_create``: of a field that is read only, that it is written when the task is made. ``notes``: what a person
    should know besides, a sentence each; ``told``: they say why, and more.
    """

    state: str
    why: str = ""
    at_create: bool = False
    notes: tuple[str, ...] = ()
    told: bool = False


@dataclass(slots=True, kw_only=True)
class SideCheck:
    """One side of ``check``."""

    state: str
    why: str | None
    fields: dict[Field, FieldCheck] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class GroupCheck:
    """A group of ``check``: its sides, and what they can not tell each other, a sentence each."""

    sides: tuple[SideName, ...]
    notes: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class CheckReport:
    """What ``check`` found. ``groups``: the sides of each."""

    sides: dict[SideName, SideCheck] = field(default_factory=dict)
    groups: dict[str, GroupCheck] = field(default_factory=dict)
    exit: int = 0


@dataclass(slots=True, kw_only=True)
class DiscoverReport:
    """What ``discover`` found on one side, and who may be who on all of them.

    ``lacking`` says which settings of the side are missing or wrong: what was found is for these. ``asked``: each side
    that was asked for its people, and why it gave none (None: it answered).
    """

    side: SideName
    connector: str
    found: tuple[Found, ...] = ()
    remarks: tuple[str, ...] = ()
    lacking: tuple[str, ...] = ()
    people: Proposed = field(default_factory=Proposed)
    asked: dict[SideName, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class WindowStatus:
    """At most ``limit`` requests in ``per`` seconds, of which ``used`` count now."""

    limit: int
    per: float
    used: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetStatus:
    """A side's rate budget, shared by all who use the account.

    ``spacing`` is the mean distance of requests in seconds, 0: none. ``free_in`` is after how many seconds the next one
    may go out; None: when one that is under way has ended.
    """

    windows: tuple[WindowStatus, ...]
    spacing: float
    free_in: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SideStatus:
    """A side as ``status`` shows it: last complete read, linked tasks, and the words that its table does not know."""

    name: SideName
    connector: str
    state: str
    why: str
    links: int
    last_complete: datetime | None
    budget: BudgetStatus | None = None  # None: no budget of ours
    looked: str = ""  # of a side without a list: within what time every linked task is looked at
    unknown: tuple[str, ...] = ()  # 'status: "on hold" (3 tasks): add it to [sides.x.statuses]'


@dataclass(slots=True, kw_only=True)
class GroupStatus:
    """A group as ``status`` shows it."""

    name: str
    tasks: int = 0
    last_cycle: datetime | None = None
    last_result: str = ""
    sides: list[SideStatus] = field(default_factory=list)
    owed: list[Note] = field(default_factory=list)
    waiting: list[Note] = field(default_factory=list)
    undeliverable: list[Note] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
