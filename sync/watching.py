"""What a group's requests and waits tell the service: those who watch it, and the heartbeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.budget import Rank
from connectors.contract import Clock
from connectors.errors import RateLimited, Transient
from connectors.limiter import Limiter, Permit, rank
from sync.core.model import SideName
from sync.heartbeat import Heartbeat
from sync.observing import Observer, Requested, Waited


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Watches one group. ``silence``: how many seconds its work may be silent; ``stop``: whether it is to end."""

    group: str
    observer: Observer
    heartbeat: Heartbeat
    clock: Clock
    silence: float
    stop: Callable[[], bool]

    def limiter(self, side: SideName, limiter: Limiter) -> Limiter:
        """The same limiter, watched; once the service stops it lets through only what a write in flight needs."""
        return _Watched(self, side, limiter)

    def noted(self, side: SideName) -> Callable[[str, int, float], None]:
        """What is told of each request of a side (:class:`connectors.transport.Http`)."""

        def note(method: str, status: int, seconds: float) -> None:
            self.beat(side)
            self.observer.requested(
                Requested(group=self.group, side=side, method=method, status=status, seconds=seconds)
            )

        return note

    def move(self) -> None:
        """The cycle moves, without a request."""
        self.heartbeat.beat(f"group {self.group}", self.silence)

    def beat(self, side: SideName) -> None:
        """The work on a side moves: a write is the cycle's own, a read may have outlived its cycle."""
        work = f"group {self.group}" if rank() is Rank.WRITE else f"read {self.group}/{side}"
        self.heartbeat.beat(work, self.silence)


@dataclass(frozen=True, slots=True)
class _Watched:
    watch: Watch
    side: SideName
    inner: Limiter

    @contextmanager
    def acquire(self, cost: int, *, longest_wait: float) -> Iterator[Permit]:
        """See :meth:`connectors.limiter.Limiter.acquire`."""
        watch = self.watch
        if watch.stop() and rank() is not Rank.WRITE:
            raise Transient("not sent: the service is stopping", hint="it is read when the service runs again")
        watch.beat(self.side)
        began = watch.clock.monotonic()
        granted = False
        try:
            with self.inner.acquire(cost, longest_wait=longest_wait) as permit:
                granted = True
                self._tell(began, granted=True)
                yield permit
        except RateLimited:
            if not granted:
                self._tell(began, granted=False)
            raise

    def block_until(self, moment: datetime) -> None:
        """See :meth:`connectors.limiter.Limiter.block_until`."""
        self.inner.block_until(moment)

    def _tell(self, began: float, *, granted: bool) -> None:
        watch = self.watch
        seconds = watch.clock.monotonic() - began
        told = Waited(group=watch.group, side=self.side, rank=rank().name.lower(), seconds=seconds, granted=granted)
        watch.observer.waited(told)
