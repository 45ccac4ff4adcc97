"""The commands, put together. What a command needs is imported when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from importlib import import_module
from typing import Annotated, Final

import typer

import sync
from sync.cli.options import ConfigOption, Given, VerboseOption

ABOUT = "Keeps the same tasks in agreement across task systems that know nothing of each other."


COMMANDS: Final[Mapping[str, str]] = {
    "demo": "demo:command",
    "init": "init:command",
    "check": "check:command",
    "discover": "discover:command",
    "plan": "plan:command",
    "run": "run:command",
    "now": "now:command",
    "status": "status:command",
    "held": "held:command",
    "resolve": "resolve:command",
    "explain": "explain:command",
    "log": "log:command",
    "undo": "undo:command",
    "link": "link:link",
    "unlink": "link:unlink",
    "export": "ties:export",
    "import": "ties:import_",
    "doctor": "doctor:command",
    "backup": "backup:command",
    "restore": "restore:command",
    "adopt": "adopt:command",
    "sandbox": "sandbox:command",
}
"""The commands in the order in which they are listed: the module of each, beside this one, and its function there."""

_VERBOSE: Final = re.compile(r"-v+|--verbose|--config=.*")


def program(only: Collection[str] = ()) -> typer.Typer:
    """The command line as typer knows it; with all commands, or ``only`` some."""
    app = typer.Typer(
        help=ABOUT,
        pretty_exceptions_enable=False,  # its tracebacks show local variables, which may be passwords
        rich_markup_mode=None,  # plain help: rich alone would take longer to load than all the rest
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback()(_before)
    for name, place in COMMANDS.items():
        if not only or name in only:
            file, _, function = place.partition(":")
            module = import_module(f"sync.cli.{file}")
            app.command(name, context_settings=getattr(module, "SETTINGS", None))(getattr(module, function))
    return app


def named(arguments: Sequence[str]) -> Collection[str]:
    """The command that is meant, where that can be told without looking at any: the others need not be loaded."""
    rest = list(arguments)
    while rest and (rest[0] == "--config" or _VERBOSE.fullmatch(rest[0])):
        rest = rest[2:] if rest[0] == "--config" else rest[1:]
    return [name for name in rest[:1] if name in COMMANDS]


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
