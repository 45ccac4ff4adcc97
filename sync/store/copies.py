"""Copies of a store that is a file: made while it is in use, checked, and put back."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final
from urllib.parse import quote

from connectors.contract import Clock
from sync.store.documents import load_object
from sync.store.errors import LeaseHeld, StoreError
from sync.store.failures import told
from sync.store.migrations import MIGRATIONS
from sync.store.opening import PATIENCE, address_of
from sync.store.owner import Owner
from sync.store.ownership import give_to_owner_of
from sync.store.upgrade import APPLICATION

_SIDE_FILES: Final = ("-wal", "-shm")
_WRONG: Final = "Name a file that `tasksync backup` made."


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """What is in a copy: how many groups and tasks, and the store's last cycle (0, None: there was none)."""

    groups: int
    tasks: int
    cycle: int
    started: datetime | None


class Condition(StrEnum):
    """What stands where a store is to be."""

    NOTHING = "nothing"
    OURS = "ours"
    NEWER = "newer"  # ours, of a version that this program does not know
    DAMAGED = "damaged"


def file_of(url: str, *, doing: str, instead: str) -> Path:
    """The file that a store is. Raises ``StoreError`` for one on a server, with what to use there."""
    address = address_of(url)
    if address.get_backend_name() != "sqlite":
        place = address.render_as_string(hide_password=True)
        raise StoreError(f"tasksync {doing} copies a file, and the store is {place}.", instead)
    return Path(address.database or "")


def back_up(store: Path, target: Path, *, overwrite: bool) -> Copy:
    """Copy a store as it is at one moment, whoever is writing. Raises ``StoreError``; then there is no new file."""
    if not store.exists():
        raise StoreError(f"There is no store {store} to copy.", "Run a cycle first, or look at [store] url.")
    draft = target.with_name(f"{target.name}.{os.getpid()}.new")
    try:
        copy_pages(store, draft)
        copy = look_at(draft)
        _sync(draft)
        if overwrite:
            draft.replace(target)
        else:
            _name(draft, target)
    except OSError as error:
        raise StoreError(f"The file {target} cannot be written: {error.strerror}.", "Name another one.") from error
    finally:
        for name in ("", "-journal", *_SIDE_FILES):
            draft.with_name(draft.name + name).unlink(missing_ok=True)
    return copy


def copy_pages(source: Path, target: Path) -> None:
    """Copy a database over another, or into a new file for its owner alone. Raises ``StoreError``, ``OSError``.

    One transaction on either side (sqlite.org, "SQLite Backup API"): readers of the target see all of it or nothing.
    """
    if not target.exists():
        handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        give_to_owner_of(target.parent, handle)
        os.close(handle)
        fresh = True
    else:
        fresh = False
    with told(str(source)), closing(_connect(source, "ro")) as original, closing(_connect(target, "rw")) as copy:
        original.backup(copy)
        if fresh:
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, without any beside it


def look_at(file: Path) -> Copy:
    """Check a copy: a whole store of this program, not of a newer version. Raises ``StoreError``."""
    condition = condition_of(file)
    if condition is Condition.NOTHING:
        raise StoreError(f"There is no file {file}.", _WRONG)
    if condition is Condition.DAMAGED:
        raise StoreError(f"The file {file} is damaged.", "Take an older backup; `tasksync doctor` examines the store.")
    if condition is Condition.NEWER:
        raise StoreError(f"The file {file} was written by a newer version of tasksync.", "Install that version first.")
    with told(str(file)), closing(_connect(file, "ro")) as connection:
        groups = connection.execute('SELECT count(*) FROM "group"').fetchone()[0]
        tasks = connection.execute("SELECT count(*) FROM task WHERE life = 'alive'").fetchone()[0]
        cycle, started = connection.execute("SELECT coalesce(max(id), 0), max(started) FROM cycle").fetchone()
    when = datetime.fromisoformat(started).replace(tzinfo=UTC) if started else None
    return Copy(groups=groups, tasks=tasks, cycle=cycle, started=when)


