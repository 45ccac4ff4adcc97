"""Vendors that are down, refuse, limit, fail, or answer nonsense: one clear line, the exit code, nothing deleted."""

from __future__ import annotations

import re
import time

import pytest

from tests.system import faults
from tests.system.faults import data, instead, reads, said
from tests.system.group import Group, group
from tests.system.people import People
from tests.system.stranger import RESET, Fault, Stranger

TASKS = 40

# name: (the fault, the exit code, patterns of what the line says)
OF_A_SERVER = {
    "the connection is reset": (instead(RESET), 4, ("the connection was lost", r"is the server up\?")),
    "forbidden": (instead(said(403, b'{"message": "no"}'), of=data), 4, ("not allowed", "403")),
    "it fails": (instead(said(500), of=reads), 4, ("the server failed", "500", r"is the server up\?")),
    "a long pause": (instead(said(429, b"{}", ("Retry-After", "3600")), of=reads), 4, ("too many requests", "3600 s")),
    "a page for people": (instead(faults.page(), of=reads), 4, ("HTML",)),
    "an empty body": (instead(said(200), of=reads), 4, ("empty",)),
    "JSON that ends in the middle": (instead(faults.cut(b'[{"id": 1, "content": "x"}]'), of=reads), 4, ("breaks off",)),
    "no list": (instead(said(200, b'{"error": "try later"}'), of=reads), 4, ('"try later"|members error',)),
}


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """Forty tasks in agreement; what fails in these tests leaves them so."""
    with group(tmp_path_factory.mktemp("group"), 5) as made:
        people = People(made, 5)
        people.fill(TASKS)
        made.settle()
        yield made, people


def once(at: Group, server: Stranger, fault: Fault, *wishes: str) -> tuple[int, list[str]]:
    """A run for people against a server with a fault: the exit code, and the lines that name that side's trouble."""
    side = "outline" if server is at.outline else "strategy"
    server.fault = fault
    done = at.tasksync("run", "--once", *wishes)
    server.fault = None
    words = " ".join(done.out.split())
    assert "nothing was written" in words, done.out
    return done.code, [line for line in unwrapped(done.out) if line.startswith((f"{side} is ", f"{side}: "))]


def unwrapped(text: str) -> list[str]:
    """What was printed as indented lines, without the breaks that fit it into 80 columns."""
    lines: list[str] = []
    for line in text.splitlines():
        deeper = len(line) - len(line.lstrip()) > 2
        if deeper and lines:
            lines[-1] += " " + line.strip()
        else:
            lines.append(line.strip())
    return lines


@pytest.mark.parametrize("side", ["outline", "strategy"])
@pytest.mark.parametrize("name", OF_A_SERVER)
def test_a_side_that_can_not_be_read_is_told_in_one_line_and_nothing_moves(settled, name, side):
    at, people = settled
    fault, code, words = OF_A_SERVER[name]
    before = at.writes
    found, lines = once(at, getattr(at, side), fault)
    assert found == code
    assert len(lines) == 1, lines
    for word in words:
        assert re.search(word, lines[0]), lines[0]
    assert at.writes == before
    assert people.ledger.problems() == []


@pytest.mark.parametrize("side", ["outline", "strategy"])
def test_a_refused_password_names_the_keys_to_check(settled, side):
    at, people = settled
    server, key = getattr(at, side), {"outline": "key", "strategy": "password"}[side]
    before = at.writes
    setattr(server, key, "another")
    code, lines = once(at, server, lambda *_: None)
    delattr(server, key)
    assert code == 4
    assert len(lines) == 1, lines
    assert {"outline": "check username and remote_key", "strategy": "check username and password"}[side] in lines[0]
    assert at.writes == before
    assert people.ledger.problems() == []


@pytest.mark.parametrize("side", ["outline", "strategy"])
def test_a_short_pause_is_waited_for(settled, side):
    at, _ = settled
    waits = [said(429, b"{}", ("Retry-After", "2"))]

    def fault(when, call):
        return waits.pop() if when == "before" and reads(call) and waits else None

    getattr(at, side).fault = fault
    began = time.monotonic()
    report = at.run()
    getattr(at, side).fault = None
    assert (report["result"], report["exit"], waits) == ("quiet", 0, [])
    assert time.monotonic() - began >= 2


@pytest.mark.parametrize(("share", "code", "word"), [(0, 3, "lists no task"), (0.5, 4, "lists 20 of 40")])
@pytest.mark.parametrize("side", ["outline", "strategy"])
def test_a_list_that_lost_tasks_is_set_aside_and_deletes_nothing(settled, side, share, code, word):
    at, people = settled
    server, before = getattr(at, side), at.writes
    found, lines = once(at, server, instead(said(200, faults.listing(server, share)), of=lists), "--sweep")
    assert found == code
    assert len(lines) == 1, lines
    assert word in lines[0]
    assert {3: "tasksync held", 4: "--allow shrunk"}[code] in lines[0]
    assert at.writes == before
    assert people.ledger.problems() == []
    at.stay_quiet()


def lists(call) -> bool:
    """Whether a call is for the whole list."""
    return call.method == "GET" and call.path.endswith(("/tasks.json", "/actions.json"))


def test_a_server_that_is_not_there_is_told_in_one_line(tmp_path):
    with group(tmp_path) as at:
        people = People(at)
        people.fill(6)
        at.settle()
        gone = at.strategy
        gone.stop()
        for _ in range(2):
            done = at.tasksync("run", "--once")
            assert done.code == 4
            (line,) = (line for line in unwrapped(done.out) if line.startswith("strategy is down"))
            assert "connection refused" in line
        assert people.ledger.problems() == []


@pytest.mark.parametrize("every", [1, *(pytest.param(every, marks=pytest.mark.torture) for every in (2, 3))])
def test_lost_answers_of_changes_double_and_lose_nothing(tmp_path, every):
    """All answers, every second, every third is lost after the change was applied; people go on; it heals."""
    with group(tmp_path, every) as at:
        people = People(at, every)
        people.fill(10)
        people.ledger.note_parents()
        for act in (lambda: None, lambda: people.edit(6), lambda: people.delete(1)):
            act()
            at.outline.fault = at.strategy.fault = faults.lost_answers(every)
            at.run()
            at.outline.fault = at.strategy.fault = None
            at.settle()
            assert people.ledger.problems() == []


@pytest.mark.parametrize("seed", [11])
def test_a_tenth_of_all_requests_failing_in_every_way_doubles_and_loses_nothing(tmp_path, seed):
    with group(tmp_path, seed) as at:
        under_faults(at, seed, tasks=16, cycles=2)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(200, 300))
def test_long_campaigns_with_a_tenth_of_all_requests_failing(tmp_path, seed):
    with group(tmp_path, seed) as at:
        under_faults(at, seed, tasks=80, cycles=3)


def under_faults(at: Group, seed: int, *, tasks: int, cycles: int) -> None:
    """First sync, edits and deletes while a tenth of the requests fails; then it heals and settles."""
    people = People(at, seed)
    people.fill(tasks)
    for act in (lambda: None, lambda: people.edit(tasks // 2), lambda: people.delete(2)):
        act()
        at.outline.fault, at.strategy.fault = faults.mixed(seed, 0.1), faults.mixed(seed + 1, 0.1)
        for _ in range(cycles):
            at.run()
        at.outline.fault = at.strategy.fault = None
        at.settle()
        assert people.ledger.problems() == []
