"""Configurations, stores and command lines that can not be used: exit code 2, and a message that says what to do."""

from __future__ import annotations

import json
import os
import re
import sqlite3
from contextlib import closing

import pytest

from tests.system.group import Done, Group
from tests.system.people import People

MARK = "# here"
PROBLEM = re.compile(r"tasksync: (?P<file>[^:]+):(?P<line>\d+): (?:(?P<key>[^ :]+): )?(?P<message>.+) \((?P<hint>.+)\)")

# name: (what is replaced in a right file, by what, the key, a piece of the message, a piece of the hint)
BROKEN = {
    "no quotes": ('"checkvist"', "checkvist # here", "sides.outline.connector", "no value", "quotes"),
    "a text that is open": ('"checkvist"', '"checkvist # here', "sides.outline.connector", "not closed", "same line"),
    "a table twice": (
        "[groups.work.evidence]",
        "[sides.outline] # here",
        "sides.outline",
        "stands twice",
        "one header",
    ),
    "a key twice": (
        'rate = "off"',
        'rate = "off"\nrate = "off" # here',
        "sides.outline.rate",
        "stands twice",
        "keep one",
    ),
    "an unknown table": ("[groups.work]", "[group.work] # here", "group", "unknown key", '"groups"'),
    "an unknown key": ('rate = "off"', 'rat = "off" # here', "sides.outline.rat", "unknown key", '"rate"'),
    "an unknown connector": (
        '"checkvist"',
        '"chekvist" # here',
        "sides.outline.connector",
        "not a connector",
        '"checkvist"',
    ),
    "no connector": (
        '[sides.outline]\nconnector = "checkvist"',
        "[sides.outline] # here",
        "sides.outline.connector",
        "missing",
        "checkvist",
    ),
    "no checklist": (
        r"[sides.outline]§checklist = 4711\n",
        "[sides.outline] # here",
        "sides.outline.checklist",
        "missing",
        "checklist",
    ),
    "a list by its name": (
        "checklist = 4711",
        'checklist = "Work" # here',
        "sides.outline.checklist",
        "whole number",
        "quotes",
    ),
    "a list below one": ("checklist = 4711", "checklist = 0 # here", "sides.outline.checklist", "greater", "1"),
    "no password": ("remote_key", "remote_kay", "sides.outline.remote_kay", "unknown key", '"remote_key"'),
    "a secret that is nowhere": (
        '"stranger-password-2342"',
        '{ env = "NO_SUCH_NAME" } # here',
        "sides.strategy.password",
        "NO_SUCH_NAME",
        "NO_SUCH_NAME",
    ),
    "a secret's file that is not there": (
        '"stranger-password-2342"',
        '{ file = "no/such" } # here',
        "sides.strategy.password",
        "no/such",
        "",
    ),
    "a secret from two places": (
        '"stranger-password-2342"',
        '{ env = "A", file = "b" } # here',
        "sides.strategy.password",
        "",
        "",
    ),
    "an unknown way to sign in": ('rate = "off"', 'auth = "oauth" # here', "sides.outline.auth", '"oauth"', "token"),
    "an address without a scheme": (
        "http://127.0.0.1",
        "127.0.0.1",
        "sides.outline.base_url",
        "not an address",
        "https://",
    ),
    "an address in the clear": (
        r"http://127.0.0.1:\d+",
        "http://tasks.example.com",
        "sides.outline.base_url",
        "in the clear",
        "https://",
    ),
    "a canvas in quotes": ("canvas = 789", 'canvas = "789" # here', "sides.strategy.canvas", "whole number", "quotes"),
    "a rate without a time": ('rate = "off"', 'rate = "50" # here', "sides.outline.rate", '"50"', '"50/1m"'),
    "a duration without a unit": (
        'miss_gap = "0s"',
        "miss_gap = 5 # here",
        "groups.work.evidence.miss_gap",
        "whole number",
        '"5s"',
    ),
    "no misses": ("misses = 2", "misses = 0 # here", "groups.work.evidence.misses", "greater", "1"),
    "a zone that is none": (
        'rate = "off"',
        'timezone = "Mars" # here',
        "sides.outline.timezone",
        '"Mars"',
        "Europe/Berlin",
    ),
    "an access that is none": ('rate = "off"', 'access = "rw" # here', "sides.outline.access", '"rw"', "two-way"),
    "a status that is none": (
        'rate = "off"',
        'statuses = { open = "todo" } # here',
        "sides.outline.statuses.open",
        '"todo"',
        "needs_action",
    ),
    "a field that is none": (
        'rate = "off"',
        "fields = { titel = false } # here",
        "sides.outline.fields.titel",
        '"titel"',
        '"title"',
    ),
    "a side that is none": (
        'sides = ["outline", "strategy"]',
        'sides = ["outlin", "strategy"] # here',
        "groups.work.sides",
        '"outlin"',
        '"outline"',
    ),
    "a group of one": (
        'sides = ["outline", "strategy"]',
        'sides = ["outline"] # here',
        "groups.work.sides",
        "one side",
        "two",
    ),
    "a side twice": (
        'sides = ["outline", "strategy"]',
        'sides = ["outline", "strategy", "outline"] # here',
        "groups.work.sides",
        "twice",
        "",
    ),
    "a policy that is none": (
        "[groups.work.evidence]",
        'conflict = "latest" # here\n[groups.work.evidence]',
        "groups.work.conflict",
        '"latest"',
        "newest",
    ),
    "an unknown guard": (
        "[groups.work.evidence]",
        "guards = { delete = 5 } # here\n[groups.work.evidence]",
        "groups.work.guards.delete",
        "unknown key",
        '"deletes"',
    ),
    "a store of another kind": (
        "[groups.work]",
        '[store]\nurl = "mysql://a/b" # here\n[groups.work]',
        "store.url",
        '"mysql"',
        "postgresql",
    ),
    "a level that is none": (
        "[groups.work]",
        '[log]\nlevel = "loud" # here\n[groups.work]',
        "log.level",
        '"loud"',
        "info",
    ),
}
# Faults that make something else wrong as well.
WITH_OTHERS = {
    "an unknown table",
    "a table twice",
    "no password",
    "a side that is none",
    "a group of one",
    "an access that is none",
}


