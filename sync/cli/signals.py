"""SIGINT and SIGTERM: a cycle finishes the write in flight and stops; what only looks ends at once.

The service is told of SIGHUP and SIGUSR1 besides.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from queue import SimpleQueue
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from sync.cli.failures import INTERRUPTED

if TYPE_CHECKING:
    from sync.service import Told

SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
STOPPING: Final = (
    b"\nstopping after the write in flight; once more stops at once (the next run finds out what arrived)\n"
)
SHOW_CURSOR: Final = b"\x1b[?25h"


@contextmanager
def stoppable(stop: Event) -> Iterator[None]:
    """Within, the first signal sets ``stop``; a second one ends the process: safe, as every write has its intent."""

    def handle(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            _end()
        stop.set()
        if _is_watched():
            os.write(2, STOPPING)  # not through the stream: a handler may interrupt a write to it

    with _handled(handle):
        yield


@contextmanager
def telling() -> Iterator[SimpleQueue[Told]]:
    """Within, signals become what the service is told; a second one to stop ends the process at once."""
    from sync.service import Told

    told: SimpleQueue[Told] = SimpleQueue()  # what a handler may use at any moment: its put is reentrant
    means = {
        signal.SIGINT: Told.STOP,
        signal.SIGTERM: Told.STOP,
        signal.SIGHUP: Told.RELOAD,
        signal.SIGUSR1: Told.NOW,
    }
    stopping = False

    def handle(number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        what = means[signal.Signals(number)]
        if what is Told.STOP and stopping:
            _end(0)
        stopping |= what is Told.STOP
        told.put(what)

    with _handled(handle, tuple(means)):
        yield told


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Within, a signal ends the process without waiting for answers: nothing is being written."""
    with _handled(lambda _number, _frame: _end()):
        yield


@contextmanager
def until_told() -> Iterator[Event]:
    """An event that a signal sets, within."""
    told = Event()
    with _handled(lambda _number, _frame: told.set()):
        yield told


@contextmanager
def _handled(
    handle: Callable[[int, FrameType | None], object], signals: Sequence[signal.Signals] = SIGNALS
) -> Iterator[None]:
    former = {number: signal.signal(number, handle) for number in signals}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _end(code: int = INTERRUPTED) -> NoReturn:
    if _is_watched():
        os.write(2, SHOW_CURSOR)  # a progress bar may have hidden it
    os._exit(code)


def _is_watched() -> bool:
    try:
        return os.isatty(2)
    except OSError:
        return False
