"""``tasksync status``: how groups and sides stand, and what is open."""

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
    """Show groups, sides, their rate budgets, and what is open.

    Open is what is owed, waiting, undeliverable or held. No vendor is asked.
    """
    common = given(context, config, verbose)
    from sync.cli.views.documents import status_document
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.status import show_status
    from sync.clock import SystemClock

    with opened(common, read_only=True) as app:
        found, now = app.status(groups or ()), SystemClock().now()
        if as_json:
            write_json(status_document(found, now))
        else:
            with printing() as screen:
                show_status(screen, found, now=now, config=common.config)
    return 0
