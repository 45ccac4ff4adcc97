"""The tables, as the newest migration leaves them.

Rows never leave this package: what reads and writes them speaks in the engine's facts. Documents are JSON in text
columns; times are aware and in UTC. A table's name is a word of the vocabulary.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import (
    BigInteger,
    Connection,
    Index,
    Integer,
    MetaData,
    Table,
    TextClause,
    UniqueConstraint,
    event,
    text,
)
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

# SQLite's INTEGER is 64 bits wide and the only type that can number rows by itself.
WIDE = BigInteger().with_variant(Integer, "sqlite")
OPEN_TASK = text("NOT settled")
HAS_PARENT = text("parent IS NOT NULL")
NUMBERED = {"sqlite_autoincrement": True}  # a number is never given out twice, not even after its row is gone


def _of_some(name: str, *columns: str, where: TextClause, unique: bool = False) -> Index:
    """An index of the rows that a condition names."""
    return Index(name, *columns, unique=unique, sqlite_where=where)


class Base(SQLModel, registry=registry()):
    """What the tables share: metadata of their own, apart from anybody else's tables."""


class MetaTable(Base, table=True):
    """Facts about the store itself: whose it is, and the number of migrations that made it."""

    __tablename__ = "meta"
    name: str = Field(primary_key=True)
    value: str


class GroupTable(Base, table=True):
    """A group; ``next_task`` numbers its tasks and never goes back, 0 before the first."""

    __tablename__ = "group"
    __table_args__: ClassVar[dict[str, bool]] = NUMBERED
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    name: str = Field(unique=True)
    next_task: int = Field(sa_type=WIDE)


class SideTable(Base, table=True):
    """What is remembered of a side of a group. ``doc`` has what nobody asks the database for."""

    __tablename__ = "side"
    __table_args__ = (UniqueConstraint("group_id", "name"), NUMBERED)
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    group_id: int = Field(foreign_key="group.id", sa_type=WIDE)
    name: str
    fingerprint: str
    cursor: str
    began: datetime | None
    links: int
    last_complete: datetime | None
    filter_trusted: bool
    doc: str


class TaskTable(Base, table=True):
    """A canonical task: ``doc`` has its values, ``versions`` the versions that say more than "first".

    ``parent`` is that of ``doc``, to find relatives by. ``settled``: nothing is open about it on any side, so that a
    cycle need not load it.
    """

    __tablename__ = "task"
    __table_args__ = (
        _of_some("ix_task_open", "group_id", where=OPEN_TASK),
        _of_some("ix_task_parent", "parent", where=HAS_PARENT),
    )
    id: int = Field(primary_key=True, sa_type=WIDE, sa_column_kwargs={"autoincrement": False})
    group_id: int = Field(foreign_key="group.id", index=True, sa_type=WIDE)
    kind: str
    life: str
    born: str
    doc: str
    versions: str | None
    parent: int | None = Field(default=None, sa_type=WIDE)
    settled: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})


class LinkTable(Base, table=True):
    """The tie of a task and its entry on a side, one document for all its shadows.

    ``behind`` has what is acknowledged or refused, only where that is not the current version; ``rest`` what few have.
    """

    __tablename__ = "link"
    __table_args__ = (UniqueConstraint("side_id", "ref"),)
    task_id: int = Field(
        primary_key=True,
        foreign_key="task.id",
        ondelete="CASCADE",
        sa_type=WIDE,
        sa_column_kwargs={"autoincrement": False},
    )
    side_id: int = Field(
        primary_key=True, foreign_key="side.id", sa_type=WIDE, sa_column_kwargs={"autoincrement": False}
    )
    ref: str | None
    life: str
    raw_hash: str
    mapping: str
    shadow: str
    behind: str | None
    token: str
    native: str
    modified: datetime | None
    own_modified: datetime | None
    wrote: int = Field(sa_type=WIDE)
    misses: int
    missed_at: datetime | None
    gone: int
    rest: str | None


