"""``tasksync adopt``: take in tasks that nothing lists, by their ids."""

from __future__ import annotations

from typing import Annotated, Any, Final

import typer

from sync.cli.completing import sides
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given

SETTINGS: Final[dict[str, Any]] = {"ignore_unknown_options": True}
"""An id may begin with a dash."""


def command(
    context: typer.Context,
    side: Annotated[
        str, typer.Argument(metavar="SIDE", show_default=False, autocompletion=sides, help="A side without a list.")
    ],
    ids: Annotated[
        list[str], typer.Argument(metavar="ID...", show_default=False, help="What the vendor calls the tasks.")
    ],
    *,
    forget: Annotated[bool, typer.Option("--forget", help="Take it back for those that are not taken in yet.")] = False,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Take in tasks that were made on a side without a list; the next cycle reads them."""
    common = given(context, config, verbose)
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import clean

    with opened(common, read_only=False) as app:
        sentences = app.adopt(side, ids, forget=forget)
        if as_json:
            write_json({"side": side, "ids": [*ids], "messages": [*sentences]})
        else:
            with printing() as screen:
                for sentence in sentences:
                    screen.line(clean(sentence))
    return 0
