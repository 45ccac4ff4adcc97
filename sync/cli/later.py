"""Commands that the documentation names and that are not there yet: they say so."""

from __future__ import annotations

from typing import Any, Final

import typer

from sync.cli.failures import CommandError

COMMANDS: Final[tuple[str, ...]] = ()

ANYTHING: Final[dict[str, Any]] = {"ignore_unknown_options": True, "allow_extra_args": True}
"""Whatever arguments such a command was given: it answers the same."""


def command(context: typer.Context) -> int:
    """Not in this version yet."""
    raise CommandError(f"{context.info_name} is not in this version yet", "tasksync --help lists what is")
