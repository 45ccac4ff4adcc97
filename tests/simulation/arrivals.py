"""What we wrote, and whether that is known to have arrived: the oracle's books of writes whose outcome is in doubt.

Whoever deletes an entry of which we do not know yet that we made or changed it may delete what nobody else has seen.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from tests.simulation.deeds import Shown

Entries = set[tuple[str, str]]
"""Entries, each by its side and its ref."""


@dataclass
class Arrivals:
    """``locates``: whether a side's answers to writes tell that an entry was not archived before it was written."""

    locates: Callable[[str], bool] = lambda _: True
    fresh: Entries = field(default_factory=set)  # what we made, while a create may be in doubt
    written: Entries = field(default_factory=set)  # what we changed in this cycle
    unsure: Entries = field(default_factory=set)  # … without an answer that was kept
    astray: Entries = field(default_factory=set)  # … which may have been archived first, or of which no answer told
    listed: Entries = field(default_factory=set)  # … and that a list of this cycle names
    asking: dict[str, Entries] = field(default_factory=dict)  # by side: what its last write changed

    def in_doubt(self, side: str, ref: str) -> bool:
        """Whether we made or changed an entry, and it is not known to have arrived."""
        return (side, ref) in self.fresh | self.unsure | self.astray

    def wrote(self, side: str, before: Mapping[str, Shown], after: Mapping[str, Shown]) -> None:
        """A write was carried out between what a side showed before and after."""
        self.fresh |= {(side, ref) for ref in after.keys() - before.keys()}
        self.asking[side] = {(side, ref) for ref, shown in after.items() if before.get(ref) != shown}
        self.written |= self.asking[side]
        self.unsure |= self.asking[side]
        if not self.locates(side):
            self.astray |= self.asking[side]
        self.listed -= self.asking[side]

    def was_answered(self, side: str) -> None:
        """The answer to the last write has arrived."""
        self.unsure -= self.asking.pop(side, set())

    def was_answered_with_nothing(self, side: str) -> None:
        """The answer to the last write was empty: it was carried out, and only a list tells what was made of it."""
        self.astray |= self.asking.get(side, set())
        self.was_answered(side)

    def was_listed(self, side: str, refs: frozenset[str] | None) -> None:
        """A list with some entries has arrived (None: with all)."""
        self.listed |= {one for one in self.astray if one[0] == side and (refs is None or one[1] in refs)}

    def cycle_ended(self, *, died: bool, done: bool, read: Collection[str]) -> None:
        """A cycle ended: what it changed is in doubt if its process died, nothing is once all is done.

        ``read``: the sides whose read was whole. Of the others it has learnt nothing, whatever they had listed.
        """
        self.astray -= {one for one in self.listed if one[0] in read}
        self.listed.clear()
        if died:
            self.unsure |= self.written
        if done:
            self.unsure.clear()
            self.fresh.clear()
        self.written.clear()
