"""``kill -9`` at named seams of a run, all from outside: nothing in the program knows that it is watched.

A seam is reached by what the outside sees: a request that arrives, an answer that was given, a row that stands in the
store, a write-ahead log that grows. Where a commit must not happen, somebody else holds the store's write lock, as any
tool with the file open could.
"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from threading import Event
from typing import Final, TypeAlias

from tests.forks import Fork
from tests.system.program import Program
from tests.system.stranger import RESET, Call, Stranger

RUN: Final = ("run", "--once", "--json")
GLANCE: Final = 0.0005
"""Seconds between two looks at the store: a commit takes about as long as one."""
LINGER: Final = 0.05
"""Seconds in which a run comes from an answer to the commit of its receipt, which it then waits for."""
STUCK: Final = 60.0
"""Seconds after which a handler that waits for a kill gives up: nobody killed it."""


@dataclass(frozen=True, slots=True)
class Kill:
    """What is done to one run: the side whose requests are counted, which of them, and chance."""

    at: Program
    draw: random.Random
    side: Stranger
    number: int


Seam: TypeAlias = Callable[[Kill], bool]
"""Starts a run and kills it at one seam. Whether it was alive there."""


def kill(process: subprocess.Popen[bytes] | Fork) -> None:
    """``kill -9``, and wait for the end."""
    process.send_signal(signal.SIGKILL)
    process.communicate()


def at_any_moment(one: Kill) -> bool:
    """After a random time: the start of the interpreter, reading, deciding, recording, sending."""
    with one.at.start(*RUN) as process:
        try:
            process.wait(timeout=one.draw.random() ** 2 * 2)
        except subprocess.TimeoutExpired:
            kill(process)
            return True
        process.communicate()
        return False


def before_it_is_applied(one: Kill) -> bool:
    """The request arrived, and the vendor never did it."""
    return _at_a_request(one, "before")


def after_it_is_applied(one: Kill) -> bool:
    """The vendor did it, and nobody heard."""
    return _at_a_request(one, "after")


def before_the_receipt(one: Kill) -> bool:
    """The answer came, and its receipt waits for the store, which somebody else has locked."""
    return _locked_at(one, lambda call: call.writes)


def before_the_record(one: Kill) -> bool:
    """The sides were read, and what was decided waits for the store, which somebody else has locked."""
    return _locked_at(one, lambda call: call.method in {"GET", "REPORT"}, number=1)


def before_the_intent(one: Kill) -> bool:
    """A receipt is in the store, and the next request's intent is not."""

    def reached(store: sqlite3.Connection) -> bool:
        return _count(store, "closed IS NOT NULL") >= one.number and _count(store, "closed IS NULL") == 0

    return _when(one, reached)


def after_the_intent(one: Kill) -> bool:
    """An intent is in the store; its request is about to go out."""

    def reached(store: sqlite3.Connection) -> bool:
        return _count(store, "closed IS NOT NULL") + 1 >= one.number and _count(store, "closed IS NULL") > 0

    return _when(one, reached)


def in_a_commit(one: Kill) -> bool:
    """The write-ahead log has just grown: a commit is on its way to the disk."""
    log = one.at.store.with_name(one.at.store.name + "-wal")
    sizes = [0]

    def reached(_: sqlite3.Connection) -> bool:
        with suppress(OSError):
            size = log.stat().st_size
            if size != sizes[-1]:
                sizes.append(size)
        return len(sizes) > 2 + 2 * one.number

    return _when(one, reached)


SEAMS: Final[dict[str, Seam]] = {
    "at any moment": at_any_moment,
    "before the record is committed": before_the_record,
    "before an intent is committed": before_the_intent,
    "after an intent is committed": after_the_intent,
    "when a request has arrived": before_it_is_applied,
    "when a request was applied": after_it_is_applied,
    "before a receipt is committed": before_the_receipt,
    "in a commit": in_a_commit,
}


def _at_a_request(one: Kill, moment: str) -> bool:
    """Kill while a server answers its so manieth change."""
    seen, reached, dead = [0], Event(), Event()

    def fault(when: str, call: Call):
        seen[0] += call.writes and when == "before"
        if not call.writes or seen[0] < one.number or when != moment or reached.is_set():
            return None
        reached.set()
        dead.wait(STUCK)
        return RESET

    one.side.fault = fault
    with one.at.start(*RUN) as process:
        while not reached.wait(0.01) and process.poll() is None:
            pass
        if reached.is_set():
            kill(process)
        dead.set()
        process.communicate()
    one.side.fault = None
    return reached.is_set()


def _locked_at(one: Kill, of: Callable[[Call], bool], *, number: int = 0) -> bool:
    """Lock the store while a server answers, let the answer out, and kill what then waits for the lock."""
    seen, locked = [0], Event()
    wanted = number or one.number
    lock = sqlite3.connect(one.at.store, timeout=5, isolation_level=None, check_same_thread=False)

    def fault(when: str, call: Call) -> None:
        seen[0] += of(call) and when == "after"
        if of(call) and when == "after" and seen[0] >= wanted and not locked.is_set():
            with suppress(sqlite3.OperationalError):
                lock.execute("BEGIN IMMEDIATE")
                locked.set()

    one.side.fault = fault
    with closing(lock), one.at.start(*RUN) as process:
        while not locked.wait(0.01) and process.poll() is None:
            pass
        time.sleep(LINGER if locked.is_set() else 0)
        alive = locked.is_set() and process.poll() is None
        if alive:
            kill(process)
        process.communicate()
    one.side.fault = None
    return alive


def _when(one: Kill, reached: Callable[[sqlite3.Connection], bool]) -> bool:
    """Kill as soon as the store, looked at all the time, shows something."""
    with _looking(one.at) as store, one.at.start(*RUN) as process:
        while process.poll() is None:
            if reached(store):
                kill(process)
                return True
            time.sleep(GLANCE)
        process.communicate()
    return False


@contextmanager
def _looking(at: Program) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(f"file:{at.store}?mode=ro", uri=True, timeout=0)) as store:
        yield store


def _count(store: sqlite3.Connection, condition: str) -> int:
    """Intents of the newest cycle."""
    query = f"SELECT count(*) FROM intent WHERE {condition} AND cycle_id = (SELECT max(id) FROM cycle)"
    try:
        return int(store.execute(query).fetchone()[0])
    except sqlite3.OperationalError:
        return 0
