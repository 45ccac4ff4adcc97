"""Full and read-only disks, few files, little memory, torn logs, clocks that jump, processes that slept.

Each is told in one line with its exit code, and the next run after it is over goes on: nothing doubled, nothing lost.
"""

from __future__ import annotations

import json
import os
import random
import resource
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event

import pytest

from tests.system.group import Group, group
from tests.system.people import People
from tests.system.seams import RUN, SEAMS, Kill
from tests.system.stranger import Call

TASKS = 8
TIMES = {
    "side": ("began", "last_complete"),
    "link": ("modified", "own_modified", "missed_at"),
    "intent": ("opened", "closed"),
    "lease": ("since", "expires"),
    "cycle": ("started", "finished"),
    "held": ("since",),
}


def long(*values: object) -> list[object]:
    """More cases of the same, for the long campaigns."""
    return [pytest.param(value, marks=pytest.mark.torture) for value in values]


@pytest.fixture
def at(tmp_path) -> Iterator[Group]:
    """A group whose store is there."""
    with group(tmp_path, 6) as made:
        made.run()
        yield made


@pytest.fixture
def people(at: Group) -> People:
    """People in front of it, who have made some tasks."""
    found = People(at, 6)
    found.fill(TASKS)
    return found


def limited(what: int, most: int) -> Callable[[], None]:
    """For a process to be: a limit of its own."""
    return lambda: resource.setrlimit(what, (most, most))


def told(at: Group, code: set[int], *, preexec_fn: Callable[[], None] | None = None) -> str:
    """A run for people in bad surroundings: how it ended, and what it said, in few lines."""
    more = {} if preexec_fn is None else {"preexec_fn": preexec_fn}
    done = at.tasksync("run", "--once", **more)
    assert done.code in code, done
    said = done.out + done.err
    assert said.strip()
    if done.code in {1, 2}:
        assert len(done.err.strip().splitlines()) == 1, done.err
    return said


def heals(at: Group, people: People) -> None:
    """The cause is gone: without a hand, all is as people left it."""
    at.settle()
    assert people.ledger.problems() == []
    assert at.tasksync("held", "--json").json["held"] == []


@contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """A disk of its own, where this user may mount one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if subprocess.run(command, check=False, capture_output=True).returncode:
        pytest.skip("this user may not mount a disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def on_disk(at: Group, disk: Path) -> None:
    """Let the store be on that disk."""
    store = disk / "tasksync.db"
    text = at.config.read_text(encoding="utf-8")
    at.config.write_text(f'[store]\nurl = "sqlite:///{store}"\n\n{text}', encoding="utf-8")
    at.store = store


@pytest.mark.parametrize("left", [0, *long(60_000, 250_000), 150_000])
def test_a_full_disk_is_told_and_room_on_it_is_enough_to_go_on(at, people, tmp_path, left):
    """However much was written before it was full: at the opening, the record, an intent, a receipt."""
    with small_disk(tmp_path / "disk", "3m") as disk:
        on_disk(at, disk)
        at.run()
        people.fill(TASKS)
        room = os.statvfs(disk)
        (disk / "filler").write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - left))
        said = told(at, {0, 2})
        assert "traceback" not in said.lower()
        if "nothing was written" not in said and "work:" not in said:
            assert "disk" in said, said
        (disk / "filler").unlink()
        heals(at, people)


@pytest.mark.parametrize("most", [4096, *long(100_000, 200_000)])
def test_a_limit_on_the_size_of_files_is_told_as_an_unusable_store(at, people, most):
    said = told(at, {0, 2}, preexec_fn=limited(resource.RLIMIT_FSIZE, most))
    assert "store" in said or "work:" in said
    heals(at, people)


def test_a_read_only_disk_is_told_as_an_unusable_store(at, people, tmp_path):
    with small_disk(tmp_path / "disk", "4m") as disk:
        on_disk(at, disk)
        at.settle()
        people.edit(3)
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        before = at.writes
        said = told(at, {2})
        assert str(at.store) in said
        assert at.writes == before, "what can not be recorded is not sent"
        assert at.tasksync("status").code == at.tasksync("plan").code == 0, "what only reads works there"
        subprocess.run(["mount", "-o", "remount,rw", str(disk)], check=True)
        heals(at, people)


@pytest.mark.parametrize("most", [*long(6, 8), 10, *long(12, 16)])
def test_too_few_files_are_told_and_the_next_run_goes_on(at, people, most):
    """Wherever they run out: opening the configuration, the store, a connection to a vendor."""
    before = at.writes
    said = told(at, {0, 1, 2, 4}, preexec_fn=limited(resource.RLIMIT_NOFILE, most))
    assert "work:" in said or "tasksync:" in said or at.writes == before
    heals(at, people)


@pytest.mark.parametrize("seam", ["after an intent is committed", "in a commit"])
@pytest.mark.parametrize("torn", ["noise", *long("half a frame", "an index of noise"), "no index"])
def test_a_torn_write_ahead_log_is_read_up_to_its_last_commit(at, people, seam, torn):
    """After a kill, what a commit was about to append is there in part, or as noise; or the log's index is lost."""
    at.settle()
    people.fill(TASKS)
    assert SEAMS[seam](Kill(at, random.Random(6), at.outline, 1))
    log, index = (at.store.with_name(f"{at.store.name}-{end}") for end in ("wal", "shm"))
    content = log.read_bytes()
    match torn:
        case "noise":
            log.write_bytes(content + random.Random(6).randbytes(5000))
        case "half a frame":
            log.write_bytes(content + content[32 : 32 + 24 + 2000])
        case "an index of noise":
            index.write_bytes(random.Random(6).randbytes(32768))
        case "no index":
            index.unlink(missing_ok=True)
    heals(at, people)


