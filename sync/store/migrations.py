"""The ordered steps that make the tables, each named and in one transaction.

A step describes the tables as they were when it was written, apart from the models, which move on: a test asserts that
all steps together make what the models describe. Steps are only ever added at the end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    text,
)

WIDE: Final = BigInteger().with_variant(Integer, "sqlite")


@dataclass(frozen=True, slots=True)
class Migration:
    """One step: its name, for messages, and what it does inside the transaction it is given."""

    name: str
    apply: Callable[[Connection], None]


def _number(name: str, *, own: bool = False) -> Column[int]:
    """A row's own number: given by the database, never twice; with ``own`` given by us."""
    return Column(name, WIDE, primary_key=True, autoincrement=False if own else "auto")


def _wide(name: str, *target: ForeignKey, null: bool = False, index: bool = False) -> Column[int]:
    return Column(name, WIDE, *target, nullable=null, index=index)


def _text(name: str, *, null: bool = False) -> Column[str]:
    return Column(name, String, nullable=null)


def _time(name: str, *, null: bool = False, index: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=null, index=index)


def _whole(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False)


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False)


def _open(name: str, first: str, second: str, column: str) -> Index:
    """At most one row of the two columns where a third is empty."""
    empty = text(f"{column} IS NULL")
    return Index(name, first, second, unique=True, sqlite_where=empty, postgresql_where=empty)


def _first_tables(connection: Connection) -> None:
    """Everything that the first version keeps."""
    meta = MetaData()
    group = (_number("id"), Column("name", String, nullable=False, unique=True), _wide("next_task"))
    side = (
        *(_number("id"), _wide("group_id", ForeignKey("group.id")), _text("name"), _text("fingerprint")),
        *(_text("cursor"), _time("began", null=True), _whole("links"), _time("last_complete", null=True)),
        *(_flag("filter_trusted"), _text("doc"), UniqueConstraint("group_id", "name")),
    )
    task = (
        *(_number("id", own=True), _wide("group_id", ForeignKey("group.id"), index=True), _text("kind"), _text("life")),
        *(_text("born"), _text("doc"), _text("versions", null=True)),
    )
    Table("meta", meta, Column("name", String, primary_key=True), _text("value"))
    Table("group", meta, *group, sqlite_autoincrement=True)
    Table("side", meta, *side, sqlite_autoincrement=True)
    Table("task", meta, *task)
    _first_ties(meta)
    _first_accounts(meta)
    meta.create_all(connection, checkfirst=False)


def _first_ties(meta: MetaData) -> None:
    """Links and intents: what ties a task to a side, and what is about to change there."""
    link = (
        Column("task_id", WIDE, ForeignKey("task.id", ondelete="CASCADE"), primary_key=True, autoincrement=False),
        Column("side_id", WIDE, ForeignKey("side.id"), primary_key=True, autoincrement=False),
        *(_text("ref", null=True), _text("life"), _text("raw_hash"), _text("mapping"), _text("shadow")),
        *(_text("behind", null=True), _text("token"), _text("native"), _time("modified", null=True)),
        *(_time("own_modified", null=True), _wide("wrote"), _whole("misses"), _time("missed_at", null=True)),
        *(_whole("gone"), _text("rest", null=True), UniqueConstraint("side_id", "ref")),
    )
    intent = (
        *(_number("id"), _wide("task_id", ForeignKey("task.id", ondelete="CASCADE"), index=True)),
        *(_wide("side_id", ForeignKey("side.id")), _wide("cycle_id"), _text("do"), _text("ref", null=True)),
        *(_text("state"), _whole("reads"), _time("opened"), _time("closed", null=True), _text("outcome"), _text("doc")),
        _open("ix_intent_open", "task_id", "side_id", "closed"),
    )
    Table("link", meta, *link)
    Table("intent", meta, *intent, sqlite_autoincrement=True)


def _first_accounts(meta: MetaData) -> None:
    """Cycles, history, what is held, and leases: who did what, and who may."""
    cycle = (
        *(_number("id"), _wide("group_id", ForeignKey("group.id"), index=True), _time("started")),
        *(Column("seconds", Float, nullable=True), _text("result"), _text("counts")),
    )
    history = (
        *(_number("id"), _wide("cycle_id", index=True), _wide("group_id", ForeignKey("group.id"))),
        *(_time("at", index=True), _wide("task_id"), _text("side"), _text("field"), _text("do"), _flag("lost")),
        *(_text("doc"), Index("ix_history_task_field", "task_id", "field")),
    )
    held = (
        *(_number("id"), _wide("group_id", ForeignKey("group.id")), _text("kind"), _text("key")),
        *(_wide("task_id", null=True), _text("side"), _text("field"), _time("since"), _time("ended", null=True)),
        *(_text("decision"), _text("doc"), _open("ix_held_open", "group_id", "key", "ended")),
    )
    lease = (
        Column("group_id", WIDE, ForeignKey("group.id"), primary_key=True, autoincrement=False),
        *(_text("owner"), _wide("epoch"), _time("since"), _time("expires"), _text("doc")),
    )
    Table("cycle", meta, *cycle, sqlite_autoincrement=True)
    Table("history", meta, *history, sqlite_autoincrement=True)
    Table("held", meta, *held, sqlite_autoincrement=True)
    Table("lease", meta, *lease)


def _requests(connection: Connection) -> None:
    """What the running service is asked for."""
    meta = MetaData()
    Table("group", meta, _number("id"))
    columns = (_number("id"), _wide("group_id", ForeignKey("group.id")), _time("at"))
    table = Table("request", meta, *columns, sqlite_autoincrement=True)
    meta.create_all(connection, tables=[table], checkfirst=False)


def _settled_tasks(connection: Connection) -> None:
    """Which tasks have nothing open about them, and whose parent is who: until it is known, all are open."""
    wide = WIDE.compile(dialect=connection.dialect)
    connection.execute(text(f"ALTER TABLE task ADD COLUMN parent {wide}"))
    connection.execute(text("ALTER TABLE task ADD COLUMN settled BOOLEAN DEFAULT false NOT NULL"))
    connection.execute(text("CREATE INDEX ix_task_open ON task (group_id) WHERE NOT settled"))
    connection.execute(text("CREATE INDEX ix_task_parent ON task (parent) WHERE parent IS NOT NULL"))


MIGRATIONS: Final = (
    Migration("the first tables", _first_tables),
    Migration("requests to the service", _requests),
    Migration("settled tasks are left alone", _settled_tasks),
)
"""Every step, the oldest first; a store's version is the number of steps that made it."""
