"""What can be asked of a store about a part of a group, and loaded into it."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence

from connectors.task import Ref
from sync.core.model import SideName, TaskId
from sync.store import partial
from sync.store.groups import find_group, side_ids
from sync.store.partial import Part, Remembered
from sync.store.queries import Queries


class Parts(Queries):
    """A part goes by what it was loaded with, whatever is loaded of its group besides. Raises ``StoreError``."""

    def load_tied(
        self,
        part: Part,
        refs: Mapping[SideName, Collection[Ref]],
        tasks: Collection[TaskId] = (),
        *,
        below: bool = True,
    ) -> None:
        """Load the tasks that these refs are linked to, and these tasks, each with its relatives.

        Not ``below``: with those above it only.
        """
        with part.lock, self._reading() as connection:
            partial.load_tied(connection, part, refs, tasks, below=below)

    def put_back(self, part: Part) -> None:
        """Forget what is loaded, tasks and links: all of it was recorded, and the part can grow anew."""
        with part.lock:
            partial.put_back(part)

    def load_rest(self, part: Part) -> None:
        """Load what is still missing."""
        with part.lock, self._reading() as connection:
            partial.load_rest(connection, part)

    def hashes(self, part: Part, side: SideName, refs: Sequence[Ref] | None = None) -> dict[Ref, str]:
        """The hash of what was last read, by ref, of what is linked on a side; of these refs only, where given."""
        number = part.known.side_ids.get(side)
        if number is None:
            return {}
        with self._reading() as connection:
            return partial.hashes(connection, number, refs)

    def unlisted(self, part: Part, side: SideName, listed: Container[Ref]) -> list[Ref]:
        """The refs that are linked on a side and not among these."""
        number = part.known.side_ids.get(side)
        if number is None:
            return []
        with self._reading() as connection:
            return partial.unlisted(connection, number, listed)

    def remembered(self, part: Part, side: SideName, refs: Sequence[Ref] | None = None) -> dict[Ref, Remembered]:
        """What was last read, by ref, of what is linked on a side; of these refs only, where given."""
        number = part.known.side_ids.get(side)
        if number is None:
            return {}
        with self._reading() as connection:
            return partial.remembered(connection, number, refs)

    def tied_to(self, group: str, side: SideName, ref: Ref) -> TaskId | None:
        """The task that a ref of a side is linked to, loaded or not; None where there is none."""
        with self._reading() as connection:
            number = find_group(connection, group)
            there = side_ids(connection, number).get(side) if number is not None else None
            return partial.tied_to(connection, there, ref) if there is not None else None
