"""What waits for a person, each row with the commands that decide it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from connectors.task import Field
from sync.cli.views.documents import task_id
from sync.cli.views.screen import FAINT, WARN, Screen
from sync.cli.views.values import one_line
from sync.cli.views.words import ago, clean, counted, quoted, typed
from sync.core.codec import decode
from sync.core.model import Held, HeldKind
from sync.notifying import held_id


def show_held(screen: Screen, rows: Sequence[tuple[str, Held]], *, now: datetime, config: Path | None) -> None:
    """All rows, the oldest first as they came."""
    if not rows:
        screen.line("Nothing waits for a person.")
        return
    for group, held in rows:
        show_row(screen, group, held, now=now, config=config)
    screen.line()
    screen.line(f"{counted(len(rows), 'thing')} to decide; the next cycle carries a decision out.")


def show_row(screen: Screen, group: str, held: Held, *, now: datetime | None, config: Path | None) -> None:
    """One row: what it is about, why it waits, and each choice as a command (none while a plan only foresees it)."""
    since = f", since {ago(held.since, now)}" if held.since is not None and now is not None and held.id else ""
    screen.parts((f"? {held_id(held) or 'would be held'} ", WARN), (_subject(held), ""), (f"  [{group}{since}]", FAINT))
    screen.line(f"    {clean(held.why)}")
    if not held.id:
        return
    for choice, meaning in _choices(held):
        command = typed("resolve", held_id(held), *choice.split(" ", 1), config=config)
        screen.parts((f"    {command}", ""), (f"   {meaning}" if meaning else "", FAINT))
    if not held.choices:
        screen.line("    there is nothing to decide: it ends when the entry can be read", style=FAINT)


def _subject(held: Held) -> str:
    words = [held.kind.value]
    if held.title:
        words.append(quoted(held.title))
    if held.field is not None:
        words.append(held.field.value)
    if held.side:
        words.append(f"on {held.side}")
    task = task_id(held.task)
    return " ".join([*words, f"({task})"] if task else words)


def _choices(held: Held) -> Iterable[tuple[str, str]]:
    """Each choice and what it means: for a conflict its value, for a create in doubt what a person saw."""
    for choice in held.choices:
        word, _, rest = choice.partition(" ")
        if held.kind is HeldKind.CREATE:
            yield choice, _seen(held.side, word, rest)
            continue
        shows_value = held.kind is HeldKind.CONFLICT and word == "take" and rest in held.data
        yield choice, _value(held, rest) if shows_value and held.field is not None else ""


def _seen(side: str, word: str, ref: str) -> str:
    if word == "absent":
        return f"if it is not on {side}: it is made again"
    return "if it is there: with its id for REF" if ref == "REF" else "if it is this one"


def _value(held: Held, side: str) -> str:
    field = held.field or Field.TITLE
    try:
        return one_line(field, decode(field, held.data[side]))
    except ValueError:  # written by another version: the choice still holds
        return ""
