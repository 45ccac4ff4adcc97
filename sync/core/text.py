"""Texts: a normal form to compare by, and a merge of lines that two people changed."""

from __future__ import annotations

import difflib
import re
import unicodedata

_NOISE = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """A title's normal form: composed, case-folded, blanks as one."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def words(text: str) -> str:
    """Only the letters and digits of a text: what survives any server's taste in markup and white space."""
    return _NOISE.sub("", unicodedata.normalize("NFKC", text).casefold())


def merge_lines(base: str, ours: str, theirs: str) -> str | None:
    """The text with both changes, or None where they touch the same lines (rule 4)."""
    if ours == base:
        return theirs
    if theirs == base:
        return ours
    lines = base.split("\n")
    edits = sorted([*_edits(lines, ours.split("\n")), *_edits(lines, theirs.split("\n"))])
    merged: list[str] = []
    at = 0
    last: tuple[int, int, list[str]] | None = None
    for start, end, new in edits:
        if last is not None and (start, end, new) == last:
            continue
        if start < at or (last is not None and start == at):
            return None
        merged += lines[at:start] + new
        at = end
        last = (start, end, new)
    return "\n".join(merged + lines[at:])


def _edits(base: list[str], other: list[str]) -> list[tuple[int, int, list[str]]]:
    matcher = difflib.SequenceMatcher(None, base, other, autojunk=False)
    return [(i1, i2, other[j1:j2]) for tag, i1, i2, j1, j2 in matcher.get_opcodes() if tag != "equal"]
