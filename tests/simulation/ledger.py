"""What people did, and what became known of it: the oracle's own books, kept without asking the engine.

Each edit of a title, a description or the labels types a word that nobody else ever types (``e17``), each due date is
a day of its own: whoever shows the word has seen the edit. A task has a number, which stands first in its title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from connectors.task import Field, Value, same

TRUSTED = 30.0  # seconds: how long a read may be trusted before something is written over it (rule 9)
SLACK = 3.0  # seconds: requests take a moment too
_WORD = re.compile(r"e\d+")
_NUMBER = re.compile(r"\d+")
TOLD = (Field.TITLE, Field.DESCRIPTION, Field.LABELS, Field.DUE)
"""Fields whose edits can be told from one another."""

Shown = Mapping[Field, Value]


def words(value: Value) -> frozenset[str]:
    """The words of edits that a value shows."""
    if isinstance(value, date):
        return frozenset({value.isoformat()[:10]})
    text = " ".join(map(str, value)) if isinstance(value, tuple) else str(value or "")
    return frozenset(_WORD.findall(text.casefold()))


def number_of(title: object) -> int:
    """The number of a task."""
    found = _NUMBER.search(str(title))  # behind what a vendor's side puts before it, as Opus 2 does for a moment
    if found is None:
        raise ValueError(f"a title without the number of its task: {title!r}")
    return int(found[0])


@dataclass(eq=False)
class Edit:
    """A person's edit of one field, as that side showed it before and after."""

    at: float
    number: int
    side: str
    ref: str
    field: Field
    before: Value
    after: Value
    made: bool = False  # with the task itself
    read: bool = False
    blurred: bool = False  # … or some of it, and it is not ours to know which
    blind: bool = False  # overwritten by a write that could not know of it

    @property
    def added(self) -> frozenset[str]:
        """The words that it typed."""
        return words(self.after) - words(self.before)

    @property
    def removed(self) -> frozenset[str]:
        """The words that it took away, having seen them."""
        return words(self.before) - words(self.after)

    def __str__(self) -> str:
        return f"{self.at:.2f} {self.number} {self.field.value} on {self.side}: {self.before!r} -> {self.after!r}"


@dataclass(eq=False)
class Removal:
    """A person's delete, with what was shown there."""

    at: float
    number: int
    side: str
    shown: Shown
    early: bool = False  # of what we made or changed, before that was known to have arrived


