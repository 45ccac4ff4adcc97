"""Literal text in Markdown: a backslash before each character that would be read as a sign, and before no other."""

from __future__ import annotations

import re
from typing import Final

BESIDE_SIGN: Final = "*"
"""Stands for a neighbour that is a sign of Markdown, not a character of the text."""

_SPECIAL = re.compile(r"\*+|_+|~+|[\\`\[\]<&!|]")
_ASCII_PUNCTUATION: Final = frozenset("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~")
ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
_STARTS_BLOCK = re.compile(r"(?:#{1,6}|[-+*])(?=\s|$)|>")
_STARTS_NUMBER = re.compile(r"([0-9]{1,9})([.)])(?=\s|$)")
_ONLY_SIGNS = re.compile(r"[-=_*|:][-=_*|:\s]*")  # a rule, a line under a heading or under a table's first row


def escape(text: str, before: str, after: str, *, in_link: bool = False, in_table: bool = False) -> str:
    """Text as Markdown within a line. ``before`` and ``after`` are the characters beside it, empty at an edge."""

    def sign(match: re.Match[str]) -> str:
        left = text[match.start() - 1] if match.start() else before
        right = text[match.end()] if match.end() < len(text) else after
        if _is_literal(match, left, right, in_link=in_link, in_table=in_table):
            return match.group()
        return "".join(f"\\{character}" for character in match.group())

    return _SPECIAL.sub(sign, text)


def escape_lines(escaped: str, *, from_start: bool) -> str:
    """Escaped text, each line also safe from what counts at a line's start only; the first may begin within a line."""
    first, *others = escaped.split("\n")
    return "\n".join([_escape_line(first) if from_start else first, *map(_escape_line, others)])


def escape_end_of_heading(text: str) -> str:
    """Text of a heading whose last word would be read as the closing sequence."""
    return re.sub(r"(^|\s)(#+)$", r"\1\\\2", text)


def _escape_line(line: str) -> str:
    if _STARTS_BLOCK.match(line) or _ONLY_SIGNS.fullmatch(line):
        return f"\\{line}"
    return _STARTS_NUMBER.sub(r"\1\\\2", line, count=1) if _STARTS_NUMBER.match(line) else line


def _is_literal(match: re.Match[str], left: str, right: str, *, in_link: bool, in_table: bool) -> bool:
    """Whether a special character is read as itself where it stands."""
    sign = match.group()
    apart = _is_blank(left) and _is_blank(right)
    simple = {
        "*": apart,
        "_": apart or (_is_letter(left) and _is_letter(right)),
        "~": len(sign) == 1 and BESIDE_SIGN not in (left, right),
        "\\": bool(right) and right != "\n" and right not in _ASCII_PUNCTUATION,
        "`": False,
        "[": not in_link,
        "]": not in_link and right != "(",
        "<": not (right == BESIDE_SIGN or re.match(r"[A-Za-z/!?]", right)),
        "&": not ENTITY.match(match.string, match.start()),
        "!": right not in {"[", BESIDE_SIGN},
        "|": not in_table,
    }
    return simple[sign[0]]


def _is_blank(character: str) -> bool:
    return not character or character.isspace()


def _is_letter(character: str) -> bool:
    return bool(character) and character.isalnum()
