"""The store with 30,000 links: load and record, against plain sqlite3 on the same rows; and the writer's commits."""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

from connectors.task import Field, Status, Value
from sync.core.facts import Acted, Moved
from sync.core.model import Do, Link, Pair, Side, State, Task, Version
from sync.store import Lease, Owner, Store

TASKS, SIDES = 5_000, ("a", "b", "c", "d", "e", "f")


class Clock:
    """The real clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


def timed(what: str, work: Callable[[], object], *, against: float = 0.0, unit: int = 0) -> float:
    """Do some work and print how long it took; against another time, and for each unit of it."""
    before = time.perf_counter()
    work()
    seconds = time.perf_counter() - before
    ratio = f"   {seconds / against:6.1f} x" if against else ""
    each = f"   {seconds / unit * 1000:.2f} ms each" if unit else ""
    print(f"{what:58}{seconds:8.3f} s{ratio}{each}", flush=True)
    return seconds


def values(number: int) -> dict[Field, Value]:
    """A task of ordinary size: about 400 bytes of text."""
    return {
        Field.TITLE: f"Task {number}: call the supplier about the delivery",
        Field.DESCRIPTION: "The second pallet was damaged. Ask for a replacement, and for the invoice. " * 3,
        Field.STATUS: Status.NEEDS_ACTION,
        Field.DUE: date(2026, 1 + number % 12, 1 + number % 28),
        Field.START: datetime(2026, 1, 1 + number % 28, 9, 30, tzinfo=UTC),
        Field.PRIORITY: number % 10,
        Field.LABELS: ("delivery", "supplier"),
        Field.ASSIGNEES: ("anna",),
        Field.POSITION: number,
    }


def fill(state: State) -> None:
    """Put all tasks and links into a state."""
    for number in range(state.next_task, state.next_task + TASKS):
        fields = values(number)
        version = Version(2, "a", "newest", 1, datetime(2026, 1, 1, tzinfo=UTC))
        state.tasks[number] = Task(id=number, values=fields, versions={Field.TITLE: version}, born="a")
        for side in SIDES:
            pairs = {field: Pair(value, value) for field, value in fields.items()}
            native = {"id": number, "content": fields[Field.TITLE], "status": 0, "details": {"tags": ["delivery"]}}
            state.links[number, side] = Link(
                number, side, str(number), pairs=pairs, native=native, raw_hash=f"{number:032x}", mapping="1"
            )
    state.next_task += TASKS


def plain_reading(file: Path) -> None:
    """The floor: the same rows, by the standard library alone, documents left as text."""
    connection = sqlite3.connect(file)
    for table in ("task", "link"):
        connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()


def plain_writing(source: Path, file: Path) -> float:
    """The floor: the same links written by the standard library alone, in one durable transaction; in seconds."""
    reading, writing = sqlite3.connect(source), sqlite3.connect(file, isolation_level=None)
    rows = reading.execute("SELECT * FROM link").fetchall()
    (schema,) = reading.execute("SELECT sql FROM sqlite_schema WHERE name = 'link'").fetchone()
    writing.execute("PRAGMA journal_mode = WAL")
    writing.execute(schema.replace("FOREIGN KEY(task_id) REFERENCES task (id) ON DELETE CASCADE", "CHECK (1)"))
    started = time.perf_counter()
    writing.execute("BEGIN IMMEDIATE")
    writing.executemany(f"INSERT INTO link VALUES ({','.join('?' * len(rows[0]))})", rows)
    writing.execute("COMMIT")
    seconds = time.perf_counter() - started
    reading.close()
    writing.close()
    return seconds


def commits(store: Store, state: State, lease: Lease, threads: int, each: int) -> None:
    """Settle from many threads at once."""

    def run() -> None:
        for _ in range(each):
            acted = [Acted(do=Do.UPDATE, task=1, side="a", ref="1", outcome="done")]
            store.settle(state, intent=None, outcome="done", links=[], tasks=[], acted=acted, lease=lease)

    workers = [threading.Thread(target=run) for _ in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()


def main(folder: Path) -> None:
    """Measure, and print."""
    clock, file = Clock(), folder / "tasksync.db"
    store = Store.open(f"sqlite:///{file}", clock=clock)
    lease = store.acquire("work", owner=Owner.here())
    state = store.load("work", SIDES)
    cycle = store.begin_cycle("work", clock.now())
    fill(state)
    print(f"{TASKS} tasks, {len(state.links)} links on {len(SIDES)} sides")

    def record() -> None:
        store.record(state, cycle=cycle, moved=[], acted=[], lease=lease)

    first = timed("record: all rows are new", record)
    plain = plain_writing(file, folder / "plain.db")
    print(f"    the links alone by plain sqlite3: {plain:.3f} s; all rows by the store: {first / plain:.1f} x")
    print(f"    file: {file.stat().st_size / 1e6:.1f} MB, log: {Path(f'{file}-wal').stat().st_size / 1e6:.1f} MB")
    floor = timed("read the rows by plain sqlite3, documents left as text", lambda: plain_reading(file))
    timed("load: rows as facts", lambda: store.load("work", SIDES), against=floor)
    timed("record: nothing changed", record, against=floor)
    for side in SIDES:
        state.links[1, side].misses += 1
    state.sides["a"] = Side(name="a", cursor="x")
    moved = [Moved(task=1, title="x", side="a", field=Field.TITLE, old="x", new="y", rule="4")]
    timed(
        "record: 6 links of 30,000 changed",
        lambda: store.record(state, cycle=cycle, moved=moved, acted=[], lease=lease),
        against=floor,
    )
    timed("fingerprint", store.fingerprint, against=floor)
    timed("find by a piece of a title", lambda: store.find("Task 4999:"), against=floor)
    timed("settle: one thread, 200 times", lambda: commits(store, state, lease, 1, 200), unit=200)
    timed("settle: six threads, 200 times each", lambda: commits(store, state, lease, 6, 200), unit=1200)
    store.close()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(dir=sys.argv[1] if len(sys.argv) > 1 else None) as place:
        main(Path(place))
