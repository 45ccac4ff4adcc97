"""Presence: each task is where it should be, and what somebody deleted, having seen all of it, is nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contract import Holding, Verb
from connectors.task import Field, Status, is_empty
from sync.core.model import Task, TaskLife
from sync.core.settle import CREATE_REFUSED
from tests.simulation.deeds import TOLD, Removal, number_of
from tests.simulation.oracle.edits import saw
from tests.simulation.oracle.end import End, shown_number


def wrong(end: End) -> Iterator[str]:
    """What is lost, missing, still there, or there as nobody's task."""
    there = {side: end.play.people.numbers(side) for side in end.places}
    everywhere = set().union(*(found.keys() for found in there.values()))
    alive = {number_of(task.title) for task in end.state.tasks.values() if task.life is TaskLife.ALIVE}
    for number in {edit.number for edit in end.ledger.edits}:
        removals = _removals(end, number)
        if not removals and number not in everywhere:
            yield f"{number} is lost: nobody deleted it"
        missing = [side for side, found in there.items() if number not in found and _can_hold(end, side, number)]
        if missing and (number in alive or (number in everywhere and not removals)):
            yield f"{number} is missing on {missing}"
        still = [side for side, found in there.items() if number in found and end.deletes(side)]
        if still and removals and _all_seen(end, number, removals):
            yield f"{number} was deleted on {removals[0].side}, and is still there"
    for side, found in there.items():
        for number in found.keys() - alive:
            kept = not end.deletes(side) or (side, number) in end.ledger.left  # let go there
            if not (kept or _brought_back(end, number, side) or _is_held_fast(end, number, side)):
                yield f"{number} is on {side}, and is no task that lives"


def _can_hold(end: End, side: str, number: int) -> bool:
    """Whether a side can make a task: it may demand a field, or make open tasks only."""
    can = end.capabilities(side)
    tasks = [task for task in end.tasks(number) if task.life is TaskLife.ALIVE]
    status = can.of(Field.STATUS).holding
    open_only = status not in {Holding.TWO_WAY, Holding.AT_CREATE, Holding.NOT_HELD}
    demanded = [name for name, how in can.fields.items() if how.required]
    refused = [how for (where, _), how in end.ledger.refused.items() if where == side]
    return can.can(Verb.CREATE) and not any(
        any(is_empty(name, task.values.get(name)) for name in demanded)
        or (open_only and _is_closed(task))
        or (True in refused and _was_refused(end, task, side))
        for task in tasks
    )


def _is_closed(task: Task) -> bool:
    status = task.values.get(Field.STATUS)  # none, where no side has told one yet
    return isinstance(status, Status) and status.closed


def _was_refused(end: End, task: Task, side: str) -> bool:
    link = end.state.link(task.id, side)
    return link is not None and link.reason == CREATE_REFUSED


def _is_held_fast(end: End, number: int, side: str) -> bool:
    """Whether below an entry stands one that lives, and whose move the server refused for good."""
    shown = end.places[side].entries()
    above = {ref: entry.get(Field.PARENT) for ref, entry in shown.items()}
    links = (link for link in end.state.of_side(side) if link.live and Field.PARENT in link.refused)
    ends = {link.ref for link in links if end.state.tasks[link.task].life is TaskLife.ALIVE}
    for ref in ends & shown.keys():
        at = above[ref]
        while at is not None and at in shown:
            if shown_number(shown[at]) == number:
                return True
            at = above[at]
    return False


def _brought_back(end: End, number: int, side: str) -> bool:
    """Whether a person restored one of several entries that a task had there: such a ref is not new (rule 13)."""
    times = sum(1 for removal in end.ledger.removals if removal.number == number)
    return (side, number) in end.ledger.restored and times > 1


def _removals(end: End, number: int) -> list[Removal]:
    """The deletes of a task that no restore took back."""
    restored = {key: place for key, place in end.ledger.restored.items() if key not in end.ledger.left}
    return [
        removal
        for place, removal in enumerate(end.ledger.removals)
        if removal.number == number and place >= restored.get((removal.side, number), 0)
    ]


def _all_seen(end: End, number: int, removals: list[Removal]) -> bool:
    """Whether all who deleted a task had seen all that was done to it, and to what ever was below it.

    The edit wins where one of them had not (rule 12).
    """
    ledger = end.ledger
    numbers = {number, *ledger.family.get(number, ())}
    restored = {back for _, back in ledger.restored}
    if numbers & restored or number in ledger.twins or any(removal.early for removal in removals):
        return False
    if numbers & end.play.remarks.tasks:
        return False  # a comment may be the edit that keeps it
    edits = [edit for edit in ledger.edits if edit.number in numbers and (edit.field in TOLD or not edit.made)]
    first = min(removal.at for removal in removals)
    return all(
        edit.field in TOLD and edit.number == number and edit.at < first and edit.added and saw(end, removal, edit)
        for edit in edits
        for removal in removals
    )
