"""``tasksync discover``: what the configuration of a side may refer to, with the ids, and who may be who."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.completing import sides
from sync.cli.opening import unfinished
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given


def command(
    context: typer.Context,
    side: Annotated[
        str,
        typer.Argument(metavar="SIDE", show_default=False, autocompletion=sides, help="A side of the configuration."),
    ],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """List what is on a side, with its ids: projects, lists, folders, fields, people.

    Works before the configuration is finished: the list, case or project may be missing or wrong, what is listed is
    there to choose from. Proposes [people] for all sides that answer. Changes nothing on any side.
    """
    common = given(context, config, verbose)
    from sync.cli.signals import ending_at_once
    from sync.cli.views.discover import discover_document, show_found
    from sync.cli.views.screen import printing, write_json
    from sync.progress import watched

    with ending_at_once(), unfinished(common) as discoverer:
        with watched() as progress:
            report = discoverer.discover(side, progress=progress)
        if as_json:
            write_json(discover_document(report))
        else:
            with printing() as screen:
                show_found(screen, report)
    return 0
