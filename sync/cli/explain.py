"""``tasksync explain``: where each value of a task came from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from sync.cli.failures import CommandError
from sync.cli.opening import opened
from sync.cli.options import ConfigOption, JsonOption, TaskArgument, VerboseOption, given

if TYPE_CHECKING:
    from connectors.task import Field


def command(
    context: typer.Context,
    task: TaskArgument,
    field: Annotated[str | None, typer.Argument(metavar="[FIELD]", show_default=False, help="title, due, …")] = None,
    *,
    as_json: JsonOption = False,
    config: ConfigOption = None,
    verbose: VerboseOption = 0,
) -> int:
    """Show where each value of a task came from.

    Per field its value, on which side it was set, in which cycle, by which rule; what each side stores; and the values
    that lost, each with the command that brings it back.
    """
    common = given(context, config, verbose)
    from sync.cli.views.documents import explain_document
    from sync.cli.views.explain import show_explanation
    from sync.cli.views.screen import printing, write_json

    wanted = _fields(field)
    with opened(common, read_only=True) as app:
        told = app.looking.explain(task, wanted)
        if as_json:
            write_json(explain_document(told))
        else:
            with printing() as screen:
                show_explanation(screen, told, whole=field is None, config=common.config)
    return 0


def _fields(name: str | None) -> list[Field]:
    """The fields that were asked for. Raises ``CommandError`` for one that is none."""
    from connectors.task import Field
    from sync.core.diff import UNMERGED

    merged = [field for field in Field if field not in UNMERGED]
    if name is None:
        return merged
    found = [field for field in merged if field.value == name.lower()]
    if not found:
        raise CommandError(f'there is no field "{name}"', f"the fields are {', '.join(merged)}")
    return found
