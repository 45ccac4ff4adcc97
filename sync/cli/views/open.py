"""What is open: owed, waiting, undeliverable; one line per task, side and field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sync.cli.views.screen import WARN, Screen
from sync.cli.views.words import clean, quoted
from sync.core.codec import short
from sync.core.facts import Note

ROWS: Final = 20
"""Rows of a list that are shown: a screenful. The JSON document has all of them."""


def show_notes(screen: Screen, word: str, notes: Sequence[Note]) -> None:
    """A list under its word; nothing for an empty one."""
    if not notes:
        return
    screen.line(f"  {word}", style=WARN)
    for note in notes[:ROWS]:
        field = f" {note.field.value}:" if note.field is not None else ""
        screen.line(f"    {short(note.task)} {quoted(note.title)} on {note.side}:{field} {clean(note.why)}")
    if len(notes) > ROWS:
        screen.line(f"    … and {len(notes) - ROWS} more (--json lists all)")
