"""What nobody did: an edit that is said to be a side's, a value that nobody typed, somebody where nobody knows her."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime

from connectors.task import Field, Status
from sync.core.codec import decode
from sync.core.model import Task, TaskLife
from tests.simulation.deeds import Edit, number_of, words
from tests.simulation.oracle.end import End, said_in

NOON = datetime(2026, 4, 5, 12, tzinfo=UTC)


def edits(end: End) -> Iterator[str]:
    """What is said to be a side's edit, and was not typed there."""
    numbers = {task.id: number_of(task.title) for task in end.state.tasks.values()}
    for row in end.moved:
        if row.lost or row.field not in {Field.TITLE, Field.DUE}:
            continue
        # A name that a second one was taken for is told apart by what stands behind it, which a person then points at.
        anywhere = not end.places[row.side].knows_again
        mine = [one for one in end.ledger.edits if one.number == numbers[row.task]]
        mine = [one for one in mine if anywhere or one.side == row.side]
        typed = frozenset().union(*(words(edit.after) for edit in mine if edit.field is row.field))
        if not said_in(row, row.new) <= typed:
            yield f"nobody on {row.side} made {row.title!r} {row.field.value} {row.new!r} ({row.rule})"


def statuses(end: End) -> Iterator[str]:
    """A status that is said to be a side's edit, and that nobody set there; what follows from children is left out."""
    numbers = {task.id: number_of(task.title) for task in end.state.tasks.values()}
    for row in end.moved:
        number = numbers[row.task]
        if row.field is not Field.STATUS or row.rule != "edit" or end.play.respelt or number in end.ledger.family:
            continue
        mine = [one for one in end.ledger.edits if (one.side, one.number, one.field) == (row.side, number, row.field)]
        new = decode(row.field, row.new)
        if new not in {value for edit in mine for value in (edit.before, edit.after) if value is not None}:
            yield f"nobody on {row.side} made {row.title!r} {new} ({row.rule})"


def values(end: End) -> Iterator[str]:
    """Nobody's status that is the group's, a time of day that is lost, and who is named where nobody knows her."""
    for task in end.state.tasks.values():
        mine = [edit for edit in end.ledger.edits if edit.number == number_of(task.title)]
        yield from _status(end, task, mine)
        yield from _time_of_day(end, task, mine)
    for side, place in end.places.items():
        for shown in place.entries().values():
            if side not in end.play.people.strangers and "carla" in str(shown.get(Field.ASSIGNEES)):
                yield f"carla is on {side}, where nobody knows her"


def _status(end: End, task: Task, mine: list[Edit]) -> Iterator[str]:
    said = [edit for edit in mine if edit.field is Field.STATUS]
    typed = {value for edit in said for value in (edit.before, edit.after, edit.perhaps)}
    typed |= {Status.NEEDS_ACTION}  # what servers give a new task
    value = task.values.get(Field.STATUS)
    if number_of(task.title) in end.ledger.family:
        return  # it follows from its children
    if end.play.respelt and task.life is TaskLife.ALIVE and len(typed) > 1 and value not in typed:
        yield f"{task.title!r} is {value}, which nobody said: {typed}"


def _time_of_day(end: End, task: Task, mine: list[Edit]) -> Iterator[str]:
    value = task.values.get(Field.DUE)
    if task.life is not TaskLife.ALIVE or not isinstance(value, date) or isinstance(value, datetime):
        return  # what is typed where a task was let go is its own
    # Of two tasks with one number (a twin that was renamed before it was known) each has its own edits.
    tied = {(link.side, ref) for link in end.state.of_task(task.id) for ref in (link.ref, *link.former)}
    dues = [edit for edit in mine if edit.field is Field.DUE and (edit.side, edit.ref) in tied]
    if any(edit.after is None for edit in dues):
        return  # whoever took a date away has seen its time
    told = [row for row in end.moved if row.task == task.id and row.field is Field.DUE]
    # What lost to a day that was typed at the same time is kept as that: who typed the day had seen no time.
    lost = {decode(row.field, row.old) for row in told if row.lost}
    heard = {decode(row.field, row.new) for row in told}
    typed = {
        edit.after
        for edit in dues
        if _holds_times(end, edit.side) and (edit.after in heard or not _was_removed(end, edit))
    }
    if typed - lost and all(isinstance(one, datetime) for one in typed):
        yield f"{task.title!r} is due on {value}, and the time of day is lost: {typed - lost}"


def _was_removed(end: End, edit: Edit) -> bool:
    """Whether it went with its entry, which somebody deleted on that side."""
    mine = [one for one in end.ledger.removals if (one.side, one.number) == (edit.side, edit.number)]
    return any(edit.at <= removal.at for removal in mine)


def _holds_times(end: End, side: str) -> bool:
    return isinstance(end.capabilities(side).of(Field.DUE).view.view(NOON), datetime)
