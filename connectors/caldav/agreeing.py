"""What has to agree within one task, and is told so that it does. Pure.

A start and a due date are both days or both instants (RFC 5545, 3.8.2.3: servers on sabre/dav refuse anything else).
A task of 100 % is a completed one for several programs, whatever its status says. A value that can not stand beside its
neighbour is told in another form, and as it is in a parameter of ours, which counts as long as the form is that one.
"""

from __future__ import annotations

from typing import Final

from connectors.caldav.lines import Line, Todo
from connectors.caldav.members import ALMOST, AS_DAY, FORMS, MEANT, WHOLE, day_of, is_time

REPEATS: Final = ("RRULE", "RDATE")


def recurs(todo: Todo) -> bool:
    """Whether a task recurs."""
    return any(todo.first(name) for name in REPEATS)


def agree_on_days(todo: Todo) -> None:
    """A day beside an instant is told as one: the start of a first day, the end of a last one; alone, as a day.

    The start of a task that recurs stays as it is: its rule and its exceptions are of the same type.
    """
    start, due = todo.first("DTSTART"), todo.first("DUE")
    for line, other in ((start, due), (due, start)):
        day = None if line is None else day_of(line)
        if line is None or day is None or (line is start and recurs(todo)):
            continue
        kept = line.without("VALUE", "TZID", MEANT)
        value, parameters = day, (("VALUE", "DATE"), *kept)
        if other is not None and day_of(other) is None and is_time(other):
            zone = tuple(pair for pair in other.parameters if pair[0] == "TZID")
            value, parameters = f"{day}T{FORMS[line.name]}", (*zone, *kept, (MEANT, AS_DAY))
        if line.value.strip() != value:
            todo.set(line.name, value, parameters)


def agree_on_progress(todo: Todo) -> None:
    """100 % of a task that is not completed is told as 99 %."""
    line, status = todo.first("PERCENT-COMPLETE"), todo.first("STATUS")
    if line is None:
        return
    completed = status is not None and status.value.strip().upper() == "COMPLETED"
    told, meant = line.value.strip(), line.parameter(MEANT) == WHOLE
    kept = line.without(MEANT)
    if completed and told == ALMOST and meant:
        todo.put(line.name, [Line.made(line.name, WHOLE, kept)])
    elif not completed and told == WHOLE:
        todo.put(line.name, [Line.made(line.name, ALMOST, (*kept, (MEANT, WHOLE)))])
