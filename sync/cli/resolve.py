"""``tasksync resolve``: a person's decision."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

import typer

from sync.cli.failures import CommandError
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, VerboseOption, given

SETTINGS: Final[dict[str, Any]] = {"ignore_unknown_options": True}
"""A VALUE may begin with a dash."""

HELD_ID: Final = re.compile(r"[hl]?[1-9][0-9]{0,14}", re.ASCII)


def command(
    context: typer.Context,
    held_id: Annotated[
        str,
        typer.Argument(metavar="ID", show_default=False, help="As `tasksync held` shows it (h12), or `explain`: l7."),
    ],
    choice: Annotated[
        list[str],
        typer.Argument(metavar="CHOICE...", show_default=False, help="One of its choices: take SIDE, set VALUE, …"),
    ],
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Decide what is held; the next cycle carries it out.

    CHOICE is one of those that `tasksync held` lists for it: take SIDE, set VALUE; exists REF, absent; approve, refuse;
    same REF, new. A value that lost (l7, as `tasksync explain` and `log` show it) takes take SIDE: it is brought back.
    """
    common = given(context, config, verbose)
    if not HELD_ID.fullmatch(held_id):
        raise CommandError(f"{held_id!r} is no id of something held", "`tasksync held` lists them: h12")
    from sync.cli.views.screen import printing, write_json
    from sync.cli.views.words import clean

    with opened(common, read_only=False) as app:
        sentence = app.by_hand.resolve(held_id, choice)
        if as_json:
            write_json({"id": held_id, "choice": " ".join(choice), "message": sentence})
        else:
            with printing() as screen:
                screen.line(clean(sentence))
    return 0
