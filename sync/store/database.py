"""The database: one snapshot for a read, one writer for a write, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Delete, Engine, Insert, Table, Update, func, select
from sqlalchemy.dialects import sqlite

from connectors.contract import Clock
from sync.store.failures import told
from sync.store.rows import Row

if TYPE_CHECKING:
    from sqlalchemy.dialects import postgresql

PORTION: Final = 1_000  # rows of one statement
WRITES = "tasksync_writes"  # the option of a connection whose transaction takes the write lock at its start


@dataclass(slots=True)
class Transaction:
    """One write: statements, and how many rows they wrote."""

    connection: Connection
    clock: Clock
    rows: int = 0

    def now(self) -> datetime:
        """The time by which leases are reckoned: the server's where there is one, else ours (one host)."""
        if self.connection.dialect.name == "postgresql":
            server: datetime = self.connection.execute(select(func.clock_timestamp())).scalar_one()
            return server.astimezone(UTC)
        return self.clock.now()

    def insert(self, table: Table, row: Row) -> int:
        """Add a row; gives its number."""
        self.rows += 1
        result = self.connection.execute(_inserting(table), row)
        key = result.inserted_primary_key
        return int(key[0]) if key is not None else 0

    def change(self, statement: Update | Delete) -> int:
        """Change or remove rows; how many."""
        rows = self.connection.execute(statement).rowcount
        self.rows += rows
        return rows

    def change_many(self, statement: Update | Delete, parameters: Iterable[Row]) -> None:
        """Change or remove one row for each set of parameters."""
        for some in _portions(parameters):
            self.rows += len(some)
            self.connection.execute(statement, some)

    def add_if_new(self, table: Table, row: Row) -> None:
        """Add a row unless one with its name is there."""
        statement = _upserting(self.connection.dialect.name, table).values(row).on_conflict_do_nothing().inline()
        self.rows += self.connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount

    def append(self, table: Table, rows: Iterable[Row]) -> None:
        """Add rows that number themselves, in their order."""
        for some in _portions(rows):
            self.rows += len(some)
            self.connection.execute(_appending(table), some)

    def upsert(self, table: Table, rows: Iterable[Row], *keys: str) -> None:
        """Add rows, or replace those that are there by the key columns."""
        for some in _portions(rows):
            self.rows += len(some)
            self.connection.execute(_replacing(self.connection.dialect.name, table, tuple(some[0]), keys), some)


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Some rows at a time: neither all of them nor what a driver makes of them need be there at once."""
    left = iter(rows)
    while some := list(islice(left, PORTION)):
        yield some


# A statement is made once: making one costs more than carrying it out.


@cache
def _inserting(table: Table) -> Insert:
    return table.insert()


@cache
def _appending(table: Table) -> Insert:
    return table.insert().inline()


@cache
def _replacing(dialect: str, table: Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> Insert:
    statement = _upserting(dialect, table)
    values = {name: statement.excluded[name] for name in columns if name not in keys}
    return statement.on_conflict_do_update(index_elements=list(keys), set_=values)


def _upserting(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    if dialect == "postgresql":
        from sqlalchemy.dialects import postgresql  # a quarter of all that a run loads of the library

        return postgresql.insert(table)
    return sqlite.insert(table)


class Database:
    """An engine and the place that it stands for in messages."""

    def __init__(self, engine: Engine, place: str, clock: Clock, *, read_only: bool, file: Path | None = None) -> None:
        self._engine = engine
        self.file = file
        self.place = place
        self.clock = clock
        self.read_only = read_only

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection whose reads all see one moment. Raises ``StoreError``."""
        with told(self.place), self._engine.connect() as plain:
            connection = plain
            if connection.dialect.name == "postgresql":
                connection = plain.execution_options(isolation_level="REPEATABLE READ")
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """A transaction that no other writer interrupts; committed, durably, at the end. Raises ``StoreError``."""
        with told(self.place), self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                yield Transaction(connection, self.clock)

    def dispose(self) -> None:
        """Close every connection."""
        self._engine.dispose()
