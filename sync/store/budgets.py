"""Rate budgets that processes share: a file beside a store that is a file, a table in a store that is a server.

It only remembers what was sent lately. Without it one window's requests may be sent twice; then the vendor refuses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Final

from sqlalchemy import Column, MetaData, Select, String, Table, select, text

from connectors.book import Book
from connectors.contract import Clock
from sync.store.books import Moment, bury, decode, encode
from sync.store.database import Database, Transaction
from sync.store.errors import StoreError
from sync.store.opening import Manner, address_of, beside, on_server
from sync.store.owner import Owner

SUFFIX: Final = ".budget"
_METADATA: Final = MetaData()
BUDGET: Final = Table(
    "budget", _METADATA, Column("key", String, primary_key=True), Column("doc", String, nullable=False)
)
_LOCK: Final = 0x62756467  # the key of PostgreSQL's advisory lock for making the table: "budg" in ASCII
_SERVER: Final = "server"  # stands for the boot where the clock is the server's


class Budgets:
    """The budgets of everybody who uses a store. Opened when first used; may be used by several threads."""

    def __init__(self, url: str, clock: Clock) -> None:
        address = address_of(url)
        self._address = address
        self._clock = clock
        self._on_server = address.get_backend_name() != "sqlite"
        self._file = None if self._on_server else Path(address.database or "").with_suffix(SUFFIX)
        self._lock = Lock()
        self._opened: Database | None = None

    @property
    def place(self) -> str:
        """Where the budgets are kept, for a person."""
        return str(self._file) if self._file is not None else self._address.render_as_string(hide_password=True)

    @cached_property
    def owner(self) -> Owner:
        """This process."""
        return Owner.here()

    def home(self, key: str) -> SharedHome:
        """Where the book of a credential is kept; ``key`` is its digest."""
        return SharedHome(self, key)

    def close(self) -> None:
        """Close what is open."""
        with self._lock:
            if self._opened is not None:
                self._opened.dispose()
            self._opened = None

    @contextmanager
    def writing(self) -> Iterator[tuple[Transaction, Moment]]:
        """A transaction that nobody interrupts, and its moment. Raises ``StoreError``."""
        with self._told(), self._database().writing() as transaction:
            yield transaction, self._moment(transaction)

    def look(self, key: str) -> tuple[Book, float]:
        """A book as it stands, and the time of its clock. Nothing is made or written. Raises ``StoreError``."""
        if self._file is not None and not self._file.exists():
            return Book(), self._clock.monotonic()
        with self._told():
            database = self._made(read_only=True)
            try:
                with database.reading() as connection:
                    moment = self._moment(Transaction(connection, self._clock))
                    there = connection.dialect.has_table(connection, BUDGET.name)
                    row = connection.execute(_row(key)).first() if there else None
            finally:
                database.dispose()
        return (decode(row.doc, moment)[0] if row is not None else Book()), moment.now

    def _database(self) -> Database:
        with self._lock:
            if self._opened is None:
                database = self._made(read_only=False)
                with database.writing() as transaction:
                    if self._on_server:
                        transaction.connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
                    _METADATA.create_all(transaction.connection)
                self._opened = database
            return self._opened

    def _made(self, *, read_only: bool) -> Database:
        manner = Manner(read_only=read_only)
        if self._file is None:
            return on_server(self._address, self._clock, manner)
        return beside(self._file, self._clock, manner)

    def _moment(self, transaction: Transaction) -> Moment:
        wall = transaction.now().timestamp()
        if self._on_server:
            return Moment(now=wall, wall=wall, boot=_SERVER)
        return Moment(now=self._clock.monotonic(), wall=wall, boot=self.owner.boot)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            what = error.message.replace("The store ", "", 1)
            hint = (
                "It only remembers what was sent lately: let tasksync write there, or remove a damaged file. "
                'A side with rate = "off" does without.'
            )
            raise StoreError(f"The rate budgets can not be kept: {what}", hint) from error


class SharedHome:
    """One credential's book, for every thread and process (:class:`connectors.limiter.Home`)."""

    def __init__(self, budgets: Budgets, key: str) -> None:
        self._budgets = budgets
        self._key = key

    @property
    def owner(self) -> str:
        """Who uses it here."""
        return self._budgets.owner.id

    @property
    def troubles(self) -> tuple[type[Exception], ...]:
        """What is raised where the book can not be kept."""
        return (StoreError,)

    @contextmanager
    def book(self) -> Iterator[tuple[Book, float]]:
        """See :meth:`connectors.limiter.Home.book`. Raises ``StoreError``."""
        with self._budgets.writing() as (transaction, moment):
            book, owners = decode(self._locked(transaction), moment)
            bury(book, owners, self._budgets.owner, moment.now)
            yield book, moment.now
            everybody: Mapping[str, Owner] = {**owners, self.owner: self._budgets.owner}
            doc = encode(book, moment, everybody)
            transaction.change(BUDGET.update().where(BUDGET.c.key == self._key).values(doc=doc))

    def _locked(self, transaction: Transaction) -> str:
        row = _row(self._key).with_for_update()
        doc = transaction.connection.execute(row).scalar_one_or_none()
        if doc is None:
            transaction.add_if_new(BUDGET, {"key": self._key, "doc": ""})  # so that there is a row to lock
            doc = transaction.connection.execute(row).scalar_one()
        return doc


def _row(key: str) -> Select[str]:
    return select(BUDGET.c.doc).where(BUDGET.c.key == key)
