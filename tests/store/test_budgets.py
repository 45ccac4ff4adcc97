"""Budgets that processes share: one book for all, whoever is killed, whatever the clock does; and how it fails."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import stat
import tempfile
import time
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from connectors.book import Book, Ticket
from connectors.budget import Rank, RateBudget, Slot, Window
from connectors.errors import RateLimited
from connectors.limiter import BookLimiter
from sync.store import Budgets, Owner, StoreError
from sync.store.books import Moment, bury, decode, encode
from tests.store.test_crash import OBEY
from tests.store.workers import Clock, line, worker

THREE = RateBudget(windows=(Window(limit=3, per=60.0),))
SECOND = RateBudget(windows=(Window(limit=2, per=1.0),))


@contextmanager
def limiter(url: str, clock, key: str = "k", budget: RateBudget = THREE):
    """A limiter as another process has it."""
    budgets = Budgets(url, clock)
    try:
        yield BookLimiter(budget, clock, budgets.home(key), group="work")
    finally:
        budgets.close()


def sends(one: BookLimiter, most: float = 0.0) -> bool:
    """Whether a request may go out within so many seconds; it does then."""
    try:
        with one.acquire(1, longest_wait=most):
            return True
    except RateLimited:
        return False


def test_what_one_sends_counts_for_all_who_use_the_credential(url, clock):
    with limiter(url, clock) as one, limiter(url, clock) as two, limiter(url, clock, "other") as other:
        assert [sends(one), sends(two), sends(one)] == [True] * 3
        assert [sends(one), sends(two), sends(other)] == [False, False, True]


def test_a_pause_that_one_was_asked_for_holds_for_all_and_after_a_restart(url, clock):
    with limiter(url, clock) as one:
        one.block_until(clock.now() + timedelta(seconds=40))
    with limiter(url, clock) as two, pytest.raises(RateLimited, match="40 s"), two.acquire(1, longest_wait=10):
        pass


def test_looking_makes_nothing_and_sees_what_was_sent(url, clock, tmp_path):
    budgets = Budgets(url, clock)
    assert budgets.look("k")[0].slots == []
    assert list(tmp_path.iterdir()) == []
    with limiter(url, clock) as one:
        assert sends(one)
    (slot,) = budgets.look("k")[0].slots
    assert slot.group == "work"


def test_the_file_lies_beside_the_store_for_its_owner_alone(file, clock):
    with limiter(f"sqlite:///{file}", clock) as one:
        assert sends(one)
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in file.parent.iterdir()}
    assert modes == {f"tasksync.budget{end}": 0o600 for end in ("", "-wal", "-shm")}


def test_a_clock_that_is_set_back_never_lets_too_much_through(file, clock):
    """Then it counts as if no time had passed: a window is waited for, and no more than that."""
    with limiter(f"sqlite:///{file}", clock) as one:
        clock.passes(5000)
        assert [sends(one) for _ in range(4)] == [True, True, True, False]
        clock.ticks -= 4000
        clock.steps(-4000)
        assert not sends(one)
        clock.passes(59)
        assert not sends(one)
        clock.passes(2)
        assert sends(one)


def test_after_a_boot_the_wall_clock_tells_how_long_ago_it_was():
    book = Book(slots=[Slot(1, 4990.0, group="a")], blocked=5030.0)
    text = encode(book, Moment(now=5000.0, wall=100_000.0, boot="one"), {})
    found, _ = decode(text, Moment(now=12.0, wall=100_020.0, boot="two"))
    assert (found.slots[0].done, found.blocked) == (12.0 - 30.0, 12.0 + 10.0)
    wrong, _ = decode(text, Moment(now=12.0, wall=7.0, boot="two"))  # a machine without a clock of its own
    assert (wrong.slots[0].done, wrong.blocked) == (2.0, 42.0)


def test_what_is_no_book_is_an_empty_one():
    moment = Moment(now=1.0, wall=1.0, boot="one")
    text = encode(Book(slots=[Slot(1)]), moment, {})
    assert len(decode(text, moment)[0].slots) == 1
    for spoilt in ("", "{", "[]", text.replace('"version":1', '"version":2'), text.replace("saved", "served")):
        assert decode(spoilt, moment)[0] == Book()


def test_a_process_that_was_killed_holds_neither_a_place_nor_the_line():
    here = Owner.here()
    dead = Owner(id="x", host=here.host, boot=here.boot, space=here.space, pid=2**22 + 1, started="1")
    book = Book(slots=[Slot(1, owner="x"), Slot(1, owner=here.id)])
    book.stand(Ticket(cost=1, rank=Rank.WRITE, group="a", owner="x"), 100.0)
    bury(book, {"x": dead, here.id: here}, here, 7.0)
    assert ([slot.done for slot in book.slots], book.tickets) == ([7.0, None], [])


def test_a_kill_in_the_middle_of_anything_leaves_a_book_that_others_go_on_with(file):
    """Two workers are killed at their work; what they had open ends with them, and its window passes."""
    url, arrivals = f"sqlite:///{file}", []
    with worker("send", url, 2, 1, 1000) as one, worker("send", url, 2, 1, 1000) as two:
        arrivals += [float(line(process)[1]) for process in (one, two, one)]
        for process in (one, two):
            os.killpg(process.pid, signal.SIGKILL)
            arrivals += [float(said.split()[1]) for said in process.stdout if said.endswith("\n")]
    with limiter(url, Clock(), "credential", SECOND) as three:
        for _ in range(3):
            with three.acquire(1, longest_wait=10):
                arrivals.append(time.monotonic())
    arrivals.sort()
    assert all(late - early >= 1.0 for early, late in zip(arrivals, arrivals[2:], strict=False))


def test_a_request_without_an_end_holds_its_place_while_its_process_lives(file):
    with worker("send", f"sqlite:///{file}", 1, 1, 1) as process:
        assert line(process)[0] == "sent"
        time.sleep(1.1)
        budget = RateBudget(windows=(Window(limit=1, per=1.0),))
        with limiter(f"sqlite:///{file}", Clock(), "credential", budget) as two:
            assert not sends(two)
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            assert sends(two, 5.0)


def refused(url: str, clock) -> StoreError:
    with limiter(url, clock) as one, pytest.raises(StoreError) as caught, one.acquire(1, longest_wait=0):
        pass
    assert 'rate = "off"' in caught.value.hint
    return caught.value


def test_a_damaged_file_is_told_with_what_to_do(file, clock):
    budget = file.with_suffix(".budget")
    budget.write_bytes(b"no database, but long enough to be taken for one" * 100)
    error = refused(f"sqlite:///{file}", clock)
    assert error.message.startswith(f"The rate budgets can not be kept: {budget} is not a database")
    budget.unlink()
    with limiter(f"sqlite:///{file}", clock) as one:
        assert sends(one)


def test_a_full_disk_and_a_closed_folder_are_told_and_survived(file):
    with worker("spend", f"sqlite:///{file}", 120_000, 0) as process:
        told, after = process.communicate(timeout=120)[0].splitlines()
    assert told.startswith("refused The rate budgets can not be kept: ")
    assert after == "sent", "it goes on when there is room again"
    with closing(sqlite3.connect(file.with_suffix(".budget"))) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    folder = Path(tempfile.mkdtemp(prefix="tasksync-budget-"))
    folder.chmod(0o555)
    try:
        with worker("spend", f"sqlite:///{folder / 'tasksync.db'}", 0, OBEY) as process:
            told = process.communicate(timeout=120)[0]
    finally:
        folder.chmod(0o700)
        shutil.rmtree(folder)
    assert "cannot be made: Permission denied" in told
