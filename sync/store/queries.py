"""What can be asked of a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from connectors.task import Field
from sync.core.model import Held, TaskId
from sync.store import decisions, find, history, requests
from sync.store.database import Database
from sync.store.errors import StoreError
from sync.store.examining import Finding, examine
from sync.store.fingerprint import fingerprint
from sync.store.groups import side_ids
from sync.store.requests import Asked
from sync.store.tables import GROUP


class Queries:
    """Questions, each answered from one moment of the store. They raise ``StoreError`` when it cannot be read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def groups(self) -> dict[str, list[str]]:
        """The groups of the store, each with its sides, those included that left the configuration."""
        with self._reading() as connection:
            numbers = connection.execute(select(GROUP.c.id, GROUP.c.name).order_by(GROUP.c.id)).all()
            return {str(name): list(side_ids(connection, number)) for number, name in numbers}

    def held(self, group: str | None = None) -> list[tuple[str, Held]]:
        """What is held in one group or in all, the oldest first, each with its group."""
        with self._reading() as connection:
            return decisions.held(connection, group)

    def cycles(
        self,
        group: str | None = None,
        *,
        first: int | None = None,
        last: int | None = None,
        limit: int | None = None,
    ) -> list[history.CycleRow]:
        """Cycles in the order of their numbers, from ``first`` to ``last``; at most ``limit``, the newest."""
        with self._reading() as connection:
            return history.cycles(connection, history.Span(group=group, first=first, last=last, limit=limit))

    def history(
        self,
        *,
        cycle: int | None = None,
        task: TaskId | None = None,
        field: Field | None = None,
        group: str | None = None,
        last: int | None = None,
    ) -> list[history.MovedRow | history.ActedRow]:
        """Values that moved and actions that fit everything given, as they happened; at most ``last``, the newest.

        With ``field`` there are no actions among them.
        """
        wanted = history.Wanted(cycle=cycle, task=task, field=field, group=group, last=last)
        with self._reading() as connection:
            return history.history(connection, wanted)

    def find(self, task: str) -> TaskId:
        """The task that a short id, ``SIDE:REF`` or a piece of a title names. Raises ``NotFound`` with candidates."""
        with self._reading() as connection:
            return find.find(connection, task)

    def tasks_by_title(self, piece: str) -> list[tuple[TaskId, str]]:
        """The tasks whose title has a piece in it, whatever its case, with their titles, in the order of their numbers.

        Where titles are exactly that, only those.
        """
        with self._reading() as connection:
            return find.tasks_by_title(connection, piece)

    def fingerprint(self) -> str:
        """What tells one content of the store from any other: a hash over all rows."""
        with self._reading() as connection:
            return fingerprint(connection)

    @property
    def file(self) -> Path | None:
        """The file that the store is; None where it is in a server."""
        return self._database.file

    def group_of(self, task: TaskId) -> str:
        """The name of a task's group. Raises ``NotFound``."""
        with self._reading() as connection:
            return find.group_of(connection, task)

    def findings(self) -> list[Finding]:
        """What contradicts itself in the store: all of it, or as far as it can be read."""
        with self._database.reading() as connection:
            return examine(connection)

    def asked(self, groups: Sequence[str]) -> list[Asked]:
        """The cycles that somebody asks the service for, of these groups, the oldest first."""
        with self._reading() as connection:
            return requests.asked(connection, groups)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        """A connection for reading; a row that makes no sense is a ``StoreError`` too."""
        with self._database.reading() as connection:
            try:
                yield connection
            except (ValueError, LookupError, TypeError) as error:
                raise StoreError(
                    f"A row of the store {self._database.place} cannot be read: {error}.",
                    "Put a backup in its place, or move it away and start with an empty store.",
                ) from error
