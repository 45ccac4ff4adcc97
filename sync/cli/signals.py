"""SIGINT and SIGTERM: a cycle finishes the write in flight and stops; what only looks ends at once."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Final, NoReturn

from sync.cli.failures import INTERRUPTED

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
def _handled(handle: Callable[[int, FrameType | None], object]) -> Iterator[None]:
    former = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def _end() -> NoReturn:
    if _is_watched():
        os.write(2, SHOW_CURSOR)  # a progress bar may have hidden it
    os._exit(INTERRUPTED)


def _is_watched() -> bool:
    try:
        return os.isatty(2)
    except OSError:
        return False
