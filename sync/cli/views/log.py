"""What ``log`` shows: cycles, the newest first, with what moved and what was done; quiet ones are only counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.task import Field, Value
from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen
from sync.cli.views.values import contrast, one_line
from sync.cli.views.words import ago, clean, counted, listed, quoted, typed
from sync.core.codec import decode, short
from sync.core.merge import HELD_BACK, NEW
from sync.core.model import Do
from sync.looking import Told
from sync.store import ActedRow, MovedRow

RESULTS: Final[Mapping[str, str]] = {"failed": BAD, "owed": BAD, "held": WARN, "waiting": WARN, "changed": GOOD}
ROWS: Final = 40
"""Rows of a cycle that are shown: two screenfuls. The JSON document has all of them."""


def show_log(screen: Screen, cycles: Sequence[Told], *, now: datetime, config: Path | None) -> None:
    """All cycles; those in which nothing moved, and that ended well, in one line for as many as come together."""
    if not cycles:
        screen.line("No cycle yet, or none that fits.")
    quiet: list[int] = []
    for told in cycles:
        if not (told.moved or told.acted) and told.cycle.result == "quiet":
            quiet.append(told.cycle.cycle)
            continue
        _show_quiet(screen, quiet)
        _show_cycle(screen, told, now)
    _show_quiet(screen, quiet)
    newest = next((told for told in cycles if told.moved or told.acted), None)
    if newest is not None:
        screen.line()
        command = typed("undo", str(newest.cycle.cycle), config=config)
        screen.line(f"What undoing one would do, cycle {newest.cycle.cycle} for example: {command}", style=FAINT)


def _show_quiet(screen: Screen, cycles: list[int]) -> None:
    if cycles:
        which = f"{cycles[-1]} to {cycles[0]}" if len(cycles) > 1 else str(cycles[0])
        screen.line(f"{counted(len(cycles), 'cycle')} with nothing to do ({which})", style=FAINT)
    cycles.clear()


def _show_cycle(screen: Screen, told: Told, now: datetime) -> None:
    cycle = told.cycle
    started = cycle.started.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    result = cycle.result or "not finished"
    screen.parts(
        (f"cycle {cycle.cycle}", "bold"),
        (f"  {cycle.group}  {started} ({ago(cycle.started, now)})  ", ""),
        (result, RESULTS.get(result, FAINT)),
    )
    rows = [*_values(told.moved), *_actions(told.acted, {row.task: row.title for row in told.moved})]
    for text, style in rows[:ROWS]:
        screen.line(f"  {text}", style=style)
    if len(rows) > ROWS:
        screen.line(f"  … and {len(rows) - ROWS} more (--json lists all)", style=FAINT)


def _values(rows: Sequence[MovedRow]) -> Iterator[tuple[str, str]]:
    for row in rows:
        old, new = value(row.field, row.old), value(row.field, row.new)
        name, where = f"{short(row.task)} {quoted(row.title)}", row.side or "a person"
        if row.rule == NEW:
            yield f"{name} was new on {where}", GOOD
        elif row.lost:
            yield f"{name} {row.field.value}: {one_line(row.field, old)} on {where} lost (l{row.id})", WARN
        elif row.rule == HELD_BACK:
            yield f"{name} {row.field.value}: {one_line(row.field, new)} on {where} is held", WARN
        else:
            yield f"{name} {row.field.value}: {contrast(row.field, old, new)} ({where}, {clean(row.rule)})", ""


def _actions(rows: Sequence[ActedRow], titles: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    for row in rows:
        title = f" {quoted(titles[row.task])}" if row.task in titles else ""
        ref = f" ({row.ref})" if row.ref else ""
        fields = f": {listed(row.fields)}" if row.fields and row.do is Do.UPDATE else ""
        outcome = "" if row.outcome == "done" else f"; {clean(row.outcome)}"
        yield f"{row.do.value} {short(row.task)}{title} on {row.side}{ref}{fields}{outcome}", FAINT


def value(field: Field, data: object) -> Value:
    """A value out of history; text where another version wrote what this one does not know."""
    try:
        return decode(field, data)  # type: ignore[arg-type]
    except ValueError:
        return str(data)
