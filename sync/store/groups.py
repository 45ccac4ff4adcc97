"""Groups and sides by name: their rows are made when they are first needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sqlalchemy import Connection, func, select

from sync.core.model import Side, SideName, TaskId
from sync.store.database import Transaction
from sync.store.side_rows import side_row
from sync.store.tables import GROUP, SIDE

# Each group numbers its tasks in a range of its own, so that two workers never give the same number to two tasks of the
# store, and need not ask each other. 16 million tasks for each group; the first group's are short: t1, t2, …
RANGE: Final = 1 << 24


def first_task(group: int) -> TaskId:
    """The first number of a group's tasks."""
    return (group - 1) * RANGE + 1


def find_group(connection: Connection, name: str) -> int | None:
    """The number of a group; None while it has no row."""
    found: int | None = connection.execute(select(GROUP.c.id).where(GROUP.c.name == name)).scalar()
    return found


def last_group(connection: Connection) -> int:
    """The highest number that a group has."""
    return int(connection.execute(select(func.coalesce(func.max(GROUP.c.id), 0))).scalar_one())


def group_id(transaction: Transaction, name: str) -> int:
    """The number of a group, which has a row from now on."""
    found = find_group(transaction.connection, name)
    if found is not None:
        return found
    transaction.add_if_new(GROUP, {"name": name, "next_task": 0})
    return int(transaction.connection.execute(select(GROUP.c.id).where(GROUP.c.name == name)).scalar_one())


def side_ids(connection: Connection, group: int) -> dict[SideName, int]:
    """The numbers of a group's sides, those included that left the configuration."""
    rows = connection.execute(select(SIDE.c.name, SIDE.c.id).where(SIDE.c.group_id == group))
    return {str(name): int(number) for name, number in rows}


def require_sides(
    transaction: Transaction, group: int, known: Mapping[SideName, int], names: Iterable[SideName]
) -> dict[SideName, int]:
    """The numbers of sides, all of which have rows from now on."""
    if known.keys() >= set(names):
        return dict(known)
    found = side_ids(transaction.connection, group)
    for name in sorted(set(names) - found.keys()):
        transaction.add_if_new(SIDE, {"group_id": group, **side_row(Side(name=name))})
    return side_ids(transaction.connection, group)
