"""Where the store of a history lives: one SQLite file for each process of a campaign, made anew from a template."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from connectors.contract import Clock
from sync.store import Owner, Store
from sync.store.opening import Manner, open_database
from sync.store.writer import Request, Writer
from tests.simulation.points import Points

T = TypeVar("T")


class Ground:
    """The file. Its engine is kept from history to history, because it has learned the statements."""

    def __init__(self) -> None:
        shared = Path("/dev/shm")
        self._folder = tempfile.TemporaryDirectory(dir=shared if shared.is_dir() else None)
        self._file = Path(self._folder.name, "store.db")
        self._template = Path(self._folder.name, "template.db")
        self._clock: Clock | None = None
        self.database = open_database(f"sqlite:///{self._file}", self, Manner())
        self.database.dispose()
        shutil.copyfile(self._file, self._template)

    def now(self) -> datetime:
        return self._clock.now()

    def monotonic(self) -> float:
        return self._clock.monotonic()

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)

    def begin(self, clock: Clock) -> None:
        """An empty store, with tables."""
        self.database.dispose()
        for ending in ("-wal", "-shm"):
            self._file.with_name(self._file.name + ending).unlink(missing_ok=True)
        self._file.with_suffix(".ties").unlink(missing_ok=True)
        shutil.copyfile(self._template, self._file)
        self._clock = clock

    def lost(self) -> None:
        """The process that had the store open is gone: what was not committed never was."""
        self.database.dispose()


@lru_cache(maxsize=1)
def ground() -> Ground:
    """This process's."""
    return Ground()


class PointedWriter(Writer):
    """The store's writer, whose turn comes when the baton says so: who asks meanwhile is in the same commit."""

    def __init__(self, database, points: Points) -> None:
        super().__init__(database)
        self._points = points
        self._asked: list[Request] = []

    def ask(self, work: Callable[..., T], after: Callable[[T], None] = lambda _: None) -> Request[T]:
        request: Request[T] = Request(work, after)
        self._asked.append(request)
        return request

    def wait(self, request: Request[T]) -> T:
        self._points.point("commit")
        if not request.done.done():
            batch, self._asked = self._asked, []
            self._commit(batch)
        self._points.point("committed")
        return request.done.result()

    def close(self) -> None:
        """There is no thread to stop."""


class PromptWriter(PointedWriter):
    """The writer of a person's command, which runs in a process of its own: at once."""

    def ask(self, work: Callable[..., T], after: Callable[[T], None] = lambda _: None) -> Request[T]:
        return Request(work, after)

    def wait(self, request: Request[T]) -> T:
        self._commit([request])
        return request.done.result()


class PersonsStore(Store):
    """A store as a person's command opens it."""

    def __init__(self, place: Ground, points: Points) -> None:
        super().__init__(place.database, points.baton, PromptWriter(place.database, points))


class WatchedStore(Store):
    """A store of a process of the simulation."""

    def __init__(self, place: Ground, points: Points) -> None:
        super().__init__(place.database, points.baton, PointedWriter(place.database, points))


def owner(number: int) -> Owner:
    """A process of this machine, which is over as soon as another one looks."""
    here = _here()
    return Owner(
        id=f"process-{number}", host=here.host, boot=here.boot, space=here.space, pid=os.getpid(), started="once"
    )


@lru_cache(maxsize=1)
def _here() -> Owner:
    return Owner.here()
