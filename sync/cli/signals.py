"""SIGINT and SIGTERM while a cycle runs: finish the write in flight, then stop."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from types import FrameType
from typing import Final

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
        watched = sys.__stderr__ is not None and os.isatty(2)
        if stop.is_set():
            if watched:
                os.write(2, SHOW_CURSOR)  # a progress bar may have hidden it
            os._exit(INTERRUPTED)
        stop.set()
        if watched:
            os.write(2, STOPPING)  # not through the stream: a handler may interrupt a write to it

    former = {number: signal.signal(number, handle) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
