"""All five vendors in one group: processes, real HTTP, servers of another hand, and people at work on every side."""

from __future__ import annotations

import random

import pytest

from tests.system import doubts
from tests.system.crowd import Crowd
from tests.system.faults import lost_answers
from tests.system.five import SIDES, Five, five
from tests.system.kills import Figures, campaign
from tests.system.optacheck import OptaCheckReading
from tests.system.opus2 import Opus2Reading
from tests.system.seams import SEAMS, Kill
from tests.system.trackops import TrackopsReading

FEW = range(2)
MANY = range(100, 107)
SWEEP = "--sweep"
"""A cycle that reads everything: what an Opus 2 or a Trackops does not tell of a change, it sees all the same."""


def do_the_job(at: Five, seed: int, *, tasks: int, edits: int, deletes: int, rests: bool) -> Crowd:
    """First sync, then edits and deletes; then every side is as people left it, and stays so.

    ``rests``: so it is after the first sync. Else people go on as soon as nothing is owed.
    """
    crowd = Crowd(at, seed)
    crowd.fill(tasks)
    if rests:
        at.settle(SWEEP)
        assert crowd.register.problems() == [], "after the first sync"
    else:
        assert at.run()["held"] == at.run()["owed"] == 0
        assert crowd.register.differences() == [], "after the first sync"
    crowd.delete(deletes, but=crowd.edit(edits))
    at.settle(SWEEP)
    assert crowd.register.problems() == [], "after the edits and deletes"
    return crowd


def told_as_unknown(crowd: Crowd) -> None:
    """A status word that no table has stands where people wrote it, and ``status`` names it."""
    words = {word for kept in crowd.register.tasks.values() for word in kept.odd.values()}
    told = crowd.at.tasksync("status").out.lower()
    assert {word for word in words if word.lower() not in told} == set()


@pytest.mark.parametrize("seed", FEW)
def test_tasks_of_five_vendors_agree_and_then_it_is_quiet(tmp_path, seed):
    """The second account at Trackops has PUT and DELETE; the first can only be read and made in."""
    with five(tmp_path, seed, updates=bool(seed)) as at:
        told_as_unknown(do_the_job(at, seed, tasks=15, edits=8, deletes=1, rests=False))


@pytest.mark.torture
@pytest.mark.parametrize("put", ["merges", "replaces", "demands"])
@pytest.mark.parametrize("updates", [False, True])
@pytest.mark.parametrize("seed", MANY)
def test_two_hundred_tasks_and_fifty_edits_at_five_vendors(tmp_path, seed, put, updates):
    """Under both readings of OptaCheck's PUT and a third, with a Trackops that can be changed and one that can not."""
    field = OptaCheckReading.drawn(seed, put=put)
    with five(tmp_path, seed, field=field, updates=updates, window=1) as at:
        told_as_unknown(do_the_job(at, seed, tasks=200, edits=50, deletes=8, rests=True))
        assert at.matter.most <= 50


def lose_answers(at: Five, seed: int, *, every: int, tasks: int) -> int:
    """A first sync and edits while every so manieth answer to a change is lost. How many creates a person decided."""
    crowd = Crowd(at, seed)
    crowd.fill(tasks)
    decided = 0
    for act in (list, lambda: crowd.edit(tasks // 2)):
        act()
        for side in SIDES:
            at.servers[side].fault = lost_answers(every)
        for _ in range(2):
            at.run()
        for side in SIDES:
            at.servers[side].fault = None
        decided += doubts.settle(at, SWEEP)
        assert crowd.register.problems() == []
    return decided


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(200, 220))
def test_a_twentieth_of_all_answers_lost_doubles_and_loses_nothing(tmp_path, seed):
    with five(tmp_path, seed, updates=bool(seed % 2)) as at:
        lose_answers(at, seed, every=20, tasks=40)


@pytest.mark.parametrize(
    "seam", ["when a request was applied", pytest.param("before a receipt is committed", marks=pytest.mark.torture)]
)
def test_a_killed_create_at_optacheck_is_asked_about_in_words_and_nothing_is_doubled(tmp_path, seam):
    """Nothing but a person can tell what became of it: what ``held`` prints is enough to decide it."""
    with five(tmp_path, 4) as at:
        crowd = Crowd(at, 4)
        crowd.fill(5)
        assert SEAMS[seam](Kill(at, random.Random(4), at.field, 2))
        assert at.run()["held"] == 1
        told = " ".join(at.tasksync("held").out.split())
        assert "field was asked to make this task and no answer came" in told
        assert "exists REF if it is there: with its id for REF" in told
        assert "absent if it is not on field: it is made again" in told
        assert doubts.settle(at, SWEEP) == 1
        assert crowd.register.problems() == []


@pytest.mark.torture
def test_a_hundred_kills_at_five_vendors_double_and_lose_nothing():
    figures = Figures()
    campaign(100, 0, figures, all_five=True)
    print("\n".join(figures.lines()))
    assert figures.clean, figures.problems


def test_the_seeds_of_the_long_test_see_each_value_of_every_reading():
    for kind in (OptaCheckReading, Opus2Reading, TrackopsReading):
        seen = [kind.drawn(seed) for seed in MANY]
        for name, values in kind.choices().items():
            assert {getattr(one, name) for one in seen} == set(values), name