def spoilt(at: Group, name: str) -> int:
    """Put one fault into the file; the number of the line that it is on."""
    right, wrong, *_ = BROKEN[name]
    text = at.config.read_text(encoding="utf-8")
    first, _, right = right.rpartition("§")
    if first:  # two lines that do not follow each other: a header, and a key that goes
        text = re.sub(right, "", text, count=1).replace(first, wrong, 1)
    else:
        text = re.sub(right if "\\" in right else re.escape(right), lambda _: wrong, text, count=1)
    assert text != at.config.read_text(encoding="utf-8")
    at.config.write_text(text, encoding="utf-8")
    lines = text.splitlines()
    place = MARK if MARK in wrong else wrong
    return next(number for number, line in enumerate(lines, start=1) if place in line)


@pytest.fixture(scope="module")
def right(tmp_path_factory):
    """A folder for configurations; nothing is served: no such run comes that far."""
    from tests.system.checkvist import Checkvist
    from tests.system.ogsm import Ogsm

    at = Group(tmp_path_factory.mktemp("group"), Checkvist(), Ogsm())
    yield at
    at.outline.close()
    at.strategy.close()


@pytest.mark.parametrize("name", BROKEN)
def test_one_fault_is_told_with_its_file_line_key_and_what_to_write_instead(right, name):
    right.configure()
    *_, key, message, hint = BROKEN[name]
    line = spoilt(right, name)
    done = right.tasksync("run", "--once")
    assert (done.code, done.out) == (2, "")
    assert not right.store.exists()
    told = [PROBLEM.fullmatch(one) for one in done.err.splitlines()]
    assert all(told), done.err
    (found,) = (one for one in told if one["key"] == key)
    assert (found["file"], int(found["line"])) == ("tasksync.toml", line), done.err
    assert message in found["message"]
    assert hint in f"{found['message']} {found['hint']}"
    assert len(told) == 1 or name in WITH_OTHERS, done.err


