"""What ``run --once`` shows: per group who took part, what was done, and what a person must know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from sync.cli.views.held import show_row
from sync.cli.views.screen import BAD, GOOD, WARN, Screen, cell, table
from sync.cli.views.sides import STATES, show_reasons
from sync.cli.views.words import clean, counted, listed, took, typed
from sync.core.model import Held
from sync.report import GroupReport, Result, RunReport

RESULTS: Final[Mapping[Result, str]] = {
    Result.FAILED: BAD,
    Result.OWED: BAD,
    Result.HELD: WARN,
    Result.WAITING: WARN,
    Result.CHANGED: GOOD,
    Result.QUIET: GOOD,
}

HELD_SHOWN: Final = 5
"""Held rows of a group that are shown with their choices; ``held`` lists all."""


def show_run(screen: Screen, report: RunReport, held: Sequence[tuple[str, Held]], *, config: Path | None) -> None:
    """All groups of a run, or why the plan that it was to carry out no longer holds."""
    if report.refused:
        screen.line(f"Nothing was written: {clean(report.refused)}.", style=WARN)
        screen.line(f"Look again: {typed('plan', config=config)}")
    for name, group in report.groups.items():
        _show_group(screen, name, group, [row for owner, row in held if owner == name], config)


def _show_group(screen: Screen, name: str, group: GroupReport, held: Sequence[Held], config: Path | None) -> None:
    screen.parts(
        (name, "bold"), (": ", ""), (group.result.value, RESULTS[group.result]), (f" in {took(group.seconds)}", "")
    )
    shown = table("side", "state", "read", "requests", right=["requests"])
    for side, one in group.sides.items():
        requests = str(group.requests.get(side, 0))
        shown.add_row(cell(side), cell(one.state, STATES.get(one.state, "")), cell(one.read.value), requests)
    screen.table(shown)
    screen.line(f"  {_counts(group)}")
    show_reasons(screen, group.sides, group.lines)
    for row in held[:HELD_SHOWN]:
        show_row(screen, name, row, now=None, config=config)
    if len(held) > HELD_SHOWN:
        screen.line(f"  … and {len(held) - HELD_SHOWN} more held: {typed('held', name, config=config)}")
    if group.owed or group.waiting or group.undeliverable:
        screen.line(f"  {_open(group)}: {typed('status', name, config=config)}")
    screen.line()


def _counts(group: GroupReport) -> str:
    counts = {
        "created": group.created,
        "updated": group.updated,
        "deleted": group.deleted,
        "adopted": group.adopted,
    }
    words = [f"{number} {word}" for word, number in counts.items() if number]
    if group.conflicts:
        words.append(counted(group.conflicts, "conflict"))
    return listed(words) if words else "nothing was written"


def _open(group: GroupReport) -> str:
    counts = {"owed": group.owed, "waiting": group.waiting, "undeliverable": group.undeliverable}
    return listed(f"{number} {word}" for word, number in counts.items() if number)
