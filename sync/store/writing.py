"""A batch's way into the database; and, once it is durable, what is then known to be stored."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from sync.core.model import SideName
from sync.store.database import Transaction
from sync.store.documents import escape
from sync.store.groups import require_sides
from sync.store.known import Known, KnownHeld
from sync.store.rows import Row, digest
from sync.store.saving import Batch
from sync.store.tables import GROUP, HELD, HISTORY, INTENT, LINK, SIDE, TASK

# Made once: making a statement costs more than carrying it out.
_OF_LINK: Final = (LINK.c.task_id == bindparam("of_task"), LINK.c.side_id == bindparam("on_side"))
_LINKS_GONE: Final = LINK.delete().where(*_OF_LINK)
_REFS_GIVEN_UP: Final = LINK.update().where(*_OF_LINK).values(ref=None)
_INTENTS_OVER: Final = (
    INTENT.update()
    .where(INTENT.c.id == bindparam("of_intent"))
    .values(closed=bindparam("closed"), outcome=bindparam("outcome"))
)
_TIED: Final = select(LINK.c.task_id).where(LINK.c.task_id == TASK.c.id).exists()
_OWED: Final = select(INTENT.c.id).where(INTENT.c.task_id == TASK.c.id, INTENT.c.closed.is_(None)).exists()
_TASKS_GONE: Final = TASK.delete().where(TASK.c.id == bindparam("gone"), ~_TIED, ~_OWED)


@dataclass(slots=True)
class Written:
    """What a batch was given while it was written: the time, and numbers in the order of its intents and held items."""

    now: datetime
    side_ids: dict[SideName, int] = field(default_factory=dict)
    intents: list[int] = field(default_factory=list)
    held: list[int] = field(default_factory=list)


def write(batch: Batch, transaction: Transaction) -> Written:
    """Write a batch. Changes nothing but the database (and notes the marks of new rows): it can be done again."""
    written = Written(now=transaction.clock.now())
    group = batch.known.group
    if batch.next_task > batch.known.next_task:
        transaction.change(GROUP.update().where(GROUP.c.id == group).values(next_task=batch.next_task))
    sides: list[Row] = [{"group_id": group, **row} for row, _ in batch.sides.values()]
    transaction.upsert(SIDE, sides, "group_id", "name")
    names = {key[1] for key in (*batch.links, *batch.no_links)} | {intent.side for intent, _ in batch.intents}
    written.side_ids = require_sides(transaction, group, batch.known.side_ids, names | batch.sides.keys())
    transaction.upsert(TASK, ({"group_id": group, **row} for row in batch.task_rows()), "id")
    _write_links(batch, transaction, written.side_ids)
    for tasks, settled in ((batch.settled, True), (batch.opened, False)):
        statement = TASK.update().where(TASK.c.id == bindparam("of_task")).values(settled=settled)
        transaction.change_many(statement, ({"of_task": task} for task in tasks))
    _write_intents(batch, transaction, written)
    _drop_tasks(batch, transaction)
    _write_held(batch, transaction, written)
    transaction.append(HISTORY, ({**row, "group_id": group, "at": written.now} for row in batch.history.rows()))
    return written


def _write_links(batch: Batch, transaction: Transaction, side_ids: dict[SideName, int]) -> None:
    """Links: those that are gone first; refs that change are given up before they are taken, as two may swap theirs."""
    gone: list[Row] = [{"of_task": task, "on_side": side_ids[side]} for task, side in batch.no_links]
    transaction.change_many(_LINKS_GONE, gone)
    moving: list[Row] = [
        {"of_task": task, "on_side": side_ids[side]}
        for (task, side), link in batch.link_marks.items()
        if (found := batch.known.links.get((task, side))) is not None and found.ref not in {None, link.ref}
    ]
    transaction.change_many(_REFS_GIVEN_UP, moving)
    rows = ({**row, "side_id": side_ids[side]} for side, row in batch.link_rows())
    transaction.upsert(LINK, rows, "task_id", "side_id")


def _write_intents(batch: Batch, transaction: Transaction, written: Written) -> None:
    over: list[Row] = [
        {"of_intent": closing.intent, "closed": written.now, "outcome": escape(closing.outcome)}
        for closing in batch.closings
    ]
    transaction.change_many(_INTENTS_OVER, over)
    for intent, row in batch.intents:
        current = _dated(row, "opened", written.now)
        if intent.id:
            transaction.change(INTENT.update().where(INTENT.c.id == intent.id).values(current))
            written.intents.append(intent.id)
        else:
            new: Row = {"side_id": written.side_ids[intent.side], "closed": None, "outcome": ""}
            written.intents.append(transaction.insert(INTENT, current | new))


def _drop_tasks(batch: Batch, transaction: Transaction) -> None:
    """Remove tasks; one stays as long as a side that is not in the configuration now has a link or an intent of it."""
    gone: list[Row] = [{"gone": task} for task in batch.no_tasks]
    transaction.change_many(_TASKS_GONE, gone)


def _write_held(batch: Batch, transaction: Transaction, written: Written) -> None:
    for number in batch.ended:
        transaction.change(HELD.update().where(HELD.c.id == number).values(ended=written.now))
    for held, row, decision in batch.held:
        number = held.id or _same_question(batch, transaction, row)
        if not number:
            new: Row = {"group_id": batch.known.group, "ended": None, "decision": escape(decision)}
            written.held.append(transaction.insert(HELD, new | _dated(row, "since", written.now)))
            continue
        values = {name: value for name, value in row.items() if name != "since"}
        found = batch.known.held.get(number)
        if found is not None and found.decision != decision:  # else what a person decided meanwhile stays
            values["decision"] = escape(decision)
        transaction.change(HELD.update().where(HELD.c.id == number).values(values))
        written.held.append(number)


def _dated(row: Row, column: str, now: datetime) -> Row:
    """The row, with the time at which it was first written."""
    return row | {column: row[column] or now}


def _same_question(batch: Batch, transaction: Transaction, row: Row) -> int:
    """The number of the open held item with the same key, so that a person is asked once; 0 if there is none."""
    key = (HELD.c.group_id == batch.known.group, HELD.c.key == row["key"], HELD.c.ended.is_(None))
    return int(transaction.connection.execute(select(HELD.c.id).where(*key)).scalar() or 0)


def absorb(batch: Batch, written: Written, known: Known) -> None:
    """Note what is stored now, and give the new rows' numbers and times to their objects."""
    known.next_task = max(known.next_task, batch.next_task)
    known.side_ids.update(written.side_ids)
    known.sides.update({name: mark for name, (_, mark) in batch.sides.items()})
    known.tasks.update(batch.task_marks)
    known.links.update(batch.link_marks)
    known.settled.update(batch.settled)
    known.settled.difference_update(batch.opened, batch.no_tasks)
    for task in batch.no_tasks:
        known.tasks.pop(task, None)
    for key in batch.no_links:
        known.links.pop(key, None)
    for closing in batch.closings:
        known.intents.pop(closing.intent, None)
    for (intent, row), number in zip(batch.intents, written.intents, strict=True):
        intent.id = number
        intent.opened = intent.opened or written.now
        known.intents[number] = digest(_dated(row, "opened", written.now).values())
    for held_id in batch.ended:
        known.held.pop(held_id, None)
    for (held, row, decision), number in zip(batch.held, written.held, strict=True):
        held.id = number
        held.since = held.since or written.now
        known.held[number] = KnownHeld(digest(_dated(row, "since", written.now).values()), decision)
