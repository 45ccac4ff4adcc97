"""The system's clock, handed to whoever needs the time: nothing else in the program asks for it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from threading import Event
from typing import Final

from connectors.errors import Transient

_BOOT: Final[int | None] = getattr(time, "CLOCK_BOOTTIME", None)


class SystemClock:
    """The real clock (:class:`connectors.contract.Clock`). Once ``stop`` is set nothing waits any more."""

    def __init__(self, stop: Event | None = None) -> None:
        self._stop = stop or Event()

    def now(self) -> datetime:
        """The time now: aware, UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back, also when somebody sets the system's time.

        On Linux the time that the machine slept counts (CLOCK_BOOTTIME): a lease runs out meanwhile, and who had it
        must notice at once.
        """
        return time.clock_gettime(_BOOT) if _BOOT is not None else time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait so many seconds; a negative number is none.

        Raises ``Transient`` when the program is told to stop meanwhile: what was waited for was not sent, and must not
        be sent early (a vendor's Retry-After holds for a program in a hurry too).
        """
        if self._stop.wait(max(0.0, seconds)):
            raise Transient(
                "stopped while waiting to send the next request", hint="run again: what is owed is sent then"
            )
