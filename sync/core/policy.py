"""What a group's configuration says, as the core needs it, and who wins a conflict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from connectors.contract import Capabilities, DeleteMeans, FieldCapability, Holding, Verb
from connectors.task import Field, Kind, Ref, Value
from sync.core.model import SideName

CLOCK_DOUBT: Final = timedelta(seconds=5)
"""Vendor times closer than both granularities and this can not be told apart (rule 14)."""


class ConflictPolicy(StrEnum):
    """Who wins when edits are explained by no single value."""

    NEWEST = "newest"
    PRIORITY = "priority"
    HOLD = "hold"


class DeletePolicy(StrEnum):
    """What a delete on one side does on the others."""

    PROPAGATE = "propagate"
    CLOSE = "close"
    KEEP = "keep"


class AccessPolicy(StrEnum):
    """Whether a side contributes, is written, or both."""

    TWO_WAY = "two-way"
    READ = "read"
    WRITE = "write"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """More than both ``share`` (0 … 1) and ``count`` is over the limit, within ``per``."""

    share: float
    count: int
    per: timedelta = timedelta(days=1)

    def exceeded(self, number: int, of: int) -> bool:
        """Whether ``number`` of ``of`` is more than both."""
        return number > self.count and number > self.share * of


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardPolicy:
    """The guards of a group; None or False is off."""

    deletes: Limit | None = Limit(share=0.25, count=10)
    emptied: bool = True
    shrunk: float | None = 0.30
    changed: Limit | None = Limit(share=0.50, count=20)
    creates: int | None = 1000
    returned: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidencePolicy:
    """How many complete sweeps, how far apart, must miss a task that can not be got by its ref."""

    misses: int = 3
    miss_gap: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRule:
    """Who somebody is, as ``[people]`` says; ``ids`` maps a side to the id there."""

    key: str
    name: str = ""
    email: str = ""
    ids: Mapping[SideName, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSpec:
    """One side of the group: what it can do, what it may do, and the fingerprints of its mapping and its container."""

    name: SideName
    capabilities: Capabilities
    access: AccessPolicy = AccessPolicy.TWO_WAY
    unsynced: frozenset[Field] = frozenset()
    mapping: str = ""
    fingerprint: str = ""
    adopt: tuple[Ref, ...] = ()  # refs to take in, on a side without a list

    def of(self, field_: Field) -> FieldCapability:
        """How the side holds a field, as far as it is synced."""
        if field_ in self.unsynced:
            return _UNSYNCED
        return self.capabilities.of(field_)

    def reads(self, field_: Field) -> bool:
        """Whether an entry of this side can have an opinion on a field."""
        return self.of(field_).holding is not Holding.NOT_HELD

    def writes(self, field_: Field) -> bool:
        """Whether a field of an existing entry can be changed from here."""
        return self.of(field_).holding is Holding.TWO_WAY

    def sets(self, field_: Field) -> bool:
        """Whether a field can be given when an entry is made."""
        return self.of(field_).holding in {Holding.TWO_WAY, Holding.AT_CREATE}

    def for_kind(self, kind: Kind) -> SideSpec:
        """The same side as it holds tasks of a kind. A comment has its text, and its task for good."""
        if kind is Kind.TASK:
            return replace(self, unsynced=self.unsynced | {Field.COMMENTS})
        text = self.of(Field.COMMENTS)
        held = text.holding is not Holding.NOT_HELD
        fields = {Field.COMMENTS: replace(text, required=True), Field.PARENT: _FOR_GOOD} if held else {}
        can = self.capabilities.can(Verb.DELETE) and text.holding is Holding.TWO_WAY
        capabilities = replace(
            self.capabilities,
            fields=fields,
            delete_means=DeleteMeans.DELETE if can else DeleteMeans.NOTHING,
            delete_cascades=False,
            absence_is_ambiguous=False,
            derived_from_children=frozenset(),
        )
        return replace(self, capabilities=capabilities, unsynced=frozenset())


_FOR_GOOD = FieldCapability(holding=Holding.AT_CREATE)
_UNSYNCED = FieldCapability(holding=Holding.NOT_HELD, note="not synced: fields = false")


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPolicy:
    """A group's configuration. The order of ``sides`` is their priority."""

    sides: tuple[SideSpec, ...]
    conflict: ConflictPolicy = ConflictPolicy.NEWEST
    conflict_by_field: Mapping[Field, ConflictPolicy] = field(default_factory=dict)
    deletes: DeletePolicy = DeletePolicy.PROPAGATE
    match_titles: bool = True
    completed: timedelta | None = timedelta(days=30)  # None: all
    completed_none: bool = False  # nothing that is completed is created anywhere
    guards: GuardPolicy = GuardPolicy()
    evidence: EvidencePolicy = EvidencePolicy()
    people: tuple[PersonRule, ...] = ()

    def side(self, name: SideName) -> SideSpec:
        """A side by its name. Raises ``KeyError``."""
        for spec in self.sides:
            if spec.name == name:
                return spec
        raise KeyError(name)

    def rank(self, name: SideName) -> int:
        """A side's priority: 0 is the highest. Whoever is no side (a person's own decision) comes before all."""
        return next((place for place, spec in enumerate(self.sides) if spec.name == name), -1)

    def on(self, field_: Field) -> ConflictPolicy:
        """The policy of a field. A person can not be asked about the order of tasks: that goes by priority."""
        if field_ is Field.POSITION:
            return ConflictPolicy.PRIORITY
        return self.conflict_by_field.get(field_, self.conflict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One of several values that a field could take: whose it is, what that side shows, and the (corrected) time."""

    side: SideName
    value: Value
    seen: Value
    at: datetime | None
    derived: bool = False


def winner(field_: Field, contenders: Sequence[Contender], policy: GroupPolicy) -> tuple[Contender, str]:
    """The contender that stands and the rule that decided: ``newest`` where times can tell, else ``priority``."""
    ranked = sorted(contenders, key=lambda contender: policy.rank(contender.side))
    if policy.on(field_) is ConflictPolicy.NEWEST and all(contender.at is not None for contender in ranked):
        latest, second = sorted(ranked, key=_time, reverse=True)[:2]
        doubt = CLOCK_DOUBT + _granularity(policy, latest.side) + _granularity(policy, second.side)
        if _time(latest) - _time(second) > doubt:
            return latest, ConflictPolicy.NEWEST.value
    return ranked[0], ConflictPolicy.PRIORITY.value


def _time(contender: Contender) -> datetime:
    assert contender.at is not None  # noqa: S101 - asked for only when every contender has a time
    return contender.at


def _granularity(policy: GroupPolicy, name: SideName) -> timedelta:
    for spec in policy.sides:
        if spec.name == name:
            return spec.capabilities.modified_granularity or timedelta(0)
    return timedelta(0)
