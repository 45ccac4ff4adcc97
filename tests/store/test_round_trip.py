"""What is recorded is loaded as it was, whatever is in it, on each kind of database."""

from __future__ import annotations

import itertools
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.task import Field
from sync.core.model import Link, Pair, State, Task
from sync.store import Store
from tests.store import facts
from tests.store.clocks import FakeClock

GROUPS = itertools.count(1)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request, tmp_path_factory):
    """One store for all examples: each has a group of its own."""
    if request.param == "sqlite":
        address = f"sqlite:///{tmp_path_factory.mktemp('store') / 'tasksync.db'}"
    else:
        address = request.getfixturevalue("new_database")()
    store = Store.open(address, clock=FakeClock())
    yield store
    store.close()


def fresh(store: Store) -> State:
    """The state of a group that never was, with one task."""
    state = store.load(f"g{next(GROUPS)}", ["a", "b"])
    state.tasks[state.next_task] = Task(id=state.next_task)
    state.next_task += 1
    return state


def comes_back(store: Store, state: State) -> None:
    """Record a state; it is loaded as it was, and recording what was loaded writes nothing."""
    store.record(state, cycle=1, moved=[], acted=[], lease=None)
    loaded = store.load(state.group, ["a", "b"])
    assert loaded.next_task == state.next_task
    assert loaded.sides == state.sides
    assert loaded.tasks == state.tasks
    assert loaded.links == state.links
    assert loaded.intents == state.intents
    assert loaded.held == state.held
    written = store.rows_written
    store.record(loaded, cycle=2, moved=[], acted=[], lease=None)
    assert store.rows_written == written


@given(side=facts.SIDES)
def test_a_side_comes_back_as_it_was(shared, side):
    state = fresh(shared)
    state.sides["a"] = side
    comes_back(shared, state)


@given(task=facts.TASKS)
def test_a_task_comes_back_as_it_was(shared, task):
    state = fresh(shared)
    number = state.next_task - 1
    state.tasks[number] = replace(task, id=number)
    comes_back(shared, state)


@given(link=facts.LINKS)
def test_a_link_comes_back_as_it_was(shared, link):
    state = fresh(shared)
    number = state.next_task - 1
    state.links[number, "a"] = replace(link, task=number)
    comes_back(shared, state)


def test_what_was_stored_is_told_from_what_was_sent_where_only_the_kind_of_value_differs(shared):
    """Python takes true for 1, and no comparison of facts can see it; a vendor's JSON does not."""
    state = fresh(shared)
    number = state.next_task - 1
    pairs = {Field.CUSTOM: Pair({"done": 1}, {"done": True})}
    state.links[number, "a"] = Link(number, "a", "1", pairs=pairs)
    shared.record(state, cycle=1, moved=[], acted=[], lease=None)
    (pair,) = shared.load(state.group, ["a"]).links[number, "a"].pairs.values()
    assert (repr(pair.sent), repr(pair.stored)) == ("{'done': 1}", "{'done': True}")


@given(intent=facts.INTENTS)
def test_an_intent_comes_back_as_it_was(shared, intent):
    state = fresh(shared)
    state.intents = [replace(intent, task=state.next_task - 1)]
    comes_back(shared, state)


@given(held=facts.HELD)
def test_what_is_held_comes_back_as_it_was(shared, held):
    state = fresh(shared)
    state.held = [replace(held)]
    comes_back(shared, state)


@given(moved=st.lists(facts.MOVED, max_size=2), acted=st.lists(facts.ACTED, max_size=2))
def test_history_comes_back_as_it_was_and_in_its_order(shared, moved, acted):
    state = fresh(shared)
    shared.record(state, cycle=7, moved=moved, acted=acted, lease=None)
    rows = shared.history(group=state.group)
    assert [row.cycle for row in rows] == [7] * len(rows)
    assert [without_place(row) for row in rows] == [without_place(fact) for fact in (*moved, *acted)]


def without_place(row: object) -> dict[str, object]:
    """The fact alone, without where it stands in history."""
    place = {"id", "cycle", "group", "when"}
    return {field.name: getattr(row, field.name) for field in fields(row) if field.name not in place}  # type: ignore[arg-type]