@pytest.mark.parametrize("hours", [1, -1])
def test_a_clock_that_was_set_between_two_cycles_changes_nothing(at, people, hours):
    """Everything that the store remembers is an hour too old, or an hour in the future."""
    at.settle()
    people.edit(4)
    people.fill(2)
    shift(at.store, timedelta(hours=-hours))
    heals(at, people)
    people.edit(4)
    people.delete(1)
    shift(at.store, timedelta(hours=hours))
    heals(at, people)


def test_a_clock_that_was_set_after_a_kill_changes_nothing(at, people):
    """An open intent seems to be of an hour ago, or of the future."""
    for hours in (1, -1):
        people.fill(2)
        assert SEAMS["when a request was applied"](Kill(at, random.Random(6), at.outline, 1))
        shift(at.store, timedelta(hours=hours))
        heals(at, people)


def shift(store: Path, by: timedelta) -> None:
    """Move all times that a store remembers."""
    with closing(sqlite3.connect(store)) as connection, connection:
        for table, names in TIMES.items():
            columns = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for name in columns.intersection(names):
                rows = connection.execute(f"SELECT rowid, {name} FROM {table} WHERE {name} IS NOT NULL").fetchall()
                moved = [(str(datetime.fromisoformat(value) + by), row) for row, value in rows]
                connection.executemany(f"UPDATE {table} SET {name} = ? WHERE rowid = ?", moved)


@pytest.mark.parametrize("applied", [False, True], ids=["read", "write"])
def test_a_process_that_slept_past_its_lease_writes_nothing_when_it_wakes(at, people, applied):
    """It is stopped in the middle, its lease runs out, another does the work; awake, it notices and ends with 4."""
    entered, leave = Event(), Event()

    def wait(when: str, call: Call) -> None:
        wanted = call.writes and when == "after" if applied else call.method == "GET" and when == "before"
        if wanted and not entered.is_set():
            entered.set()
            leave.wait(60)

    at.strategy.fault = wait
    mould, at.mould = at.mould, None
    with at.start(*RUN) as sleeper, ExitStack() as afterwards:
        afterwards.callback(sleeper.kill)  # whatever happens: nobody waits for a process that was stopped
        assert entered.wait(60)
        rest(at)  # nothing is on its way to the other side: no request whose lease was looked at before it slept
        sleeper.send_signal(signal.SIGSTOP)
        at.mould = mould
        expire(at.store)
        at.settle()
        before = at.writes
        leave.set()
        time.sleep(0.2)
        sleeper.send_signal(signal.SIGCONT)
        out, err = sleeper.communicate(timeout=60)
    at.strategy.fault = None
    assert sleeper.returncode == 4, (out, err)
    assert b"Traceback" not in err
    assert at.writes == before
    heals(at, people)


def rest(at: Group, seconds: float = 1) -> None:
    """Wait until no side was asked for anything for a while."""
    seen, since = -1, time.monotonic()
    while time.monotonic() - since < seconds:
        if seen != (seen := len(at.outline.log) + len(at.strategy.log)):
            since = time.monotonic()
        time.sleep(0.05)


def expire(store: Path) -> None:
    """Let every lease have run out long ago, as after a night's sleep."""
    with closing(sqlite3.connect(store, timeout=20)) as connection, connection:
        rows = connection.execute("SELECT group_id, doc FROM lease").fetchall()
        for number, doc in rows:
            known = json.loads(doc)
            known["until"] = 0
            connection.execute(
                "UPDATE lease SET expires = '2020-01-01 00:00:00', doc = ? WHERE group_id = ?",
                (json.dumps(known), number),
            )
