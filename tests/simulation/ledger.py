"""The oracle's own books, kept without asking the engine: what people did, and what answers have shown of it."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from connectors.task import Field, same
from tests.simulation.arrivals import Arrivals
from tests.simulation.deeds import TOLD, Edit, Removal, Shown, number_of

TRUSTED = 30.0  # seconds: how long a read may be trusted before something is written over it (rule 9)
SLACK = 3.0  # seconds: requests take a moment too


@dataclass
class Ledger:
    """``entries`` gives what a side shows, by ref; ``carries`` whether its writes of other fields carry one too."""

    entries: Callable[[str], dict[str, Shown]] = lambda _: {}
    carries: Callable[[str, Field], bool] = lambda _, __: False
    arrivals: Arrivals = field(default_factory=Arrivals)
    edits: list[Edit] = field(default_factory=list)
    removals: list[Removal] = field(default_factory=list)
    restored: dict[tuple[str, int], int] = field(default_factory=dict)  # after how many removals
    left: set[tuple[str, int]] = field(default_factory=set)  # side and number: brought back, and tied by nobody
    twins: dict[int, int] = field(default_factory=dict)  # how many entries of this number may be on a side
    same: dict[int, list[str]] = field(default_factory=dict)  # made alike on these sides since the last cycle
    family: dict[int, set[int]] = field(default_factory=dict)  # those that were ever below a task
    last_read: dict[tuple[str, str], float] = field(default_factory=dict)  # side and ref ("": the listing)
    refused: dict[tuple[str, str], bool] = field(default_factory=dict)  # side and kind: whether a write was
    cut: set[str] = field(default_factory=set)  # sides whose last listing was cut
    shortened: set[str] = field(default_factory=set)  # … or any
    faults_found: list[str] = field(default_factory=list)

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

    def after_write(self, side: str, before: dict[str, Shown], at: float) -> None:
        """What a write of ours changed: nothing that a person did since it was read, and nobody deletes but people."""
        after = self.entries(side)
        self.arrivals.wrote(side, before, after)
        self.last_read |= {(side, ref): at for ref in after.keys() - before.keys()}  # nobody has seen it any later
        for edit in (one for one in self.edits if one.blurred and one.side == side and one.ref in before):
            # It may be what could not be understood: nobody can have known of it.
            shown = after.get(edit.ref)
            edit.blind |= shown is None or not same(edit.field, before[edit.ref].get(edit.field), shown.get(edit.field))
        for ref, shown in before.items():
            mine = [edit for edit in self.unread(side, ref) if not edit.blind]
            if ref not in after:
                self._deleted(side, shown, mine, at)
                continue
            for edit in mine:
                if not same(edit.field, shown.get(edit.field), after[ref].get(edit.field)):
                    self._overwritten(edit, at, put_back=same(edit.field, edit.before, after[ref].get(edit.field)))

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
