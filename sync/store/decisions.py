"""What waits for a person, and what a person decided."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.core.model import Held
from sync.store.database import Transaction
from sync.store.documents import escape
from sync.store.errors import NoLongerOpen, NotFound
from sync.store.held_rows import held_of
from sync.store.tables import GROUP, HELD


def held(connection: Connection, group: str | None) -> list[tuple[str, Held]]:
    """What is held and has not ended, the oldest first, each with its group."""
    statement = select(HELD, GROUP.c.name).join(GROUP, GROUP.c.id == HELD.c.group_id).where(HELD.c.ended.is_(None))
    if group is not None:
        statement = statement.where(GROUP.c.name == group)
    return [(row.name, held_of(row)) for row in connection.execute(statement.order_by(HELD.c.id))]


def resolve(transaction: Transaction, held_id: int, choice: str) -> None:
    """Record a decision. Raises ``NotFound`` for a number that never was, ``NoLongerOpen`` for one that has ended."""
    row = transaction.connection.execute(select(HELD.c.ended).where(HELD.c.id == held_id)).first()
    if row is None:
        raise NotFound(f"Nothing with the id h{held_id} was ever held.", "`tasksync held` lists what is.")
    if row.ended is not None:
        raise NoLongerOpen(
            f"h{held_id} can no longer be decided: it ended on {row.ended.isoformat(sep=' ', timespec='seconds')}.",
            "`tasksync held` lists what is still open.",
        )
    transaction.change(HELD.update().where(HELD.c.id == held_id).values(decision=escape(choice)))
