"""``tasksync log``: what happened, cycle by cycle."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import typer

from sync.cli.completing import groups
from sync.cli.failures import CommandError
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given


def command(  # noqa: PLR0913 - one parameter per option
    context: typer.Context,
    *,
    group: Annotated[
        str | None, typer.Option("--group", metavar="GROUP", autocompletion=groups, help="Cycles of one group.")
    ] = None,
    task: Annotated[str | None, typer.Option("--task", metavar="TASK", help="What happened to one task.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", metavar="WHEN", help="From then on: 2d, 6h, or a date like 2026-03-01.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="At most N cycles.")] = 50,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Show what happened, the newest cycle first.

    Per cycle the values that moved, whose edit each was and by which rule it stands, and what was done on each side.
    """
    common = given(context, config, verbose)
    from sync.cli.views.documents import log_document
    from sync.cli.views.log import show_log
    from sync.cli.views.screen import printing, write_json
    from sync.clock import SystemClock
    from sync.looking import Span

    now = SystemClock().now()
    span = Span(limit=limit, group=group, task=task, since=None if since is None else moment(since, now))
    with opened(common, read_only=True) as app:
        cycles = app.looking.log(span)
        if as_json:
            write_json(log_document(cycles))
        else:
            with printing() as screen:
                show_log(screen, cycles, now=now, config=common.config)
    return 0


def moment(text: str, now: datetime) -> datetime:
    """A time: so long ago, or a date, or a time of RFC 3339 (without a zone: UTC). Raises ``CommandError``."""
    from sync.config.values import period

    try:
        return now - period(text)
    except (ValueError, OverflowError):
        pass
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(f'--since takes no "{text}"', "write 2d, 6h, or a date like 2026-03-01") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)
