"""A part of a group: what is open, what is tied to a ref, and that the rest stays where it is."""

from __future__ import annotations

import pytest

from connectors.task import Field
from sync.core.model import Link, Pair, Side, Task
from sync.store import Store

SIDES = ["a", "b"]


@pytest.fixture
def store(url, clock):
    """A store with six tasks: 1 under 2 under 3, and 4, 5, 6 by themselves; all but 6 are settled."""
    store = Store.open(url, clock=clock)
    state = store.load("work", SIDES)
    state.sides = {name: Side(name=name, met=True) for name in SIDES}
    for number in range(1, 7):
        parent = {Field.PARENT: number + 1} if number < 3 else {}
        state.tasks[number] = Task(id=number, values={Field.TITLE: f"task {number}", **parent})
        for side in SIDES:
            native = {"id": number}
            state.links[number, side] = Link(number, side, f"{side}{number}", raw_hash=f"h{number}", native=native)
    state.next_task = 7
    store.record(state, cycle=1, moved=(), acted=(), settled={1, 2, 3, 4, 5}, lease=None)
    yield store
    store.close()


def test_a_part_has_what_is_open_and_counts_the_rest(store):
    part = store.load_open("work", SIDES)
    assert (list(part.state.tasks), part.state.settled, part.state.partial) == ([6], 5, True)
    assert list(part.state.links) == [(6, "a"), (6, "b")]
    assert part.state.live_links("a") == 6


def test_what_a_ref_is_tied_to_is_loaded_with_its_relatives_in_order(store):
    part = store.load_open("work", SIDES)
    store.load_tied(part, {"b": ["b2", "unknown"]}, [4])
    assert (list(part.state.tasks), part.state.settled) == ([1, 2, 3, 4, 6], 1)
    assert list(part.state.links)[:2] == [(1, "a"), (2, "a")]
    store.load_rest(part)
    assert (list(part.state.tasks), part.state.settled) == ([1, 2, 3, 4, 5, 6], 0)
    assert part.state.links == store.load("work", SIDES).links


def test_what_a_task_and_its_links_have_alike_is_there_once(store):
    state = store.load("work", SIDES)
    title = "call the supplier about the delivery"
    state.tasks[4].values = {Field.TITLE: title, Field.LABELS: ("home", "work")}
    for side in SIDES:
        state.links[4, side].pairs = {name: Pair(value, value) for name, value in state.tasks[4].values.items()}
    store.record(state, cycle=2, moved=(), acted=(), lease=None)
    state = store.load("work", SIDES)
    assert state.links[4, "a"].pairs == {name: Pair(value, value) for name, value in state.tasks[4].values.items()}
    for name, value in state.tasks[4].values.items():
        assert state.links[4, "a"].pairs[name] is state.links[4, "b"].pairs[name]
        assert state.links[4, "a"].pairs[name].sent is value


def test_what_is_above_a_ref_is_loaded_without_what_is_below(store):
    part = store.load_open("work", SIDES)
    store.load_tied(part, {"a": ["a2"]}, below=False)
    assert (list(part.state.tasks), part.state.settled) == ([2, 3, 6], 3)


def test_what_is_put_back_stays_in_the_store_and_can_be_loaded_again(store):
    part = store.load_open("work", SIDES)
    store.put_back(part)
    assert (part.state.tasks, part.state.links, part.state.live_links("a")) == ({}, {}, 6)
    part.state.tasks[7] = Task(id=7, values={Field.TITLE: "new"})
    part.state.next_task = 8
    store.record(part.state, cycle=2, moved=(), acted=(), settled=set(), lease=None)
    store.put_back(part)
    store.load_tied(part, {"b": ["b6"]}, [7])
    assert list(part.state.tasks) == [6, 7]
    assert list(store.load("work", SIDES).tasks) == [1, 2, 3, 4, 5, 6, 7]


def test_while_no_side_was_met_what_is_open_is_a_part_however_much_it_is(store):
    """Else reading all is quicker where most are open, and they are very many."""
    state = store.load("work", SIDES)
    state.tasks |= {number: Task(id=number, values={Field.TITLE: str(number)}) for number in range(10, 1_100)}
    state.next_task = 1_100
    store.record(state, cycle=2, moved=(), acted=(), settled={1, 2, 3, 4, 5}, lease=None)
    assert store.load_open("work", SIDES) is None
    for side in state.sides.values():
        side.met = False
    store.record(state, cycle=3, moved=(), acted=(), settled={1, 2, 3, 4, 5}, lease=None)
    part = store.load_open("work", SIDES)
    assert (len(part.state.tasks), part.state.settled) == (1_091, 5)


def test_what_was_last_read_is_told_by_ref(store):
    part = store.load_open("work", SIDES)
    assert store.hashes(part, "a", ["a1", "a6", "x"]) == {"a1": "h1", "a6": "h6"}
    assert store.hashes(part, "a") == {f"a{number}": f"h{number}" for number in range(1, 7)}
    assert store.unlisted(part, "a", {"a1", "a4", "x"}) == ["a2", "a3", "a5", "a6"]
    assert {ref: one.native for ref, one in store.remembered(part, "b", ["b3"]).items()} == {"b3": {"id": 3}}
    assert store.hashes(part, "c") == store.hashes(part, "c", ["a1"]) == store.remembered(part, "c") == {}
    assert store.unlisted(part, "c", ()) == []


def test_recording_a_part_leaves_the_rest_there(store):
    """Also where somebody has loaded the whole group meanwhile, as a command in the same process does."""
    part = store.load_open("work", SIDES)
    store.load("work", SIDES)
    part.state.links[6, "a"].misses = 1
    store.record(part.state, cycle=2, moved=(), acted=(), settled=set(), lease=None)
    assert list(store.load("work", SIDES).tasks) == [1, 2, 3, 4, 5, 6]
    assert store.load_open("work", SIDES).state.settled == 5


def test_a_task_is_open_again_as_soon_as_something_of_it_is_written(store):
    state = store.load("work", SIDES)
    link = state.links[4, "b"]
    link.raw_hash = ""
    store.settle(state, intent=None, outcome="done", links=[link], tasks=[], acted=[], lease=None)
    assert list(store.load_open("work", SIDES).state.tasks) == [4, 6]
    state = store.load("work", SIDES)
    state.links[5, "a"].misses = 1
    store.record(state, cycle=2, moved=(), acted=(), lease=None)
    assert list(store.load_open("work", SIDES).state.tasks) == [4, 5, 6]


def test_nobody_knows_what_is_settled_of_a_state_that_is_recorded_against_a_part(store):
    state = store.load("work", SIDES)
    store.load_open("work", SIDES)
    state.links[5, "a"].misses = 1
    store.record(state, cycle=2, moved=(), acted=(), lease=None)
    assert 5 in store.load_open("work", SIDES).state.tasks
