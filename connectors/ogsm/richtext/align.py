"""What became of a sequence when it was edited."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TypeVar

_T = TypeVar("_T", bound=Hashable)
Pairs = list[tuple[_T | None, _T | None]]
"""What became of each element, in order: (old, new), (old, None) where it went, (None, new) where it came."""


def stretches(old: Sequence[Hashable], new: Sequence[Hashable]) -> list[tuple[bool, slice, slice]]:
    """The stretches of a sequence, in order: (whether it is unchanged, where in the old one, where in the new one)."""
    shorter = min(len(old), len(new))
    head = next((at for at in range(shorter) if old[at] != new[at]), shorter)
    room = shorter - head
    tail = next((at for at in range(room) if old[-1 - at] != new[-1 - at]), room)
    matcher = SequenceMatcher(None, old[head : len(old) - tail], new[head : len(new) - tail])
    middle = [
        (tag == "equal", slice(head + i1, head + i2), slice(head + j1, head + j2))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    before = (True, slice(0, head), slice(0, head))
    after = (True, slice(len(old) - tail, len(old)), slice(len(new) - tail, len(new)))
    return [before, *middle, after]


def pairs(old: Sequence[_T], new: Sequence[_T]) -> Pairs[_T]:
    """Equal elements, and between them changed ones one by one, in order."""
    found: Pairs[_T] = []
    for _, was, now in stretches(old, new):
        found.extend(zip_longest(old[was], new[now]))
    return found
