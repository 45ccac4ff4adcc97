"""``tasksync demo``: the vendors' sandboxes on this machine, people in them, and cycles that bring them together."""

from __future__ import annotations

from typing import Annotated

import typer

from sync.cli.failures import INTERRUPTED, UNEXPECTED


def command(
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave the sandboxes running afterwards, to try commands on them.")
    ] = False,
) -> int:
    """See it work: nothing else is needed.

    Starts small servers of five vendors on this machine, fills them, changes things as people would, and shows what
    each cycle moves. Exits 0 only if all sides agree in the end and the last cycle found nothing to do.
    """
    import os

    from sync import logs
    from sync.cli.signals import until_told
    from sync.cli.views.demo import show_begin, show_end, show_kept, show_scene
    from sync.cli.views.screen import Screen
    from sync.clock import SystemClock
    from sync.demo import SCENES, Stage, play

    logs.set_up(form="auto", level="warning", mask=str, env=os.environ)
    screen = Screen()
    with until_told() as told, Stage(SystemClock(told), told) as stage:
        show_begin(screen, stage)
        quiet = False
        for number, scene in enumerate(SCENES, start=1):
            played = play(scene, stage)
            quiet = played.quiet
            show_scene(screen, number, scene, played)
            if told.is_set():
                return INTERRUPTED
        good = show_end(screen, stage, quiet=quiet)
        if keep:
            show_kept(screen, stage)
            told.wait()
    return 0 if good else UNEXPECTED
