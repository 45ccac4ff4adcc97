"""A store is opened, or it is said what stands in the way and what to do; looking at it changes nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from connectors.task import Field
from sync.core.model import Held, HeldKind, State, Task
from sync.store import Owner, Store, StoreError
from sync.store.migrations import MIGRATIONS


def address(file: Path) -> str:
    return f"sqlite:///{file}"


def filled(url: str, clock, tasks: int = 1) -> str:
    """A store with some tasks and something held; gives its fingerprint."""
    store = Store.open(url, clock=clock)
    try:
        state = store.load("work", ["a"])
        for number in range(state.next_task, state.next_task + tasks):
            state.tasks[number] = Task(id=number, values={Field.TITLE: "Milk" * 100})
        state.next_task += tasks
        state.held = [Held(HeldKind.CONFLICT, "k", "why", ("take a",))]
        store.record(state, cycle=1, moved=[], acted=[], lease=None)
        return store.fingerprint()
    finally:
        store.close()


def refused(url: str, clock, **given: bool) -> StoreError:
    """The error with which a store is not opened: one line that says what, and one that says what to do."""
    with pytest.raises(StoreError) as caught:
        use(Store.open(url, clock=clock, **given))
    assert caught.value.kind == "store"
    for line in (caught.value.message, caught.value.hint):
        assert line
        assert "\n" not in line
    return caught.value


def use(store: Store) -> State:
    """Read all of a store, and close it."""
    try:
        return store.load("work", ["a"])
    finally:
        store.close()


def files(folder: Path) -> dict[str, bytes]:
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.is_file()}


# Its file


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777])
def test_the_file_and_its_companions_are_for_their_owner_alone(tmp_path, clock, umask):
    before = os.umask(umask)
    try:
        store = Store.open(address(tmp_path / "new" / "tasksync.db"), clock=clock)
    finally:
        os.umask(before)
    try:
        store.begin_cycle("work", clock.now())
        modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in (tmp_path / "new").iterdir()}
        assert modes == dict.fromkeys(("tasksync.db", "tasksync.db-wal", "tasksync.db-shm"), 0o600)
        assert stat.S_IMODE((tmp_path / "new").stat().st_mode) & 0o077 == 0
    finally:
        store.close()


def test_a_file_that_is_there_keeps_its_mode(file, clock):
    filled(address(file), clock)
    file.chmod(0o640)
    filled(address(file), clock)
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_name_may_have_any_characters(tmp_path, clock):
    file = tmp_path / "50% of it? #1 é.db"
    filled(address(file).replace("?", "%3F"), clock)
    assert [entry.name for entry in tmp_path.iterdir()] == [file.name]


def test_writes_are_durable_and_ties_are_enforced(file, clock):
    store = Store.open(address(file), clock=clock)
    try:
        with store._database.writing() as transaction:
            asked = ("journal_mode", "synchronous", "foreign_keys")
            run = transaction.connection.exec_driver_sql
            assert [run(f"PRAGMA {name}").scalar() for name in asked] == ["wal", 2, 1]  # 2: FULL
    finally:
        store.close()


# What stands in the way


def test_a_folder_that_is_not_there_is_not_made_with_its_parents(tmp_path, clock):
    error = refused(address(tmp_path / "one" / "two" / "tasksync.db"), clock)
    assert "cannot be made: No such file or directory" in error.message
    assert str(tmp_path / "one" / "two") in error.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("read_only", [False, True])
def test_a_folder_is_no_store(tmp_path, clock, read_only):
    assert "is a folder" in refused(address(tmp_path), clock, read_only=read_only).message


@pytest.mark.parametrize("read_only", [False, True])
def test_what_is_no_file_is_no_store(tmp_path, clock, read_only):
    os.mkfifo(tmp_path / "pipe")
    assert "is not a file" in refused(address(tmp_path / "pipe"), clock, read_only=read_only).message


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    "content", [b"tasks: milk, bread\n" * 100, os.urandom(8192), b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_file_that_is_no_database_is_told_and_left_alone(file, clock, content, read_only):
    file.write_bytes(content)
    error = refused(address(file), clock, read_only=read_only)
    assert str(file) in error.message
    assert "not a database" in error.message or "damaged" in error.message
    assert files(file.parent) == {file.name: content}


@pytest.mark.parametrize("read_only", [False, True])
@pytest.mark.parametrize(
    "table", ["CREATE TABLE song (id)", "CREATE TABLE meta (key)", "CREATE TABLE meta (name, value)"]
)
def test_a_database_of_another_program_is_told_and_left_alone(file, clock, table, read_only):
    with sqlite3.connect(file) as connection:
        connection.execute(table)
    connection.close()
    assert "belongs to another program" in refused(address(file), clock, read_only=read_only).message
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT sql FROM sqlite_schema").fetchall() == [(table,)]
    connection.close()


def test_a_damaged_page_is_told(file, clock):
    filled(address(file), clock, tasks=500)
    content = bytearray(file.read_bytes())
    for page in range(5, len(content) // 4096, 2):
        content[page * 4096 : page * 4096 + 200] = b"\xff" * 200
    file.write_bytes(content)
    assert f"The store {file} is damaged." in refused(address(file), clock).message


def test_a_file_that_was_cut_is_told(file, clock):
    filled(address(file), clock, tasks=500)
    file.write_bytes(file.read_bytes()[: 4096 * 12])
    assert "damaged" in refused(address(file), clock).message


def test_a_document_that_makes_no_sense_is_told(file, clock):
    filled(address(file), clock)
    for nonsense in ("{", "[1]", '{"title":', '{"no such field":1}', '{"due":"tomorrow"}'):
        with sqlite3.connect(file) as connection:
            connection.execute("UPDATE task SET doc = ?", [nonsense])
        connection.close()
        assert "cannot be read" in refused(address(file), clock).message


def test_a_table_that_is_missing_is_told(file, clock):
    filled(address(file), clock)
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE link")
        connection.execute("INSERT INTO side VALUES (1, 1, 'a', '', '', NULL, 0, NULL, 1, '{}') ON CONFLICT DO NOTHING")
    connection.close()
    assert "no such table: link" in refused(address(file), clock).message


@pytest.mark.parametrize("read_only", [False, True])
def test_a_newer_store_is_told_and_left_alone(url, clock, read_only):
    before = filled(url, clock)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("update meta set value = '99' where name = 'version'"))
    engine.dispose()
    error = refused(url, clock, read_only=read_only)
    assert "newer version" in error.message
    assert "99" in error.message
    with engine.begin() as connection:
        connection.execute(text(f"update meta set value = '{len(MIGRATIONS)}' where name = 'version'"))
    engine.dispose()
    assert filled_fingerprint(url, clock) == before


def filled_fingerprint(url: str, clock) -> str:
    store = Store.open(url, clock=clock, read_only=True)
    try:
        return store.fingerprint()
    finally:
        store.close()


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "cannot be read"),
        ("tasksync.db", "cannot be read"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://tasksync.db", "names no file"),
        ("postgresql+psycopg://host:port/db", "cannot be read"),
        ("mysql://host/db", "mysql"),
        ("postgresql://host/db", "postgresql"),
    ],
)
def test_an_address_that_is_none_is_told_with_the_forms_that_there_are(url, word, clock):
    error = refused(url, clock)
    assert word in error.message
    assert "sqlite:///FILE" in error.hint
    assert "postgresql+psycopg://" in error.hint


def test_a_server_that_does_not_answer_is_told_without_the_password(clock):
    error = refused("postgresql+psycopg://me:s3cret@127.0.0.1:1/tasks", clock)
    assert "127.0.0.1" in error.message
    assert "s3cret" not in error.message + error.hint


def test_a_database_that_the_server_does_not_have_is_told(server_url, clock):
    error = refused(server_url.rsplit("/", 1)[0] + "/nowhere", clock)
    assert "nowhere" in error.message


def test_another_programs_tables_on_the_server_do_not_disturb(new_database, clock):
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table song (id int)"))
    filled(url, clock)
    with engine.begin() as connection:
        assert connection.execute(text("select count(*) from song")).scalar() == 0
    engine.dispose()


def test_another_programs_table_of_our_name_on_the_server_is_told(new_database, clock):
    url = new_database()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("create table task (id int)"))
    engine.dispose()
    assert "belongs to another program" in refused(url, clock).message


# Looking at it


def test_a_store_that_is_not_there_is_empty_to_whoever_only_looks(tmp_path, clock):
    for file in (tmp_path / "tasksync.db", tmp_path / "one" / "two" / "tasksync.db"):
        store = Store.open(address(file), clock=clock, read_only=True)
        assert store.held() == store.history() == store.cycles() == []
        assert use(store).next_task == 1
    assert list(tmp_path.iterdir()) == []


def test_a_database_without_tables_is_empty_to_whoever_only_looks(new_database, clock):
    url = new_database()
    assert use(Store.open(url, clock=clock, read_only=True)).tasks == {}
    engine = create_engine(url)
    with engine.connect() as connection:
        assert connection.execute(text("select count(*) from pg_tables where schemaname = 'public'")).scalar() == 0
    engine.dispose()


def test_looking_at_a_store_leaves_it_as_it_was(file, clock):
    before = filled(address(file), clock)
    content = files(file.parent)
    assert filled_fingerprint(address(file), clock) == before
    assert len(use(Store.open(address(file), clock=clock, read_only=True)).tasks) == 1
    assert files(file.parent)[file.name] == content[file.name]


def test_looking_sees_what_another_process_has_just_written(file, clock):
    filled(address(file), clock)
    store = Store.open(address(file), clock=clock)
    try:
        store.begin_cycle("work", clock.now())
        assert use(Store.open(address(file), clock=clock, read_only=True)).cycle == 1
    finally:
        store.close()


def test_whoever_only_looks_cannot_write(url, clock):
    for _ in ("not there yet", "there"):
        store = Store.open(url, clock=clock, read_only=True)
        state = store.load("work", ["a"])
        before = store.fingerprint()
        state.sides["a"].links = 7
        for write in (
            lambda: store.record(state, cycle=1, moved=[], acted=[], lease=None),  # noqa: B023 called at once
            lambda: store.begin_cycle("work", clock.now()),  # noqa: B023
            lambda: store.acquire("work", owner=Owner.here()),  # noqa: B023
            lambda: store.resolve(1, "take a"),  # noqa: B023
        ):
            with pytest.raises(StoreError, match="for reading only"):
                write()
        assert store.fingerprint() == before
        store.close()
        filled(url, clock)


def test_an_older_store_is_looked_at_through_a_copy_and_brought_up_to_date_by_a_run(file, clock):
    """A file that was made and has no tables yet is the oldest version that there is."""
    sqlite3.connect(file).close()
    file.touch()
    assert use(Store.open(address(file), clock=clock, read_only=True)).tasks == {}
    assert file.read_bytes() == b""
    filled(address(file), clock)
    assert len(use(Store.open(address(file), clock=clock, read_only=True)).tasks) == 1


def test_whoever_only_looks_may_ask_from_several_threads(tmp_path, clock):
    from concurrent.futures import ThreadPoolExecutor

    store = Store.open(address(tmp_path / "none.db"), clock=clock, read_only=True)
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(lambda _: store.fingerprint(), range(20))) == [store.fingerprint()] * 20
    store.close()
