"""Leases: one worker at a time has a group, and a worker that lost it writes nothing more.

A lease has an owner, an epoch that grows with each owner, and an expiry that is pushed on while the owner works.
Whoever writes for a group checks owner and epoch in the same transaction: a worker that slept through its expiry is
stopped even if it does not know. A lease is free when it was released, when it expired, or when its owner is a dead
process of this host. Between processes of one host the expiry is reckoned on their common monotonic clock, which nobody
can set; otherwise on the database's.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, select

from connectors.contract import Clock
from connectors.task import JsonValue
from sync.store.database import Transaction
from sync.store.documents import dump, load_object
from sync.store.errors import LeaseHeld, LeaseLost, StoreError
from sync.store.groups import group_id
from sync.store.owner import Owner
from sync.store.rows import Row
from sync.store.tables import GROUP, LEASE
from sync.store.writer import Writer

TTL: Final = 60.0  # seconds
SAFE: Final = 0.8  # the share of the time to live in which the owner may rely on its lease without asking


class Lease:
    """A group's lease, as its owner has it. ``ttl`` is in seconds, ``expires`` by the database's clock."""

    def __init__(self, group: str, owner: Owner, ttl: float, clock: Clock) -> None:
        self.group = group
        self.owner = owner
        self.ttl = ttl
        self.epoch = 0
        self.expires = clock.now()
        self.lost = False
        self._clock = clock
        self._deadline = 0.0

    def valid(self) -> bool:
        """Whether the owner may still act, by the monotonic clock: asked before each request to a vendor."""
        return not self.lost and self._clock.monotonic() < self._deadline

    def extend(self, term: Term) -> None:
        """Note what the store has granted."""
        self.epoch = term.epoch
        self.expires = term.expires
        self._deadline = term.asked + SAFE * self.ttl

    def term(self, transaction: Transaction, epoch: int) -> Term:
        """The time to live from now on."""
        now = transaction.now()
        return Term(epoch, now, now + timedelta(seconds=self.ttl), self._clock.monotonic())


@dataclass(frozen=True, slots=True)
class Term:
    """A lease as it is granted: ``asked`` is the monotonic time at which its time to live begins."""

    epoch: int
    now: datetime
    expires: datetime
    asked: float

    def row(self, lease: Lease) -> Row:
        """The columns that each renewal writes."""
        doc: dict[str, JsonValue] = {**lease.owner.document(), "until": self.asked + lease.ttl}
        return {"owner": lease.owner.id, "epoch": self.epoch, "expires": self.expires, "doc": dump(doc)}


class Leases:
    """Getting, keeping and giving back leases."""

    def __init__(self, writer: Writer, clock: Clock) -> None:
        self._writer = writer
        self._clock = clock

    def acquire(self, group: str, owner: Owner, ttl: float) -> Lease:
        """The lease of a group. Raises ``LeaseHeld`` with who has it, ``StoreError``."""
        lease = Lease(group, owner, ttl, self._clock)
        self._writer.write(lambda transaction: _take(transaction, lease), lease.extend)
        return lease

    def renew(self, lease: Lease) -> None:
        """Push the expiry on. Raises ``LeaseLost``, ``StoreError``."""

        def work(transaction: Transaction) -> Term:
            fence(transaction, lease)
            term = lease.term(transaction, lease.epoch)
            transaction.change(LEASE.update().where(LEASE.c.epoch == lease.epoch, _of(lease)).values(term.row(lease)))
            return term

        self._writer.write(work, lease.extend)

    def release(self, lease: Lease) -> None:
        """Give a lease back, if it is still ours; acting on it is over either way."""
        statement = LEASE.update().where(LEASE.c.epoch == lease.epoch, LEASE.c.owner == lease.owner.id, _of(lease))
        lease.lost = True
        self._writer.write(lambda transaction: transaction.change(statement.values(owner="")))

    @contextmanager
    def keep(self, lease: Lease) -> Iterator[Lease]:
        """Renew a lease in the background every third of its time to live. It is not given back at the end."""
        stop = threading.Event()

        def run() -> None:
            pause = lease.ttl / 3
            while not stop.wait(pause) and not lease.lost:
                try:
                    self.renew(lease)
                    pause = lease.ttl / 3
                except LeaseLost:
                    return
                except StoreError:
                    pause = lease.ttl / 15  # the store may answer soon; until then the lease runs out by itself

        thread = threading.Thread(target=run, name=f"lease-{lease.group}", daemon=True)
        thread.start()
        try:
            yield lease
        finally:
            stop.set()
            thread.join()


# Asked in each transaction, and made once: making a statement costs more than carrying it out.
_MINE: Final = (
    select(LEASE.c.epoch)
    .where(
        LEASE.c.epoch == bindparam("of_epoch"),
        LEASE.c.owner == bindparam("of_owner"),
        LEASE.c.group_id == select(GROUP.c.id).where(GROUP.c.name == bindparam("of_group")).scalar_subquery(),
    )
    .with_for_update(read=True)
)


def fence(transaction: Transaction, lease: Lease | None) -> None:
    """Make sure that a lease is still the group's, until the transaction ends. Raises ``LeaseLost``."""
    if lease is None:
        return
    mine = {"of_epoch": lease.epoch, "of_owner": lease.owner.id, "of_group": lease.group}
    if transaction.connection.execute(_MINE, mine).first() is None:
        lease.lost = True
        raise LeaseLost(f"Another worker has taken over group {lease.group}; this one stops without writing.")


def _of(lease: Lease) -> ColumnElement[bool]:
    return LEASE.c.group_id == select(GROUP.c.id).where(GROUP.c.name == lease.group).scalar_subquery()


def _take(transaction: Transaction, lease: Lease) -> Term:
    number = group_id(transaction, lease.group)
    free: Row = {"group_id": number, "owner": "", "epoch": 0, "since": transaction.now(), "expires": transaction.now()}
    transaction.add_if_new(LEASE, {**free, "doc": "{}"})  # so that there is a row to lock
    statement = select(LEASE).where(LEASE.c.group_id == number).with_for_update()
    row = transaction.connection.execute(statement).mappings().one()
    term = lease.term(transaction, row["epoch"] + 1)
    if row["owner"]:
        _refuse_if_held(lease, row, term)
    values = {**term.row(lease), "since": term.now}
    transaction.change(LEASE.update().where(LEASE.c.group_id == number).values(values))
    return term


def _refuse_if_held(lease: Lease, row: RowMapping, term: Term) -> None:
    document = load_object(row["doc"])
    holder = Owner.of(row["owner"], document)
    if _expired(lease, holder, document, row, term) or lease.owner.sees_dead(holder):
        return
    since = row["since"].isoformat(sep=" ", timespec="seconds")
    raise LeaseHeld(f"Group {lease.group} is being worked on by process {holder.pid} on {holder.host}, since {since}.")


def _expired(lease: Lease, holder: Owner, document: Mapping[str, JsonValue], row: RowMapping, term: Term) -> bool:
    until = document.get("until")
    if lease.owner.shares_boot(holder) and isinstance(until, int | float):
        return until <= term.asked
    expires: datetime = row["expires"]
    return expires <= term.now
