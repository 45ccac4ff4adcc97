"""What ``undo`` shows: what is skipped, and why; the plan, or what was done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sync.cli.views.open import show_notes
from sync.cli.views.plan import show_groups
from sync.cli.views.screen import Screen
from sync.cli.views.words import counted, typed
from sync.core.facts import Note
from sync.report import PlanReport


def show_undo_plan(screen: Screen, number: int, report: PlanReport, *, config: Path | None) -> None:
    """What undoing a cycle would do."""
    undone = sum(plan.undone for plan in report.groups.values())
    show_head(screen, number, undone, [note for plan in report.groups.values() for note in plan.skipped])
    show_groups(screen, report, config=config)
    if undone:
        screen.line("Nothing was written. To undo it:")
        screen.line(f"  {typed('undo', str(number), '--yes', config=config)}")


def show_head(screen: Screen, number: int, undone: int, skipped: Sequence[Note]) -> None:
    """How much of a cycle comes back, and what does not."""
    what = counted(undone, "change") if undone else "nothing"
    screen.parts((f"undo of cycle {number}", "bold"), (f": {what} to bring back, {len(skipped)} skipped", ""))
    show_notes(screen, "skipped", skipped)
    screen.line()
