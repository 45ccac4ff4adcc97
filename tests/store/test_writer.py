"""Many threads write at once: commits are shared, failures are not, and nobody waits for company."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from sync.core.model import Do, Intent, Task
from sync.store import Owner, Store, StoreError


@pytest.fixture
def many(file, clock):
    """An open store with twenty tasks of a group, its state, and the lease."""
    store = Store.open(f"sqlite:///{file}", clock=clock)
    lease = store.acquire("work", owner=Owner.here())
    state = store.load("work", ["a"])
    for number in range(state.next_task, state.next_task + 20):
        state.tasks[number] = Task(id=number)
    state.next_task += 20
    store.record(state, cycle=1, moved=[], acted=[], lease=lease)
    yield store, state, lease
    store.close()


def intent(number: int) -> Intent:
    return Intent(number, "a", Do.CREATE, None, {}, {})


def at_once(file, jobs) -> list[object]:
    """Run jobs in a thread each while the database is locked, so that all have asked before one is answered."""
    outcomes: list[object] = [None] * len(jobs)
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")

    def run(place: int, job) -> None:
        try:
            outcomes[place] = job()
        except StoreError as error:
            outcomes[place] = error

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    waiting = threading.Event()
    waiting.wait(0.3)
    assert outcomes == [None] * len(jobs)
    blocker.execute("ROLLBACK")
    blocker.close()
    for thread in threads:
        thread.join()
    return outcomes


def test_what_is_asked_for_together_is_committed_together(many, file):
    store, state, lease = many
    before = store.commits
    jobs = [lambda number=number: store.open_intent(intent(number), lease) for number in state.tasks]
    numbers = at_once(file, jobs)
    assert len(set(numbers)) == 20
    assert store.commits - before < 10  # two, unless this machine was too busy to start the threads in time
    assert {held.id for held in store.load("work", ["a"]).intents} == set(numbers)


def test_one_that_fails_fails_alone(many, file):
    store, state, lease = many
    numbers = [*state.tasks, 999_999]  # the last is no task
    outcomes = at_once(file, [lambda number=number: store.open_intent(intent(number), lease) for number in numbers])
    assert isinstance(outcomes[-1], StoreError)
    assert all(isinstance(outcome, int) for outcome in outcomes[:-1])
    assert len(store.load("work", ["a"]).intents) == 20


def test_a_lone_request_is_a_commit_of_its_own_at_once(many):
    store, state, lease = many
    for done, number in enumerate(list(state.tasks)[:5], start=store.commits + 1):
        store.open_intent(intent(number), lease)
        assert store.commits == done


def test_closing_carries_out_what_was_asked_for_and_refuses_the_rest(many, file, clock):
    store, state, lease = many
    asked = [threading.Thread(target=store.open_intent, args=(intent(number), lease)) for number in state.tasks]
    for thread in asked:
        thread.start()
    for thread in asked:
        thread.join()
    store.close()
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.open_intent(intent(1), lease)
    other = Store.open(f"sqlite:///{file}", clock=clock)
    assert len(other.load("work", ["a"]).intents) == 20
    other.close()


def test_reading_goes_on_while_somebody_writes(many, file):
    store, state, _ = many
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        assert len(store.load("work", ["a"]).tasks) == len(state.tasks)
    finally:
        blocker.close()


def test_a_store_that_stays_locked_is_told(many, file, clock):
    _, _, lease = many
    blocker = sqlite3.connect(file, isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    impatient = None
    try:
        impatient = Store.open(f"sqlite:///{file}", clock=clock, patience=0)
        with pytest.raises(StoreError, match="locked by another process") as caught:
            impatient.open_intent(intent(1), lease)
        assert "fuser" in caught.value.hint
    finally:
        blocker.close()
        if impatient is not None:
            impatient.close()
