"""Opening a store by its address: an SQLite file that only its owner may read, or PostgreSQL; brought up to date."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from connectors.contract import Clock
from sync.store.database import WRITES, Database
from sync.store.errors import StoreError
from sync.store.failures import told
from sync.store.migrations import MIGRATIONS
from sync.store.ownership import give_to_owner_of
from sync.store.upgrade import upgrade, version_of

PATIENCE: Final = 10.0  # seconds that a write waits for another process's write
CONNECT: Final = 10  # seconds after which a server that does not answer is given up, or asked for a sign of life
_FORMS: Final = "Write sqlite:///FILE, or postgresql+psycopg://USER@HOST/DATABASE."


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a store is opened. ``patience`` is in seconds."""

    read_only: bool = False
    patience: float = PATIENCE


def open_database(url: str, clock: Clock, manner: Manner) -> Database:
    """The database at an address, with the tables of this program. Raises ``StoreError``."""
    address = address_of(url)
    if address.get_backend_name() == "sqlite":
        return _open_file(Path(address.database or ""), clock, manner)
    return _open_server(address, clock, manner)


def address_of(url: str) -> URL:
    """An address, read. Raises ``StoreError``."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # the latter for a port that is no number
        raise StoreError("The address of the store cannot be read.", _FORMS) from None
    if address.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise StoreError(f"No store is kept in {address.drivername}.", _FORMS)
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise StoreError("The address of the store names no file.", _FORMS)
    return address


def _open_file(file: Path, clock: Clock, manner: Manner) -> Database:
    place = str(file)
    there = _is_there(file)
    if not manner.read_only:
        _make(file)
        return _upgraded(Database(_sqlite(file, "rwc", manner), place, clock, read_only=False, file=file))
    if not there:
        return _in_memory(None, place, clock, file)
    database = Database(_sqlite(file, _reading_mode(file), manner), place, clock, read_only=True, file=file)
    if _version(database) == len(MIGRATIONS):
        return database
    database.dispose()
    return _in_memory(file, place, clock, file)


def beside(file: Path, clock: Clock, manner: Manner) -> Database:
    """A file beside the store that may be lost: made for its owner alone, written without waiting for the disk."""
    if not manner.read_only:
        _make(file)
    mode = _reading_mode(file) if manner.read_only else "rwc"
    return Database(_sqlite(file, mode, manner, sync="NORMAL"), str(file), clock, read_only=manner.read_only, file=file)


def _upgraded(database: Database) -> Database:
    try:
        upgrade(database)
    except BaseException:
        database.dispose()
        raise
    return database


def _version(database: Database) -> int:
    try:
        with database.reading() as connection:
            return version_of(connection, database.place)
    except BaseException:
        database.dispose()
        raise


def _is_there(file: Path) -> bool:
    """Whether there is a file. Raises ``StoreError`` for what is no file, or cannot even be looked at."""
    try:
        mode = file.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise StoreError(
            f"The store {file} cannot be looked at: {error.strerror}.",
            "Let the user that runs tasksync into all folders on the way to it.",
        ) from error
    if stat.S_ISDIR(mode):
        raise StoreError(f"The store {file} is a folder.", "Name a file in it: sqlite:///FOLDER/tasksync.db")
    if not stat.S_ISREG(mode):
        raise StoreError(f"The store {file} is not a file.", "Name a file that tasksync may make.")
    return True


def _make(file: Path) -> None:
    """Make the file, for its owner alone from its first moment on; SQLite gives its side files the same mode."""
    folder = file.parent
    try:
        if not folder.exists() and folder.parent.is_dir():
            folder.mkdir(mode=0o700)
            folder.chmod(0o700)  # a strict umask may have taken even the owner's right
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return
    except OSError as error:
        raise StoreError(
            f"The store {file} cannot be made: {error.strerror}.",
            f"Make the folder {folder}, and let the user that runs tasksync write there.",
        ) from error
    try:
        os.fchmod(handle, 0o600)
        give_to_owner_of(folder, handle)
    finally:
        os.close(handle)


def _reading_mode(file: Path) -> str:
    """How to open a file that is only read: where SQLite cannot make its side files, the file as it stands."""
    log = file.with_name(file.name + "-wal")
    writable = os.access(file.parent, os.W_OK)
    return "ro" if writable or (log.exists() and log.stat().st_size) else "ro&immutable=1"


def _sqlite(file: Path, mode: str, manner: Manner, *, sync: str = "FULL") -> Engine:
    uri = _uri(file, mode)

    def connect() -> sqlite3.Connection:
        return sqlite3.connect(
            uri, uri=True, timeout=manner.patience, isolation_level=None, check_same_thread=False, cached_statements=256
        )

    engine = create_engine("sqlite://", creator=connect, pool_size=4, max_overflow=12, poolclass=QueuePool)
    _prepare(engine, sync=sync if mode == "rwc" else None)
    return engine


def _uri(file: Path, mode: str) -> str:
    return f"file:{quote(str(file.absolute()))}?mode={mode}"


def _prepare(engine: Engine, *, sync: str | None) -> None:
    """Settings of each connection; and transactions that take the write lock at once where they are going to write.

    A transaction that begins by reading and writes later is refused at once when another wrote in between, however long
    it would be willing to wait (sqlite.org, "Result and Error Codes", SQLITE_BUSY_SNAPSHOT).
    """

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA foreign_keys = ON")
        if sync is not None:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute(f"PRAGMA synchronous = {sync}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        writes = connection.get_execution_options().get(WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_memory(file: Path | None, place: str, clock: Clock, stands_for: Path | None = None) -> Database:
    """A store that is only looked at and is not there, or is of an older version: a copy, brought up to date."""
    copy = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    if file is not None:
        with told(place), closing(sqlite3.connect(_uri(file, _reading_mode(file)), uri=True)) as source:
            source.backup(copy)
    engine = create_engine("sqlite://", creator=lambda: copy, pool_size=1, max_overflow=0, poolclass=QueuePool)
    _prepare(engine, sync=None)
    return _upgraded(Database(engine, place, clock, read_only=True, file=stands_for))


def _open_server(address: URL, clock: Clock, manner: Manner) -> Database:
    database = on_server(address, clock, manner)
    if not manner.read_only:
        return _upgraded(database)
    version = _version(database)
    if version == len(MIGRATIONS):
        return database
    place = database.place
    database.dispose()
    if version == 0:
        return _in_memory(None, place, clock)
    raise StoreError(
        f"The store {place} was written by an older version of tasksync.",
        "Start `tasksync run` once: it brings the store up to date.",
    )


def on_server(address: URL, clock: Clock, manner: Manner) -> Database:
    """A database on a server, whatever is in it. Raises ``StoreError``."""
    place = address.render_as_string(hide_password=True)
    settings = {"timezone": "UTC", "lock_timeout": f"{max(1, round(manner.patience * 1000))}ms"}
    if manner.read_only:
        settings["default_transaction_read_only"] = "on"
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    try:
        engine = create_engine(
            address,
            pool_pre_ping=True,
            connect_args={
                "options": options,
                "connect_timeout": CONNECT,
                "keepalives_idle": CONNECT,
                "tcp_user_timeout": 3 * CONNECT * 1000,
            },
        )
    except ModuleNotFoundError as error:
        raise StoreError(
            "The driver for PostgreSQL is not installed.", "Install it: pip install 'tasksync[postgres]'"
        ) from error
    return Database(engine, place, clock, read_only=manner.read_only)
