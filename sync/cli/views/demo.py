"""What ``demo`` shows: scene by scene what people did and what moved, and all sides beside each other in the end."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen, cell, rows, table
from sync.cli.views.words import clean, counted, cut, listed, quoted, took, typed
from sync.core.facts import Note
from sync.demo import GROUP, SIDES, VENDORS, Cycle, Move, Played, Row, Scene, Seen, Stage

if TYPE_CHECKING:
    from rich.text import Text

STYLES: Final = {"+": GOOD, "~": WARN, "-": BAD}

TITLE: Final = 21
"""Cells of a title in a table: the longest of the story."""
NOT_THERE: Final = "–"


def show_begin(screen: Screen, stage: Stage) -> None:
    """Where everything is."""
    for name, (_, what) in VENDORS.items():
        screen.line(f"{name:<9} {what:<23} {stage.address(name)}")
    screen.line(f"{GROUP:<9} the group that keeps the five in agreement")
    screen.line()


def show_scene(screen: Screen, number: int, scene: Scene, played: Played) -> None:
    """One scene: what people did, each cycle, and what it shows."""
    screen.line(f"{number}. {scene.heading}", style="bold")
    for sentence in scene.told:
        screen.line(f"   {sentence}")
    for cycle in played.cycles:
        _show_cycle(screen, cycle)
    for line in scene.remark:
        screen.line(f"   {line}", style=FAINT)
    screen.line()


def show_end(screen: Screen, stage: Stage, *, quiet: bool) -> bool:
    """All sides beside each other, the figures, and whether all is as it should be."""
    tasks, left = stage.rows()
    wrong = any(row.wrong(name) for row in tasks for name in SIDES) or bool(left.keys() - {"cases"})
    screen.line("All sides, side by side: each one's own word for the status", style="bold")
    _show_rows(screen, tasks)
    excused = any(row.unlike[name] & row.known[name] for row in tasks for name in SIDES)
    if wrong:
        screen.line("! should be otherwise", style=BAD)
    if excused:
        screen.line("* shows something otherwise, which is listed as undeliverable there", style=FAINT)
    for name, strays in left.items():
        titles = listed(quoted(task.title) for task in strays)
        screen.line(f"let go on {name}, deleted elsewhere: {titles}", style=FAINT)
    screen.line()
    screen.line(f"{stage.cycles} cycles, {took(stage.seconds)}. Requests, log-ins included:")
    screen.line(f"{_requests(stage)}.")
    if not wrong and quiet:
        screen.line("All sides agree, and the last cycle was quiet.", style=GOOD)
        screen.line('Next: README.md has five minutes to your own accounts; "tasksync sandbox"')
        screen.line("serves these servers for trials of your own.")
    else:
        what = "the sides do not agree" if wrong else "the last cycle was not quiet"
        screen.line(f"This should not be: {what}. Please report it.", style=BAD)
    return quiet and not wrong


def show_kept(screen: Screen, stage: Stage) -> None:
    """How to go on with what is running."""
    screen.line()
    screen.line(f"Still there until Ctrl-C: {stage.config} has addresses, credentials and the group {GROUP}. Try:")
    for words in (["run", "--once"], ["plan"], ["status"], ["check"], ["discover", "matter"]):
        screen.line(f"  {typed(*words, config=stage.config)}")


def _show_cycle(screen: Screen, cycle: Cycle) -> None:
    report = cycle.report
    waiting = f"; {report.waiting} waiting for proof" if report.waiting else ""
    conflicts = f"; {counted(report.conflicts, 'conflict')}" if report.conflicts else ""
    adopted = f"; {report.adopted} adopted" if report.adopted else ""
    screen.parts(
        (f"   cycle {report.cycle}: ", ""), (report.result.value, "bold"), (f"{adopted}{conflicts}{waiting}", "")
    )
    if cycle.moves:
        shown = table("", "task", "what moved", "where")
        for sign, title, lines in together(cycle.moves):
            for number, (what, sides) in enumerate(lines):
                named = (sign, cut(title, TITLE)) if number == 0 else ("", "")
                shown.add_row(cell(named[0], STYLES[sign]), cell(named[1]), cell(what), cell(where(sides)))
        screen.table(shown, indent=3)
    _show_undeliverable(screen, cycle.undeliverable)


def together(moves: Sequence[Move]) -> list[tuple[str, str, list[tuple[str, list[str]]]]]:
    """What moved, task by task, what is new first and what is gone last; each change once, with its sides."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for move in sorted(moves, key=lambda one: "+~-".index(one.sign)):
        for what in move.what:
            found.setdefault((move.sign, move.title), {}).setdefault(what, []).append(move.side)
    return [(sign, title, list(lines.items())) for (sign, title), lines in found.items()]


def where(sides: Sequence[str]) -> str:
    """Sides in words: by their names, or by the one that is not among them."""
    others = [name for name in SIDES if name not in sides]
    if len(others) > 1:
        return listed(sides)
    return f"all but {others[0]}" if others else "all sides"


def _show_undeliverable(screen: Screen, notes: Iterable[Note]) -> None:
    """What a side can not take, and why: the fields of each task."""
    found: dict[tuple[str, str], dict[str, list[str]]] = {}
    for note in notes:
        fields = found.setdefault((note.side, note.why), {}).setdefault(note.title, [])
        fields.append(note.field.value if note.field else "task")
    for (side, why), tasks in found.items():
        screen.line(f"   undeliverable on {side}: {clean(why)}", style=WARN)
        screen.table(rows((quoted(title), listed(sorted(fields))) for title, fields in tasks.items()), indent=5)


def _show_rows(screen: Screen, tasks: Sequence[Row]) -> None:
    shown = table("task", *SIDES)
    shown.padding = (0, 1, 0, 0)
    for row in sorted(tasks, key=lambda one: one.title):
        shown.add_row(cell(cut(row.title, TITLE)), *(_state(row, name, row.seen[name]) for name in SIDES))
    screen.table(shown)


def _state(row: Row, name: str, seen: Seen | None) -> Text:
    word = seen.status if seen is not None else NOT_THERE
    if row.wrong(name):
        return cell(f"{word}!", BAD)
    return cell(f"{word}{'*' if row.unlike[name] else ''}", GOOD if seen is not None and seen.closed else "")


def _requests(stage: Stage) -> str:
    return listed(f"{stage.requests[name]} {name}" for name in SIDES)