@dataclass
class Ledger:
    """``entries`` gives what a side shows, by ref; ``carries`` whether its writes of other fields carry one too.

    ``locates``: whether its answers to writes tell that an entry was not archived before it was written.
    """

    entries: Callable[[str], dict[str, Shown]] = lambda _: {}
    carries: Callable[[str, Field], bool] = lambda _, __: False
    locates: Callable[[str], bool] = lambda _: True
    edits: list[Edit] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    restored: dict[tuple[str, int], int] = field(default_factory=dict)  # after how many removals
    twins: dict[int, int] = field(default_factory=dict)  # how many entries of this number may be on a side
    same: dict[int, list[str]] = field(default_factory=dict)  # made alike on these sides since the last cycle
    family: dict[int, set[int]] = field(default_factory=dict)  # those that were ever below a task
    last_read: dict[tuple[str, str], float] = field(default_factory=dict)  # side and ref ("": the listing)
    refused: dict[tuple[str, str], bool] = field(default_factory=dict)  # side and kind: whether a write was
    cut: set[str] = field(default_factory=set)  # sides whose last listing was cut
    shortened: set[str] = field(default_factory=set)  # … or any
    faults_found: list[str] = field(default_factory=list)
    fresh: set[tuple[str, str]] = field(default_factory=set)  # what we made, while a create may be in doubt
    written: set[tuple[str, str]] = field(default_factory=set)  # what we changed in this cycle
    unsure: set[tuple[str, str]] = field(default_factory=set)  # … without an answer that was kept
    astray: set[tuple[str, str]] = field(default_factory=set)  # … which may have been archived first
    asking: dict[str, set[tuple[str, str]]] = field(default_factory=dict)  # by side: what its last write changed

    def unread(self, side: str, ref: str) -> list[Edit]:
        """The edits on a side, or on one entry, that no answer has shown yet."""
        return [
            edit
            for edit in self.edits
            if edit.side == side and not (edit.read or edit.blurred) and ref in ("", edit.ref)
        ]

    def was_read(
        self,
        side: str,
        edits: list[Edit],
        at: float,
        ref: str,
        *,
        spoilt: bool = False,
        only: Collection[str] | None = None,
    ) -> None:
        """An answer with these edits in it has arrived; ``spoilt``: not all of it could be understood.

        ``only``: it was a look at these refs, where something else in it has lost its own.
        """
        for edit in edits:
            edit.read, edit.blurred = not spoilt, spoilt
        self.last_read |= {(side, one): at for one in ([ref] if only is None else only)}
        if not ref:
            self.cut.discard(side)

    def was_glanced_at(self, side: str, unread: list[Edit], at: float) -> None:
        """An answer has told that nothing changed: a look at every entry, unless there was something to tell of."""
        if not {edit.ref for edit in unread} & self.entries(side).keys():
            self.last_read[side, ""] = at

    def may_be_cut(self, side: str) -> bool:
        """Whether a listing may be cut without a word: not twice one after the other, that would be evidence."""
        if side in self.cut:
            return False
        self.cut.add(side)
        self.shortened.add(side)
        return True

    def may_be_refused(self, side: str, fault: str, *, changing: bool) -> bool:
        """Whether a request may be refused for good, without a reason: once, twice would be evidence."""
        if (side, fault) in self.refused:
            return False
        self.refused[side, fault] = changing
        return True

    def before_write(self, side: str) -> dict[str, Shown]:
        """What a side shows before a write."""
        return self.entries(side)

    def after_write(self, side: str, before: dict[str, Shown], at: float) -> None:
        """What a write of ours changed: nothing that a person did since it was read, and nobody deletes but people."""
        after = self.entries(side)
        self.fresh |= {(side, ref) for ref in after.keys() - before.keys()}
        self.asking[side] = {(side, ref) for ref, shown in after.items() if before.get(ref) != shown}
        self.written |= self.asking[side]
        self.unsure |= self.asking[side]
        if not self.locates(side):
            self.astray |= self.asking[side]
        for ref, shown in before.items():
            mine = [edit for edit in self.unread(side, ref) if not edit.blind]
            if ref not in after:
                self._deleted(side, shown, mine, at)
                continue
            for edit in mine:
                if not same(edit.field, shown.get(edit.field), after[ref].get(edit.field)):
                    self._overwritten(edit, at, put_back=same(edit.field, edit.before, after[ref].get(edit.field)))

    def was_listed(self, side: str, refs: frozenset[str] | None) -> None:
        """A list with some entries has arrived (None: with all)."""
        self.astray -= {one for one in self.astray if one[0] == side and (refs is None or one[1] in refs)}

    def was_answered(self, side: str) -> None:
        """The answer to the last write has arrived."""
        self.unsure -= self.asking.pop(side, set())

    def cycle_ended(self, *, died: bool, done: bool) -> None:
        """A cycle ended: what it changed is in doubt if its process died, nothing is once all is done."""
        if died:
            self.unsure |= self.written
        if done:
            self.unsure.clear()
            self.fresh.clear()
        self.written.clear()

    def _deleted(self, side: str, shown: Shown, mine: list[Edit], at: float) -> None:
        number = number_of(shown[Field.TITLE])
        if not any(removal.number == number for removal in self.removals):
            # Taken along by a cascade it must come back, which the end of the history shows.
            self.faults_found += [] if self._taken_along(number) else [f"{number} was deleted on {side} by nobody"]
        for edit in mine:
            self._overwritten(edit, at)

    def _taken_along(self, number: int) -> bool:
        gone = {removal.number for removal in self.removals}
        return any(number in self.family.get(above, ()) for above in gone)

    def _overwritten(self, edit: Edit, at: float, *, put_back: bool = False) -> None:
        edit.blind = True
        if (
            put_back and edit.field in TOLD and not self.carries(edit.side, edit.field)
        ):  # nobody asked for that: the field was not owed
            self.faults_found.append(f"written back over {edit}")
        read = max(self.last_read.get((edit.side, ref), -1e9) for ref in ("", edit.ref))
        if at - read > TRUSTED + SLACK:
            self.faults_found.append(f"written over {edit}, {at - read:.0f} s after the last look")
