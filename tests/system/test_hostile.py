"""Vendors that send too much, too deep, too slowly, broken JSON, or elsewhere: one line, the code, nothing wrong done.

The memory of the process is measured; what is odd about one task stops no other.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time

import pytest

from tests.system import hostile
from tests.system.group import ROOT, Group, group
from tests.system.ogsm import OgsmReading
from tests.system.people import People
from tests.system.stranger import Fault, Stranger
from tests.system.test_faults import unwrapped

TASKS = 12
MOST = 300 << 20
"""Bytes of memory that a run may take, whatever a vendor sends: what a small container has."""
PEAK = """
import runpy, sys
code = 1
try:
    sys.argv = ["tasksync", *sys.argv[1:]]
    runpy.run_module("sync", run_name="__main__")
except SystemExit as end:
    code = end.code
lines = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
print(int(lines["VmHWM"].split()[0]) * 1024, file=sys.stderr)
sys.exit(code)
"""
"""The program, and then its peak: VmHWM is its own, where getrusage tells what the process had before it became it."""

# name: (what a server does, the exit code, pieces of the line that says so)
ELSEWHERE = "https://elsewhere.invalid/tasks?page=2"
WHOLE = {
    "2 GiB": (lambda _: hostile.huge(), 4, "larger than 64 MiB"),
    "a bomb": (lambda _: hostile.bomb(), 4, "larger than 64 MiB"),
    "a million levels": (lambda _: hostile.deep(), 4, "not JSON"),
    "a pause until a date": (lambda _: hostile.late(429, 3600), 4, "asks to wait 3"),
    "busy until a date": (lambda _: hostile.late(503, 3600), 4, "the server is busy"),
    "to another host": (
        lambda _: hostile.to(ELSEWHERE),
        4,
        "another server, https://elsewhere.invalid|new address: https://elsewhere.invalid",
    ),
    "to the same in the clear": (
        lambda _: hostile.to("http://127.0.0.1:9/"),
        4,
        "another server, http://127.0.0.1:9|new address: http://127.0.0.1:9",
    ),
    "round in a circle": (lambda _: hostile.to("/again"), 4, "redirected"),
    "one id twice": (hostile.doubled, 4, "twice|two different"),
    "no ids at all": (lambda at: hostile.changed(at, lambda rows: [{"title": "x"} for _ in rows]), 4, "id"),
}


@pytest.fixture(scope="module")
def settled(tmp_path_factory):
    """Some tasks in agreement; no fault of these tests changes anything."""
    with group(tmp_path_factory.mktemp("group"), 5, strategy=OgsmReading()) as made:
        people = People(made, 5)
        people.fill(TASKS)
        made.settle()
        yield made, people


def line_of(out: str, side: str) -> str:
    """The one line that tells a side's trouble."""
    (line,) = (one for one in unwrapped(out) if one.startswith((f"{side} is ", f"{side}: ")))
    return line


@pytest.mark.parametrize("side", ["outline", pytest.param("strategy", marks=pytest.mark.torture)])
@pytest.mark.parametrize("name", WHOLE)
def test_an_answer_that_is_no_list_is_told_in_one_line_and_nothing_moves(settled, name, side):
    at, people = settled
    server, before = getattr(at, side), at.writes
    make, code, said = WHOLE[name]
    server.fault = make(server)
    done = at.tasksync("run", "--once")
    server.fault = None
    assert done.code == code
    assert any(word in line_of(done.out, side) for word in said.split("|")), done.out
    assert at.writes == before
    assert people.ledger.problems() == []


@pytest.mark.parametrize("fault", [hostile.huge, hostile.bomb, hostile.deep])
def test_no_answer_takes_more_memory_than_there_is(settled, fault):
    at, _ = settled
    at.outline.fault = fault()
    at.strategy.fault = fault()
    command = [sys.executable, "-c", PEAK, "run", "--once", "--json"]
    done = subprocess.run(
        command, cwd=at.folder, env={"PYTHONPATH": str(ROOT)}, capture_output=True, check=False, timeout=120
    )
    at.outline.fault = at.strategy.fault = None
    assert done.returncode == 4, done.stderr
    assert int(done.stderr.splitlines()[-1]) < MOST


def test_a_run_under_a_limit_of_memory_says_so_and_the_next_one_goes_on(settled):
    """The kernel refuses the memory: an unexpected failure or a side that is down, in one line, and nothing written."""
    at, people = settled
    before = at.writes

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MOST, MOST))

    at.outline.fault = at.strategy.fault = hostile.huge()
    done = at.tasksync("run", "--once", preexec_fn=limited)
    at.outline.fault = at.strategy.fault = None
    assert done.code in {1, 4}
    assert done.out + done.err
    assert at.writes == before
    at.stay_quiet()
    assert people.ledger.problems() == []


