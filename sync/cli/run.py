"""``tasksync run``: the service; with ``--once`` one cycle of each group."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from sync.cli.completing import words
from sync.cli.failures import CommandError
from sync.cli.opening import opened
from sync.cli.options import GUARDS, ConfigOption, GroupsArgument, JsonOption, VerboseOption, given, guards

if TYPE_CHECKING:
    from sync.app import App
    from sync.report import RunReport

OnceOption: TypeAlias = Annotated[bool, typer.Option("--once", help="One cycle of each group, then exit.")]
SweepOption: TypeAlias = Annotated[bool, typer.Option("--sweep", help="Read everything on every side.")]
AllowOption: TypeAlias = Annotated[
    list[str] | None,
    typer.Option(
        "--allow", metavar="GUARD", autocompletion=words(*GUARDS), help="Lift a guard for this run. May be repeated."
    ),
]
PlanOption: TypeAlias = Annotated[
    str | None,
    typer.Option("--plan", metavar="HASH", help="Carry out that plan; if anything moved, write nothing and exit 3."),
]
LimitOption: TypeAlias = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=0, help="Create at most N tasks.")
]


def command(  # noqa: PLR0913 - one parameter per documented option
    context: typer.Context,
    groups: GroupsArgument = None,
    *,
    once: OnceOption = False,
    sweep: SweepOption = False,
    allow: AllowOption = None,
    plan: PlanOption = None,
    limit: LimitOption = None,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Keep groups in agreement: as a service, each group at its interval, or --once, one cycle.

    Each cycle reads all sides, decides, and writes what is owed. The service ends on SIGTERM or SIGINT (exit code 0),
    reads its configuration again on SIGHUP, and starts all cycles at once on SIGUSR1. Exit codes with --once: 0 done;
    3 something waits for a person; 4 a side did not take part, or a write is owed; 2 usage, configuration or store;
    1 an unexpected failure.
    """
    options = {"--sweep": sweep, "--allow": allow, "--plan": plan is not None, "--limit": limit is not None}
    needing = {**options, "--json": as_json}
    _check(once=once, needing=[name for name, used in needing.items() if used])
    lifted, common = guards(allow or ()), given(context, config, verbose)
    if not once:
        from sync.cli.serve import serve

        return serve(common, groups or ())
    from sync.cli.signals import stoppable
    from sync.cli.views.screen import load, write_json
    from sync.progress import watched

    stop = Event()
    with stoppable(stop), opened(common, read_only=False, stop=stop) as app:
        if not as_json:
            load()
        with watched() as progress:
            report = app.run_once(
                groups or (), sweep=sweep, allow=lifted, plan=plan, limit=limit, stop=stop, progress=progress
            )
        if as_json:
            write_json(report.as_json())
        else:
            show_report(app, report, config=common.config)
        return report.exit


def show_report(app: App, report: RunReport, *, config: Path | None) -> None:
    """What a run did, and what it has to ask."""
    from sync.cli.views.run import show_run
    from sync.cli.views.screen import printing

    held = app.held(list(report.groups)) if any(group.held for group in report.groups.values()) else []
    with printing() as screen:
        show_run(screen, report, held, config=config)


def _check(*, once: bool, needing: Sequence[str]) -> None:
    """Raise ``CommandError`` for options that only a single cycle has."""
    if needing and not once:
        raise CommandError(f"{', '.join(needing)} can only be used with --once", "type: tasksync run --once …")
