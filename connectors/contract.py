"""The contract between the engine and a connector: data about a vendor, and verbs of one method each.

The engine reads a connector's :class:`Capabilities` and calls the verbs declared there; it never asks for a name. One
connector instance is one side: one account and one container at a vendor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, runtime_checkable

from connectors.capabilities import (
    NOT_HELD,
    Capabilities,
    CreateHelp,
    DeleteMeans,
    DeletionSign,
    Discovery,
    FieldCapability,
    Holding,
    Increment,
    PersonKey,
    Verb,
)
from connectors.entries import Coverage, Cursor, Entry, Found, Page, Record, Stored
from connectors.powers import Acquaint, ClientId, Recall, Recognise
from connectors.task import Field, Fields, Patch, Ref, Status

if TYPE_CHECKING:
    from connectors.projection import View
    from connectors.transport import Http

OwnSettings = TypeVar("OwnSettings", bound="Settings")


class Clock(Protocol):
    """Time, as it is handed to whoever needs it."""

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that never go back."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait. May raise ``Transient`` (not applied) when the program is asked to stop meanwhile."""
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
        """The steps that this vendor needs for a patch, one request each, in order. Asks nobody.

        The first step of a create is the create. It has besides what the vendor demands and nobody has told (a field
        that is ``made_up``), so that what was made up is known even where no answer comes.
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
        """Lists, canvases, fields, people and words, with their ids.

        A setting that is missing, wrong, or stands for nothing there is no failure: it is what a person looks for.
        What this account may not list is left out. Raises ``RetryLater``, ``SideDown``.
        """
        ...


@runtime_checkable
class Remarks(Protocol):
    """A side that finds out, by :meth:`Connector.check` or ``discover``, what a person should know."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the last of the two found, a sentence each; none before it, or where there is nothing to say."""
        ...


class Settings(Protocol):
    """A connector's own settings: a pydantic model that forbids unknown keys."""

    default_base_url: ClassVar[str | None]
    """The vendor's address, or None: then ``base_url`` must be given."""

    # Three attributes are optional: ``adopt``, ids of tasks to take in, for a side without a list; ``apart`` (a
    # ClassVar), the names of those settings that change nothing about what an answer means; and ``unnamed`` (a
    # ClassVar), the settings that a person looks for with ``discover``, each with what stands there until it is found.

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

    def own_as(self, kind: type[OwnSettings]) -> OwnSettings:
        """A connector's own settings. Raises ``TypeError`` when they are another connector's."""
        if not isinstance(self.own, kind):
            raise TypeError(f"side {self.name}: settings of another connector: {type(self.own).__name__}")
        return self.own

    def words(self, usual: Mapping[str, Status]) -> Mapping[str, Status]:
        """The status words that are known, in the order in which they are preferred."""
        return usual if self.statuses is None else self.statuses

    def two_way(self, field_: Field, view: View | None, note: str = "") -> FieldCapability:
        """How a field is held that is written at any time; without a view, or not synced: not at all."""
        if view is None or self.fields.get(field_) is False:
            return NOT_HELD
        return FieldCapability(holding=Holding.TWO_WAY, view=view, required=field_ is Field.TITLE, note=note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """A plug-in: what the entry-point group ``tasksync.connectors`` points to. Data; importing it does no work."""

    name: str
    title: str
    settings: type[Settings]
    capabilities: Callable[[SideSettings], Capabilities]
    factory: Callable[[SideSettings, Clock, Http], Connector]
    version: str = "1"  # grows when the mapping changes: shadows made by another version are renewed, not compared


__all__ = [
    "NOT_HELD",
    "Acquaint",
    "Capabilities",
    "Changes",
    "ClientId",
    "Clock",
    "Connector",
    "Coverage",
    "Create",
    "CreateHelp",
    "Cursor",
    "Delete",
    "DeleteMeans",
    "DeletionSign",
    "Discover",
    "Discovery",
    "Entry",
    "FieldCapability",
    "Found",
    "Get",
    "Holding",
    "Increment",
    "Manifest",
    "MarkerLookup",
    "Page",
    "PersonKey",
    "Recall",
    "Recognise",
    "Record",
    "Remarks",
    "Settings",
    "SideSettings",
    "Stored",
    "Update",
    "Verb",
]