@pytest.mark.torture
def test_a_body_that_drips_is_left_when_its_time_is_up(settled):
    at, people = settled
    at.configure(outline_keys='timeout = "1s"')
    at.outline.fault = hostile.dripping(0.2)
    began = time.monotonic()
    done = at.tasksync("run", "--once")
    at.outline.fault = None
    at.configure()
    assert done.code == 4
    assert "no complete answer in time" in line_of(done.out, "outline")
    assert time.monotonic() - began < 30
    assert people.ledger.problems() == []


def test_a_page_that_names_itself_as_the_next_is_left(settled):
    at, people = settled
    before = at.writes
    at.strategy.fault = hostile.round_and_round()
    done = at.tasksync("run", "--once")
    at.strategy.fault = None
    assert done.code == 4
    assert "round in circles" in line_of(done.out, "strategy")
    assert at.writes == before
    assert people.ledger.problems() == []


def odd(at: Group, server: Stranger, fault: Fault, edited: int) -> list[dict]:
    """One odd task in a list: another is edited there and must arrive all the same. What is held."""
    server.fault = fault
    report = at.run()
    held = at.tasksync("held", "--json").json["held"]
    server.fault = None
    assert report["deleted"] == report["created"] == 0, report
    assert report["updated"] == edited, report
    return held


ODD = {
    "no id": ("id", "null", True),
    "an id that is NaN": ("id", "NaN", True),
    "an id that is text": ("id", None, False),
    "no title": ("title", "null", True),
    "a title that is a number": ("title", "7", True),
    "half a character in a title": ("title", '"cut \\ud83d"', True),
    "no UTF-8 in a title": ("title", '"caf\xe9"', True),
    "NaN in a number": ("progress", "NaN", False),
    "an endless number": ("progress", "9" * 5000, False),
    "Infinity in a date": ("due", "-Infinity", False),
    "an unreadable date": ("due", '"soon"', False),
    "labels that are a word": ("labels", '"home"', False),
    "a status that is a list": ("status", "[1]", False),
    "half a character nobody reads": ("traffic_light", '"\\udc00"', False),
}


USUAL = (
    "no id",
    "an id that is NaN",
    "no title",
    "half a character in a title",
    "NaN in a number",
    "an unreadable date",
)
"""Of each kind of trouble one; the long campaigns take all."""


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in USUAL else pytest.mark.torture) for name in ODD]
)
def test_one_odd_task_in_a_list_stops_no_other_and_loses_nothing(tmp_path, name):
    """Held where the task itself can not be read; else its other fields go on. Healed, all agree."""
    member, written, is_held = ODD[name]
    with group(tmp_path, 3, strategy=OgsmReading()) as at:
        people = People(at, 3)
        numbers = [people.add_action() for _ in range(5)]
        at.settle()
        refs = people.ledger.refs()
        strange, edited = refs[numbers[0]][1], refs[numbers[1]][1]
        kept = people.ledger.tasks[numbers[1]]
        people.strategy.edit(edited, due="2029-05-06")
        kept.due = "2029-05-06"
        held = odd(at, at.strategy, hostile.spelt(at.strategy, member, written or f'"{strange}"', strange), 1)
        assert [row["kind"] for row in held] == ["entry"] * is_held, held
        assert all(row["side"] == "strategy" and row["why"] for row in held)
        at.settle()
        assert people.ledger.problems() == []
        assert at.tasksync("held", "--json").json["held"] == []


def test_a_task_without_id_never_counts_as_deleted(tmp_path):
    """In as many complete reads as a deletion needs, and more."""
    with group(tmp_path, 3, strategy=OgsmReading()) as at:
        people = People(at, 3)
        numbers = [people.add_action() for _ in range(5)]
        at.settle()
        strange = people.ledger.refs()[numbers[0]][1]
        at.strategy.fault = hostile.spelt(at.strategy, "id", "null", strange)
        for _ in range(4):
            report = at.run()
            assert (report["deleted"], report["waiting"], report["held"]) == (0, 0, 1), report
            assert report["exit"] == 3
        at.strategy.fault = None
        at.stay_quiet()
        assert people.ledger.problems() == []


def test_signs_that_terminals_and_databases_dislike_are_carried_or_dropped_and_stop_nothing(tmp_path):
    """NUL, escape sequences, half characters that belong together, right-to-left marks, the highest character."""
    with group(tmp_path, 3, strategy=OgsmReading()) as at:
        signs = ("a\0b", "\x1b[31mred\x1b[0m", "\U0001f600", "\u202eabc", "\U0010ffff", "line\u2028two", "\ufeffx")
        for number, sign in enumerate(signs):
            at.strategy.add(f"{number} {sign} end", description=f"<p>{sign}</p>")
            at.outline.add(f"{number + 50} {sign} end\n{sign}")
        at.settle()
        for arguments in (("status",), ("plan",), ("run", "--once"), ("held",), ("run", "--once", "-vv")):
            done = at.tasksync(*arguments)
            assert done.code == 0, done
            assert "\x1b[31m" not in done.out + done.err
            assert "\0" not in done.out + done.err
        assert len(at.outline.items) == len(at.strategy.actions) == 2 * len(signs)
