"""What a side can do, as data: the engine reads this and never asks for a vendor's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from connectors.budget import RateBudget
from connectors.projection import SAME, View
from connectors.task import Field


class Verb(StrEnum):
    """What a connector can be asked to do."""

    CHECK = "check"
    CHANGES = "changes"
    GET = "get"
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    FIND_MARKER = "find_marker"
    DISCOVER = "discover"


class Holding(StrEnum):
    """What a side can do with a field."""

    TWO_WAY = "two-way"
    AT_CREATE = "at create"  # written when the task is made, read afterwards, never changed from here
    READ_ONLY = "read-only"
    NOT_HELD = "not held"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldCapability:
    """How a side holds one field: whether it can be written, and the view that it has of a value."""

    holding: Holding
    view: View = SAME
    required: bool = False  # a create without it is refused
    made_up: bool = False  # a create without it gets a value of ``split``, nobody's opinion
    note: str = ""  # said by ``check``: what a person should know


NOT_HELD = FieldCapability(holding=Holding.NOT_HELD)


class Discovery(StrEnum):
    """How a side tells what is on it."""

    SNAPSHOT = "snapshot"  # everything, each time
    INCREMENTAL = "incremental"  # what changed since a cursor
    POINT = "point"  # one task by its ref only; no list


class DeletionSign(StrEnum):
    """How a deletion can be proved, the best way that the side has."""

    TOMBSTONE = "tombstone"
    GONE_ON_GET = "gone on get"
    ABSENCE = "absence"


class CreateHelp(StrEnum):
    """What tells, after a lost answer, whether a create was applied."""

    CLIENT_ID = "client id"
    DUPLICATE_REFUSAL = "duplicate refusal"
    MARKER = "marker"
    LISTING = "listing"
    NONE = "none"


class DeleteMeans(StrEnum):
    """What deleting a task does on a side."""

    DELETE = "delete"
    ARCHIVE = "archive"
    STATUS = "status"
    NOTHING = "nothing"  # the side has no delete: a deleted task is let go there


class PersonKey(StrEnum):
    """How a vendor is told who somebody is."""

    ID = "id"
    NAME = "name"
    EMAIL = "email"


@dataclass(frozen=True, slots=True, kw_only=True)
class Increment:
    """How the vendor's "changed since" behaves.

    Its granularity, how far its clock can be off, whether the bound is included.
    """

    granularity: timedelta
    skew: timedelta
    inclusive: bool
    comments: bool = True  # it tells of comments too; else sweeps find them, and that is no fault of it
    whole: bool = False  # it tells only whether anything changed: then everything is read
    sure: bool = True  # it names every kind of change; else what it did not name is looked at before it is written over


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What one side can do: facts, no behaviour. ``fields`` names every field; one that is absent is not held."""

    verbs: frozenset[Verb]
    fields: Mapping[Field, FieldCapability]
    discovery: Discovery
    increment: Increment | None = None
    deletion_sign: DeletionSign
    delete_means: DeleteMeans
    absence_is_ambiguous: bool = False  # what vanished may only have been archived: held, not deleted
    delete_cascades: bool = False  # deleting or closing a task takes its children along
    create_help: CreateHelp
    preconditions: bool = False  # an update carries the version token and is refused when it is stale
    modified_granularity: timedelta | None = None  # of Entry.modified; None: the vendor tells no times
    person_key: PersonKey = PersonKey.ID
    derived_from_children: frozenset[Field] = frozenset()  # a task with children has these from them
    page_size: int | None = None  # None: everything in one answer
    sweep_requests: int | None = 1  # requests of one complete read; None: depends on the number of tasks
    volatile: frozenset[str] = frozenset()  # members of the native answer that say nothing about the task
    parallel: int = (
        1  # changing requests that may be under way at once: the connector's verbs are called by threads then
    )
    budget: RateBudget
    family: str = ""  # sides of one family exchange custom fields

    def of(self, field_: Field) -> FieldCapability:
        """How the side holds a field."""
        return self.fields.get(field_, NOT_HELD)

    @property
    def held(self) -> frozenset[Field]:
        """The fields that are held, and synced."""
        return frozenset(field for field, how in self.fields.items() if how.holding is not Holding.NOT_HELD)

    @property
    def names_changes(self) -> bool:
        """Whether a read of what changed names all of it, whatever kind of change it was."""
        return self.increment is None or self.increment.sure

    def can(self, verb: Verb) -> bool:
        """Whether the connector has a verb."""
        return verb in self.verbs
