"""What systemd is told of the service (sd_notify(3)): its phase, how it stands, and that its work moves.

Without ``$NOTIFY_SOCKET`` nobody is told anything. The watchdog is fed only while the heartbeat says that all work
moves: what hangs is not covered up by a thread that lives on.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock, Thread
from typing import Final

from sync.events import Log
from sync.heartbeat import Heartbeat
from sync.observing import Observer, Phase
from sync.report import GroupReport, Result

log = Log(__name__)

SOCKET: Final = "NOTIFY_SOCKET"
FEEDS: Final = 3
"""How often the watchdog is fed within its time: systemd's own advice is at least twice (sd_watchdog_enabled(3))."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """Sends to the socket that systemd names; an address that begins with @ is an abstract one. Never raises."""

    address: str = ""

    @classmethod
    def of(cls, env: Mapping[str, str]) -> Notifier:
        """The one that the environment names, if any."""
        return cls(env.get(SOCKET, ""))

    def tell(self, *lines: str) -> bool:
        """Send assignments such as ``READY=1``. Whether they left."""
        if not self.address:
            return False
        place = "\0" + self.address[1:] if self.address.startswith("@") else self.address
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as out:
                out.sendto("\n".join(lines).encode(), place)
        except OSError as error:
            log.warning("notify.failed", why=error.strerror, address=self.address)
            return False
        return True


@dataclass(slots=True)
class Announcing(Observer):
    """Tells systemd each phase, and after each cycle how things stand, in one line."""

    notifier: Notifier
    _refused: str = ""
    _ended: dict[str, Result | None] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        """See :class:`Observer`. What was refused stands in each status until a configuration is taken."""
        if phase is Phase.READY:
            self._refused = _line(why)
            self.notifier.tell("READY=1", f"STATUS={self._standing()}")
        elif phase is Phase.RELOADING:
            now = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
            self.notifier.tell("RELOADING=1", f"MONOTONIC_USEC={now}", "STATUS=reading the configuration")
        elif phase is Phase.STOPPING:
            self.notifier.tell("STOPPING=1", "STATUS=finishing the writes in flight")

    def group_removed(self, group: str) -> None:
        """See :class:`Observer`."""
        with self._lock:
            self._ended.pop(group, None)

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """See :class:`Observer`."""
        self._note(group, report.result)

    def cycle_failed(self, group: str, why: str) -> None:
        """See :class:`Observer`."""
        del why  # the log has it
        self._note(group, None)

    def _note(self, group: str, result: Result | None) -> None:
        with self._lock:
            self._ended[group] = result
        self.notifier.tell(f"STATUS={self._standing()}")

    def _standing(self) -> str:
        """How all groups ended their last cycles: ``3 groups: 2 quiet, 1 owed``."""
        with self._lock:
            words = [result.value if result is not None else "cut short" for result in self._ended.values()]
        counted = ", ".join(f"{words.count(word)} {word}" for word in sorted(set(words)))
        told = f"{len(words)} {'group' if len(words) == 1 else 'groups'}: {counted}" if words else ""
        return "; ".join(filter(None, (told, self._refused))) or "the first cycles begin"


@contextmanager
def watchdog(notifier: Notifier, heartbeat: Heartbeat, env: Mapping[str, str]) -> Iterator[None]:
    """Within, systemd's watchdog is fed for as long as all work moves. Nothing where there is none for this process."""
    pause = _pause(env)
    if pause is None:
        yield
        return
    stop = Event()
    thread = Thread(target=_feed, args=(notifier, heartbeat, pause, stop.wait), name="watchdog", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _feed(notifier: Notifier, heartbeat: Heartbeat, pause: float, wait: Callable[[float], bool]) -> None:
    hung: list[str] = []
    while True:
        overdue = heartbeat.overdue()
        if not overdue:
            notifier.tell("WATCHDOG=1")
        elif sorted(overdue) != hung:
            log.error("watchdog.starved", work=sorted(overdue), seconds=round(max(overdue.values())))
        hung = sorted(overdue)
        if wait(pause):
            return


def _pause(env: Mapping[str, str]) -> float | None:
    """Seconds between two feeds; None where systemd watches nothing, or another process."""
    usec, pid = env.get("WATCHDOG_USEC", ""), env.get("WATCHDOG_PID", "")
    if not usec.isdigit() or not int(usec) or (pid and pid != str(os.getpid())):
        return None
    return int(usec) / 1_000_000 / FEEDS


def _line(text: str) -> str:
    """A status is one line; more would be read as assignments."""
    return " ".join(text.split())
