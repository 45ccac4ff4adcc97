"""``tasksync now``: the running service starts a group's cycle."""

from __future__ import annotations

from typing import Annotated, Final

import typer

from sync.cli.failures import CommandError, FailureKind
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, VerboseOption, given

PATIENCE: Final = 5.0
"""Seconds that the service is waited for: it looks every second, unless its machine is very busy."""
STEP: Final = 0.1


def command(
    context: typer.Context,
    group: Annotated[str, typer.Argument(metavar="GROUP", show_default=False, help="A group of the configuration.")],
    *,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Tell the running service to start a group's cycle; exits 0 when it has been told.

    The service is reached through the store, wherever it runs. A side that is left alone because it failed is tried.
    """
    common = given(context, config, verbose)
    from sync.clock import SystemClock

    with opened(common, read_only=False) as app:
        app.groups([group])
        request = app.store.ask(group)
        clock = SystemClock()
        until = clock.monotonic() + PATIENCE
        while clock.monotonic() < until:
            clock.sleep(STEP)
            if not any(asked.id == request for asked in app.store.asked([group])):
                return 0
        if not app.store.take(request):
            return 0  # taken at the last moment
    raise CommandError(
        f"no service took it within {PATIENCE:g} s: is `tasksync run` running for the group {group} on this store?",
        f"tasksync run --once {group} does one cycle here and now",
        kind=FailureKind.FAILURE,
    )
