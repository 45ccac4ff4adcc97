"""How the service reads a group's sides: all at once, each as long as it takes, and the cycle waits only so long.

A read that is not done in time goes on beside the cycle, which does without that side; a later cycle takes its result,
where nothing has happened meanwhile that it could not know.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from threading import Condition, Thread
from typing import Final

from connectors.contract import Clock
from sync.breaker import Breakers
from sync.core.facts import Observation, Read
from sync.core.model import SideName, State
from sync.events import Log
from sync.fetch import Reader
from sync.heartbeat import Heartbeat
from sync.spool import Spooled
from sync.together import Together, in_threads

log = Log(__name__)

PATIENCE: Final = 60.0
"""Seconds that a cycle waits for its reads, at most."""
SHORT: Final = 1.0
"""Seconds that it waits for a side that failed or was late the last time, once the others are there."""
STEP: Final = 0.2
"""Seconds after which it looks again whether to wait any longer."""


@dataclass(slots=True, eq=False)
class _Turn:
    """One read: the state that it goes by, when it began (monotonic), and what came of it."""

    reader: Reader
    state: State
    began: float
    late: bool = False
    seen: Observation | None = None
    error: BaseException | None = None

    @property
    def done(self) -> bool:
        return self.seen is not None or self.error is not None


class Reads:
    """The reads of one group, from cycle to cycle (:class:`sync.fetch.Observe`). Used by one cycle at a time."""

    def __init__(self, group: str, *, interval: float, clock: Clock, breakers: Breakers, heartbeat: Heartbeat) -> None:
        self.group = group
        self.breakers = breakers
        self._patience = min(interval, PATIENCE)
        self._clock = clock
        self._heartbeat = heartbeat
        self._changed = Condition()
        self._late: dict[SideName, _Turn] = {}
        self._slow: set[SideName] = set()

    def __call__(
        self,
        readers: Sequence[Reader],
        state: State,
        *,
        sweep: bool,
        stop: Callable[[], bool],
        together: Together = in_threads,  # noqa: ARG002 - each read has a thread that may outlive the cycle
    ) -> dict[SideName, Observation]:
        """What was read of each side; ``still reading`` where that goes on. Raises what a reader raised."""
        found: dict[SideName, Observation] = {}
        turns: list[_Turn] = []
        for reader in readers:
            closed = None if reader.name in self._late else self.breakers.open(reader.name)
            if closed is not None:
                found[reader.name] = closed
            else:
                turns.append(self._turn(reader, state, sweep=sweep, stop=stop))
        self._wait(turns, stop)
        waits = any(map(_is_large, turns)) and not all(turn.done for turn in turns)
        for turn in turns:
            found[turn.reader.name] = self._kept(turn) if waits and turn.done else self._result(turn, state, stop)
        return {reader.name: found[reader.name] for reader in readers}

    def goes_on(self, side: SideName) -> bool:
        """Whether a read of a side is not over, or was not taken yet."""
        return side in self._late

    @property
    def whole(self) -> bool:
        """Whether the next cycle has to load everything: a read that it can not wait for goes by more than its own."""
        return bool(self._late or self._slow)

    def finished(self, seconds: float | None) -> bool:
        """Wait until no read is under way; whether that is so."""
        with self._changed:
            return self._changed.wait_for(lambda: all(turn.done for turn in self._late.values()), seconds)

    def _turn(self, reader: Reader, state: State, *, sweep: bool, stop: Callable[[], bool]) -> _Turn:
        turn = self._late.get(reader.name)
        if turn is not None and not turn.done:
            return turn
        if turn is not None and (turn.error is not None or _fits(turn, state)):
            return turn
        turn = _Turn(reader, state, self._clock.monotonic())
        context = copy_context()
        name = f"read {self.group}/{reader.name}"
        self._heartbeat.beat(name)
        Thread(target=context.run, args=(self._read, turn, name, sweep, stop), name=name, daemon=True).start()
        return turn

    def _read(self, turn: _Turn, name: str, sweep: bool, stop: Callable[[], bool]) -> None:  # noqa: FBT001 - of a thread
        seen, error = None, None
        try:
            seen = turn.reader.observe(turn.state, sweep=sweep, stop=stop)
        except BaseException as raised:  # noqa: BLE001 - it is the cycle's that takes the result
            error = raised
        self._heartbeat.end(name)
        with self._changed:
            turn.seen, turn.error = seen, error
            self._changed.notify_all()

    def _wait(self, turns: Sequence[_Turn], stop: Callable[[], bool]) -> None:
        """Until all are done, or time is up; for those that were slow the last time that is soon."""
        began = self._clock.monotonic()
        alone = None  # since when only slow ones are missing
        while not stop():
            with self._changed:
                self._changed.wait_for(lambda: all(turn.done for turn in turns), STEP)
                missing = [turn for turn in turns if not turn.done]
            now = self._clock.monotonic()
            self._heartbeat.beat(f"group {self.group}")
            if not missing or now - began >= self._patience:
                return
            alone = None if not all(map(self._is_slow, missing)) else alone if alone is not None else now
            if alone is not None and now - alone >= SHORT:
                return

    def _is_slow(self, turn: _Turn) -> bool:
        return turn.late or turn.reader.name in self._slow or self.breakers.ails(turn.reader.name)

    def _kept(self, turn: _Turn) -> Observation:
        """A read that is done, and waits: all sides of a large first meeting are taken in together."""
        self._late[turn.reader.name] = turn
        turn.late = True
        return Observation(
            side=turn.reader.name, read=Read.STILL_READING, why="other sides are read for the first time"
        )

    def _result(self, turn: _Turn, state: State, stop: Callable[[], bool]) -> Observation:
        name = turn.reader.name
        if not turn.done:
            if not turn.late:
                log.info("read.delayed", side=name, seconds=round(self._clock.monotonic() - turn.began))
            self._late[name] = turn
            self._slow.add(name)
            turn.late = True
            return Observation(side=name, read=Read.STILL_READING, why="its read goes on beside the cycle")
        self._late.pop(name, None)
        if turn.error is not None:
            raise turn.error
        if turn.seen is None or (turn.late and not _fits(turn, state)):
            why = "it changed in the store while it was read, and is read again"
            return Observation(side=name, read=Read.STILL_READING, why=why)
        if not stop():
            self.breakers.note(turn.seen)
        if turn.seen.took_part and not turn.late:
            self._slow.discard(name)
        turn.seen.asked_at = turn.began
        return turn.seen


def _is_large(turn: _Turn) -> bool:
    """Whether a read has brought so much that it is taken in portions."""
    return isinstance(turn.seen, Spooled) and turn.seen.spool is not None


def _fits(turn: _Turn, state: State) -> bool:
    """Whether a read that is late can be taken: it failed, or all was loaded for it, and is as it was."""
    name = turn.reader.name
    if turn.seen is not None and not turn.seen.took_part:
        return True
    return not (turn.state.settled or state.settled) and _mark(turn.state, name) == _mark(state, name)


def _mark(state: State, name: SideName) -> Hashable:
    """What a read goes by: where that has changed since, it may take for unchanged what is not."""
    side = state.sides[name]
    links = frozenset(
        (link.task, link.ref, link.life, link.raw_hash, link.mapping, link.token, link.wrote)
        for link in state.of_side(name)
    )
    intents = frozenset((intent.id, intent.state) for intent in state.intents if intent.side == name)
    return side.cursor, side.began, side.met, side.filter_trusted, frozenset(side.ties.items()), links, intents
