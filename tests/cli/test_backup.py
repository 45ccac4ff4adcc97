"""``backup`` and ``restore``: copies of a store in use, checked, put back, and refused where they would do harm."""

from __future__ import annotations

import sqlite3
import stat
import threading
from contextlib import closing

import pytest

from sync.clock import SystemClock
from sync.store import Owner, Store
from tests.cli.kit import Place


@pytest.fixture
def place(tmp_path) -> Place:
    """Two vaults that agree on Milk, and a copy of their store."""
    made = Place(tmp_path)
    made.put("here", "Milk")
    made.once()
    return made


def refused(done, *words: str, code: int = 2) -> None:
    assert (done.code, done.out) == (code, ""), done.out
    assert len(done.err.splitlines()) == 1
    for word in words:
        assert word in done.err


def look(file, query: str) -> list:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def test_there_and_back(place):
    """Backup, more tasks both ways, restore: nothing is doubled, and the store that was there is kept."""
    done = place.run("backup", "copy.db")
    assert (done.code, done.out) == (0, "1 task of 1 group, up to cycle 1: copy.db\n"), done.err
    assert stat.S_IMODE((place.folder / "copy.db").stat().st_mode) == 0o600
    assert not [file.name for file in place.folder.glob("copy.db?*")]
    refused(place.run("backup", "copy.db"), "is there already", "--overwrite")
    place.put("here", "Bread")
    place.put("there", "Eggs")
    place.once()
    done = place.run("restore", "copy.db")
    assert done.code == 0, done.err
    assert "restored: 1 task of 1 group, up to cycle 1" in done.out
    assert "2 tasks that came since will be tied again" in done.out
    (kept,) = place.folder.glob("tasks.db.before-restore-*Z")
    assert look(kept, "select count(*) from task") == [(3,)]
    report = place.once()
    assert (report["created"], report["updated"], report["adopted"]) == (0, 0, 2)
    assert place.once()["result"] == "quiet"
    assert place.titles("here") == place.titles("there") == ["Bread", "Eggs", "Milk"]
    again = place.run("backup", "copy.db", "--overwrite", "--json").json
    assert again == {"file": str(place.folder / "copy.db"), "tasks": 3, "groups": 1, "cycle": 3}


def test_a_copy_is_whole_while_others_write(place):
    """Rows that belong together are all in a copy, or none: whoever writes meanwhile."""
    done, stop = [], threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(place.folder / "tasks.db", timeout=10)) as connection:
            while not stop.is_set():
                with connection:
                    for name in ("left", "right"):
                        connection.execute("insert or replace into meta select ?, ?", (name, str(len(done))))
                done.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            assert place.run("backup", f"copy{number}.db").code == 0
            ((left,), (right,)) = look(
                place.folder / f"copy{number}.db", "select value from meta where name in ('left', 'right')"
            )
            assert left == right
    finally:
        stop.set()
        writer.join()
    assert len(done) > 5


def test_what_is_no_copy_is_refused_and_the_store_stays(place):
    place.run("backup", "copy.db")
    before = place.run("status", "--json").json
    refused(place.run("restore", "none.db"), "no file none.db")
    (place.folder / "text").write_text("no database at all " * 400, encoding="utf-8")
    refused(place.run("restore", "text"), "text is damaged")
    with closing(sqlite3.connect(place.folder / "other.db")) as other:
        other.execute("create table recipes (name)")
    refused(place.run("restore", "other.db"), "belongs to another program")
    with closing(sqlite3.connect(place.folder / "copy.db")) as newer, newer:
        newer.execute("update meta set value = '999' where name = 'version'")
    refused(place.run("restore", "copy.db"), "newer version")
    refused(place.run("restore", "tasks.db"), "is the store itself")
    damaged = bytearray((place.folder / "tasks.db").read_bytes())
    damaged[8192:12288] = b"\xff" * 4096
    (place.folder / "damaged.db").write_bytes(damaged)
    refused(place.run("restore", "damaged.db"), "damaged")
    assert place.run("status", "--json").json == before
    assert not list(place.folder.glob("tasks.db.*"))


def test_nothing_is_put_back_under_a_cycle_and_who_has_the_store_open_sees_what_is_put_back(place):
    place.run("backup", "copy.db")
    place.put("here", "Bread")
    place.once()
    store = Store.open(f"sqlite:///{place.folder / 'tasks.db'}", clock=SystemClock())
    lease = store.acquire("work", owner=Owner.here())
    try:
        refused(place.run("restore", "copy.db"), "is being worked on", code=4)
        store.release(lease)
        assert len(store.load("work", ["here", "there"]).tasks) == 2
        assert place.run("restore", "copy.db").code == 0
        assert len(store.load("work", ["here", "there"]).tasks) == 1
        store.release(store.acquire("work", owner=Owner.here()))
    finally:
        store.close()
    assert place.once()["created"] == 0


@pytest.mark.parametrize("spoil", ["damaged", "newer", "gone"])
def test_a_store_that_can_not_be_read_any_more_is_replaced_and_kept(place, spoil):
    place.run("backup", "copy.db")
    store = place.folder / "tasks.db"
    if spoil == "damaged":
        store.write_bytes(b"no store at all" * 1000)
    elif spoil == "newer":
        with closing(sqlite3.connect(store)) as newer, newer:
            newer.execute("update meta set value = '999' where name = 'version'")
    else:
        store.unlink()
    was = store.read_bytes() if store.exists() else None
    document = place.run("restore", "copy.db", "--json").json
    assert document["blind"] == ["work/here", "work/there"]
    assert ("kept" in document) is (was is not None)
    if was is not None:
        with open(document["kept"], "rb") as kept:  # noqa: PTH123 - a path as the document has it
            assert kept.read() == was
    assert place.once()["created"] == 0
    assert place.titles("there") == ["Milk"]


def test_a_store_on_a_server_is_left_to_its_own_tools(place):
    text = place.config.read_text(encoding="utf-8")
    url = 'url = "postgresql+psycopg://me:hidden@127.0.0.1:1/tasks"'
    place.config.write_text(text.replace('url = "sqlite:///tasks.db"', url), encoding="utf-8")
    for arguments, words in ((["backup", "copy.db"], "pg_dump"), (["restore", "copy.db"], "pg_restore")):
        done = place.run(*arguments)
        refused(done, words, "***")
        assert "hidden" not in done.err


def test_a_copy_needs_no_secret(place):
    """What a service gets as credentials is not there when a person, or cron, makes a copy."""
    with place.config.open("a", encoding="utf-8") as config:
        config.write('\n[sides.more]\nconnector = "checkvist"\nusername = "me"\nremote_key = { env = "NOT_SET" }\n')
    assert place.run("status").code == 2
    assert place.run("backup", "copy.db").code == 0
