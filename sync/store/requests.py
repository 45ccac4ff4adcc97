"""What people ask the running service for: rows that it takes away when it has begun what they ask.

A row in the store reaches the service wherever it runs: on this host, in a container, or in front of a server.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from sync.store.database import Transaction
from sync.store.groups import group_id
from sync.store.tables import GROUP, REQUEST

STALE: Final = timedelta(hours=1)
"""A request that nobody took for so long was left behind by somebody who was killed while waiting."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for a cycle of a group, and when it was made."""

    id: int
    group: str
    at: datetime


def ask(transaction: Transaction, group: str) -> int:
    """Add a request; gives its number."""
    now = transaction.now()
    transaction.change(REQUEST.delete().where(REQUEST.c.at < now - STALE))
    return transaction.insert(REQUEST, {"group_id": group_id(transaction, group), "at": now})


def asked(connection: Connection, groups: Sequence[str]) -> list[Asked]:
    """The requests for these groups, the oldest first."""
    columns = select(REQUEST.c.id, GROUP.c.name, REQUEST.c.at).join(GROUP, GROUP.c.id == REQUEST.c.group_id)
    rows = connection.execute(columns.where(GROUP.c.name.in_(list(groups))).order_by(REQUEST.c.id))
    return [Asked(row.id, row.name, row.at) for row in rows]


def take(transaction: Transaction, request: int) -> bool:
    """Remove a request; whether it was there."""
    return transaction.change(REQUEST.delete().where(REQUEST.c.id == request)) == 1
