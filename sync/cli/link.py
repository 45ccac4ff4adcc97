"""``tasksync link`` and ``tasksync unlink``: ties by hand."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import typer

from sync.cli.completing import sides
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, Given, JsonOption, TaskArgument, VerboseOption, given

SideArgument: TypeAlias = Annotated[
    str, typer.Argument(metavar="SIDE", show_default=False, autocompletion=sides, help="A side of the task's group.")
]


def link(
    context: typer.Context,
    task: TaskArgument,
    side: SideArgument,
    ref: Annotated[str, typer.Argument(metavar="REF", show_default=False, help="The id that its vendor has for it.")],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Tie a task to an entry of a side, by hand.

    The task's values stand; what is empty is filled from the entry, what differs there is kept as lost. Ends a let-go.
    """
    common = given(context, config, verbose)
    with opened(common, read_only=False) as app:
        sentence = app.by_hand.link(task, side, ref)
        _tell(sentence, {"task": task, "side": side, "ref": ref}, common, as_json=as_json)
    return 0


def unlink(
    context: typer.Context,
    task: TaskArgument,
    side: SideArgument,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Let a task go on a side, by hand.

    What is there stays as it is and is no longer kept in agreement; nothing is made there again for this task.
    """
    common = given(context, config, verbose)
    with opened(common, read_only=False) as app:
        sentence = app.by_hand.unlink(task, side)
        _tell(sentence, {"task": task, "side": side}, common, as_json=as_json)
    return 0


def _tell(sentence: str, asked: dict[str, str], common: Given, *, as_json: bool) -> None:
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import clean

    del common
    if as_json:
        write_json({**asked, "message": sentence})
        return
    with printing() as screen:
        screen.line(clean(sentence))
