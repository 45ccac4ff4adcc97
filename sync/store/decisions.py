"""What waits for a person, and what a person decided."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync.core.model import Held, HeldKind, TaskLife
from sync.store.database import Transaction
from sync.store.documents import escape
from sync.store.errors import NoLongerOpen, NotFound
from sync.store.held_rows import held_of, held_row
from sync.store.history import MovedRow, Wanted, history
from sync.store.tables import GROUP, HELD, HISTORY, TASK


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


def bring_back(transaction: Transaction, lost: int, choice: str) -> None:
    """Record that a losing value is to stand again: a conflict of one contender, decided already.

    Raises ``NotFound`` for a number that is no losing value's, or a choice that is not its side; ``NoLongerOpen``.
    """
    connection = transaction.connection
    found = connection.execute(select(HISTORY.c.group_id, HISTORY.c.cycle_id).where(HISTORY.c.id == lost)).first()
    rows = [] if found is None else history(connection, Wanted(cycle=found.cycle_id))
    row = next((one for one in rows if one.id == lost and isinstance(one, MovedRow) and one.lost), None)
    if found is None or not isinstance(row, MovedRow):
        raise NotFound(f"No lost value has the id l{lost}.", "`tasksync explain TASK` shows those of a task.")
    if choice != f"take {row.side}":
        raise NotFound(f'"{choice}" is no choice for l{lost}.', f"It offers: take {row.side}.")
    life = connection.execute(select(TASK.c.life).where(TASK.c.id == row.task)).scalar()
    if life != TaskLife.ALIVE.value:
        raise NoLongerOpen(
            f"l{lost} can no longer be brought back: its task was deleted.", "`tasksync log` shows when."
        )
    about = (HELD.c.group_id == found.group_id, HELD.c.task_id == row.task, HELD.c.field == row.field.value)
    if connection.execute(select(HELD.c.id).where(*about, HELD.c.ended.is_(None), HELD.c.decision == "")).first():
        raise NoLongerOpen(
            f"A conflict about {row.field.value} is held.", "`tasksync held` shows it: set VALUE ends it."
        )
    held = Held(
        kind=HeldKind.CONFLICT,
        key=f"lost:{row.task}:{row.field.value}",
        why="a value that lost is taken back",
        choices=(choice,),
        task=row.task,
        title=row.title,
        field=row.field,
        since=transaction.clock.now(),
        data={row.side: row.old},
    )
    stored = {"group_id": found.group_id, "ended": None, "decision": escape(choice)}
    transaction.change(HELD.delete().where(*about, HELD.c.key == escape(held.key), HELD.c.ended.is_(None)))
    transaction.insert(HELD, {**held_row(held), **stored})


def register(transaction: Transaction, group: int, held: Held) -> None:
    """Add a decided row; an open one of the same key gets its decision."""
    now = transaction.clock.now()
    key = (HELD.c.group_id == group, HELD.c.key == escape(held.key), HELD.c.ended.is_(None))
    found = transaction.connection.execute(select(HELD.c.id).where(*key)).scalar()
    row = {**held_row(held), "since": held.since or now, "decision": escape(held.decision)}
    if found is None:
        transaction.insert(HELD, {**row, "group_id": group, "ended": None})
    else:
        transaction.change(HELD.update().where(HELD.c.id == found).values(doc=row["doc"], decision=row["decision"]))


def withdraw(transaction: Transaction, group: int, key: str) -> bool:
    """End the open row of a key. Whether there was one."""
    found = (HELD.c.group_id == group, HELD.c.key == escape(key), HELD.c.ended.is_(None))
    if transaction.connection.execute(select(HELD.c.id).where(*found)).scalar() is None:
        return False
    transaction.change(HELD.update().where(*found).values(ended=transaction.clock.now()))
    return True
