"""The store against itself: what can not be, found with plain questions to the database. Nothing is repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import Connection, Select, and_, func, select

from sync.core.codec import short
from sync.core.model import Do, LinkLife
from sync.store.tables import GROUP, HELD, INTENT, LINK, SIDE, TASK

SHOWN: Final = 5  # damages in a finding, that are told in the database's own words

DAMAGED: Final = "store file"
"""Where a finding is after which nothing else that the store says is worth looking at."""

_RESTORE: Final = "put a backup in its place, or move the store away: the next run finds the ties again"
_REPORT: Final = "this is a fault in tasksync: please report it; `tasksync run --once --sweep` reads everything anew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """Something that is not as it should be: where, what, and what to do."""

    where: str
    what: str
    do: str
    asks: bool = True  # whether a person has to do something


def examine(connection: Connection) -> list[Finding]:
    """All findings; of a damaged file, the damage alone."""
    damage = list(_damage(connection))
    return damage or [*_ties(connection), *_intents(connection), *_counters(connection), *_held(connection)]


def _damage(connection: Connection) -> Iterator[Finding]:
    if connection.dialect.name != "sqlite":
        return
    reports = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    if reports != ["ok"]:
        told = "; ".join(" ".join(report.split()) for report in reports[:SHOWN])
        yield Finding(where=DAMAGED, what=f"the file is damaged: {told}", do=_RESTORE)
    for table, row, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(SHOWN):
        yield Finding(where=DAMAGED, what=f"row {row} of {table} refers to a {parent} that is not there", do=_RESTORE)


def _ties(connection: Connection) -> Iterator[Finding]:
    orphans = select(LINK.c.task_id, SIDE.c.name).join(SIDE, SIDE.c.id == LINK.c.side_id)
    orphans = orphans.outerjoin(TASK, TASK.c.id == LINK.c.task_id).where(TASK.c.id.is_(None))
    for task, side in connection.execute(orphans):
        yield Finding(where=side, what=f"a link of {short(task)}, a task that is not there", do=_RESTORE)
    strangers = select(LINK.c.task_id, SIDE.c.name).join(SIDE, SIDE.c.id == LINK.c.side_id)
    strangers = strangers.join(TASK, TASK.c.id == LINK.c.task_id).where(TASK.c.group_id != SIDE.c.group_id)
    for task, side in connection.execute(strangers):
        yield Finding(where=side, what=f"a link of {short(task)}, a task of another group", do=_REPORT)
    for columns, what in (((LINK.c.side_id, LINK.c.ref), "one ref"), ((LINK.c.task_id, LINK.c.side_id), "one task")):
        twice = select(func.count()).where(LINK.c.ref.is_not(None)).group_by(*columns).having(func.count() > 1)
        if connection.execute(twice).first() is not None:
            yield Finding(where="store", what=f"two links of {what} on one side", do=_RESTORE)
    refless = select(LINK.c.task_id, SIDE.c.name).join(SIDE, SIDE.c.id == LINK.c.side_id)
    for task, side in connection.execute(refless.where(LINK.c.ref.is_(None), LINK.c.life == LinkLife.LIVE.value)):
        yield Finding(where=side, what=f"a link of {short(task)} ties it to nothing", do=_REPORT)


def _intents(connection: Connection) -> Iterator[Finding]:
    statement: Select[*tuple[object, ...]] = (
        select(INTENT.c.task_id, INTENT.c.do, SIDE.c.name)
        .join(SIDE, SIDE.c.id == INTENT.c.side_id)
        .outerjoin(LINK, and_(LINK.c.task_id == INTENT.c.task_id, LINK.c.side_id == INTENT.c.side_id))
        .where(INTENT.c.closed.is_(None), INTENT.c.do != Do.CREATE.value, LINK.c.task_id.is_(None))
    )
    for task, do, side in connection.execute(statement):
        yield Finding(
            where=str(side), what=f"an open {do} of {short(int(str(task)))}, which has no link there", do=_REPORT
        )


def _counters(connection: Connection) -> Iterator[Finding]:
    live = (
        select(func.count())
        .where(LINK.c.side_id == SIDE.c.id, LINK.c.life == LinkLife.LIVE.value, LINK.c.ref.is_not(None))
        .scalar_subquery()
    )
    for name, counted, links in connection.execute(select(SIDE.c.name, SIDE.c.links, live)):
        if counted != links:
            what = f"{counted} linked tasks are counted, {links} are there"
            yield Finding(where=name, what=what, do="nothing: the next cycle counts again", asks=False)
    highest = select(GROUP.c.name, GROUP.c.next_task, func.max(TASK.c.id)).join(TASK, TASK.c.group_id == GROUP.c.id)
    for group, following, last in connection.execute(highest.group_by(GROUP.c.id, GROUP.c.name, GROUP.c.next_task)):
        if following <= last:
            what = f"the next task of {group} would be {short(following)}, and {short(last)} is there"
            yield Finding(where="store", what=what, do=_REPORT)


def _held(connection: Connection) -> Iterator[Finding]:
    statement = select(HELD.c.id, HELD.c.task_id).outerjoin(TASK, TASK.c.id == HELD.c.task_id)
    statement = statement.where(HELD.c.ended.is_(None), HELD.c.task_id.is_not(None), TASK.c.id.is_(None))
    for number, task in connection.execute(statement):
        what = f"h{number} is about {short(task)}, a task that is not there"
        yield Finding(where="store", what=what, do="tasksync held shows its choices: any of them ends it")
