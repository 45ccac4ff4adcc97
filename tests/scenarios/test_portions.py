"""A first meeting in portions: kills, limits, stops and late reads between two of them."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from threading import Event

import pytest
from sqlalchemy import Engine, event

from connectors.task import Field
from sync.breaker import Breakers
from sync.clock import SystemClock
from sync.core.facts import Read
from sync.core.policy import GroupPolicy, GuardPolicy
from sync.cycle import Wishes
from sync.heartbeat import Heartbeat
from sync.reading import Reads
from sync.report import Result
from sync.spool import Spooling
from sync.store import Owner, Store, StoreError
from tests.scenarios.test_kills import killed_in_a_child
from tests.scenarios.world import World

HOLDS = {"not_held": [Field.POSITION]}


def alike(tmp_path, count, **policy):
    """Three sides kept in files, each with the same tasks, in portions of three entries."""
    world = World(tmp_path, {name: {**HOLDS, "file": str(tmp_path / f"{name}.json")} for name in "abc"}, portion=3)
    world.policy = replace(world.policy, **policy)
    for number in range(count):
        for side in "abc":
            world.add(side, f"task {number}", due="2026-04-01")
    return world


@pytest.mark.parametrize(
    ("at", "made"), [(11, "everywhere"), (17, "everywhere"), (20, "everywhere"), (32, "on one side")]
)
def test_a_kill_between_portions_is_recovered_from(tmp_path, made, at):
    """SIGKILL at the n-th commit: the next cycle goes on from there, and no file is left but the store's."""
    world = alike(tmp_path, 6)
    Store.open(world.url, clock=world.clock).close()
    if made == "on one side":
        for number in range(6):
            world.add("b", f"mine {number}")
    assert killed_in_a_child(world.run, at, lambda reached: event.listen(Engine, "commit", reached))
    state = world.state()
    assert 0 < len(state.tasks) < (12 if made == "on one side" else 6)
    assert not any(one.met or one.cursor for one in state.sides.values())
    assert {file.name.partition(".")[0] for file in tmp_path.iterdir()} <= {"world", "a", "b", "c"}
    known = sum(task.title.startswith("task") for task in state.tasks.values())
    assert world.run().adopted == 2 * (6 - known)
    assert world.settle()[-1].result is Result.QUIET
    titles = ["task", "mine"] if made == "on one side" else ["task"]
    wanted = sorted(f"{title} {number}" for number in range(6) for title in titles)
    assert [world.titles(side) for side in "abc"] == [wanted] * 3
    assert all(one.met for one in world.state().sides.values())


def test_a_guard_counts_the_creates_of_the_whole_cycle(tmp_path):
    world = alike(tmp_path, 0, guards=GuardPolicy(creates=4))
    for number in range(9):
        world.add("a", f"task {number}")
    report = world.run()
    assert (report.created, report.held) == (8, 10)
    assert [len(world.titles(side)) for side in "abc"] == [9, 4, 4]


def test_the_number_of_creates_that_a_person_allows_is_that_of_the_whole_cycle(tmp_path):
    world = alike(tmp_path, 0)
    for number in range(9):
        world.add("a", f"task {number}")
    assert world.run(limit=5).created == 5
    assert world.settle()[-1].result is Result.QUIET
    assert [len(world.titles(side)) for side in "abc"] == [9, 9, 9]


def test_one_portion_after_the_other_is_recorded_and_left_in_the_store(tmp_path):
    """Each commit has a few tasks more, and no side is met before the last."""
    world, seen = alike(tmp_path, 6), []

    def look(_):
        with sqlite3.connect(f"file:{tmp_path / 'world.db'}?mode=ro", uri=True) as store:
            seen.append(store.execute("SELECT count(*) FROM task WHERE settled").fetchone()[0])

    Store.open(world.url, clock=world.clock).close()
    event.listen(Engine, "commit", look)
    try:
        assert world.run().adopted == 12
    finally:
        event.remove(Engine, "commit", look)
    assert {1, 2, 3, 4, 5} <= set(seen)


def test_a_service_that_is_told_to_stop_goes_on_in_the_next_cycle(tmp_path):
    world = alike(tmp_path, 8)
    with world.opened() as store:
        lease = store.acquire("work", owner=Owner.here())
        cycle = world._cycle(store, Wishes())
        cycle.stop = lambda: cycle.portions is not None and len(cycle.portions.waiting) < 6
        cycle.prepare(number=store.begin_cycle("work", world.clock.now()))
        report = cycle.carry_out(lease)
        store.release(lease)
    assert (report.result, report.adopted) == (Result.OWED, 6)
    assert "15 entries are taken in by the next cycle" in report.lines[-1]
    with world.opened() as store:
        lease = store.acquire("work", owner=Owner.here())
        cycle = world._cycle(store, Wishes())
        cycle.prepare(number=store.begin_cycle("work", world.clock.now()))
        assert (cycle.state.settled, len(cycle.state.tasks), len(cycle.portions.waiting)) == (3, 1, 4)
        assert cycle.carry_out(lease).adopted == 10
        store.release(lease)
    assert [side.links for side in world.state().sides.values()] == [8, 8, 8]
    assert world.run().result is Result.QUIET


def test_a_plan_is_made_at_once(tmp_path):
    world = alike(tmp_path, 0)
    for number in range(9):
        world.add("a", f"task {number}")
    with world.opened() as store:
        store.enrol(("work",))
    assert len(world.plan().actions) == 18


def test_a_service_takes_in_together_what_its_sides_took_their_time_to_tell(tmp_path):
    """One side answers late: the others, which were read, wait for it, and all are taken in portions."""
    world, told = alike(tmp_path, 6), Event()
    clock = SystemClock()
    reads = Reads("work", interval=0.3, clock=clock, breakers=Breakers(0.3, clock), heartbeat=Heartbeat(clock))
    world.vaults["c"].hook = lambda _verb, when: when == "before" and told.wait(20)
    moved, reports = [], []
    with world.opened() as store:
        while not reports or (len(reports) < 20 and not reports[-1].adopted):
            lease = store.acquire("work", owner=Owner.here())
            cycle = world._cycle(store, Wishes())
            cycle.clock, cycle.observe, cycle.whole = clock, reads, reads.whole
            cycle.moves = lambda: moved.append(True)
            cycle.prepare(number=store.begin_cycle("work", clock.now()))
            reports.append(cycle.carry_out(lease))
            store.release(lease)
            told.set()
    assert {side.read for side in reports[0].sides.values()} == {Read.STILL_READING}
    assert (reports[-1].adopted, len(moved)) == (12, 5)
    assert world.run().result is Result.QUIET


def test_where_there_is_no_room_a_person_is_told(tmp_path):
    with pytest.raises(StoreError, match="cannot be kept in a file: No such file or directory") as told:
        Spooling(GroupPolicy(sides=()), "a", 1, tmp_path / "gone").spool()
    assert "beside the store" in told.value.hint
