"""Words and figures as people read them. What comes from a vendor is made harmless for a terminal first."""

from __future__ import annotations

import shlex
import unicodedata
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Final

TITLE_WIDTH: Final = 32
"""Cells of a title in a sentence: with sides of eight letters, what a plan says of a task then fits a line of 80."""

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_JOINERS: Final = frozenset("\u200c\u200d")  # parts of words (Persian) and of emoji


def clean(text: str) -> str:
    r"""A vendor's text, harmless on a terminal: no control sequence, no reversed line, one line.

    Tabs and line breaks become blanks; any other character that cannot be seen is spelt out, as in ``\x1b``.
    """
    blanks = text.replace("\r\n", " ").replace("\n", " ").replace("\t", " ")
    return "".join(char if _visible(char) else _spelt(char) for char in blanks)


def cut(text: str, width: int) -> str:
    """A cleaned text cut to ``width`` cells, with an ellipsis where something is missing."""
    from rich.cells import cell_len, set_cell_size

    line = clean(text)
    return line if cell_len(line) <= width else set_cell_size(line, width - 1).rstrip() + "…"


def quoted(title: str, width: int = TITLE_WIDTH) -> str:
    """A title in quotes, cut where it is long."""
    return f'"{cut(title, width)}"'


def counted(number: int, one: str, many: str = "") -> str:
    """A number with its noun: "1 task", "2 tasks"."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def listed(words: Iterable[str]) -> str:
    """Words with commas."""
    return ", ".join(words)


def ago(then: datetime, now: datetime) -> str:
    """How long ago something was, roughly: "2 min ago"; "just now" within a minute, and for what lies ahead."""
    seconds = (now - then).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    return f"{counted(int(seconds // _DAY), 'day')} ago"


def took(seconds: float) -> str:
    """A duration: "2.4 s", "3 min 20 s"."""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    return f"{int(seconds // _MINUTE)} min {int(seconds % _MINUTE)} s"


def typed(*words: str, config: Path | None) -> str:
    """A command as a person types it, with the configuration that this run was given."""
    given = [] if config is None else ["--config", str(config)]
    return shlex.join(["tasksync", *words, *given])


def _visible(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in _HIDDEN


def _spelt(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004
