"""What ``status`` shows: groups, sides, and what is open."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sync.cli.views.held import show_row
from sync.cli.views.open import show_notes
from sync.cli.views.screen import BAD, WARN, Screen, cell, table
from sync.cli.views.sides import STATES
from sync.cli.views.words import ago, clean, counted
from sync.report import BudgetStatus, GroupStatus


def show_status(screen: Screen, groups: Sequence[GroupStatus], *, now: datetime, config: Path | None) -> None:
    """All groups."""
    for group in groups:
        _show_group(screen, group, now, config)


def _show_group(screen: Screen, group: GroupStatus, now: datetime, config: Path | None) -> None:
    last = (
        f"last cycle {ago(group.last_cycle, now)}: {group.last_result or 'not finished'}"
        if group.last_cycle
        else "no cycle yet"
    )
    screen.parts((group.name, "bold"), (f": {counted(group.tasks, 'task')}; {last}", ""))
    shown = table("side", "connector", "state", "linked", "last complete read", right=["linked"])
    for side in group.sides:
        read = ago(side.last_complete, now) if side.last_complete is not None else "never"
        shown.add_row(
            cell(side.name), cell(side.connector), cell(side.state, STATES.get(side.state, "")), str(side.links), read
        )
    screen.table(shown)
    for side in group.sides:
        if side.why:
            screen.parts(
                (f"  {side.name} is {side.state}: ", BAD if side.state != "ok" else WARN), (clean(side.why), "")
            )
        if side.budget is not None:
            screen.line(f"  budget of {side.name}: {_budget(side.budget)}")
        if side.looked:
            screen.line(f"  {side.name} has no list: {side.looked}")
        for word in side.unknown:
            screen.parts((f"  no opinion on {side.name}: ", WARN), (clean(word), ""))
    show_notes(screen, "owed", group.owed)
    show_notes(screen, "waiting", group.waiting)
    show_notes(screen, "undeliverable", group.undeliverable)
    for held in group.held:
        show_row(screen, group.name, held, now=now, config=config)
    if not (group.owed or group.waiting or group.undeliverable or group.held):
        screen.line("  nothing is open")
    screen.line()


def _budget(budget: BudgetStatus) -> str:
    parts = [f"{one.used} of {one.limit} requests in {one.per:g} s used" for one in budget.windows]
    parts += [f"a request each {budget.spacing:g} s"] if budget.spacing else []
    if budget.free_in is None:
        parts.append("free when a request that is under way has ended")
    else:
        parts.append("free now" if budget.free_in == 0.0 else f"free in {math.ceil(budget.free_in)} s")
    return ", ".join(parts)
