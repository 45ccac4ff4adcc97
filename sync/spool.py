"""What a first meeting has read and not taken in yet: in a file beside the store, not in memory.

The file has no name (``tempfile.TemporaryFile``): nobody else can open it, and it is gone with the process, however
that ends.
"""

from __future__ import annotations

import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import IO
from weakref import finalize

from connectors.contract import Entry
from connectors.task import Field, Person, Ref
from sync.core.arranging import Marks, hash_of
from sync.core.facts import Observation
from sync.core.lens import Lenses
from sync.core.model import Side, SideName, State
from sync.core.policy import GroupPolicy
from sync.store import StoreError, dump, load_object


@dataclass(frozen=True, slots=True)
class Spooling:
    """Lets very many new entries of a side go to a file. ``size``: so many stay in memory; ``folder``: of the file."""

    policy: GroupPolicy
    side: SideName
    size: int
    folder: Path | None
    reserved: frozenset[Ref] = frozenset()  # refs that are not new, though they are linked to nothing now

    def spool(self) -> Spool:
        """A file for the entries of one read. Raises ``StoreError``."""
        try:
            file = tempfile.TemporaryFile(dir=self.folder, buffering=1 << 20)  # noqa: SIM115 - it outlives the read
        except OSError as error:
            raise _no_room(error) from error
        sides = {spec.name: Side(name=spec.name) for spec in self.policy.sides}
        return Spool(file, Lenses(State(group="", sides=sides), self.policy), self.side)


@dataclass(slots=True, weakref_slot=True, eq=False)
class Spool:
    """New entries of one side, in the order in which they were read. Raises ``StoreError`` where it has no room."""

    file: IO[bytes]
    lenses: Lenses
    side: SideName
    marks: Marks = field(default_factory=Marks)
    _starts: array[int] = field(default_factory=lambda: array("q"))
    _end: int = 0
    _again: dict[Ref, int] = field(default_factory=dict)  # of refs that were told several times, the one that holds
    _above: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        finalize(self, self.file.close)  # a read may end anywhere, and a cycle before it has taken everything

    def add(self, entry: Entry, *, again: bool = False) -> None:
        """One more entry; ``again``: in place of one with its ref."""
        # Decoded, as it was understood when it was read: what a connector knows of its vendor may change meanwhile.
        taken = pickle.dumps((dump(entry.native), replace(entry, native={}, fields=dict(entry.fields))))
        if again or entry.ref in self._again:
            self._again[entry.ref] = len(self)
        self._starts.append(self._end)
        try:
            self._end += self.file.write(taken)
        except OSError as error:
            raise _no_room(error) from error
        self.marks.add(self.lenses, self.side, entry)
        if entry.people or entry.fields.get(Field.ASSIGNEES):
            self.lenses.at(self.side, entry.kind).take(entry)

    def __len__(self) -> int:
        return len(self._starts)

    def drop(self, ref: Ref) -> None:
        """An entry is not there after all."""
        self._again[ref] = -1

    @property
    def people(self) -> dict[str, Person]:
        """Those whom the entries name."""
        return self.lenses.state.sides[self.side].people

    def take(self, numbers: Iterable[int]) -> Iterator[Entry]:
        """Some of the entries as they were read, by their numbers, each ref once."""
        try:
            at = self.file.seek(0)  # what was written is in the file from here on
            for number in numbers:
                start = self._starts[number]
                end = self._starts[number + 1] if number + 1 < len(self) else self._end
                if at != start:
                    self.file.seek(start)
                native, entry = pickle.loads(self.file.read(end - start))  # noqa: S301 - nobody else can write it
                at = end
                if self._again.get(entry.ref, number) == number:
                    yield replace(entry, native=load_object(native))
        except OSError as error:
            raise _no_room(error) from error

    def above(self, refs: Iterable[Ref]) -> Iterator[Entry]:
        """Those of these refs that are here and that something is under, as they were read."""
        if not self._above:
            named = set(self.marks.parents)
            self._above = {ref: number for number, ref in enumerate(self.marks.refs) if ref in named}
        wanted = {ref: self._above[mark] for ref in refs if (mark := hash_of(ref)) in self._above}
        yield from (entry for entry in self.take(sorted(wanted.values())) if entry.ref in wanted)


@dataclass(slots=True)
class Spooled(Observation):
    """What was read of a side, with new entries that are in a file."""

    spool: Spool | None = None


def _no_room(error: OSError) -> StoreError:
    return StoreError(
        f"What a first meeting reads cannot be kept in a file: {error.strerror}.",
        "It is put beside the store, about 2 KB for each task of each side: make room there, or let tasksync write.",
    )
