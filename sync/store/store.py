"""The store: what is remembered between cycles, in one database.

Reads see one moment each. Writes go through one thread, which commits together what is asked for together; each caller
returns when its rows are durable. Nothing here decides anything.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime

from connectors.contract import Clock
from sync.core.facts import Acted, Moved
from sync.core.model import Held, Intent, IntentState, Link, Side, SideName, State, Task, TaskId
from sync.store import decisions, history, requests
from sync.store.database import Database, Transaction
from sync.store.documents import dump
from sync.store.groups import find_group, first_task, group_id, last_group, side_ids
from sync.store.known import Known
from sync.store.lease import TTL, Lease, Leases, fence
from sync.store.loading import last_cycle, load, load_frame
from sync.store.opening import PATIENCE, Manner, open_database
from sync.store.owner import Owner
from sync.store.partial import Part, load_open
from sync.store.parts import Parts
from sync.store.saving import Batch, Closing
from sync.store.tables import CYCLE
from sync.store.writer import Request, Writer
from sync.store.writing import Written, absorb, write


class Store(Parts):
    """An open store. All methods may be called from several threads, and raise ``StoreError`` when it cannot be used.

    Writing for a group raises ``LeaseLost`` when the lease that was given is no longer the group's: nothing is written.
    """

    def __init__(self, database: Database, clock: Clock, writer: Writer | None = None) -> None:
        super().__init__(database)
        self._writer = writer if writer is not None else Writer(database)
        self._leases = Leases(self._writer, clock)
        self._known: dict[str, Known] = {}
        self._unborn: dict[str, int] = {}  # groups without a row, as a store that is only read numbers them
        self._numbering = threading.Lock()
        self._knowing: dict[str, threading.Lock] = {}

    @classmethod
    def open(cls, url: str, *, clock: Clock, read_only: bool = False, patience: float = PATIENCE) -> Store:
        """Open ``sqlite:///FILE`` or ``postgresql+psycopg://…``, making and bringing up to date what is missing.

        With ``read_only`` nothing is made or written: a file that is not there is an empty store, an older one is read
        through a copy in memory. ``patience``: how many seconds a write waits for another process's write. Raises
        ``StoreError``.
        """
        return cls(open_database(url, clock, Manner(read_only=read_only, patience=patience)), clock)

    def close(self) -> None:
        """Finish the writes that were asked for and close every connection. May be called again."""
        self._writer.close()
        self._database.dispose()

    @property
    def rows_written(self) -> int:
        """How many rows this object has written since it was opened, leases and cycles included."""
        return self._writer.rows

    @property
    def commits(self) -> int:
        """How many commits carried those rows."""
        return self._writer.commits

    def enrol(self, groups: Sequence[str]) -> None:
        """Number those groups that have no number yet, in this order; :meth:`load` does it for one.

        A group's number decides the numbers of its tasks: with all groups enrolled in the configuration's order, a plan
        that was made without writing names the same tasks as the run after it, whichever group is loaded first.
        """
        with self._numbering, self._reading() as connection:
            new = [name for name in groups if name not in self._unborn and find_group(connection, name) is None]
            top = max([last_group(connection), *self._unborn.values()])
            if self._database.read_only:
                self._unborn.update({name: top + place for place, name in enumerate(new, start=1)})
        if new and not self._database.read_only:
            self._writer.write(lambda transaction: [group_id(transaction, name) for name in new])

    def load(self, group: str, sides: Sequence[SideName]) -> State:
        """Everything of a group that concerns these sides, in their order: tasks, links, open intents, what is held.

        A side without a row is a new one. Links, intents and held items of sides that are not named stay in the store
        and are not loaded: those sides are dormant. ``State.next_task`` goes on where the group's numbers ended.
        """
        self.enrol([group])
        with self._knows(group), self._reading() as connection:
            number = find_group(connection, group)
            if number is not None:
                state, self._known[group] = load(connection, number, group, sides)
                return state
            number = self._unborn[group]
            first = first_task(number)
            self._known[group] = Known(group=number, next_task=first)
            return State(group, last_cycle(connection), first, {name: Side(name=name) for name in sides})

    def load_open(self, group: str, sides: Sequence[SideName]) -> Part | None:
        """The same without the tasks that are settled, and their links: they stay in the store until :meth:`load_tied`.

        None where that would be most of them.
        """
        self.enrol([group])
        with self._knows(group), self._reading() as connection:
            number = find_group(connection, group)
            if number is None:
                return None
            state, known = load_frame(connection, number, group, sides)
            part = Part(state, known)
            if not load_open(connection, part):
                return None
            self._known[group] = known
            return part

    def unload(self, group: str) -> None:
        """Forget what is known to be stored of a group; nobody works on it. The next :meth:`load` finds it again."""
        with self._knows(group):
            self._known.pop(group, None)

    def begin_cycle(self, group: str, started: datetime) -> int:
        """The number of a new cycle: it grows with each cycle of the store."""

        def work(transaction: Transaction) -> int:
            number = group_id(transaction, group)
            return transaction.insert(
                CYCLE, {"group_id": number, "started": started, "seconds": None, "result": "", "counts": "{}"}
            )

        return self._writer.write(work)

    def finish_cycle(self, cycle: int, *, seconds: float, result: str, counts: Mapping[str, int]) -> None:
        """Note how a cycle ended."""
        values = {"seconds": seconds, "result": result, "counts": dump(dict(counts))}
        statement = CYCLE.update().where(CYCLE.c.id == cycle).values(values)
        self._writer.write(lambda transaction: transaction.change(statement))

    def record(
        self,
        state: State,
        *,
        cycle: int,
        moved: Sequence[Moved],
        acted: Sequence[Acted],
        settled: Collection[TaskId] | None = None,
        lease: Lease | None,
    ) -> None:
        """Make the store equal to a state, in one transaction: write the rows that differ, and append history.

        New held items get their numbers. Held items that are not in the state are ended, intents that are not in it are
        closed; tasks, and links of the state's sides, that are not in it are removed. ``settled`` are the tasks of the
        state about which nothing is open; None: nobody looked, and something may be open about all that differ.
        """
        batch = self._batch(state.group)
        batch.number_tasks(state.next_task)
        batch.add_sides(state.sides.values())
        batch.add_tasks(state.tasks.values())
        batch.add_links(state.links.values())
        batch.add_intents(state.intents)
        batch.add_held(state.held)
        batch.drop_what_is_gone(state)
        batch.mark(settled, state.tasks)
        batch.history = history.History(cycle, moved, acted)
        self._writer.wait(self._ask(state.group, batch, lease))

    def open_intent(self, intent: Intent, lease: Lease) -> int:
        """Commit an intent before its request is sent; gives, and sets, its number."""
        batch = self._batch(lease.group)
        batch.add_intents([intent])
        batch.mark(None)
        self._writer.wait(self._ask(lease.group, batch, lease))
        return intent.id

    def settle(  # noqa: PLR0913 one commit has all that an answer means
        self,
        state: State,
        *,
        intent: Intent | None,
        outcome: str,
        links: Sequence[Link],
        tasks: Sequence[Task],
        acted: Sequence[Acted],
        held: Sequence[Held] = (),
        moved: Sequence[Moved] = (),
        next_intent: Intent | None = None,
        lease: Lease | None,
        guard: AbstractContextManager[object] | None = None,
    ) -> None:
        """What an answer means, in one commit: these rows, those of the links' sides, and history.

        The intent is closed, or kept when it is unknown or lapsed; ``next_intent`` is opened. History belongs to the
        intent's cycle, without one to the state's. A side's row has who is who there: an answer may tell it, and the
        shadow that it makes goes by that. ``guard`` is held while the rows are made and put in line, for those who
        change the state in several threads; not while they are written.
        """
        with guard if guard is not None else nullcontext():
            batch = self._batch(state.group, keeps=True)
            batch.add_sides(state.sides[link.side] for link in links if link.side in state.sides)
            batch.add_tasks(tasks)
            batch.add_links(links)
            batch.add_held(held)
            if intent is not None and intent.state is not IntentState.OPEN:
                batch.add_intents([intent])
            elif intent is not None:
                batch.closings.append(Closing(intent.id, outcome))
            if next_intent is not None:
                batch.add_intents([next_intent])
            batch.mark(None)
            cycle = intent.cycle if intent is not None and intent.cycle else state.cycle
            batch.history = history.History(cycle, moved, acted)
            request = self._ask(state.group, batch, lease)
        self._writer.wait(request)

    def resolve(self, held_id: int, choice: str) -> None:
        """Record a decision; the next cycle carries it out. Raises ``NotFound``, ``NoLongerOpen``."""
        self._writer.write(lambda transaction: decisions.resolve(transaction, held_id, choice))

    def bring_back(self, lost: int, choice: str) -> None:
        """Record that a value that lost (its number in history) is to stand again; the next cycle carries it out.

        Raises ``NotFound``, ``NoLongerOpen``.
        """
        self._writer.write(lambda transaction: decisions.bring_back(transaction, lost, choice))

    def register(self, group: str, held: Held) -> None:
        """Add a row that a person has decided already; the next cycle carries it out."""
        self._writer.write(lambda transaction: decisions.register(transaction, group_id(transaction, group), held))

    def withdraw(self, group: str, key: str) -> bool:
        """End the open row of a key. Whether there was one."""

        def work(transaction: Transaction) -> bool:
            return decisions.withdraw(transaction, group_id(transaction, group), key)

        return self._writer.write(work)

    def ask(self, group: str) -> int:
        """Ask the running service for a cycle of a group; the request's number."""
        return self._writer.write(lambda transaction: requests.ask(transaction, group))

    def take(self, request: int) -> bool:
        """Take a request away: to do what it asks for, or because nobody does. Whether it was still there."""
        return self._writer.write(lambda transaction: requests.take(transaction, request))

    def forget(self, before: datetime) -> int:
        """Remove history, finished cycles, closed intents and ended held items from before a time; how many rows."""
        return self._writer.write(lambda transaction: history.forget(transaction, before))

    def acquire(self, group: str, *, owner: Owner, ttl: float = TTL) -> Lease:
        """A group's lease, for ``ttl`` seconds. Raises ``LeaseHeld``."""
        return self._leases.acquire(group, owner, ttl)

    def renew(self, lease: Lease) -> None:
        """Push a lease's expiry on. Raises ``LeaseLost``."""
        self._leases.renew(lease)

    def release(self, lease: Lease) -> None:
        """Give a lease back."""
        self._leases.release(lease)

    def keep(self, lease: Lease) -> AbstractContextManager[Lease]:
        """Renew a lease in the background, every third of its time to live, until the block ends."""
        return self._leases.keep(lease)

    def _knows(self, group: str) -> threading.Lock:
        """Guards what is known of a group: it is noted in the order of the commits."""
        return self._knowing.setdefault(group, threading.Lock())

    def _batch(self, group: str, *, keeps: bool = False) -> Batch:
        """A batch against what is known to be stored of a group; the group is loaded when nobody has loaded it yet."""
        if group not in self._known:
            with self._reading() as connection:
                number = find_group(connection, group)
                names = [] if number is None else list(side_ids(connection, number))
            self.load(group, names)
        return Batch(self._known[group], keeps)

    def _ask(self, group: str, batch: Batch, lease: Lease | None) -> Request[Written]:
        if lease is not None and lease.group != group:
            raise ValueError(f"The lease of group {lease.group} is not one of group {group}.")

        def work(transaction: Transaction) -> Written:
            fence(transaction, lease)
            return write(batch, transaction)

        def after(written: Written) -> None:
            with self._knows(group):  # a load that goes on now may replace what the batch was made against
                absorb(batch, written, self._known[group])

        return self._writer.ask(work, after)
