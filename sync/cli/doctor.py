"""``tasksync doctor``: the store against itself, and against the sides."""

from __future__ import annotations

import typer

from sync.cli.failures import TOO_LATE
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given


def command(
    context: typer.Context,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Check the store against itself and the sides.

    Says what to do about each finding, and repairs nothing. Exits 3 when there is something for a person to do.
    """
    common = given(context, config, verbose)
    from sync.cli.signals import ending_at_once
    from sync.cli.views.doctor import show_diagnosis
    from sync.cli.views.documents import doctor_document
    from sync.cli.views.screen import printing, write_json

    with ending_at_once(), opened(common, read_only=True) as app:
        found = app.looking.examine()
        code = TOO_LATE if found.asks else 0
        if as_json:
            write_json(doctor_document(found, code))
        else:
            with printing() as screen:
                show_diagnosis(screen, found)
    return code
