"""The rest of a group: tasks that are settled, left in the store until a read touches them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.contract import Record
from connectors.task import Ref
from sync.core.facts import Observation, Read
from sync.core.model import Link, SideName, State, TaskId
from sync.core.policy import GroupPolicy
from sync.core.settled import above, asked_about, is_deep, is_flat, may_be_partial, touched
from sync.store import Part, Remembered, Store

SINGLY: Final = 20
"""What a connector asks for one by one in one read; when it asks for more, everything is fetched at once."""


@dataclass(slots=True)
class Others:
    """The links of a side, those that are not loaded among them (:class:`sync.gathering.Others`)."""

    store: Store
    part: Part
    side: SideName
    every: dict[Ref, str] | None  # the hash of each that was not asked for yet, where everything is read
    _read: Mapping[Ref, Remembered] | None = None
    _asked: int = 0

    def hashes(self, refs: Sequence[Ref]) -> Mapping[Ref, str]:
        """See the protocol."""
        if self.every is None:
            return self.store.hashes(self.part, self.side, refs)
        return {ref: known for ref in refs if (known := self.every.pop(ref, None)) is not None}

    def record(self, ref: Ref) -> Record | None:
        """See the protocol."""
        self._asked += 1
        if self._read is None and self._asked > SINGLY:
            self._read = self.store.remembered(self.part, self.side)
        known = self._read if self._read is not None else self.store.remembered(self.part, self.side, [ref])
        found = known.get(ref)
        return Record(ref=ref, raw_hash=found.raw_hash, native=found.native) if found is not None else None


@dataclass(frozen=True, slots=True)
class Rest:
    """Finds what a read touches, and loads it into the state. May be used by several threads."""

    store: Store
    part: Part
    flat: bool  # a task can be loaded without those beside it

    @classmethod
    def of(cls, store: Store, group: str, policy: GroupPolicy) -> Rest | None:
        """A group's state with what is open, and the rest; None where everything has to be loaded."""
        part = store.load_open(group, [spec.name for spec in policy.sides])
        if part is None or not may_be_partial(part.state, policy):
            return None
        flat, met = is_flat(policy), all(side.met for side in part.state.sides.values())
        if (part.state.tasks and not flat) or (is_deep(policy) and not met):
            return None
        rest = cls(store, part, flat)
        rest._load(asked_about(part.state), {held.task for held in part.state.held if held.task is not None})
        rest._load(above(part.state), ())
        return rest

    @property
    def state(self) -> State:
        """What is loaded."""
        return self.part.state

    @property
    def folder(self) -> Path | None:
        """Where the store is, as a file; None: it is elsewhere."""
        return self.store.file.parent if self.store.file is not None else None

    def others(self, side: SideName, *, whole: bool) -> Others:
        """What is linked on a side. ``whole``: everything there is read, and all hashes are fetched at once."""
        return Others(self.store, self.part, side, self.store.hashes(self.part, side) if whole else None)

    def touch(self, observation: Observation, *, lacking: bool = False) -> dict[Ref, Link]:
        """Load what a read says something of; ``lacking``: what a complete one lacks, too. The side's links then."""
        side = observation.side
        whole = lacking and observation.read is Read.COMPLETE
        every = self.store.unlisted(self.part, side, observation.listed) if whole else ()
        self._load({side: touched(observation, every)}, ())
        return {str(link.ref): link for link in self.state.of_side(side)}

    def bring(self, side: SideName, refs: Collection[Ref]) -> list[Link]:
        """Load what these refs of a side are tied to; the links that are in the state since."""
        before = self.state.links
        self._load({side: refs}, ())
        return [link for key, link in self.state.links.items() if key not in before]

    def put_back(self) -> None:
        """Forget what is loaded: it was recorded."""
        self.store.put_back(self.part)

    def above(self, refs: Mapping[SideName, Collection[Ref]]) -> None:
        """Load what these refs of each side are linked to, and what that is under; only for tasks of flat groups."""
        self.store.load_tied(self.part, refs, below=False)

    def _load(self, refs: Mapping[SideName, Collection[Ref]], tasks: Collection[TaskId]) -> None:
        if not tasks and not any(refs.values()):
            return
        if self.flat:
            self.store.load_tied(self.part, refs, tasks)
        else:
            self.store.load_rest(self.part)
