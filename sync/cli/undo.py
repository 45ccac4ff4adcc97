"""``tasksync undo``: old values back."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.failures import TOO_LATE, TOOK_NO_PART
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, Given, JsonOption, VerboseOption, given

if TYPE_CHECKING:
    from sync.report import GroupReport


def command(
    context: typer.Context,
    cycle: Annotated[
        str, typer.Argument(metavar="CYCLE", show_default=False, help="A number of `tasksync log`, or last.")
    ],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Carry it out; without this, only show the plan.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Write a cycle's old values back.

    What was made is deleted there, what was deleted is made again, what matching tied is let go; a value that moved
    since is skipped and named. It is a cycle like any other: guards hold, and edits made meanwhile go along. "last" is
    the newest cycle in which anything moved. Exits 3 when nothing of it can be undone, or a guard holds a part of it; 4
    when a side takes no part.
    """
    common = given(context, config, verbose)
    return _carry_out(common, cycle, as_json=as_json) if yes else _show_plan(common, cycle, as_json=as_json)


def _show_plan(common: Given, cycle: str, *, as_json: bool) -> int:
    from sync.cli.signals import ending_at_once
    from sync.cli.views.documents import plan_document, undo_document
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.undo import show_undo_plan
    from sync.progress import watched

    with ending_at_once(), opened(common, read_only=True) as app:
        row, undo = app.by_hand.cycle_to_undo(cycle)
        with watched() as progress:
            report = app.plan([row.group], undo=undo, progress=progress)
        plan = report.groups[row.group]
        if as_json:
            write_json(undo_document(row.cycle, plan_document(report), plan.skipped))
        else:
            with printing() as screen:
                show_undo_plan(screen, row.cycle, report, config=common.config)
    return 0 if plan.undone else TOO_LATE


def _carry_out(common: Given, cycle: str, *, as_json: bool) -> int:
    from sync.cli.run import show_report
    from sync.cli.signals import stoppable
    from sync.cli.views.documents import undo_document
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.undo import show_head
    from sync.progress import watched

    stop = Event()
    with stoppable(stop), opened(common, read_only=False, stop=stop) as app:
        row, undo = app.by_hand.cycle_to_undo(cycle)
        with watched() as progress:
            report = app.run_once([row.group], undo=undo, stop=stop, progress=progress)
        group = report.groups[row.group]
        report.exit = _code(group)
        if as_json:
            write_json(undo_document(row.cycle, report.as_json(), group.skipped))
        else:
            with printing() as screen:
                show_head(screen, row.cycle, group.undone, group.skipped)
            show_report(app, report, config=common.config)
    return report.exit


def _code(group: GroupReport) -> int:
    if group.code == TOOK_NO_PART:
        return TOOK_NO_PART
    return 0 if group.undone and not group.held_back else TOO_LATE
