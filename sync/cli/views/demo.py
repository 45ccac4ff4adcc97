"""What ``demo`` shows: scene by scene what people did and what moved, and both sides side by side in the end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen, cell, table
from sync.cli.views.words import clean, counted, cut, listed, took, typed
from sync.demo import CANVAS, GROUP, OUTLINE, Cycle, Move, Played, Scene, Seen, Stage

STYLES: Final = {"+": GOOD, "~": WARN, "-": BAD}

TITLE: Final = 24
"""Cells of a title in a table."""


def show_begin(screen: Screen, stage: Stage) -> None:
    """Where everything is."""
    for name, vendor in ((OUTLINE, "a Checkvist list"), (CANVAS, "an OGSM canvas")):
        screen.line(f"{name:<8} {vendor}, served at {stage.address(name)}")
    screen.line(f"{GROUP:<8} the group that keeps the two in agreement")
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
    """Both sides side by side, the figures, and whether all is as it should be."""
    pairs = stage.pairs()
    good = all(left is not None and right is not None and left.agrees(right) for left, right in pairs)
    shown = table("task", "due", "labels", OUTLINE, CANVAS, "agree", right=["task"])
    shown.columns[0].justify = "left"
    for left, right in pairs:
        _add_pair(shown, left, right)
    screen.line("Both sides, side by side", style="bold")
    screen.table(shown)
    screen.line(f"({OUTLINE} and {CANVAS}: each side's own word for the status)", style=FAINT)
    screen.line()
    figures = [f"{stage.requests[name]} requests to {name}" for name in (OUTLINE, CANVAS)]
    screen.line(f"{stage.cycles} cycles, {listed(figures)}, {took(stage.seconds)}.")
    if good and quiet:
        screen.line("Both sides agree, and the last cycle was quiet.", style=GOOD)
        screen.line('Next: README.md has five minutes to your own accounts; "tasksync sandbox"')
        screen.line("serves these servers for trials of your own.")
    else:
        wrong = "the sides do not agree" if not good else "the last cycle was not quiet"
        screen.line(f"This should not be: {wrong}. Please report it.", style=BAD)
    return good and quiet


def show_kept(screen: Screen, stage: Stage) -> None:
    """How to go on with what is running."""
    screen.line()
    screen.line(f"Still there until Ctrl-C: {stage.config} has addresses, credentials and the group {GROUP}. Try:")
    for words in (["run", "--once"], ["plan"], ["status"], ["check"]):
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
        shown = table("to", "", "task", "what moved there")
        for move in _ordered(cycle.moves):
            style = STYLES[move.sign]
            shown.add_row(cell(move.side), cell(move.sign, style), cell(cut(move.title, TITLE)), _lines(move.what))
        screen.table(shown, indent=3)


def _lines(what: Sequence[str]) -> Text:
    return Text("\n".join(map(clean, what)))


def _add_pair(shown: Table, left: Seen | None, right: Seen | None) -> None:
    one = left or right
    if one is None:
        return
    agree = left is not None and right is not None and left.agrees(right)
    shown.add_row(
        cell(cut(one.title, TITLE)),
        one.due,
        cell(listed(one.labels)),
        left.status if left is not None else "missing",
        right.status if right is not None else "missing",
        cell("yes" if agree else "NO", GOOD if agree else BAD),
    )


def _ordered(moves: Sequence[Move]) -> Sequence[Move]:
    return sorted(moves, key=lambda move: (move.side != OUTLINE, "+~-".index(move.sign)))
