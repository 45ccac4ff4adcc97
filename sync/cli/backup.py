"""``tasksync backup``: a copy of the store, made while it is in use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

from sync.cli.opening import store_url
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given

INSTEAD: Final = "Use pg_dump: it copies a database that is in use, too."


def command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="Where to; only you may read it.")],
    *,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the file if it is there.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Copy the store, even while it is in use.

    The copy is the store as it is at one moment, whole and checked. No vendor is asked. A store in PostgreSQL is copied
    by pg_dump.
    """
    common = given(context, config, verbose)
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import counted
    from sync.store import copies

    store = copies.file_of(store_url(common), doing="backup", instead=INSTEAD)
    copy = copies.back_up(store, file, overwrite=overwrite)
    if as_json:
        write_json({"file": str(file.absolute()), "tasks": copy.tasks, "groups": copy.groups, "cycle": copy.cycle})
        return 0
    with printing() as screen:
        last = f", up to cycle {copy.cycle}" if copy.cycle else ""
        screen.line(f"{counted(copy.tasks, 'task')} of {counted(copy.groups, 'group')}{last}: {file}")
    return 0
