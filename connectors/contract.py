"""The contract between the engine and a connector: data about a vendor, and verbs of one method each.

The engine reads a connector's :class:`Capabilities` and calls the verbs declared there; it never asks for a name. One
connector instance is one side: one account and one container at a vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from connectors.budget import RateBudget
from connectors.projection import SAME, View
from connectors.task import Field, Fields, Kind, Native, Patch, Ref, Status

if TYPE_CHECKING:
    from connectors.transport import Http


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
    budget: RateBudget
    family: str = ""  # sides of one family exchange custom fields

    def of(self, field_: Field) -> FieldCapability:
        """How the side holds a field."""
        return self.fields.get(field_, NOT_HELD)

    def can(self, verb: Verb) -> bool:
        """Whether the connector has a verb."""
        return verb in self.verbs


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One task as the vendor sent it, not decoded yet; ``raw_hash`` leaves the volatile members out."""

    ref: Ref
    raw_hash: str
    native: Native


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One task as one side holds it now.

    ``fields`` has a value for each field that the answer carries and the tables know; a field that is absent is *no
    opinion*, and ``unknown`` says for which word. ``derived`` are fields that the vendor computes (a parent's status).
    ``modified`` is the vendor's time, not corrected. ``container`` is set when the entry was found in another
    container. ``problem`` says why an entry can not be read; then ``fields`` is empty.
    """

    ref: Ref
    raw_hash: str
    fields: Fields
    native: Native
    kind: Kind = Kind.TASK
    unknown: Mapping[Field, str] = field(default_factory=dict)
    derived: frozenset[Field] = frozenset()
    children: tuple[Ref, ...] = ()  # refs of its children, where a delete or close would take them along
    modified: datetime | None = None
    token: str = ""
    deleted: bool = False
    container: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """The answer to a changing request: the entry as the vendor stored it.

    A field that ``entry.fields`` lacks was not in the answer and is unconfirmed until the next read. ``confirmed`` is
    true when a strong version token vouches for every field that was sent. ``also`` are other entries that the answer
    names.
    """

    entry: Entry
    confirmed: bool = False
    also: tuple[Entry, ...] = ()


class Coverage(StrEnum):
    """What a finished read covers."""

    EVERYTHING = "everything"
    SINCE = "since"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the next incremental read starts.

    The vendor's own value, and when the read that made it began (its clock).
    """

    value: str
    began: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A part of a read. The last one says what the whole read covers and where the next one starts.

    ``total`` is the number of tasks that the vendor says there are (None: it does not). ``server_time`` is the
    ``Date`` of the answer, ``received`` our clock at that moment: together they correct the vendor's times.
    """

    records: tuple[Record, ...]
    last: bool = False
    coverage: Coverage = Coverage.EVERYTHING
    cursor: Cursor | None = None
    total: int | None = None
    server_time: datetime | None = None
    received: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One thing that ``discover`` names: its kind (list, canvas, person, word …), id, name, and a remark."""

    kind: str
    id: str
    name: str
    remark: str = ""


class Clock(Protocol):
    """Time, as it is handed to whoever needs it."""

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait."""
        ...


class Connector(Protocol):
    """What every connector has."""

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        ...

    def check(self) -> None:
        """Reach the vendor, prove credentials and container, resolve configured names to ids.

        Raises ``SideDown`` or ``RetryLater``.
        """
        ...

    def normalise(self, record: Record) -> Entry:
        """Pure: a record as an entry. Never raises for what a vendor may send: such an entry has a ``problem``."""
        ...

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """Pure: the steps that this vendor needs for a patch, one request each, in order.

        The first step of a create is the create.
        """
        ...

    def close(self) -> None:
        """Let go of connections."""
        ...


@runtime_checkable
class Changes(Protocol):
    """A side that can tell what is on it, or what changed."""

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """Pages of records; None means everything. May repeat a record, may never silently omit one.

        An invalid cursor is answered by a complete read. Raises ``RetryLater`` or ``SideDown``; what was read before
        is void.
        """
        ...


@runtime_checkable
class Get(Protocol):
    """A side whose tasks can be read one by one."""

    def get(self, ref: Ref) -> Entry:
        """One entry.

        Raises ``Gone`` when it is not there while the side itself answers, ``RetryLater``, ``SideDown``.
        """
        ...


@runtime_checkable
class Create(Protocol):
    """A side on which tasks can be made."""

    def create(self, fields: Fields, marker: str) -> Stored:
        """One request: make a task with the fields of the first step of :meth:`Connector.split`.

        ``marker`` is an id of ours, unique to this task, for vendors with an invisible place for it. Raises
        ``TaskRefused``, ``RetryLater``, ``SideDown``, each saying whether the task can have been made.
        """
        ...


@runtime_checkable
class Update(Protocol):
    """A side whose tasks can be changed."""

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """At most one changing request: one step of :meth:`Connector.split`, laid over ``entry.native``.

        Raises ``Gone``, ``Stale`` (nothing was written), ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        ...


@runtime_checkable
class Delete(Protocol):
    """A side on which tasks can be deleted, or what stands for it."""

    def delete(self, entry: Entry) -> Stored | None:
        """One request; already gone is success.

        The answer, where there is one, is kept for undo; ``also`` names what went along.
        """
        ...


@runtime_checkable
class MarkerLookup(Protocol):
    """A side that can find a task by the marker it was created with."""

    def find_marker(self, marker: str) -> Entry | None:
        """The entry that was created with this marker, or None."""
        ...


@runtime_checkable
class Discover(Protocol):
    """A side that can name what a configuration may refer to."""

    def discover(self) -> tuple[Found, ...]:
        """Lists, canvases, fields, people and words, with their ids."""
        ...


class Settings(Protocol):
    """A connector's own settings: a pydantic model that forbids unknown keys."""

    default_base_url: ClassVar[str | None]
    """The vendor's address, or None: then ``base_url`` must be given."""

    def container(self, base_url: str) -> str:
        """The container that these settings name: two sides of one connector may not share it."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SideSettings:
    """What a connector gets of a side's configuration: its own settings, and those that every side takes.

    ``statuses`` maps a vendor's word to the canonical one, in the order written (None: the connector's default table).
    ``fields`` maps a canonical field to False (not synced) or to the vendor's name for it.
    """

    name: str
    own: Settings
    base_url: str
    timezone: tzinfo
    statuses: Mapping[str, Status] | None = None
    fields: Mapping[Field, bool | str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A plug-in: what the entry-point group ``tasksync.connectors`` points to. Data; importing it does no work."""

    name: str
    title: str
    settings: type[Settings]
    capabilities: Callable[[SideSettings], Capabilities]
    factory: Callable[[SideSettings, Clock, Http], Connector]
    version: str = "1"  # grows when the mapping changes: shadows made by another version are renewed, not compared