class IntentTable(Base, table=True):
    """A changing request that is about to be sent, or was. ``closed`` is set when its outcome is known."""

    __tablename__ = "intent"
    __table_args__ = (
        _of_some("ix_intent_open", "task_id", "side_id", where=text("closed IS NULL"), unique=True),
        NUMBERED,
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    task_id: int = Field(foreign_key="task.id", ondelete="CASCADE", index=True, sa_type=WIDE)
    side_id: int = Field(foreign_key="side.id", sa_type=WIDE)
    cycle_id: int = Field(sa_type=WIDE)
    do: str
    ref: str | None
    state: str
    reads: int
    opened: datetime
    closed: datetime | None
    outcome: str
    doc: str


class CycleTable(Base, table=True):
    """One pass over a group; what comes after ``started`` is empty while it runs, or when it was cut short."""

    __tablename__ = "cycle"
    __table_args__: ClassVar[dict[str, bool]] = NUMBERED
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    group_id: int = Field(foreign_key="group.id", index=True, sa_type=WIDE)
    started: datetime
    seconds: float | None
    result: str
    counts: str


class HistoryTable(Base, table=True):
    """Values that moved (``do`` is empty) and actions (``field`` is empty), in the order in which it happened."""

    __tablename__ = "history"
    __table_args__ = (Index("ix_history_task_field", "task_id", "field"), NUMBERED)
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    cycle_id: int = Field(index=True, sa_type=WIDE)
    group_id: int = Field(foreign_key="group.id", sa_type=WIDE)
    at: datetime = Field(index=True)
    task_id: int = Field(sa_type=WIDE)
    side: str
    field: str
    do: str
    lost: bool
    doc: str


class HeldTable(Base, table=True):
    """Something that waits for a person; ``ended`` is set when it is over."""

    __tablename__ = "held"
    __table_args__ = (
        _of_some("ix_held_open", "group_id", "key", where=text("ended IS NULL"), unique=True),
        NUMBERED,
    )
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    group_id: int = Field(foreign_key="group.id", sa_type=WIDE)
    kind: str
    key: str
    task_id: int | None = Field(sa_type=WIDE)
    side: str
    field: str
    since: datetime
    ended: datetime | None
    decision: str
    doc: str


class LeaseTable(Base, table=True):
    """Who may work on a group. ``epoch`` grows with each owner; ``owner`` is empty after a release."""

    __tablename__ = "lease"
    group_id: int = Field(
        primary_key=True, foreign_key="group.id", sa_type=WIDE, sa_column_kwargs={"autoincrement": False}
    )
    owner: str
    epoch: int = Field(sa_type=WIDE)
    since: datetime
    expires: datetime
    doc: str


class RequestTable(Base, table=True):
    """A cycle that somebody asks the running service for; the service takes the row away when it has begun it."""

    __tablename__ = "request"
    __table_args__: ClassVar[dict[str, bool]] = NUMBERED
    id: int | None = Field(default=None, primary_key=True, sa_type=WIDE)
    group_id: int = Field(foreign_key="group.id", sa_type=WIDE)
    at: datetime


METADATA: MetaData = Base.metadata


@event.listens_for(METADATA, "before_create")
def _told_to_postgresql(metadata: MetaData, connection: Connection, **_options: object) -> None:
    """The conditions of indexes, where that is the database: who names its dialect loads it."""
    if connection.dialect.name != "postgresql":
        return
    for index in (index for table in metadata.tables.values() for index in table.indexes):
        index.dialect_options["postgresql"]["where"] = index.dialect_options["sqlite"]["where"]


def _table(model: type[SQLModel]) -> Table:
    """The table of a model, for reads of columns and for bulk writes."""
    return METADATA.tables[str(model.__tablename__)]


META = _table(MetaTable)
GROUP = _table(GroupTable)
SIDE = _table(SideTable)
TASK = _table(TaskTable)
LINK = _table(LinkTable)
INTENT = _table(IntentTable)
CYCLE = _table(CycleTable)
HISTORY = _table(HistoryTable)
HELD = _table(HeldTable)
LEASE = _table(LeaseTable)
REQUEST = _table(RequestTable)
