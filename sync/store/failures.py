"""What a database reports, as an error for people: what happened, to which store, and what to do next."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from sync.store.errors import StoreError

_RESTORE: Final = "Put a backup in its place, or move it away and start with an empty store."
_FAULT: Final = "This is a fault in tasksync: please report it. What was to be written was not."

# How a report's name or code begins, what happened, and what to do. SQLite's names are those of its result codes
# (sqlite.org, "Result and Error Codes"), PostgreSQL's codes are SQLSTATE (its documentation, appendix A).
_REPORTS: Final = (
    ("SQLITE_NOTADB", "The store {place} is not a database.", "Check the path in [store] url. " + _RESTORE),
    ("SQLITE_CORRUPT", "The store {place} is damaged.", _RESTORE),
    ("SQLITE_FULL", "The disk is full: the store {place} cannot be written.", "Make room there and start again."),
    (
        "SQLITE_BUSY",
        "The store {place} has been locked by another process for too long.",
        "See which process has the file open (fuser -v FILE), and start again when it is done.",
    ),
    (
        "SQLITE_READONLY",
        "The store {place} cannot be written.",
        "Give the user that runs tasksync write permission on the file and on its folder.",
    ),
    (
        "SQLITE_CANTOPEN",
        "The store {place} cannot be opened.",
        "Check that the path is right and that the user that runs tasksync may use the file and its folder.",
    ),
    (
        "SQLITE_IOERR",
        "The store {place} could not be read or written.",
        "See whether its disk is full, limited for this user, or failing.",
    ),
    ("SQLITE_CONSTRAINT", "The store {place} refused a contradiction: {report}.", _FAULT),
    ("SQLITE_ERROR", "The store {place} does not have the tables that it should: {report}.", _RESTORE),
    ("23", "The store {place} refused a contradiction: {report}.", _FAULT),
    ("28", "The store {place} refused the user or the password.", "Check both in [store] url."),
    ("3D", "There is no database {place}.", "Make it (createdb), or name another in [store] url."),
    ("25006", "The store {place} cannot be written.", "Name the primary server, not a read-only copy."),
    ("42501", "The store {place} cannot be used by this user.", "Grant the user the rights on its schema and tables."),
    ("42", "The store {place} does not have the tables that it should: {report}.", _RESTORE),
    ("53100", "The disk of the store {place} is full.", "Make room there and start again."),
    ("55P03", "The store {place} has been locked by another process for too long.", "See what holds it and try again."),
    ("XX00", "The store {place} is damaged: {report}.", _RESTORE),
)
_OTHER: Final = ("", "The store {place} could not be used: {report}.", "See whether the database is up and reachable.")


@contextmanager
def told(place: str) -> Iterator[None]:
    """Turn whatever the database reports inside into a :class:`StoreError` about the store at that place."""
    try:
        yield
    except (SQLAlchemyError, sqlite3.Error) as error:
        raise _failure(place, error) from error


def _failure(place: str, error: Exception) -> StoreError:
    """The error for a database's report."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None) or "?"
    _, message, hint = next((report for report in _REPORTS if str(code).startswith(report[0])), _OTHER)
    report = str(cause).strip().split("\n", 1)[0].rstrip(".")
    return StoreError(message.format(place=place, report=report), hint)
