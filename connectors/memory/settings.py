"""What a person, or a test, may say about a vault. Each trait makes the side poorer, and each is off by default."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Self

import pydantic
from pydantic import BaseModel, ConfigDict, PrivateAttr, model_validator

from connectors.contract import Verb
from connectors.memory.wire import Manners
from connectors.task import Field, Status

_READS = frozenset({Verb.CHANGES, Verb.GET})


class MemorySettings(BaseModel):
    """A vault and its traits."""

    model_config = ConfigDict(extra="forbid")

    default_base_url: ClassVar[str | None] = "memory:"
    needs_base_url: ClassVar[bool] = False

    vault: str = pydantic.Field(min_length=1)
    """The vault's name."""
    file: str | None = None
    """A JSON file that keeps it; without one it lives as long as the process."""

    title_limit: int | None = pydantic.Field(default=None, ge=1)
    """Titles are cut after so many code points."""
    states: tuple[Status, ...] = tuple(Status)
    """The states that the vault has a word for."""
    two_words: bool = False
    """There is a second word for in_progress: "active"."""
    days_only: bool = False
    """Start and due are days without a time."""
    one_assignee: bool = False
    """Only one person can be assigned."""
    parents: bool = False
    """Tasks form a tree."""
    cascades: bool = False
    """A task that is deleted or closed takes those below it along."""
    derives: bool = False
    """The status of a task with children comes from them."""

    not_held: tuple[Field, ...] = ()
    """Fields that the vault does not have."""
    read_only: tuple[Field, ...] = ()
    """Fields that can be read only."""
    at_create: tuple[Field, ...] = ()
    """Fields that can be written only when a task is made."""
    without: tuple[Verb, ...] = ()
    """Requests that the vault does not take."""
    one_by_one: bool = False
    """A request carries one field."""

    trims: bool = False
    """The vault takes blanks off both ends of title and description."""
    recases: bool = False
    """The vault stores labels in lower case."""
    silent: tuple[Field, ...] = ()
    """Fields that the answer to a write does not carry."""
    times: bool = False
    """The vault tells when a task was changed, in whole seconds."""
    archive_deletes: bool = False
    """Deleting a task is archiving it."""
    incremental: bool = False
    """The vault tells what changed since a cursor, deletions included."""
    page_size: int | None = pydantic.Field(default=None, ge=1)
    """Listings come in pages of so many tasks."""
    totals: bool = False
    """Listings say how many tasks there are."""
    etags: bool = False
    """A write is refused when the task was changed since it was read."""
    client_ids: bool = False
    """Whoever makes a task gives it its id."""
    markers: bool = False
    """A task keeps, invisibly, the marker that it was made with."""
    parallel: int = pydantic.Field(default=1, ge=1)
    """So many changing requests may be under way at once."""

    _shared: object | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if not self.states:
            raise ValueError("states: name at least one state")
        if not _READS - set(self.without):
            raise ValueError('without: a side that has neither "changes" nor "get" cannot be read')
        if Verb.CHECK in self.without:
            raise ValueError('without: every side has "check"')
        if (self.cascades or self.derives) and not self.parents:
            raise ValueError("cascades, derives: only with parents = true")
        return self

    @property
    def shared(self) -> object | None:
        """The vault that every connector made from these settings speaks to; None until the first one is made."""
        return self._shared

    @shared.setter
    def shared(self, vault: object) -> None:
        self._shared = vault

    def container(self, base_url: str) -> str:
        """The file, or the vault's name."""
        return f"file {Path(self.file).absolute()}" if self.file is not None else f"{base_url}{self.vault}"

    def manners(self) -> Manners:
        """What the vault does to what it is given."""
        preferred = (Status.NEEDS_ACTION, Status.IN_PROGRESS, *self.states)
        return Manners(
            new_status=next(status for status in preferred if status in self.states).value,
            title_limit=self.title_limit,
            days_only=self.days_only,
            trims=self.trims,
            recases=self.recases,
            one_assignee=self.one_assignee,
            parents=self.parents,
            cascades=self.cascades,
            derives=self.derives,
            archive_deletes=self.archive_deletes,
            client_ids=self.client_ids,
            markers=self.markers,
            etags=self.etags,
        )
