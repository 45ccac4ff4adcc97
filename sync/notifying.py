"""Telling a person that something new is held: a command of theirs, with JSON on its standard input."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from threading import Thread
from typing import Final, TypeAlias

import orjson

from connectors.task import JsonValue
from sync.core.codec import short
from sync.core.model import Held
from sync.events import Log

log = Log(__name__)

Tell: TypeAlias = Callable[[str, Sequence[str], Sequence[Held]], None]
"""Told of a group, its command, and what is newly held there."""

PATIENCE: Final = 30.0
"""Seconds that the command may take."""
_SHOWN: Final = 400
"""Characters of what it said that are logged."""


def held_id(held: Held) -> str:
    """The id that ``resolve`` takes; empty while it has no number."""
    return f"h{held.id}" if held.id else ""


def held_row(group: str, held: Held) -> dict[str, JsonValue]:
    """A held item as ``held --json`` shows it: every member is there, empty where there is nothing to say."""
    return {
        "id": held_id(held),
        "kind": held.kind.value,
        "group": group,
        "task": short(held.task) if held.task is not None else "",
        "title": held.title,
        "side": held.side,
        "field": held.field.value if held.field is not None else "",
        "since": held.since.isoformat() if held.since is not None else "",
        "why": held.why,
        "choices": list(held.choices),
    }


def untold(_group: str, _command: Sequence[str], _rows: Sequence[Held]) -> None:
    """Nobody is told."""


def notify_with(mask: Callable[[str], str]) -> Tell:
    """Tells by the group's command, to its end; ``mask`` takes secrets out of what it says."""
    return lambda group, command, rows: notify(command, group, rows, mask=mask)


def notify(command: Sequence[str], group: str, rows: Iterable[Held], *, mask: Callable[[str], str]) -> None:
    """Run the command of a group. What goes wrong with it is logged, and nothing else."""
    document = orjson.dumps({"group": group, "held": [held_row(group, held) for held in rows]})
    try:
        process = subprocess.Popen(  # noqa: S603 - the command that the configuration names, without a shell
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        log.error("on_held.failed", group=group, command=command[0], why=str(error))  # noqa: TRY400 - foreseen
        return
    with process:
        try:
            out, _ = process.communicate(document, timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            log.error("on_held.failed", group=group, command=command[0], why=f"it took more than {PATIENCE:g} s")  # noqa: TRY400
            return
    said = mask(out.decode(errors="replace").strip())[:_SHOWN]
    if process.returncode:
        log.error("on_held.failed", group=group, command=command[0], code=process.returncode, said=said)
    else:
        log.debug("on_held.told", group=group, command=command[0], said=said)


def beside(tell: Tell) -> Tell:
    """The same in a thread of its own: whoever is told takes as long as it takes."""

    def told(group: str, command: Sequence[str], rows: Sequence[Held]) -> None:
        Thread(target=tell, args=(group, command, rows), name=f"on_held {group}", daemon=True).start()

    return told
