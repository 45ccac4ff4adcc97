"""The commands, put together. What a command needs is imported when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

from typing import Annotated

import typer

import sync
from sync.cli import (
    adopt,
    backup,
    check,
    demo,
    discover,
    doctor,
    explain,
    held,
    init,
    link,
    log,
    now,
    plan,
    resolve,
    restore,
    run,
    sandbox,
    status,
    ties,
    undo,
)
from sync.cli.options import ConfigOption, Given, VerboseOption

ABOUT = "Keeps the same tasks in agreement across task systems that know nothing of each other."


def program() -> typer.Typer:
    """The command line as typer knows it."""
    app = typer.Typer(
        help=ABOUT,
        pretty_exceptions_enable=False,  # its tracebacks show local variables, which may be passwords
        rich_markup_mode=None,  # plain help: rich alone would take longer to load than all the rest
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_before)
    app.command("demo")(demo.command)
    app.command("init")(init.command)
    app.command("check")(check.command)
    app.command("discover")(discover.command)
    app.command("plan")(plan.command)
    app.command("run")(run.command)
    app.command("now")(now.command)
    app.command("status")(status.command)
    app.command("held")(held.command)
    app.command("resolve", context_settings=resolve.ANY_VALUE)(resolve.command)
    app.command("explain")(explain.command)
    app.command("log")(log.command)
    app.command("undo")(undo.command)
    app.command("link")(link.link)
    app.command("unlink")(link.unlink)
    app.command("export")(ties.export)
    app.command("import")(ties.import_)
    app.command("doctor")(doctor.command)
    app.command("backup")(backup.command)
    app.command("restore")(restore.command)
    app.command("adopt", context_settings=adopt.ANY_ID)(adopt.command)
    app.command("sandbox")(sandbox.command)
    return app


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - typer hands a flag's value over in this way
    if wanted:
        typer.echo(f"tasksync {sync.__version__}")
        raise typer.Exit


def _before(
    context: typer.Context,
    *,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    context.obj = Given(config=config, verbose=verbose)
    del version  # answered by its callback