def condition_of(file: Path) -> Condition:
    """What a file is. Raises ``StoreError`` for one of another program, or that cannot be read now."""
    if not file.exists() or not file.stat().st_size:
        return Condition.NOTHING
    try:
        with closing(_connect(file, "ro")) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            meta = dict(connection.execute("SELECT name, value FROM meta")) if "meta" in names else {}
            whole = connection.execute("PRAGMA integrity_check(1)").fetchone()[0] == "ok"
            fits = connection.execute("PRAGMA foreign_key_check").fetchone() is None
    except sqlite3.DatabaseError as error:
        if str(getattr(error, "sqlite_errorname", "")).startswith(("SQLITE_NOTADB", "SQLITE_CORRUPT")):
            return Condition.DAMAGED
        with told(str(file)):
            raise
    version = str(meta.get("version", ""))
    if meta.get("application") != APPLICATION or not version.isdigit():
        raise StoreError(f"The file {file} belongs to another program.", _WRONG)
    if int(version) > len(MIGRATIONS):
        return Condition.NEWER
    return Condition.OURS if whole and fits else Condition.DAMAGED


def refuse_if_held(file: Path, clock: Clock) -> None:
    """Raise ``LeaseHeld`` if a process works on a group of a store that cannot be opened; in doubt it does."""
    here = Owner.here()
    with suppress(sqlite3.DatabaseError), closing(_connect(file, "ro")) as connection:
        for id_, doc in connection.execute("SELECT owner, doc FROM lease WHERE owner <> ''").fetchall():
            document = load_object(doc)
            holder, until = Owner.of(str(id_), document), document.get("until")
            over = here.shares_boot(holder) and isinstance(until, int | float) and until <= clock.monotonic()
            if not (over or here.sees_dead(holder)):
                raise LeaseHeld(f"A group of {file} is being worked on by process {holder.pid} on {holder.host}.")


def free_leases(file: Path, epoch: int) -> None:
    """End the leases that a copy remembers; whoever had one at most of this epoch writes nothing more."""
    with told(str(file)), closing(_connect(file, "rw")) as connection, connection:
        connection.execute("UPDATE lease SET owner = '', epoch = max(epoch, ?) + 1", (epoch,))


def highest_epoch(file: Path) -> int:
    """The highest epoch that a lease of a store has had; 0 where that cannot be told."""
    with suppress(sqlite3.DatabaseError), closing(_connect(file, "ro")) as connection:
        return int(connection.execute("SELECT coalesce(max(epoch), 0) FROM lease").fetchone()[0])
    return 0


def put_aside(store: Path, kept: Path) -> None:
    """Give a store that cannot be opened another name, its side files along with it. Raises ``OSError``."""
    store.rename(kept)
    for suffix in _SIDE_FILES:
        with suppress(FileNotFoundError):
            store.with_name(store.name + suffix).rename(kept.with_name(kept.name + suffix))


@contextmanager
def draft_beside(store: Path) -> Iterator[Path]:
    """The name of a file in the store's folder that is gone afterwards, side files and all."""
    draft = store.with_name(f"{store.name}.{os.getpid()}.restored")
    try:
        yield draft
    finally:
        for name in ("", "-journal", ".ties", ".budget", *_SIDE_FILES):
            draft.with_name(draft.name + name).unlink(missing_ok=True)


def _connect(file: Path, mode: str) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode={mode}", uri=True, timeout=PATIENCE)


def _name(draft: Path, target: Path) -> None:
    """Give a finished file its name, unless there is one of that name already. Raises ``StoreError``, ``OSError``."""
    try:
        os.link(draft, target)
    except FileExistsError as error:
        raise StoreError(f"The file {target} is there already.", "Name another one, or add --overwrite.") from error
    except PermissionError:  # a file system without a second name for a file
        if target.exists():
            raise StoreError(f"The file {target} is there already.", "Name another one, or add --overwrite.") from None
        draft.replace(target)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
