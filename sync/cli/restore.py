"""``tasksync restore``: a copy of the store back in its place."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.opening import store_url
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sync.restoring import Restoration


def command(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", show_default=False, help="A file of `tasksync backup`.")],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Put a copy of `tasksync backup` in the store's place.

    The store that was there is kept beside it. The next cycle reads every side whole; what was made since the copy is
    tied again, and what can not be told from the copy alone waits for you: `tasksync held`. Refused while a cycle runs.
    """
    common = given(context, config, verbose)
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import typed
    from sync.clock import SystemClock
    from sync.restoring import restore

    done = restore(store_url(common), file, SystemClock())
    if as_json:
        kept = {"kept": str(done.kept)} if done.kept is not None else {}
        copy = {"tasks": done.copy.tasks, "groups": done.copy.groups, "cycle": done.copy.cycle}
        write_json({**copy, **kept, "tied": done.tied, "blind": list(done.blind)})
        return 0
    with printing() as screen:
        for line in _told(done):
            screen.line(line)
        screen.line(f"see first what the next cycle will do: {typed('plan', config=common.config)}")
    return 0


def _told(done: Restoration) -> Iterator[str]:
    from sync.cli.views.words import ago, counted
    from sync.clock import SystemClock

    copy, now = done.copy, SystemClock().now()
    when = f", of {ago(copy.started, now)}" if copy.started is not None else ""
    yield f"restored: {counted(copy.tasks, 'task')} of {counted(copy.groups, 'group')}, up to cycle {copy.cycle}{when}"
    if done.kept is not None:
        yield f"the store that was there: {done.kept}"
    if done.tied:
        yield f"{counted(done.tied, 'task')} that came since will be tied again: the store that was there knows them"
    if done.blind:
        yield f"what was made since on {', '.join(done.blind)} is looked for by its title and content"
