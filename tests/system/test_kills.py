"""``kill -9`` at any moment, and the run that follows: nothing doubled, nothing lost, no manual step."""

from __future__ import annotations

import random
import subprocess
import time
from pathlib import Path
from threading import Event

import pytest

from tests.system.group import Group, group
from tests.system.kills import Figures, campaign
from tests.system.people import People
from tests.system.seams import RUN, SEAMS, Kill, kill
from tests.system.stranger import RESET, Call, Stranger

EACH = range(60)


def killed_after(at: Group, seconds: float) -> bool:
    """Start a run and kill it after so long. Whether it was still running."""
    with at.start(*RUN) as process:
        try:
            process.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            kill(process)
            return True
        process.communicate()
        return False


def killed_at(at: Group, server: Stranger, number: int, moment: str) -> bool:
    """Start a run, and kill it while a server answers its so manieth change: before or after it is applied."""
    seen = [0]
    reached, dead = Event(), Event()

    def fault(when: str, call: Call):
        if not call.writes:
            return None
        seen[0] += when == "before"
        if seen[0] != number or when != moment or reached.is_set():
            return None
        reached.set()
        dead.wait(60)
        return RESET

    server.fault = fault
    with at.start(*RUN) as process:
        while not reached.wait(0.02) and process.poll() is None:
            pass
        if reached.is_set():
            kill(process)
        dead.set()
        process.communicate()
    server.fault = None
    return reached.is_set()


def one_time(at: Group) -> float:
    """Seconds that a run takes on this machine now: its length at a group that is quiet."""
    began = time.monotonic()
    at.run()
    return time.monotonic() - began


def test_a_first_sync_that_is_killed_again_and_again_doubles_and_loses_nothing(tmp_path):
    with group(tmp_path, 1) as at:
        people = People(at, 1)
        people.fill(24)
        kills = (
            (at.outline, 1, "after"),
            (at.strategy, 2, "before"),
            (at.outline, 3, "after"),
            (at.strategy, 1, "after"),
        )
        for server, number, moment in kills:
            assert killed_at(at, server, number, moment)
        at.settle()
        assert people.ledger.problems() == []


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize(("side", "number"), [("outline", 1), ("strategy", 6)])
def test_a_first_sync_that_is_killed_at_a_request_doubles_and_loses_nothing(tmp_path, side, number, moment):
    """Before: the vendor never did it. After: the vendor did, and nobody heard."""
    with group(tmp_path, 2) as at:
        people = People(at, 2)
        people.fill(12)
        assert killed_at(at, getattr(at, side), number, moment)
        at.settle()
        assert people.ledger.problems() == []


@pytest.mark.parametrize("seam", ["before the record is committed", "before a receipt is committed"])
def test_a_first_sync_that_is_killed_around_a_commit_doubles_and_loses_nothing(tmp_path, seam):
    with group(tmp_path, 4) as at:
        people = People(at, 4)
        at.run()
        people.fill(8)
        assert SEAMS[seam](Kill(at, random.Random(4), at.outline, 2))
        at.settle()
        assert people.ledger.problems() == []


@pytest.mark.torture
def test_three_hundred_kills_at_every_seam_double_and_lose_nothing():
    figures = Figures()
    campaign(300, 0, figures)
    print("\n".join(figures.lines()))
    assert figures.clean, figures.problems
    assert set(figures.kills) == set(SEAMS), figures.kills


@pytest.mark.torture
@pytest.mark.parametrize("moment", ["before", "after"])
def test_edits_and_deletes_that_are_killed_at_their_requests_go_on(tmp_path, moment):
    """First a cycle that carries edits, on both sides; then the one that carries a delete."""
    with group(tmp_path, 3) as at:
        people = People(at, 3)
        people.fill(12)
        at.settle()
        people.edit(12)
        assert killed_at(at, at.strategy, 2, moment)
        assert killed_at(at, at.outline, 1, moment)
        at.settle()
        assert people.ledger.problems() == []
        people.delete_action(min(people.ledger.actions()))
        assert at.run()["waiting"] == 1
        assert killed_at(at, at.outline, 1, moment)
        at.settle()
        assert people.ledger.problems() == []


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(200))
def test_kills_at_random_moments_of_first_sync_edits_and_deletes(tmp_path, seed):
    with group(tmp_path, seed) as at:
        people, draw = People(at, seed), random.Random(seed)
        start = one_time(at)
        people.fill(200 if seed % 10 == 0 else 40)
        long = 6 * start if seed % 10 == 0 else start
        for act in (lambda: None, lambda: people.edit(16), lambda: people.delete(3)):
            act()
            for _ in range(draw.choice((1, 1, 3))):
                killed_after(at, start * 0.6 + draw.random() * long)
            at.settle()
            assert people.ledger.problems() == []


@pytest.mark.torture
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("side", ["outline", "strategy"])
@pytest.mark.parametrize("number", EACH)
def test_a_kill_at_each_request(tmp_path, side, number, moment):
    """Of a first sync of 40 tasks, then of the edits that follow it."""
    with group(tmp_path, number) as at:
        people = People(at, number)
        people.fill(40)
        killed_at(at, getattr(at, side), number + 1, moment)
        at.settle()
        assert people.ledger.problems() == []
        people.edit(30)
        killed_at(at, getattr(at, side), number % 15 + 1, moment)
        at.settle()
        assert people.ledger.problems() == []


def test_of_two_processes_on_one_group_the_second_exits_4_and_names_who_is_at_work(tmp_path):
    with group(tmp_path) as at:
        people = People(at)
        people.fill(6)
        entered, leave = Event(), Event()

        def wait(when: str, call: Call) -> None:
            if when == "before" and call.writes:
                entered.set()
                leave.wait(60)

        at.strategy.fault = wait
        with at.start(*RUN) as first:
            assert entered.wait(60)
            second = at.tasksync("run", "--once", "--json")
            shown = at.tasksync("run", "--once")
            leave.set()
            _, err = first.communicate(timeout=120)
        at.strategy.fault = None
        assert first.returncode == 0, err
        assert second.code == shown.code == 4
        report = second.json["groups"]["work"]
        assert report["result"] == "owed"
        assert {side["read"] for side in report["sides"].values()} == {"none"}
        assert str(first.pid) in shown.out + shown.err
        at.settle()
        assert people.ledger.problems() == []


def test_two_processes_at_the_same_moment_double_nothing(tmp_path):
    with group(tmp_path) as at:
        people = People(at)
        people.fill(10)
        with at.start(*RUN) as one, at.start(*RUN) as two:
            one.communicate(timeout=120)
            two.communicate(timeout=120)
        assert {one.returncode, two.returncode} <= {0, 4}
        at.settle()
        assert people.ledger.problems() == []


def test_a_lease_of_a_killed_process_is_taken_over_at_once(tmp_path: Path):
    with group(tmp_path) as at:
        people = People(at)
        people.fill(4)
        assert killed_at(at, at.strategy, 1, "before")
        assert at.run()["exit"] == 0