def test_every_fault_is_told_at_once_and_as_json(right):
    right.configure()
    names = ["an unknown key", "a list by its name", "a canvas in quotes", "no misses", "a level that is none"]
    for name in names:
        spoilt(right, name)
    done = right.tasksync("check", "--json")
    assert (done.code, done.err) == (2, "")
    error = done.json["error"]
    assert done.json.keys() == {"error"}
    assert error.keys() == {"kind", "message", "problems"}
    assert error["kind"] == "config"
    assert [row["key"] for row in error["problems"]] == sorted((BROKEN[name][2] for name in names), key=order(error))
    for row in error["problems"]:
        assert {name: type(value) for name, value in row.items()} == {
            "file": str,
            "line": int,
            "key": str,
            "message": str,
            "hint": str,
        }
    lines = [row["line"] for row in error["problems"]]
    assert lines == sorted(lines)


def order(error):
    """The place of a key among the problems that were told; a key that was not is an error."""
    return [row["key"] for row in error["problems"]].index


@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_a_configuration_that_is_not_there_says_where_it_was_looked_for(right, tmp_path, arguments):
    done = right.tasksync("status", "--config", str(tmp_path / "none.toml"), *arguments)
    assert done.code == 2
    text = done.json["error"]["message"] if arguments else done.err
    assert str(tmp_path / "none.toml") in text
    assert len(text.splitlines()) == 1


def garbage(at: Group) -> None:
    at.store.write_bytes(b"This is no database, and never was one. " * 200)


def newer(at: Group) -> None:
    assert at.tasksync("run", "--once").code == 0
    with closing(sqlite3.connect(at.store)) as connection, connection:
        connection.execute("pragma user_version = 999")
        for (table,) in connection.execute("select name from sqlite_master where name = 'meta'").fetchall():
            connection.execute(f"update {table} set value = '999'")


def folder(at: Group) -> None:
    at.store.mkdir()


def torn(at: Group) -> None:
    assert at.tasksync("run", "--once").code == 0
    with at.store.open("r+b") as file:
        file.seek(100)
        file.write(os.urandom(3000))
    for rest in ("-wal", "-shm"):
        at.store.with_name(at.store.name + rest).unlink(missing_ok=True)


def nowhere(at: Group) -> None:
    text = at.config.read_text(encoding="utf-8")
    at.config.write_text(f'[store]\nurl = "sqlite:///no/such/folder/tasks.db"\n{text}', encoding="utf-8")


def sealed(at: Group) -> None:
    text = at.config.read_text(encoding="utf-8")
    at.config.write_text(f'[store]\nurl = "sqlite:////proc/tasks.db"\n{text}', encoding="utf-8")


@pytest.mark.parametrize("spoil", [garbage, newer, folder, torn, nowhere, sealed])
def test_a_store_that_can_not_be_used_is_told_in_one_line_and_nothing_is_sent(small: Group, spoil):
    people = People(small)
    people.fill(2)
    spoil(small)
    before = small.writes
    done = small.tasksync("run", "--once")
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "tasks" in done.err
    document = small.tasksync("run", "--once", "--json")
    assert (document.code, document.json["error"]["kind"]) == (2, "store")
    assert document.json["error"]["problems"] == []
    assert small.writes == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", "--once", "nosuch"), "work"),
        (("plan", "nosuch"), "work"),
        (("status", "nosuch"), "work"),
        (("resolve", "h99", "approve"), "h99"),
    ],
)
def test_a_name_that_there_is_not_exits_2_and_says_so(right: Group, arguments, words):
    right.configure()
    done: Done = right.tasksync(*arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1
    document = json.loads(right.tasksync(*arguments, "--json").out)
    assert document["error"]["kind"] == "usage"
    assert words in document["error"]["message"]
