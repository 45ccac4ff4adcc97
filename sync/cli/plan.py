"""``tasksync plan``: what a run would do."""

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
    """Show what a run would do, and why.

    Per task and field, like a diff; nothing is written anywhere, not to the store either.
    """
    common = given(context, config, verbose)
    from sync.cli.signals import ending_at_once
    from sync.cli.views.documents import plan_document
    from sync.cli.views.plan import show_plan
    from sync.cli.views.screen import printing, write_json
    from sync.progress import watched

    with ending_at_once(), opened(common, read_only=True) as app:
        with watched() as progress:
            report = app.plan(groups or (), progress=progress)
        if as_json:
            write_json(plan_document(report))
        else:
            with printing() as screen:
                show_plan(screen, report, groups=groups or (), config=common.config)
        return report.exit
