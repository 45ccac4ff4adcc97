"""A first meeting in portions ends as one in a single cycle does, and a kill between two loses and doubles nothing."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from connectors.task import Field
from sync.breaker import Breakers
from sync.clock import SystemClock
from sync.core.codec import encode
from sync.core.facts import Read
from sync.core.policy import ConflictPolicy, GuardPolicy
from sync.cycle import Wishes
from sync.heartbeat import Heartbeat
from sync.portions import PORTION
from sync.reading import Reads
from sync.report import Result
from sync.store import Owner, Store
from tests.scenarios.test_kills import killed_in_a_child
from tests.scenarios.world import World

HOLDS = {"not_held": [Field.POSITION]}
KINDS: dict[str, Mapping[str, object]] = {
    "tree": {**HOLDS, "parents": True},
    "flat": HOLDS,
    "cut": {**HOLDS, "title_limit": 6, "parents": True},
    "trims": {**HOLDS, "trims": True, "recases": True},
    "two words": {**HOLDS, "states": ["needs_action", "completed"], "days_only": True, "parents": True},
    "silent": {**HOLDS, "silent": [Field.DESCRIPTION], "page_size": 2},
    "incremental": {**HOLDS, "incremental": True, "page_size": 3, "parents": True},
}
TITLES = ("Milk", "milk ", "a long title", "a long name", "Straße", "STRASSE", "Öl", "Eggs", "Bread", "Tea", "Salt")
PEOPLE = (
    {"id": "7", "name": "Anna", "email": "anna@example.org"},
    {"id": "8", "name": "Ben", "email": "b@example.org"},
)

ENTRY = st.fixed_dictionaries(
    {"title": st.sampled_from(TITLES), "side": st.sampled_from("abc")},
    optional={
        "due": st.sampled_from(("2026-04-01", "2026-04-02")),
        "description": st.sampled_from(("note", "other")),
        "status": st.sampled_from(("needs_action", "completed", "in_progress")),
        "labels": st.sampled_from((["home"], ["Home", "work"])),
        "assignees": st.sampled_from(PEOPLE).map(lambda person: [person]),
        "above": st.integers(0, 12),
        "comment": st.sampled_from(("yes", "no")),
    },
)
GROUP = st.tuples(*[st.sampled_from(sorted(KINDS))] * 3)


def world_of(folder, kinds, entries, portion, **policy):
    """A group with these entries, under the same refs in each such world."""
    traits = {side: KINDS[kind] for side, kind in zip("abc", kinds, strict=True)}
    world = World(folder, traits, portion=portion)
    world.policy = replace(world.policy, **policy)
    refs: dict[str, list[str]] = {side: [] for side in "abc"}
    for entry in entries:
        members = dict(entry)
        side, above, comment = members.pop("side"), members.pop("above", None), members.pop("comment", None)
        mine, trees = refs[side], world.settings[side].own.parents
        if above is not None and mine and trees:
            members["parent"] = mine[above % len(mine)]
        mine.append(world.vaults[side].add(members))
        if comment:
            world.vaults[side].comment(mine[-1], comment)
        if trees and len(mine) % 3 == 0 and not is_under(world.vaults[side], mine[-1], mine[-3]):
            world.vaults[side].edit(mine[-3], {"parent": mine[-1]})  # it is listed before what it is under
    return world


def is_under(vault, ref, other):
    """Whether an entry is under another one, or is that."""
    while ref is not None and ref != other:
        ref = vault.task(ref)["parent"]
    return ref == other


def portrait(world, known):
    """What the store holds and the sides show, without numbers: a task is what people made of it, ``known`` refs."""
    state = world.state()
    names = {
        task: tuple(sorted((one.side, one.ref) for one in state.of_task(task) if one.ref in known[one.side]))
        for task in state.tasks
    }
    of_ref = {(one.side, one.ref): names[one.task] for one in state.links.values() if one.ref is not None}

    def told(side, field, value):
        return of_ref.get((side, value), value) if field is Field.PARENT else encode(value)

    tasks = {
        names[task.id]: (
            task.kind,
            task.life,
            task.born,
            {
                name: names.get(value) if name is Field.PARENT else encode(value)
                for name, value in task.values.items()
                if name is not Field.COMPLETED  # it is the time of the cycle that closed it
            },
            {name: (one.number, one.side, one.rule) for name, one in task.versions.items()},
        )
        for task in state.tasks.values()
    }
    links = {
        (names[one.task], one.side): (
            one.ref if one.ref in known[one.side] else bool(one.ref),
            one.life,
            one.reason,
            {
                name: (told(one.side, name, pair.sent), told(one.side, name, pair.stored), pair.confirmed)
                for name, pair in one.pairs.items()
            },
            dict(one.acked),
            dict(one.refused),
            {name: told(one.side, name, word) for name, word in one.unknown.items()},
            one.joined,
            bool(one.raw_hash),
        )
        for one in state.links.values()
    }
    held = sorted((one.kind, one.side, one.ref, one.title, one.choices, one.why) for one in state.held)
    sides = {name: (one.met, one.links, bool(one.cursor), one.people) for name, one in state.sides.items()}
    shown = {side: sorted(str(task["title"]) for task in vault.tasks()) for side, vault in world.vaults.items()}
    return tasks, links, held, sides, shown, len(state.intents)


def counts(report):
    """What the first cycle counts. A write that waits for another of the same cycle may come earlier in portions."""
    return report.created, report.adopted, report.deleted, report.held, report.conflicts, report.waiting


DRAWN = {
    "kinds": GROUP,
    "entries": st.lists(ENTRY, min_size=2, max_size=24),
    "portion": st.integers(1, 6),
    "policy": st.fixed_dictionaries(
        {"match_titles": st.booleans(), "conflict": st.sampled_from((ConflictPolicy.NEWEST, ConflictPolicy.HOLD))}
    ),
}


@settings(max_examples=8, deadline=None)
@given(**DRAWN)
def test_portions_leave_what_one_cycle_leaves(kinds, entries, portion, policy):
    """The same is made, matched and asked, and what the group agrees on in the end is the same, up to numbers."""
    agree(kinds, entries, portion, policy)


@pytest.mark.torture
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(**DRAWN)
def test_portions_leave_what_one_cycle_leaves_in_very_many_groups(kinds, entries, portion, policy):
    agree(kinds, entries, portion, policy)


def agree(kinds, entries, portion, policy):
    """Two groups of the same entries, one of which meets in portions, end alike."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        whole = world_of(Path(one), kinds, entries, PORTION, **policy)
        parts = world_of(Path(two), kinds, entries, portion, **policy)
        known = {
            side: {str(entry["id"]) for entry in (*vault.tasks(), *vault.comments())}
            for side, vault in whole.vaults.items()
        }
        first = parts.run(), whole.run()
        assert counts(first[0]) == counts(first[1])
        if not first[1].owed:
            assert portrait(parts, known) == portrait(whole, known)
        assert parts.settle()[-1].result == whole.settle()[-1].result
        assert portrait(parts, known) == portrait(whole, known)


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
