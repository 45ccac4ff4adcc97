"""What people decide and do by hand: resolve, link, unlink, import; and the cycle that an undo is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from connectors.contract import Changes, Clock, Connector, Entry, Get
from connectors.errors import Gone
from connectors.task import Field
from sync.choices import UnknownName, fitting_choice
from sync.core.adopt import Adoption
from sync.core.cluster import Cluster
from sync.core.codec import short
from sync.core.comments import is_comment
from sync.core.evidence import let_go
from sync.core.intents import unanswered
from sync.core.lens import Lenses
from sync.core.match import is_task, member_of
from sync.core.merge import Merge
from sync.core.model import Do, Link, SideName, State, Task, TaskId, TaskLife
from sync.core.owners import owner_of
from sync.core.settle import BY_HAND, tie_again
from sync.core.sides import meet
from sync.core.undo import Undo
from sync.cycle import Cycle
from sync.store import ActedRow, CycleRow, Lease, MovedRow, NoLongerOpen, Owner, Store
from sync.ties import Reading, Taking, TiesRefused

RESULT: Final = "by hand"
"""The result of a cycle that only notes what a person did to a tie."""


@dataclass(slots=True)
class _Bench:
    """A group under its lease, with its state at hand."""

    cycle: Cycle
    state: State
    merge: Merge
    lease: Lease

    def begin(self, store: Store, clock: Clock) -> None:
        """What is done from here on belongs to a cycle of its own."""
        self.merge.cycle = store.begin_cycle(self.cycle.name, clock.now())

    def record(self, store: Store) -> None:
        """Write the state, and history."""
        cycle, merge = self.cycle, self.merge
        store.record(self.state, cycle=merge.cycle, moved=merge.moved, acted=merge.acted, lease=self.lease)
        if cycle.ledger is not None:
            cycle.ledger.note(self.state, cycle.policy)

    def finish(self, store: Store) -> None:
        """Write what was done, and that it was a person who did it."""
        self.record(store)
        store.finish_cycle(self.merge.cycle, seconds=0.0, result=RESULT, counts={})


@dataclass(frozen=True, slots=True, kw_only=True)
class ByHand:
    """Carries out what a person asks. ``make`` gives a group's cycle, whose connections close with the stack.

    ``groups`` has the sides of each group. Every method raises ``StoreError``, ``LeaseHeld``.
    """

    store: Store
    clock: Clock
    groups: dict[str, Sequence[SideName]]
    make: Callable[[str, ExitStack], Cycle]

    def resolve(self, held_id: str, choice: Sequence[str]) -> str:
        """Record a decision about a held row, or that a lost value (l7) is taken back; gives the sentence to print.

        Raises ``UnknownName``, ``NotFound``, ``NoLongerOpen``.
        """
        lost = held_id.startswith("l")
        number = held_id.removeprefix("l" if lost else "h")
        if not (number.isascii() and number.isdigit() and len(number) < 19):  # noqa: PLR2004 - a row's number has 63 bits
            raise UnknownName(f"{held_id} is no id of a held row", hint="tasksync held lists them")
        if lost:
            text = " ".join(choice).strip()
            self.store.bring_back(int(number), text)
            return f"{held_id}: {text}; the next cycle carries it out"
        rows = {held.id: held for _, held in self.store.held() if not held.decision}
        held = rows.get(int(number))
        text = " ".join(choice).strip()
        if held is not None:
            text = fitting_choice(held, text)
        self.store.resolve(int(number), text)
        return f"{held_id}: {text}; the next cycle carries it out"

    def link(self, task: str, side: SideName, ref: str) -> str:
        """Tie a task to an entry; gives the sentence to print. Raises ``UnknownName``, ``NoLongerOpen``, ``SideDown``.

        The task's values stand; what is empty is filled from the entry, and what differs there is kept as a loser.
        """
        number = self.store.find(task)
        with self._bench(number, side) as bench:
            state = bench.state
            found = state.tasks[number]
            mine = state.link(number, side)
            self._linkable(found, side, ref, state)
            if mine is not None and mine.live:
                return f"{_named(found)} is tied to {side}:{ref} already"
            entry = self._entry(bench.cycle.sides[side].connector, side, ref)
            self._alike(found, entry, side, state)
            bench.begin(self.store, self.clock)
            if mine is not None and mine.ref == ref:
                tie_again(bench.merge.lenses, mine)
                bench.merge.act(mine, Do.ADOPT, RESULT)
            else:
                self._join(bench, found, side, entry)
            bench.finish(self.store)
            return f"{_named(found)} is tied to {side}:{ref}; the next cycle writes what is owed"

    def _linkable(self, task: Task, side: SideName, ref: str, state: State) -> None:
        link = state.link(task.id, side)
        if task.life is TaskLife.DELETED:
            raise NoLongerOpen(f"{_named(task)} was deleted.", "`tasksync log` shows in which cycle; undo that one.")
        if link is not None and link.live and link.ref != ref:
            raise UnknownName(
                f"{_named(task)} is {side}:{link.ref}", hint=f"first: tasksync unlink {short(task.id)} {side}"
            )
        for other in state.of_side(side):
            if other.ref == ref and other.task != task.id and other.live:
                owner = _named(state.tasks[other.task])
                raise UnknownName(
                    f"{side}:{ref} is tied to {owner}", hint=f"first: tasksync unlink {short(other.task)} {side}"
                )
        self._settled(task, side, state)

    def _alike(self, task: Task, entry: Entry, side: SideName, state: State) -> None:
        """A task is tied to a task, and a comment to one that stands on its task there."""
        if entry.kind is not task.kind:
            kinds = f"a {task.kind.value}, and {side}:{entry.ref} is a {entry.kind.value}"
            raise UnknownName(f"{_named(task)} is {kinds}", hint="a task is tied to a task, a comment to a comment")
        owner = owner_of(state, task)
        if owner is None:
            return
        tie = state.live(owner.id, side)
        if tie is None or entry.fields.get(Field.PARENT) != tie.ref:
            raise UnknownName(
                f"{side}:{entry.ref} is a comment on another task than {_named(owner)}",
                hint="a comment stays with its task",
            )

    def _join(self, bench: _Bench, task: Task, side: SideName, entry: Entry) -> None:
        state, ref = bench.state, entry.ref
        for other in state.of_side(side):
            if other.ref == ref:
                other.ref = None  # let go from another task: that one stays let go, the ref is this one's
        state.sides[side].ties.pop(ref, None)
        state.held = [held for held in state.held if held.key != f"match:{side}:{ref}"]
        member = member_of(bench.merge.lenses, side, entry, first_meeting=False)
        adoption = Adoption(bench.merge, self.clock.now())
        adoption.take_in([Cluster(task=task, members={side: member})])

    def unlink(self, task: str, side: SideName) -> str:
        """Let a task go on a side; gives the sentence to print. Raises ``UnknownName``, ``NoLongerOpen``."""
        number = self.store.find(task)
        with self._bench(number, side) as bench:
            state, found = bench.state, bench.state.tasks[number]
            link = state.link(number, side)
            self._settled(found, side, state)
            if link is not None and not link.live and link.reason == BY_HAND:
                return f"{_named(found)} was let go on {side} already"
            bench.begin(self.store, self.clock)
            if link is None:
                link = Link(task=number, side=side, ref=None)
                state.links[link.key] = link
            bench.merge.lenses.untie(link)
            let_go(link, BY_HAND)
            bench.merge.act(link, Do.LET_GO, BY_HAND)
            bench.finish(self.store)
            where = f"{side}:{link.ref} stays as it is" if link.ref is not None else "it was not there"
            again = f"tasksync link {short(number)} {side} {link.ref or 'REF'}"
            return f"{_named(found)} is let go on {side}: {where}, and nothing is made there for it ({again} ties it)"

    def take_in(self, data: bytes, file: str) -> tuple[int, int]:
        """Import ties: how many tasks are tied anew, and how many were known. Raises ``TiesRefused``."""
        reading = Reading(file=file, groups=self.groups)
        reading.read(data)
        benches: dict[str, _Bench] = {}
        added = known = 0
        with ExitStack() as stack:
            for name in dict.fromkeys(tie.group for tie in reading.ties):
                benches[name] = stack.enter_context(self._open(name))
            takings = {name: Taking(bench.state, reading) for name, bench in benches.items()}
            for tie in reading.ties:
                takings[tie.group].take(tie)
            if reading.problems:
                raise TiesRefused(reading.problems)
            for name, bench in benches.items():
                bench.record(self.store)
                added, known = added + takings[name].added, known + takings[name].known
        return added, known

    def cycle_to_undo(self, text: str) -> tuple[CycleRow, Undo]:
        """The cycle that a person means, by its number or as "last": the newest in which anything moved.

        Raises ``UnknownName``, ``NoLongerOpen``.
        """
        row = self._last() if text == "last" else self._numbered(text)
        if row.group not in self.groups:
            raise UnknownName(f"cycle {row.cycle} is one of group {row.group}, which is not in the configuration")
        rows = self.store.history(cycle=row.cycle)
        if not rows:
            raise NoLongerOpen(f"nothing moved in cycle {row.cycle}, or its history is not kept any more")
        moved = tuple(one for one in rows if isinstance(one, MovedRow))
        acted = tuple(one for one in rows if isinstance(one, ActedRow))
        return row, Undo(cycle=row.cycle, moved=moved, acted=acted)

    def _last(self) -> CycleRow:
        rows = self.store.history(last=1)
        found = self.store.cycles(first=rows[0].cycle, last=rows[0].cycle) if rows else []
        if not found:
            raise NoLongerOpen("nothing has moved in any cycle yet")
        return found[0]

    def _numbered(self, text: str) -> CycleRow:
        number = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0  # noqa: PLR2004 - 63 bits
        found = self.store.cycles(first=number, last=number) if number else []
        if not found:
            raise UnknownName(f'there is no cycle "{text}"', hint="tasksync log lists them; a number, or last")
        return found[0]

    def _entry(self, connector: Connector, side: SideName, ref: str) -> Entry:
        """The entry as it is now. Raises ``UnknownName`` where it is not there, ``SideDown``."""
        entry: Entry | None = None
        if isinstance(connector, Get):
            try:
                entry = connector.get(ref)
            except Gone:
                entry = None
        elif isinstance(connector, Changes):
            pages = connector.changes(None)
            records = [record for page in pages for record in page.records if record.ref == ref]
            entry = connector.normalise(records[-1]) if records else None
        if entry is None or not (is_task(entry) or is_comment(entry)):
            raise UnknownName(f"there is no task {ref} on {side}", hint="give the id that the vendor has for it")
        return entry

    def _settled(self, task: Task, side: SideName, state: State) -> None:
        if any((intent.task, intent.side) == (task.id, side) for intent in unanswered(state)):
            raise NoLongerOpen(
                f"It is not known what became of the last request for {_named(task)} on {side}.",
                "Run a cycle first: it finds out, or asks.",
            )

    @contextmanager
    def _bench(self, number: TaskId, side: SideName) -> Iterator[_Bench]:
        name = self.store.group_of(number)
        if name not in self.groups:
            raise UnknownName(f"{short(number)} is in group {name}, which is not in the configuration")
        if side not in self.groups[name]:
            known = ", ".join(self.groups[name])
            raise UnknownName(f'the group {name} has no side "{side}"', hint=f"its sides are: {known}")
        with self._open(name) as bench:
            yield bench

    @contextmanager
    def _open(self, name: str) -> Iterator[_Bench]:
        lease = self.store.acquire(name, owner=Owner.here())
        try:
            with ExitStack() as stack, self.store.keep(lease):
                cycle = self.make(name, stack)
                state = self.store.load(name, self.groups[name])
                meet(state, cycle.policy)
                merge = Merge(Lenses(state, cycle.policy), state.cycle, self.clock.now())
                yield _Bench(cycle, state, merge, lease)
        finally:
            self.store.release(lease)


def _named(task: Task) -> str:
    return f'{short(task.id)} "{task.title}"'
