"""What happened: cycles, values that moved, actions; as rows to write and as rows to read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, func, select

from connectors.task import Field, JsonValue
from sync.core.facts import Acted, Moved
from sync.core.model import Do, TaskId
from sync.store.database import Transaction
from sync.store.documents import dump, load_object
from sync.store.rows import Row
from sync.store.tables import CYCLE, GROUP, HELD, HISTORY, INTENT


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleRow:
    """A cycle of a group. ``seconds`` is None and ``result`` empty while it runs, and when it was cut short."""

    cycle: int
    group: str
    started: datetime
    seconds: float | None
    result: str
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedRow(Moved):
    """A value that moved, with where it stands in history: ``id`` grows with each row of the store."""

    id: int
    cycle: int
    group: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActedRow(Acted):
    """An action and how it ended, with where it stands in history."""

    id: int
    cycle: int
    group: str
    when: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which rows of history: those that fit all that is given. ``last``: at most so many, the newest."""

    cycle: int | None = None
    task: TaskId | None = None
    field: Field | None = None
    group: str | None = None
    last: int | None = None


def _moved_row(moved: Moved, cycle: int) -> Row:
    """A value that moved as a row, without its time and its group."""
    doc: dict[str, JsonValue] = {"title": moved.title, "old": moved.old, "new": moved.new, "rule": moved.rule}
    return {
        "cycle_id": cycle,
        "task_id": moved.task,
        "side": moved.side,
        "field": moved.field.value,
        "do": "",
        "lost": moved.lost,
        "doc": dump(doc),
    }


def _acted_row(acted: Acted, cycle: int) -> Row:
    """An action as a row, without its time and its group."""
    doc: dict[str, JsonValue] = {
        "ref": acted.ref,
        "outcome": acted.outcome,
        "fields": acted.fields,
        "image": acted.image,
    }
    return {
        "cycle_id": cycle,
        "task_id": acted.task,
        "side": acted.side,
        "field": "",
        "do": acted.do.value,
        "lost": False,
        "doc": dump({name: data for name, data in doc.items() if data not in ({}, None)}),
    }


@dataclass(frozen=True, slots=True)
class History:
    """What happened in a cycle."""

    cycle: int = 0
    moved: Sequence[Moved] = ()
    acted: Sequence[Acted] = ()

    def rows(self) -> Iterator[Row]:
        """It as rows, without their time and their group, one after the other. They can be asked for again."""
        yield from (_moved_row(row, self.cycle) for row in self.moved)
        yield from (_acted_row(row, self.cycle) for row in self.acted)


def forget(transaction: Transaction, before: datetime) -> int:
    """Remove what ended before a time; how many rows. The last cycle stays: its number must not come again."""
    newest = select(func.max(CYCLE.c.id)).scalar_subquery()
    return (
        transaction.change(HISTORY.delete().where(HISTORY.c.at < before))
        + transaction.change(CYCLE.delete().where(CYCLE.c.started < before, CYCLE.c.id < newest))
        + transaction.change(INTENT.delete().where(INTENT.c.closed < before))
        + transaction.change(HELD.delete().where(HELD.c.ended < before))
    )


def history(connection: Connection, wanted: Wanted) -> list[MovedRow | ActedRow]:
    """Rows of history in the order in which it happened."""
    statement = select(HISTORY, GROUP.c.name.label("group")).join(GROUP, GROUP.c.id == HISTORY.c.group_id)
    if wanted.cycle is not None:
        statement = statement.where(HISTORY.c.cycle_id == wanted.cycle)
    if wanted.task is not None:
        statement = statement.where(HISTORY.c.task_id == wanted.task)
    if wanted.field is not None:
        statement = statement.where(HISTORY.c.field == wanted.field.value)
    if wanted.group is not None:
        statement = statement.where(GROUP.c.name == wanted.group)
    if wanted.last is not None:
        rows = list(connection.execute(statement.order_by(HISTORY.c.id.desc()).limit(wanted.last)).mappings())[::-1]
    else:
        rows = list(connection.execute(statement.order_by(HISTORY.c.id)).mappings())
    return [_acted_of(row) if row["do"] else _moved_of(row) for row in rows]


def _moved_of(row: RowMapping) -> MovedRow:
    doc = load_object(row["doc"])
    return MovedRow(
        id=row["id"],
        cycle=row["cycle_id"],
        group=row["group"],
        when=row["at"],
        task=row["task_id"],
        title=str(doc["title"]),
        side=row["side"],
        field=Field(row["field"]),
        old=doc["old"],
        new=doc["new"],
        rule=str(doc["rule"]),
        lost=row["lost"],
    )


def _acted_of(row: RowMapping) -> ActedRow:
    doc = load_object(row["doc"])
    ref, fields, image = doc.get("ref"), doc.get("fields"), doc.get("image")
    return ActedRow(
        id=row["id"],
        cycle=row["cycle_id"],
        group=row["group"],
        when=row["at"],
        do=Do(row["do"]),
        task=row["task_id"],
        side=row["side"],
        ref=ref if isinstance(ref, str) else None,
        outcome=str(doc["outcome"]),
        fields=fields if isinstance(fields, dict) else {},
        image=image if isinstance(image, dict) else {},
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Which cycles: from ``first`` to ``last``, both included; ``limit``: at most so many, the newest."""

    group: str | None = None
    first: int | None = None
    last: int | None = None
    limit: int | None = None


def cycles(connection: Connection, span: Span) -> list[CycleRow]:
    """Cycles in the order of their numbers."""
    statement = select(CYCLE, GROUP.c.name.label("group")).join(GROUP, GROUP.c.id == CYCLE.c.group_id)
    if span.group is not None:
        statement = statement.where(GROUP.c.name == span.group)
    if span.first is not None:
        statement = statement.where(CYCLE.c.id >= span.first)
    if span.last is not None:
        statement = statement.where(CYCLE.c.id <= span.last)
    rows = list(connection.execute(statement.order_by(CYCLE.c.id.desc()).limit(span.limit)).mappings())[::-1]
    return [
        CycleRow(
            cycle=row["id"],
            group=row["group"],
            started=row["started"],
            seconds=row["seconds"],
            result=row["result"],
            counts={name: number for name, number in load_object(row["counts"]).items() if isinstance(number, int)},
        )
        for row in rows
    ]
