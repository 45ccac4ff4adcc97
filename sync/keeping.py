"""What the service keeps of a group from cycle to cycle: its breakers, its reads, and the sides that these use."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from threading import Lock, Thread

from connectors.contract import Clock
from sync.breaker import Breakers
from sync.core.model import SideName
from sync.core.policy import SideSpec
from sync.cycle import Side
from sync.reading import PATIENCE, Reads
from sync.watching import Watch

Make = Callable[[ExitStack], tuple[Side, SideSpec]]


@dataclass(slots=True)
class _Kept:
    side: Side
    spec: SideSpec
    stack: ExitStack
    told: int = 0  # how many of its requests stand in a report


class Keeper:
    """Keeps what one group needs for longer than a cycle. ``interval`` is in seconds.

    A side is made for a cycle and closed after it, but while a read of it goes on: the cycle that takes the result
    writes with the connector that read.
    """

    def __init__(self, watch: Watch, interval: float, clock: Clock) -> None:
        self.watch = watch
        self.breakers = Breakers(interval, clock)
        self.reads = Reads(
            watch.group, interval=interval, clock=clock, breakers=self.breakers, heartbeat=watch.heartbeat
        )
        self.writes_for = max(interval, PATIENCE)
        self._valid: Callable[[], bool] = lambda: False
        self._kept: dict[SideName, _Kept] = {}
        self._busy = Lock()

    @contextmanager
    def cycle(self, valid: Callable[[], bool]) -> Iterator[None]:
        """A cycle that may change something while ``valid`` says so."""
        with self._busy:
            self._valid = valid
            try:
                yield
            finally:
                self._valid = lambda: False
                for name, kept in list(self._kept.items()):
                    kept.told = kept.side.requests()
                    if not self.reads.goes_on(name):
                        del self._kept[name]
                        kept.stack.close()

    def may_change(self) -> bool:
        """Whether the cycle that runs now still may."""
        return self._valid()

    def side(self, name: SideName, make: Make) -> tuple[Side, SideSpec]:
        """A side: the one whose read goes on, else a new one. Its requests count from the last report."""
        kept = self._kept.get(name)
        if kept is None:
            stack = ExitStack()
            try:
                kept = self._kept[name] = _Kept(*make(stack), stack)
            except BaseException:
                stack.close()
                raise
        told, count = kept.told, kept.side.requests
        return replace(kept.side, requests=lambda: count() - told), kept.spec

    def let_go(self) -> None:
        """The group is not served any more, or otherwise: what it has is closed when its work is over."""
        Thread(target=self._close, name=f"closing {self.watch.group}", daemon=True).start()

    def _close(self) -> None:
        with self._busy:
            self.reads.finished(None)
            for kept in self._kept.values():
                kept.stack.close()
