"""Bringing a store up to date: which version it is, whose it is, and the steps that it lacks."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DatabaseError

from sync.store.database import Database, Transaction
from sync.store.errors import StoreError
from sync.store.failures import told
from sync.store.migrations import MIGRATIONS
from sync.store.tables import META, METADATA

APPLICATION: Final = "tasksync"
LOCK: Final = 0x7461736B  # the key of PostgreSQL's advisory lock for upgrades: "task" in ASCII


def upgrade(database: Database) -> None:
    """Apply the steps that are missing, each in a transaction that shuts others out. Raises ``StoreError``."""
    with database.reading() as connection:
        if version_of(connection, database.place) == len(MIGRATIONS):
            return
    for _ in MIGRATIONS:
        with database.writing() as transaction:
            if not _step(transaction, database.place):
                return


def _step(transaction: Transaction, place: str) -> bool:
    """Apply the next step; whether there was one. Another process may have been quicker."""
    connection = transaction.connection
    if connection.dialect.name == "postgresql":
        connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": LOCK})
    version = version_of(connection, place)
    if version == len(MIGRATIONS):
        return False
    with told(f"{place} (at the step: {MIGRATIONS[version].name})"):
        MIGRATIONS[version].apply(connection)
    transaction.upsert(META, [{"name": "application", "value": APPLICATION}], "name")
    transaction.upsert(META, [{"name": "version", "value": str(version + 1)}], "name")
    return True


def version_of(connection: Connection, place: str) -> int:
    """The number of steps that made the tables; 0 for an empty database. Raises ``StoreError``."""
    if _is_ours_and_new(connection):
        return len(MIGRATIONS)
    names = set(inspect(connection).get_table_names())
    ours = names & METADATA.tables.keys()
    if not ours and (not names or connection.dialect.name == "postgresql"):
        return 0
    facts = _facts(connection) if META.name in names else {}
    version = facts.get("version", "")
    if facts.get("application") != APPLICATION or not version.isdigit():
        raise StoreError(
            f"The database {place} belongs to another program.", "Name another file or database in [store] url."
        )
    if int(version) > len(MIGRATIONS):
        raise StoreError(
            f"The store {place} was written by a newer version of tasksync (its tables are of version {version}, this "
            f"program knows {len(MIGRATIONS)}).",
            "Install that version again, or put back the backup that was made before.",
        )
    return int(version)


def _is_ours_and_new(connection: Connection) -> bool:
    """Whether it is a file that is up to date, as it nearly always is: to look at all its tables takes far longer."""
    if connection.dialect.name != "sqlite":
        return False  # where a table that is not there would end the transaction
    try:
        found = connection.exec_driver_sql("SELECT name, value FROM meta").all()
    except DatabaseError:
        return False  # what is wrong is told by whoever looks at the tables
    return {("application", APPLICATION), ("version", str(len(MIGRATIONS)))} <= {tuple(row) for row in found}


def _facts(connection: Connection) -> dict[str, str]:
    columns = {column["name"] for column in inspect(connection).get_columns(META.name)}
    if not {"name", "value"} <= columns:
        return {}
    return {str(name): str(value) for name, value in connection.execute(META.select())}
