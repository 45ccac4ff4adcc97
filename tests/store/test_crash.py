"""A process is killed, a disk is full, a log is torn: what was acknowledged is there, and nothing is half there."""

from __future__ import annotations

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import pytest

from connectors.task import Field
from sync.store import Store
from tests.store.workers import SIDES, line, worker

OBEY = 1
"""Bound by the permissions of files, also as root."""


def consistent(store: Store) -> dict[int, int]:
    """How often each task was settled: its value, its link and its history were written together, so they agree."""
    state = store.load("work", SIDES)
    counts = {}
    for (number, _), link in state.links.items():
        done = len(store.history(task=number))
        assert state.tasks[number].values[Field.PRIORITY] == link.misses == done
        counts[number] = done
    for intent in state.intents:
        assert intent.patch[Field.PRIORITY] == counts[intent.task] + 1
    return counts


@pytest.mark.parametrize("seed", range(3))
def test_a_kill_loses_nothing_that_was_acknowledged_and_leaves_nothing_half_written(url, clock, seed):
    settled: dict[int, int] = {}
    opened: dict[int, int] = {}
    with worker("settle_for_ever", url) as process:
        assert line(process)[0] == "ready"
        for _ in range(random.Random(seed).randrange(30, 300)):
            word, task, count = line(process)
            (settled if word == "settled" else opened)[int(task)] = int(count)
        os.killpg(process.pid, signal.SIGKILL)
        for said in process.stdout or ():  # what it had said before it died counts
            if said.endswith("\n"):
                word, task, count = said.split()
                (settled if word == "settled" else opened)[int(task)] = int(count)
    store = Store.open(url, clock=clock)
    try:
        counts = consistent(store)
        for task, count in settled.items():
            assert counts[task] in {count, count + 1}
        intents = {intent.task: intent for intent in store.load("work", SIDES).intents}
        for task, count in opened.items():
            assert counts[task] >= count or task in intents
    finally:
        store.close()


def test_two_processes_write_to_one_store_at_once(url, clock):
    with worker("settle_for_ever", url, "work", 60) as one, worker("settle_for_ever", url, "home", 60) as two:
        endings = [process.communicate(timeout=120)[0].splitlines()[-1] for process in (one, two)]
    assert endings == ["done", "done"]
    store = Store.open(url, clock=clock)
    try:
        assert set(consistent(store).values()) == {60}
        ids = [number for group in ("work", "home") for number in store.load(group, SIDES).tasks]
        assert len(ids) == len(set(ids)) == 6
    finally:
        store.close()


def test_many_processes_make_one_store_together(url, clock):
    with (
        worker("open_again", url, 5) as one,
        worker("open_again", url, 5) as two,
        worker("open_again", url, 5) as three,
    ):
        assert [process.communicate(timeout=120)[0] for process in (one, two, three)] == ["done\n"] * 3
    store = Store.open(url, clock=clock, read_only=True)
    store.close()


def test_a_torn_log_leaves_the_store_as_it_was_at_an_earlier_commit(file, clock):
    with worker("settle_for_ever", f"sqlite:///{file}") as process:
        for _ in range(100):
            line(process)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    log = file.with_name(file.name + "-wal")
    whole = log.stat().st_size
    assert whole > 100_000
    before = 10**9
    for share in (0.9, 0.6):
        torn = file.with_name(f"torn{share}.db")
        shutil.copy(file, torn)
        size = int(whole * share) + 1000  # in the middle of a page
        Path(f"{torn}-wal").write_bytes(log.read_bytes()[:size])
        store = Store.open(f"sqlite:///{torn}", clock=clock)
        try:
            total = sum(consistent(store).values())
        finally:
            store.close()
        assert 0 < total < before
        before = total


def limited(url: str, limit: int, permissions: int = 0) -> list[list[str]]:
    """What a worker says that records until the store refuses."""
    with worker("fill_up", url, limit, permissions) as process:
        said, _ = process.communicate(timeout=120)
        assert process.returncode == 0
    return [words.split(" ", 1) for words in said.splitlines()]


def holds(file: Path, clock, count: int) -> None:
    """The store has what was acknowledged, is sound, and can be written again."""
    store = Store.open(f"sqlite:///{file}", clock=clock)
    try:
        state = store.load("work", SIDES)
        assert len(state.tasks) == count
        store.begin_cycle("work", clock.now())
    finally:
        store.close()
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_limit_on_files_is_told_and_survived(file, clock):
    *recorded, refused, last = limited(f"sqlite:///{file}", 480_000)
    assert [number for _, number in recorded] == [str(number) for number in range(1, len(recorded) + 1)]
    assert len(recorded) > 10
    assert refused[0] == "refused"
    assert str(file) in refused[1]
    assert "limited for this user" in refused[1] or "Make room" in refused[1]
    assert last[0] == "recorded", "the same store goes on when there is room again"
    holds(file, clock, int(last[1]))


def test_a_full_disk_is_told_and_survived(tmp_path, clock):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("a small disk cannot be mounted here; the limit on files stands for it")
    try:
        file = disk / "tasksync.db"
        said = limited(f"sqlite:///{file}", 0)
        assert said[-1][0] == "refused"
        assert "disk is full" in said[-1][1]
        saved = tmp_path / "saved.db"
        for side in ("", "-wal"):
            shutil.copy(f"{file}{side}", f"{saved}{side}")
        holds(saved, clock, len(said) - 1)
    finally:
        subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def everybodys():
    """A folder that every user can reach."""
    folder = Path(tempfile.mkdtemp(prefix="tasksync-store-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_folder_that_cannot_be_written_is_told(everybodys):
    file = everybodys / "tasksync.db"
    everybodys.chmod(0o555)
    said = limited(f"sqlite:///{file}", 0, OBEY)
    assert said[-1][0] == "refused"
    assert f"The store {file} cannot be made" in said[-1][1]


def test_a_folder_that_cannot_be_entered_is_told(everybodys, clock):
    folder = everybodys / "closed"
    file = folder / "tasksync.db"
    Store.open(f"sqlite:///{file}", clock=clock).close()
    folder.chmod(0)
    try:
        ((word, message),) = limited(f"sqlite:///{file}", 0, OBEY)
    finally:
        folder.chmod(0o700)
    assert word == "refused"
    assert f"The store {file} cannot be looked at: Permission denied." in message


def test_a_store_in_a_folder_that_cannot_be_written_can_be_looked_at(everybodys, clock):
    file = everybodys / "tasksync.db"
    store = Store.open(f"sqlite:///{file}", clock=clock)
    store.load("work", SIDES)
    before = store.fingerprint()
    store.close()
    file.chmod(0o444)
    everybodys.chmod(0o555)
    with worker("look", f"sqlite:///{file}", OBEY) as process:
        assert line(process) == [before, "0"]
    assert [entry.name for entry in everybodys.iterdir()] == [file.name]


def test_a_file_that_cannot_be_written_is_told(everybodys, clock):
    file = everybodys / "tasksync.db"
    Store.open(f"sqlite:///{file}", clock=clock).close()
    file.chmod(0o444)
    everybodys.chmod(0o555)
    said = limited(f"sqlite:///{file}", 0, OBEY)
    assert said == [["refused", said[-1][1]]]
    assert f"The store {file} cannot be written." in said[-1][1]
