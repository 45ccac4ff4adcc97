"""A first meeting of very many tasks: what is read is taken in a portion at a time, and memory holds one of them.

Not where that would not be sound, or would help nobody; the cycle is one whole then, as it is for fewer tasks:

- a side was met before, is without a list, took no part, or was not read to its end;
- two sides exchange an order of siblings, or one deletes or computes along a tree;
- a request is in doubt, a decision waits to be carried out, ties were imported, the store was restored;
- a plan is asked for, or carried out by its hash.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from connectors.contract import Entry
from connectors.task import Field, Kind, Ref
from sync.core.arranging import First, Numbers, arranged, hash_of, mark_of
from sync.core.circumstances import Circumstances
from sync.core.facts import Decision, Observation, Read
from sync.core.guards import creates_held
from sync.core.lens import Lenses
from sync.core.match import is_plain
from sync.core.model import Do, SideName, State, TaskId
from sync.core.policy import GroupPolicy
from sync.core.portions import Portion, begin, go_on
from sync.rest import Rest
from sync.spool import Spool, Spooled, Spooling

PORTION: Final = 20_000
"""Entries of all sides in one portion: with three sides about 120 MB, at 18 KB for a task that all of them have."""


@dataclass(slots=True)
class Portions:
    """What was read of a group that meets for the first time, on its way into the store: use once, from first to last.

    What a portion made is to be recorded before the next is asked for.
    """

    rest: Rest
    policy: GroupPolicy
    told: Circumstances
    read: Mapping[SideName, Observation]
    spools: Mapping[SideName, Spool]
    waiting: list[Numbers]  # the next one is the last here
    passed: Counter[SideName] = field(default_factory=Counter)  # creates, by side
    believed: tuple[SideName, ...] = ()
    before: Counter[SideName] = field(default_factory=Counter)  # live links of tasks that are not in this portion
    since: TaskId = 0  # the first task that is new in it; 0: it is the first

    @classmethod
    def of(
        cls,
        rest: Rest | None,
        policy: GroupPolicy,
        told: Circumstances,
        read: dict[SideName, Observation],
        size: int,
    ) -> Portions | None:
        """The portions; None where a cycle takes everything in at once: then ``read`` has all that was read."""
        spools = {name: seen.spool for name, seen in read.items() if isinstance(seen, Spooled) and seen.spool}
        if not spools:
            return None
        if rest is None or any(seen.read is not Read.COMPLETE or seen.looked is not None for seen in read.values()):
            _put_back(rest, read, spools)
            return None
        for name, seen in read.items():
            spool = spools.get(name) or spooling(rest, policy, name, size).spool()
            spools[name] = spool
            read[name] = _put_away(rest.state, seen, spool)
        marks = {name: spool.marks for name, spool in spools.items()}
        waiting = arranged(marks, _first(rest.state, policy, read), size)
        if len(waiting) == 1:
            _put_back(rest, read, spools)
            return None
        return cls(rest, policy, told, read, spools, waiting[::-1])

    def begin(self) -> Decision:
        """Decide the first portion."""
        state = self.rest.state
        for name, spool in self.spools.items():
            state.sides[name].people.update(spool.people)
        observations = {
            name: replace(seen, entries={**seen.entries, **entries})
            for (name, seen), entries in zip(self.read.items(), self._next().values(), strict=True)
        }
        for seen in observations.values():
            self.rest.touch(seen)
        decision = begin(state, observations, self.policy, self.told)
        self.believed = tuple(name for name, read in decision.reads.items() if read is Read.COMPLETE)
        self.read = {name: replace(seen, entries={}, listed=frozenset()) for name, seen in self.read.items()}
        self._count(decision)
        return decision

    def are_over(self) -> bool:
        """Whether the last one was decided."""
        return not self.waiting

    def go_on(self) -> Decision:
        """Decide the next portion. Nothing but what it is about is loaded."""
        state = self.rest.state
        self.before = Counter({name: self.links(name) for name in state.sides})
        self.since = state.next_task
        self.rest.put_back()
        entries = {name: mine for name, mine in self._next().items() if name in self.believed}
        above = {name: _parents(mine) - mine.keys() for name, mine in entries.items()}
        self.rest.above(above)
        limit = None if self.told.limit is None else max(self.told.limit - self.passed.total(), 0)
        portion = Portion(
            entries={name: replace(self.read[name], entries=mine) for name, mine in entries.items()},
            above=dict(self._titles(above)),
            planned=self.passed + creates_held(state),
            last=self.are_over(),
        )
        decision = go_on(state, portion, self.policy, replace(self.told, limit=limit))
        self._count(decision)
        return decision

    def links(self, side: SideName) -> int:
        """The live links of a side after this portion."""
        state = self.rest.state
        if not self.since:
            return state.live_links(side)
        return self.before[side] + sum(1 for link in state.of_side(side) if link.live and link.task >= self.since)

    @property
    def remaining(self) -> str:
        """What to say of the portions that are left."""
        left = sum(len(numbers) for portion in self.waiting for numbers in portion.values())
        return f"the first meeting is not over: {left} entries are taken in by the next cycle"

    def _next(self) -> dict[SideName, dict[Ref, Entry]]:
        numbers = self.waiting.pop()
        return {name: _entries(self.spools[name], numbers[name]) for name in self.read}

    def _titles(self, above: Mapping[SideName, set[Ref]]) -> Iterator[tuple[tuple[SideName, Ref], str]]:
        """The titles of what was new as well, and was taken in with an earlier portion."""
        for name, refs in above.items():
            for entry in self.spools[name].above(refs):
                if entry.kind is Kind.TASK:
                    yield (name, entry.ref), str(entry.fields.get(Field.TITLE, ""))

    def _count(self, decision: Decision) -> None:
        self.passed.update(action.side for action in decision.actions if action.do is Do.CREATE)


def spooling(rest: Rest, policy: GroupPolicy, side: SideName, size: int) -> Spooling:
    """How very many new entries of a side are kept: more than ``size``."""
    former = (ref for link in rest.state.links.values() if link.side == side for ref in link.former)
    return Spooling(policy, side, size, rest.folder, frozenset(former))


def may_come_in_portions(rest: Rest | None) -> bool:
    """Whether what is read of a group may be taken in portions, as far as is known before it is read."""
    return rest is not None and rest.flat and not any(side.met for side in rest.state.sides.values())


def _put_away(state: State, seen: Observation, spool: Spool) -> Observation:
    """An observation without the new entries, which go where the others are."""
    known = {ref for link in state.links.values() if link.side == seen.side for ref in (link.ref, *link.former)}
    kept: dict[Ref, Entry] = {}
    for ref, entry in seen.entries.items():
        if ref in known or not is_plain(entry):
            kept[ref] = entry
        else:
            spool.add(entry)
    return replace(seen, entries=kept)


def _put_back(rest: Rest | None, read: dict[SideName, Observation], spools: Mapping[SideName, Spool]) -> None:
    for name, spool in spools.items():
        entries = _entries(spool, range(len(spool)))
        read[name] = replace(read[name], entries={**entries, **read[name].entries})
        if rest is not None:
            rest.touch(read[name])


def _entries(spool: Spool, numbers: Sequence[int]) -> dict[Ref, Entry]:
    return {entry.ref: entry for entry in spool.take(numbers)}


def _parents(entries: Mapping[Ref, Entry]) -> set[Ref]:
    parents = (entry.fields.get(Field.PARENT) for entry in entries.values())
    return {parent for parent in parents if isinstance(parent, str)}


def _first(state: State, policy: GroupPolicy, read: Mapping[SideName, Observation]) -> First:
    """What questions of the moment may be about: tasks that are loaded, what is under them, and what was edited."""
    lenses = Lenses(state, policy)
    return First(
        titles=frozenset(mark for task in state.tasks.values() if (mark := mark_of(lenses, task.title))),
        refs={name: frozenset(hash_of(ref) for ref in _parents(seen.entries)) for name, seen in read.items()},
        above={name: frozenset(hash_of(link.ref) for link in state.of_side(name)) for name in read},
    )
