"""The one writer: a thread that commits what many threads ask for, together where they ask together.

While a commit is on its way to the disk, requests gather; the next commit carries all of them. Nobody waits for
company: a lone request is committed at once. Each caller returns when its own rows are durable.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from sync.store.database import Database, Transaction
from sync.store.errors import StoreError

T = TypeVar("T")

BATCH: Final = 256  # requests in one commit, at most: a bound on what one failure makes to be done again


@dataclass(slots=True)
class Request(Generic[T]):
    """Something to write. ``work`` may run twice, in a new transaction; ``after`` once, when it is durable."""

    work: Callable[[Transaction], T]
    after: Callable[[T], None]
    done: Future[T] = field(default_factory=Future)


class Writer:
    """Carries out requests in the order in which they came."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queue: queue.SimpleQueue[Request[object] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._closed = False
        self.rows = 0
        self.commits = 0

    def write(self, work: Callable[[Transaction], T], after: Callable[[T], None] = lambda _: None) -> T:
        """Commit some work and give its result; ``after`` has run then. Raises ``StoreError``, or what it raises."""
        return self.wait(self.ask(work, after))

    def ask(self, work: Callable[[Transaction], T], after: Callable[[T], None] = lambda _: None) -> Request[T]:
        """Put work in line, behind what was asked for before. Raises ``StoreError``."""
        if self._database.read_only:
            raise StoreError(f"The store {self._database.place} was opened for reading only.", "Open it for writing.")
        request: Request[T] = Request(work, after)
        with self._lock:
            if self._closed:
                raise StoreError(f"The store {self._database.place} has been closed.", "Open it again.")
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
                self._thread.start()
            self._queue.put(request)  # type: ignore[arg-type]
        return request

    def wait(self, request: Request[T]) -> T:
        """The result of what was asked for, once it is durable. Raises ``StoreError``, or what the work raises."""
        return request.done.result()

    def close(self) -> None:
        """Finish what was asked for, then stop."""
        with self._lock:
            self._closed = True
            self._queue.put(None)
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        last = False
        while not last:
            batch, last = self._gather()
            if batch:
                self._commit(batch)

    def _gather(self) -> tuple[list[Request[object]], bool]:
        """The requests that have come, at least one; and whether they are the last."""
        batch: list[Request[object]] = []
        request = self._queue.get()
        while request is not None:
            batch.append(request)
            if len(batch) == BATCH:
                return batch, False
            try:
                request = self._queue.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Request[object]]) -> None:
        """One commit for all; if the work of one of them fails, one for each, so that it fails alone."""
        working = False
        try:
            with self._database.writing() as transaction:
                working = True
                results = [request.work(transaction) for request in batch]
                working = False
        except BaseException as error:  # noqa: BLE001 whatever it is, it is the caller's, who waits for it
            if working and len(batch) > 1:
                for request in batch:
                    self._commit([request])
                return
            for request in batch:
                request.done.set_exception(error)
            return
        self.rows += transaction.rows
        self.commits += 1
        for request, result in zip(batch, results, strict=True):
            self._finish(request, result)

    @staticmethod
    def _finish(request: Request[object], result: object) -> None:
        try:
            request.after(result)
        except BaseException as error:  # noqa: BLE001 the writer goes on for the others
            request.done.set_exception(error)
        else:
            request.done.set_result(result)
