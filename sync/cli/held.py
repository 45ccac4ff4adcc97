"""``tasksync held``: what waits for a person."""

from __future__ import annotations

import typer

from sync.cli.opening import opened
from sync.cli.options import ConfigOption, GroupsArgument, JsonOption, VerboseOption, given


def command(
    context: typer.Context,
    groups: GroupsArgument = None,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """List what waits for a person to decide."""
    common = given(context, config, verbose)
    from sync.cli.views.documents import held_document
    from sync.cli.views.held import show_held
    from sync.cli.views.screen import printing, write_json
    from sync.clock import SystemClock

    with opened(common, read_only=True) as app:
        found = app.held(groups or ())
        if as_json:
            write_json(held_document(found))
        else:
            with printing() as screen:
                show_held(screen, found, now=SystemClock().now(), config=common.config)
    return 0
