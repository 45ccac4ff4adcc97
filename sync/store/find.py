"""Finding the task that a person means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from connectors.task import Field
from sync.core.codec import parse_short, short
from sync.core.model import TaskId
from sync.store.documents import escape, load_object
from sync.store.errors import NotFound
from sync.store.tables import GROUP, LINK, SIDE, TASK

SHOWN: Final = 10  # candidates in a message


def find(connection: Connection, text: str) -> TaskId:
    """The task that a short id, ``SIDE:REF`` or a piece of a title names. Raises ``NotFound`` with the candidates."""
    number = parse_short(text)
    if number is not None and connection.execute(select(TASK.c.id).where(TASK.c.id == number)).first() is not None:
        return number
    tied = _by_ref(connection, text)
    found = [(task, _title(connection, task)) for task in tied] or tasks_by_title(connection, text)
    if len(found) == 1:
        return found[0][0]
    if not found:
        raise NotFound(
            f"No task is called {text!r}.",
            "Give a short id (t4f2), SIDE:REF, or a piece of a title that only one task has.",
        )
    raise NotFound(
        f"{text!r} can be any of {len(found)} tasks: {_listed(found)}.",
        "Give the short id of the one you mean.",
        candidates=tuple(short(task) for task, _ in found),
    )


def group_of(connection: Connection, task: TaskId) -> str:
    """The name of a task's group. Raises ``NotFound``."""
    statement = select(GROUP.c.name).join(TASK, TASK.c.group_id == GROUP.c.id).where(TASK.c.id == task)
    name: str | None = connection.execute(statement).scalar()
    if name is None:
        raise NotFound(f"There is no task {short(task)}.", "`tasksync export` lists those that there are.")
    return name


def tasks_by_title(connection: Connection, piece: str) -> list[tuple[TaskId, str]]:
    """The tasks whose title has a piece in it, whatever its case; if some titles are exactly that, only theirs."""
    wanted = piece.casefold().strip()
    rows = connection.execute(select(TASK.c.id, TASK.c.doc).order_by(TASK.c.id))
    found = [(task, title) for task, doc in rows if wanted and wanted in (title := _title_in(doc)).casefold()]
    return [(task, title) for task, title in found if title.casefold() == wanted] or found


def _by_ref(connection: Connection, text: str) -> list[TaskId]:
    side, colon, ref = text.partition(":")
    if not colon or not side:
        return []
    statement = (
        select(LINK.c.task_id)
        .join(SIDE, SIDE.c.id == LINK.c.side_id)
        .where(SIDE.c.name == side, LINK.c.ref == escape(ref))
    )
    return sorted({int(task) for (task,) in connection.execute(statement)})


def _title(connection: Connection, task: TaskId) -> str:
    doc = connection.execute(select(TASK.c.doc).where(TASK.c.id == task)).scalar_one()
    comment = load_object(doc).get(Field.COMMENTS.value)
    return _title_in(doc) or next(iter(str(comment or "").splitlines()), "")


def _title_in(doc: str) -> str:
    title = load_object(doc).get(Field.TITLE.value)
    return title if isinstance(title, str) else ""


def _listed(found: Sequence[tuple[TaskId, str]]) -> str:
    names = ", ".join(f"{short(task)} ({_printable(title)})" for task, title in found[:SHOWN])
    return names + (", …" if len(found) > SHOWN else "")


def _printable(title: str) -> str:
    """A title for a message: halves of characters, which no terminal takes, as question marks."""
    return title.encode(errors="replace").decode()
