"""Reading a group: columns in bulk, documents decoded once, and the digests of what is stored."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import ColumnElement, Connection, Select, func, select

from sync.core.model import Held, Side, SideName, State
from sync.store.groups import first_task, side_ids
from sync.store.held_rows import held_of, held_row
from sync.store.intent_rows import intent_of, intent_row
from sync.store.known import Known, KnownHeld, KnownLink
from sync.store.link_rows import link_of
from sync.store.once import Once
from sync.store.rows import Stored, digest
from sync.store.side_rows import side_of
from sync.store.tables import CYCLE, GROUP, HELD, INTENT, LINK, SIDE, TASK
from sync.store.task_rows import task_of

_TASK = tuple(column for column in TASK.c if column.name != "group_id")
_LINK = tuple(column for column in LINK.c if column.name != "side_id")
_SIDE = tuple(column for column in SIDE.c if column.name not in {"id", "group_id"})


def load(connection: Connection, group: int, name: str, sides: Sequence[SideName]) -> tuple[State, Known]:
    """A group's state, with what is known to be stored of it. Raises ``ValueError`` for a row that cannot be read."""
    state, known = load_frame(connection, group, name, sides)
    once = Once()
    with uncollected():
        load_tasks(connection, state, known, once)
        for side in sides:
            if side in known.side_ids:
                load_links(connection, state, known, side, once)
    return state, known


def load_frame(connection: Connection, group: int, name: str, sides: Sequence[SideName]) -> tuple[State, Known]:
    """A group's state without its tasks and links."""
    stored = connection.execute(select(GROUP.c.next_task).where(GROUP.c.id == group)).scalar_one()
    next_task = max(stored, first_task(group))
    state = State(group=name, cycle=last_cycle(connection), next_task=next_task)
    known = Known(group=group, next_task=next_task, side_ids=side_ids(connection, group))
    _load_sides(connection, state, known, sides)
    _load_intents(connection, state, known)
    _load_held(connection, state, known)
    return state, known


@contextmanager
def uncollected() -> Iterator[None]:
    """No search for cycles among objects while many are made and none are dropped: it would take half of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def last_cycle(connection: Connection) -> int:
    """The number of the store's last cycle; 0 before the first."""
    return int(connection.execute(select(func.coalesce(func.max(CYCLE.c.id), 0))).scalar_one())


def _rows(connection: Connection, statement: Select[*tuple[object, ...]]) -> Iterable[Stored]:
    return connection.execute(statement)


def _load_sides(connection: Connection, state: State, known: Known, sides: Sequence[SideName]) -> None:
    stored: dict[SideName, Side] = {}
    for row in _rows(connection, select(*_SIDE).where(SIDE.c.group_id == known.group)):
        stored[row.name] = side_of(row)
        known.sides[row.name] = digest(row)
    state.sides = {name: stored.get(name) or Side(name=name) for name in sides}


def load_tasks(connection: Connection, state: State, known: Known, once: Once, *which: ColumnElement[bool]) -> None:
    """Tasks of the group."""
    for row in _rows(connection, select(*_TASK).where(TASK.c.group_id == known.group, *which).order_by(TASK.c.id)):
        *columns, settled = row
        state.tasks[row.id] = task_of(row, once)
        known.tasks[row.id] = digest(columns)
        if settled:
            known.settled.add(row.id)


def load_links(
    connection: Connection, state: State, known: Known, side: SideName, once: Once, *which: ColumnElement[bool]
) -> None:
    """Links of a side."""
    statement = select(*_LINK).where(LINK.c.side_id == known.side_ids[side], *which).order_by(LINK.c.task_id)
    for row in _rows(connection, statement):
        link = link_of(row, side, once)
        key = link.key
        state.links[key] = link
        known.links[key] = KnownLink(digest(row), link.ref)


def _load_intents(connection: Connection, state: State, known: Known) -> None:
    names = {number: name for name, number in known.side_ids.items() if name in state.sides}
    statement = select(INTENT).where(INTENT.c.closed.is_(None), INTENT.c.side_id.in_(names)).order_by(INTENT.c.id)
    for row in _rows(connection, statement):
        intent = intent_of(row, names[row.side_id])
        state.intents.append(intent)
        known.intents[intent.id] = digest(intent_row(intent).values())


def _load_held(connection: Connection, state: State, known: Known) -> None:
    for held in open_held(connection, known.group):
        if not held.side or held.side in state.sides:
            state.held.append(held)
            known.held[held.id] = KnownHeld(digest(held_row(held).values()), held.decision)


def open_held(connection: Connection, group: int) -> list[Held]:
    """What is held in a group and has not ended, the oldest first."""
    statement = select(HELD).where(HELD.c.group_id == group, HELD.c.ended.is_(None)).order_by(HELD.c.id)
    return [held_of(row) for row in _rows(connection, statement)]
