"""An item's text: its first line is the title, what follows is the description. Pure.

Smart syntax is what Checkvist reads out of a text, and takes out of it, when an item is made: ``#tag ^date !priority
@person``. A text that is changed later is left as it is.
"""

from __future__ import annotations

import re
from typing import Final

from connectors.projection import one_line

PLACEHOLDER: Final = "…"
"""The first line of a new item whose title is made of smart syntax alone, until its text follows a moment later."""

_SMART: Final = re.compile(r"[#^!@]")
_PARTS: Final = re.compile(
    r"(?P<lead>(?:[^\S\r\n]*(?:\r\n|\r|\n))*)"  # blank lines before the text
    r"(?P<first>[^\r\n]*)"
    r"(?P<rest>.*)",
    re.DOTALL,
)
_BLANK_LINES: Final = re.compile(r"\A(?:[^\S\n]*\n)+")


def parts(content: str) -> tuple[str, str, str]:
    """A text as it is, in three: blank lines at its beginning, the first line, the rest with its line break."""
    match = _PARTS.fullmatch(content)
    return (match["lead"], match["first"], match["rest"]) if match is not None else ("", content, "")


def title_of(content: str) -> str:
    """The first line that is not blank, as a title."""
    return str(one_line(parts(content)[1]))


def description_of(content: str) -> str:
    """What follows the first line, as a description."""
    return plain(parts(content)[2])


def plain(text: str) -> str:
    """A text as a description is: lines end in a line feed; no blank lines at its ends, no blanks at its end."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip()
    return _BLANK_LINES.sub("", lines)


def joined(title: str | None, description: str | None, content: str) -> str:
    """A new text: title and description laid over the text that was read; None leaves a part as it is.

    A description can not stand alone: its first line would be the title.
    """
    lead, first, rest = parts(content)
    top = lead + first if title is None else title
    if description is not None:
        rest = f"\n{description}" if description else ""
    return top + rest


def is_smart(text: str) -> bool:
    """Whether a text may hold smart syntax."""
    return _SMART.search(text) is not None


def neutral(title: str) -> str:
    """A title without the signs of smart syntax, never empty."""
    return str(one_line(_SMART.sub(" ", title))) or PLACEHOLDER
