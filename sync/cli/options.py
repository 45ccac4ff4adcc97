"""The options that several commands take, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeAlias

import typer

from sync.cli.completing import groups
from sync.cli.failures import CommandError

GUARDS: Final = ("emptied", "shrunk", "changed", "deletes", "creates")
"""The guards that a person can lift for one run."""

ConfigOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--config",
        metavar="FILE",
        show_default=False,
        help="The configuration. Default: $TASKSYNC_CONFIG, ./tasksync.toml, /etc/tasksync/tasksync.toml.",
    ),
]
VerboseOption: TypeAlias = Annotated[
    int,
    typer.Option(
        "--verbose", "-v", count=True, show_default=False, metavar="", help="Show log lines; twice: all of them."
    ),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
TaskArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="TASK", show_default=False, help="A short id (t4f2), SIDE:REF, or a piece of a title that only one has."
    ),
]
GroupsArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[GROUP]...",
        show_default=False,
        autocompletion=groups,
        help="Groups of the configuration; none: all.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What stands before or after the command and holds for all of them; what stands after it wins."""

    config: Path | None = None
    verbose: int = 0

    def then(self, config: Path | None, verbose: int = 0) -> Given:
        """The same with what the command itself was given."""
        return Given(config=self.config if config is None else config, verbose=max(self.verbose, verbose))


def given(context: typer.Context, config: Path | None, verbose: int = 0) -> Given:
    """What this command line says in all."""
    before = context.obj if isinstance(context.obj, Given) else Given()
    return before.then(config, verbose)


def guards(names: Sequence[str]) -> frozenset[str]:
    """The guards to lift. Raises ``CommandError`` for a name that is none."""
    for name in names:
        if name not in GUARDS:
            raise CommandError(
                f"--allow takes the name of a guard, and {name!r} is none", f"the guards are {', '.join(GUARDS)}"
            )
    return frozenset(names)
