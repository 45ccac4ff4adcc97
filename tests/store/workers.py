"""Processes for the tests: each does one job on a store, and says on standard output what it knows to be durable.

Run as ``python -m tests.store.workers JOB ADDRESS …``.
"""

from __future__ import annotations

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from connectors.budget import RateBudget, Window
from connectors.limiter import BookLimiter
from connectors.task import Field
from sync.core.facts import Acted
from sync.core.model import Do, Intent, Link, State, Task
from sync.store import Budgets, Lease, LeaseError, Owner, Store, StoreError

ROOT = Path(__file__).resolve().parents[2]
SIDES = ("a", "b", "c")
_CAPABILITIES = 0x20080522
"""The third version of the structures of capget(2)."""
_PAST_PERMISSIONS = 1 << 1 | 1 << 2
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH of capabilities(7)."""


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def say(*words: object) -> None:
    """One line, at once, in one piece: several threads speak."""
    os.write(1, (" ".join(map(str, words)) + "\n").encode())


def settle_for_ever(url: str, group: str = "work", times: str = "1000000") -> None:
    """Open and settle intents, a thread for each side: each answer writes a task, a link and history together."""
    store = Store.open(url, clock=Clock())
    lease = store.acquire(group, owner=Owner.here())
    state = store.load(group, SIDES)
    cycle = store.begin_cycle(group, Clock().now())
    tasks = {}
    for side in SIDES:
        number = state.next_task
        state.next_task += 1
        tasks[side] = state.tasks[number] = Task(id=number, values={Field.PRIORITY: 0})
        state.links[number, side] = Link(number, side, f"{side}1")
    store.record(state, cycle=cycle, moved=[], acted=[], lease=lease)
    say("ready", *(task.id for task in tasks.values()))

    def run(side: str) -> None:
        task = tasks[side]
        link = state.links[task.id, side]
        for count in range(1, int(times) + 1):
            intent = Intent(task.id, side, Do.UPDATE, link.ref, {Field.PRIORITY: count}, {}, cycle=cycle)
            store.open_intent(intent, lease)
            say("opened", task.id, count)
            task.values[Field.PRIORITY] = count
            link.misses = count
            acted = [Acted(do=Do.UPDATE, task=task.id, side=side, ref=link.ref, outcome="done")]
            store.settle(state, intent=intent, outcome="done", links=[link], tasks=[task], acted=acted, lease=lease)
            say("settled", task.id, count)

    threads = [threading.Thread(target=run, args=[side]) for side in SIDES]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.release(lease)
    store.close()
    say("done")


def hold(url: str, group: str = "work") -> None:
    """Take a lease and keep it until killed."""
    store = Store.open(url, clock=Clock())
    lease = store.acquire(group, owner=Owner.here())
    say("held", lease.epoch)
    sys.stdin.read()


def take(url: str, group: str, ttl: str) -> None:
    """Take a lease, say so, and write under it each time a line comes, until it is lost."""
    store = Store.open(url, clock=Clock())
    lease: Lease = store.acquire(group, owner=Owner.here(), ttl=float(ttl))
    state = store.load(group, SIDES)
    say("held", lease.epoch)
    for _ in sys.stdin:
        try:
            state.sides["a"].links += 1
            store.record(state, cycle=1, moved=[], acted=[], lease=lease)
            say("wrote", lease.valid())
        except LeaseError as error:
            say("lost", lease.valid(), error.message)
    store.close()


def obey(permissions: str) -> None:
    """Be bound by the permissions of files from here on, as root is not (0: stay who one is).

    It stays the same user, who may read what Python itself loads later.
    """
    if not int(permissions):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted and inheritable, twice 32 of each
    if libc.capget(header, sets) == 0:
        for number in range(3):
            sets[number] &= ~_PAST_PERMISSIONS
        if libc.capset(header, sets) == 0:
            return
    raise OSError(ctypes.get_errno(), "the rights of root can not be given up here")


def fill_up(url: str, limit: str, permissions: str) -> None:
    """Record more and more, with files of so many bytes at most (0: any), until the store refuses.

    Then, if it was the limit, go on without it.
    """
    obey(permissions)
    try:
        store = Store.open(url, clock=Clock())
        state = store.load("work", SIDES)
        if int(limit):
            resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
        while True:
            record_one_more(store, state)
    except StoreError as error:
        say("refused", error.message, "|", error.hint)
    if int(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        record_one_more(store, state)
        store.close()
    os._exit(0)  # on a full disk nothing can be closed properly; that is what is to be survived


def record_one_more(store: Store, state: State) -> None:
    """Record a task of four kilobytes."""
    number = state.next_task
    state.tasks[number] = Task(id=number, values={Field.TITLE: "x" * 4000})
    state.next_task += 1
    store.record(state, cycle=1, moved=[], acted=[], lease=None)
    say("recorded", len(state.tasks))


def look(url: str, permissions: str) -> None:
    """Look at a store; say its fingerprint, and how many tasks it has."""
    obey(permissions)
    store = Store.open(url, clock=Clock(), read_only=True)
    say(store.fingerprint(), len(store.load("work", SIDES).tasks))
    store.close()


def open_again(url: str, times: str) -> None:
    """Open the store again and again, as the first of all if it can."""
    for _ in range(int(times)):
        store = Store.open(url, clock=Clock())
        store.enrol(["work"])
        store.close()
    say("done")


def send(url: str, limit: str, per: str, times: str) -> None:
    """Ask a budget for leave, again and again; the last request never ends."""
    budgets = Budgets(url, Clock())
    budget = RateBudget(windows=(Window(limit=int(limit), per=float(per)),))
    limiter = BookLimiter(budget, Clock(), budgets.home("credential"), group="work")
    for number in range(int(times)):
        with limiter.acquire(1, longest_wait=60):
            say("sent", time.monotonic())
            if number + 1 == int(times):
                sys.stdin.read()


def spend(url: str, limit: str, permissions: str) -> None:
    """Ask a budget for leave with files of so many bytes at most (0: any), until it can not be kept."""
    obey(permissions)
    budgets = Budgets(url, Clock())
    limiter = BookLimiter(RateBudget(windows=(Window(limit=9999, per=3600),)), Clock(), budgets.home("credential"))
    if int(limit):
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), resource.RLIM_INFINITY))
    try:
        while True:
            with limiter.acquire(1, longest_wait=60):
                pass
    except StoreError as error:
        say("refused", error.message, "|", error.hint)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    if int(limit):
        with limiter.acquire(1, longest_wait=60):
            say("sent")
    os._exit(0)


@contextmanager
def worker(job: str, *words: object) -> Iterator[subprocess.Popen[str]]:
    """A process at its job, in a group of its own; killed at the end, whatever happens."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.store.workers", job, *map(str, words)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def line(process: subprocess.Popen[str]) -> list[str]:
    """The words of the next line that a worker says; empty at its end."""
    return (process.stdout.readline() if process.stdout else "").split()


if __name__ == "__main__":
    globals()[sys.argv[1]](*sys.argv[2:])
