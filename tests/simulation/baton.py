"""One thread at a time, and a time that passes when nobody can go on: the order of everything is a list of choices."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Killed(BaseException):
    """The process dies here."""


@dataclass(eq=False)
class Fiber:
    """A thread that runs while it has the baton. ``wake`` is the monotonic time until which it sleeps."""

    name: str
    turn: threading.Lock = field(default_factory=threading.Lock)
    wake: float = 0.0
    result: object = None
    error: BaseException | None = None

    def __post_init__(self) -> None:
        self.turn.acquire()


class Baton:
    """Runs fibers, and is their clock. ``choose(n)`` gives a number below n: who goes on."""

    def __init__(self) -> None:
        self.choose: Callable[[int], int] = lambda _: 0
        self.wall = START
        self.ticks = 0.0
        self.dead = False
        self.current = Fiber("main")
        self._fibers = [self.current]

    # The clock of the engine

    def now(self) -> datetime:
        return self.wall

    def monotonic(self) -> float:
        return self.ticks

    def sleep(self, seconds: float) -> None:
        """Let others go on until the time has come."""
        self.current.wake = self.ticks + max(0.0, seconds)
        self.pause()

    def pass_(self, seconds: float) -> None:
        """Time goes by."""
        self.wall += timedelta(seconds=seconds)
        self.ticks += seconds

    # The baton

    def kill(self) -> None:
        """The process dies: no fiber goes on."""
        self.dead = True
        raise Killed

    def pause(self) -> None:
        """Whoever is chosen goes on; back here when it is this fiber's turn again."""
        me = self.current
        chosen = self._chosen()
        if chosen is not me:
            self._hand_over(chosen)
            me.turn.acquire()
        if self.dead:
            raise Killed

    def together(self, work: Sequence[Callable[[], T]], name: str) -> list[T]:
        """Each piece as a fiber (:class:`sync.together.Together`). Who asks goes on when all of them have ended."""
        if not work:
            return []
        above = self.current
        mine = [Fiber(f"{name} {number}") for number in range(len(work))]
        self._fibers.remove(above)
        self._fibers += mine
        left = set(mine)
        threads = [
            threading.Thread(target=self._run, args=(fiber, piece, above, left), name=fiber.name, daemon=True)
            for fiber, piece in zip(mine, work, strict=True)
        ]
        for thread in threads:
            thread.start()
        self._hand_over(self._chosen())
        above.turn.acquire()
        for thread in threads:
            thread.join()
        for fiber in mine:
            if fiber.error is not None:
                raise fiber.error
        if self.dead:
            raise Killed
        return [fiber.result for fiber in mine]  # type: ignore[misc]

    def _run(self, fiber: Fiber, piece: Callable[[], object], above: Fiber, left: set[Fiber]) -> None:
        fiber.turn.acquire()
        try:
            if not self.dead:
                fiber.result = piece()
        except BaseException as error:  # noqa: BLE001 - raised again where the work was asked for
            fiber.error = error
        self._fibers.remove(fiber)
        left.remove(fiber)
        if not left:
            self._fibers.append(above)
        self._hand_over(self._chosen())

    def _chosen(self) -> Fiber:
        ready = [fiber for fiber in self._fibers if fiber.wake <= self.ticks or self.dead]
        if not ready:
            soonest = min(fiber.wake for fiber in self._fibers)
            self.pass_(soonest - self.ticks)
            self.ticks = max(self.ticks, soonest)  # sums of fractions may fall short of it
            ready = [fiber for fiber in self._fibers if fiber.wake <= self.ticks]
        return ready[self.choose(len(ready)) if len(ready) > 1 else 0]

    def _hand_over(self, fiber: Fiber) -> None:
        self.current = fiber
        fiber.turn.release()
