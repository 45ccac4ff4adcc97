"""``tasksync export`` and ``tasksync import``: which refs are one task, as lines of JSON."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.failures import CommandError
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sync.ties import Tie


def export(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", show_default=False, help="Where to; none: standard output.")
    ] = None,
    *,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Write the ties: one JSON line per task.

    {"group", "task", "refs": {SIDE: REF}}. `tasksync import` reads them: on another machine, after a store was lost, or
    edited, before a first run. No vendor is asked.
    """
    common = given(context, config, verbose)
    from sync.cli.views.screen import piped
    from sync.cli.views.words import counted

    with opened(common, read_only=True) as app:
        ties = app.looking.ties()
        if file is None or str(file) == "-":
            with piped():
                for tie in ties:
                    sys.stdout.write(f"{tie.text()}\n")
            return 0
        count = _write(file, ties)
        sys.stderr.write(f"{counted(count, 'task')} written to {file}\n")
    return 0


def _write(file: Path, ties: Iterable[Tie]) -> int:
    """Write a file in one go: what was there stays until all of it is written."""
    draft, count = file.with_name(f"{file.name}.new"), 0
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            for tie in ties:
                out.write(f"{tie.text()}\n")
                count += 1
        draft.replace(file)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise CommandError(f"{file} can not be written: {error.strerror}", "name another file") from error
    return count


def import_(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", show_default=False, help="Lines of `tasksync export`; -: standard input."),
    ],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Take in ties; the next run adopts without making anything.

    Each line ties one task to its refs. If one of them is wrong, or contradicts what is tied here, all of them are
    refused, each named with its line, and nothing is written.
    """
    common = given(context, config, verbose)
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import counted, typed

    data = _read(file)
    with opened(common, read_only=False) as app:
        added, known = app.by_hand.take_in(data, str(file))
        if as_json:
            write_json({"tied": added, "known": known})
            return 0
        with printing() as screen:
            screen.line(f"{counted(added, 'task')} tied, {known} known already")
            if added:
                screen.line(f"the next cycle takes them in: {typed('plan', config=common.config)}")
    return 0


def _read(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise CommandError(f"{file} can not be read: {error.strerror}", "name a file of `tasksync export`") from error
