"""Smart syntax: tags, a date and a priority in an item's text (the vendor's help; observed by public clients)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

_SIGN: Final = re.compile(r"[#^!@]\S*")
_DAY: Final = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})")
_BLANKS: Final = re.compile(r"[ \t]{2,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A text without its smart syntax, and what that said."""

    content: str
    tags: tuple[str, ...]
    due: str | None
    priority: int


def parse(content: str, today: date) -> Parsed:
    """Read the signs out of a text, wherever they stand, and take them out of it."""
    signs = _SIGN.findall(content)
    if not signs:
        return Parsed(content=content, tags=(), due=None, priority=0)
    words = {sign: [word[1:] for word in signs if word[0] == sign and word[1:]] for sign in "#^!@"}
    rest = "\n".join(_BLANKS.sub(" ", line).strip() for line in _SIGN.sub("", content).split("\n"))
    dates = [day for word in words["^"] if (day := due(word, today)) is not None]
    ranks = [int(word) for word in words["!"] if re.fullmatch("[0-9]", word)]
    return Parsed(
        content=rest.strip() or content,
        tags=tuple(words["#"]),
        due=dates[-1] if dates else None,
        priority=ranks[-1] if ranks else 0,
    )


def due(text: str, today: date) -> str | None:
    """A date as it is kept, from what a request says: ISO, slashes, a few words; None for what is no date."""
    near = {"today": 0, "tomorrow": 1}
    word = text.strip().lower()
    if word == "asap":
        return "asap"
    if word in near:
        return (today + timedelta(days=near[word])).isoformat()
    match = _DAY.fullmatch(word)
    try:
        return date(*map(int, match.groups())).isoformat() if match is not None else None
    except ValueError:
        return None
