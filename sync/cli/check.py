"""``tasksync check``: whether configuration, credentials and containers are right, and what each side can hold."""

from __future__ import annotations

import typer

from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given


def command(
    context: typer.Context, *, as_json: JsonOption = False, config: ConfigOption = None, verbose: VerboseOption = 0
) -> int:
    """Check configuration, credentials, containers.

    Asks every side, and shows which fields it holds, and how. Exits 4 when one cannot take part.
    """
    common = given(context, config, verbose)
    from sync.cli.signals import ending_at_once
    from sync.cli.views.check import show_check
    from sync.cli.views.documents import check_document
    from sync.cli.views.screen import printing, write_json
    from sync.progress import watched

    with ending_at_once(), opened(common, read_only=True) as app:
        with watched() as progress:
            report = app.check(progress=progress)
        if as_json:
            write_json(check_document(report))
        else:
            with printing() as screen:
                show_check(screen, report)
        return report.exit
