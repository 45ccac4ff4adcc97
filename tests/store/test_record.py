"""What a cycle records: the rows that differ, in one transaction, and nothing else."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from datetime import date

import pytest

from connectors.task import Field, Person
from sync.core.facts import Acted, Moved
from sync.core.model import Do, Held, HeldKind, Intent, IntentState, Link, LinkLife, Pair, State, Task
from sync.store import NoLongerOpen, NotFound, Owner, Store, StoreError
from sync.store.database import PORTION

SIDES = ["a", "b"]


def task(state: State, title: str = "Milk") -> Task:
    """A new task of a state."""
    made = Task(id=state.next_task, values={Field.TITLE: title, Field.DUE: date(2026, 3, 2)})
    state.tasks[made.id] = made
    state.next_task += 1
    return made


def link(state: State, number: int, side: str, ref: str | None) -> Link:
    """A new link of a state."""
    made = Link(number, side, ref)
    state.links[made.key] = made
    return made


def question(key: str = "k", side: str = "") -> Held:
    return Held(HeldKind.CONFLICT, key, "two edits", ("take a", "take b"), side=side)


def record(store: Store, state: State, **given: object) -> None:
    """Record a state in the first cycle, without a lease."""
    store.record(state, **({"cycle": 1, "moved": [], "acted": [], "lease": None} | given))


@pytest.fixture
def state(store):
    return store.load("work", SIDES)


def test_a_group_without_rows_is_empty_and_has_its_sides_in_their_order(store):
    loaded = store.load("work", ["b", "a"])
    assert list(loaded.sides) == ["b", "a"]
    assert (loaded.tasks, loaded.links, loaded.intents, loaded.held, loaded.cycle) == ({}, {}, [], [], 0)


def test_only_the_rows_that_changed_are_written(store, state):
    for number in range(3):
        made = task(state)
        for side in SIDES:
            link(state, made.id, side, f"{side}{number}")
    record(store, state)
    before = store.rows_written
    record(store, state)
    assert store.rows_written == before
    state.links[made.id, "a"].misses += 1
    state.tasks[made.id].values[Field.TITLE] = "Bread"
    record(store, state)
    assert store.rows_written == before + 2
    assert store.load("work", SIDES).links[made.id, "a"].misses == 1


def test_more_rows_than_one_statement_takes_are_recorded(store, state):
    for _ in range(PORTION + 1):
        link(state, task(state).id, "a", None)
    settled = set(state.tasks)
    moved = [Moved(task=one, title="", side="a", field=Field.TITLE, old="", new="", rule="new") for one in state.tasks]
    record(store, state, moved=moved, settled=settled)
    loaded = store.load("work", SIDES)
    assert (loaded.tasks, loaded.links, len(store.history())) == (state.tasks, state.links, PORTION + 1)
    part = store.load_open("work", SIDES)
    assert (part.state.settled, part.state.tasks) == (PORTION + 1, {})


def test_an_answer_is_written_as_it_was_when_it_was_put_in_line(clock, tmp_path):
    """Another lane changes the state while the database is busy."""
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}", clock=clock)
    state = store.load("work", SIDES)
    made = link(state, task(state).id, "a", "a1")
    record(store, state)

    @contextmanager
    def busy():
        with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            made.token = "as answered"
            yield
            made.token = "later"
            other.execute("ROLLBACK")

    store.settle(state, intent=None, outcome="", links=[made], tasks=(), acted=(), lease=None, guard=busy())
    assert store.load("work", SIDES).links[made.key].token == "as answered"
    store.close()


def test_another_process_sees_what_was_recorded(store, state, url, clock):
    made = task(state)
    record(store, state)
    other = Store.open(url, clock=clock)
    try:
        assert other.load("work", SIDES).tasks == {made.id: made}
    finally:
        other.close()


def test_a_state_is_recorded_by_a_process_that_did_not_load_it(store, state, url, clock):
    first, second = task(state), task(state)
    record(store, state)
    other = Store.open(url, clock=clock)
    try:
        del state.tasks[first.id]
        second.values[Field.TITLE] = "Bread"
        record(other, state)
        assert other.load("work", SIDES).tasks == {second.id: second}
    finally:
        other.close()


def test_two_links_of_a_side_swap_their_refs(store, state):
    one, two = task(state), task(state)
    link(state, one.id, "a", "1")
    link(state, two.id, "a", "2")
    record(store, state)
    state.links[one.id, "a"].ref, state.links[two.id, "a"].ref = "2", "1"
    record(store, state)
    assert {key: tie.ref for key, tie in store.load("work", SIDES).links.items()} == {
        (one.id, "a"): "2",
        (two.id, "a"): "1",
    }


def test_a_new_link_takes_the_ref_of_one_that_is_removed(store, state):
    one, two = task(state), task(state)
    link(state, one.id, "a", "1")
    record(store, state)
    del state.links[one.id, "a"], state.tasks[one.id]
    link(state, two.id, "a", "1")
    record(store, state)
    loaded = store.load("work", SIDES)
    assert list(loaded.links) == [(two.id, "a")]
    assert list(loaded.tasks) == [two.id]


def test_two_links_with_one_ref_are_refused_and_nothing_of_that_record_is_kept(store, state):
    one, two = task(state), task(state)
    link(state, one.id, "a", "1")
    link(state, two.id, "a", "1")
    before = store.fingerprint()
    with pytest.raises(StoreError, match="contradiction"):
        record(store, state)
    assert store.fingerprint() == before


def test_a_link_that_was_let_go_keeps_its_row(store, state):
    made = task(state)
    gone = link(state, made.id, "a", "1")
    record(store, state)
    gone.life, gone.reason = LinkLife.LET_GO, "deleted there"
    record(store, state)
    assert store.load("work", SIDES).links[made.id, "a"] == gone


def test_what_a_dormant_side_has_is_neither_loaded_nor_lost(store, state):
    made = task(state)
    link(state, made.id, "a", "1")
    tie = link(state, made.id, "b", "2")
    intent = Intent(made.id, "b", Do.UPDATE, "2", {Field.TITLE: "x"}, {Field.TITLE: 2})
    state.intents.append(intent)
    state.held = [question(side="b"), question("other")]
    record(store, state)
    without = store.load("work", ["a"])
    assert (list(without.links), without.intents) == ([(made.id, "a")], [])
    assert [held.key for held in without.held] == ["other"]
    del without.tasks[made.id], without.links[made.id, "a"]
    record(store, without)
    again = store.load("work", SIDES)
    assert again.links == {tie.key: tie}
    assert again.tasks == {made.id: made}
    assert again.intents == [intent]
    assert [held.key for held in again.held] == ["k", "other"]


def test_links_of_a_side_that_a_state_leaves_out_are_not_removed(store, state):
    made = task(state)
    tie = link(state, made.id, "b", "2")
    record(store, state)
    del state.sides["b"], state.links[tie.key]
    record(store, state)
    assert store.load("work", SIDES).links == {tie.key: tie}


def test_a_task_stays_while_a_dormant_side_has_a_link_of_it(store, state):
    tied, alone = task(state), task(state)
    tie = link(state, tied.id, "b", "2")
    record(store, state)
    without = store.load("work", ["a"])
    without.tasks.clear()
    record(store, without)
    again = store.load("work", SIDES)
    assert (again.tasks, again.links) == ({tied.id: tied}, {tie.key: tie})
    assert alone.id not in again.tasks


def test_a_task_stays_while_a_dormant_side_owes_an_answer_for_it(store, state):
    made = task(state)
    intent = Intent(made.id, "b", Do.CREATE, None, {Field.TITLE: "x"}, {Field.TITLE: 2})
    state.intents.append(intent)
    record(store, state)
    without = store.load("work", ["a"])
    del without.tasks[made.id]
    record(store, without)
    again = store.load("work", SIDES)
    assert (again.tasks, again.intents) == ({made.id: made}, [intent])
    again.intents.clear()
    again.tasks.clear()
    record(store, again)
    assert store.load("work", SIDES).tasks == {}


def test_numbers_of_tasks_do_not_come_again(store, state, url, clock):
    made = task(state)
    record(store, state)
    del state.tasks[made.id]
    record(store, state)
    store.close()
    other = Store.open(url, clock=clock)
    try:
        assert other.load("work", SIDES).next_task == made.id + 1
    finally:
        other.close()


def test_two_groups_never_give_one_number_to_two_tasks(store):
    first, second = store.load("work", ["a"]), store.load("home", ["c"])
    ids = [task(state).id for state in (first, second) for _ in range(3)]
    record(store, first)
    record(store, second)
    assert len(set(ids)) == 6
    assert len(store.load("work", ["a"]).tasks) == len(store.load("home", ["c"]).tasks) == 3


def test_a_group_whose_numbers_are_used_up_says_so(store, state):
    state.next_task += 1 << 24
    record(store, state)
    state.next_task += 1
    with pytest.raises(StoreError, match="no numbers left"):
        record(store, state)


def test_groups_are_numbered_alike_by_a_plan_and_by_the_run_after_it(url, clock):
    starts = {}
    for read_only in (True, False):
        store = Store.open(url, clock=clock, read_only=read_only)
        store.enrol(["work", "home"])
        starts[read_only] = [store.load(group, ["a"]).next_task for group in ("home", "work")]
        store.close()
    assert starts[True] == starts[False]


def test_cycles_are_numbered_over_the_whole_store(store, clock):
    numbers = [store.begin_cycle(group, clock.now()) for group in ("work", "home", "work")]
    assert numbers == sorted(set(numbers))
    assert store.load("work", SIDES).cycle == numbers[-1]
    store.finish_cycle(numbers[0], seconds=1.5, result="quiet", counts={"created": 2})
    rows = store.cycles("work")
    assert [(row.cycle, row.seconds, row.result, dict(row.counts)) for row in rows] == [
        (numbers[0], 1.5, "quiet", {"created": 2}),
        (numbers[2], None, "", {}),
    ]
    assert rows[0].started == clock.now()
    assert [row.cycle for row in store.cycles(first=numbers[1], last=numbers[2])] == numbers[1:]
    assert [row.cycle for row in store.cycles(limit=1)] == numbers[-1:]


def test_held_items_keep_their_number_until_they_are_no_longer_in_the_state(store, state, clock):
    state.held = [question("one"), question("two")]
    record(store, state)
    assert [held.since for held in state.held] == [clock.now()] * 2
    numbers = [held.id for held in state.held]
    assert [held.id for group, held in store.held("work")] == numbers
    again = store.load("work", SIDES)
    again.held = [held for held in again.held if held.key == "two"]
    record(store, again)
    assert [(group, held.id) for group, held in store.held()] == [("work", numbers[1])]
    again.held.append(question("one"))
    record(store, again)
    assert again.held[-1].id not in numbers


def test_one_question_is_held_once(store, state):
    state.held = [question()]
    record(store, state)
    first = state.held[0].id
    state.held = [question(), question("new")]
    store.settle(state, intent=None, outcome="", links=[], tasks=[], held=state.held, acted=[], lease=None)
    assert state.held[0].id == first
    assert len(store.held("work")) == 2


def test_a_decision_waits_for_the_next_cycle(store, state):
    state.held = [question()]
    record(store, state)
    store.resolve(state.held[0].id, "take a")
    assert store.load("work", SIDES).held[0].decision == "take a"


def test_a_decision_that_is_made_while_a_cycle_runs_is_not_written_over(store, state):
    state.held = [question()]
    record(store, state)
    store.resolve(state.held[0].id, "take a")
    state.held[0].data = {"a": "a later edit"}
    record(store, state)
    loaded = store.load("work", SIDES).held[0]
    assert (loaded.decision, loaded.data) == ("take a", {"a": "a later edit"})


def test_the_engine_can_take_back_a_decision(store, state):
    state.held = [question()]
    record(store, state)
    store.resolve(state.held[0].id, "take a")
    loaded = store.load("work", SIDES)
    loaded.held[0].decision = ""
    record(store, loaded)
    assert store.load("work", SIDES).held[0].decision == ""


def test_a_decision_on_what_never_was_or_has_ended_is_refused(store, state):
    state.held = [question()]
    record(store, state)
    number = state.held[0].id
    with pytest.raises(NotFound, match=f"h{number + 1} "):
        store.resolve(number + 1, "take a")
    state.held = []
    record(store, state)
    with pytest.raises(NoLongerOpen, match=f"h{number} "):
        store.resolve(number, "take a")


def test_an_answer_moves_rows_and_closes_the_intent_in_one_commit(store, state):
    made = task(state)
    tie = link(state, made.id, "a", None)
    record(store, state)
    lease = store.acquire("work", owner=Owner.here())
    intent = Intent(made.id, "a", Do.CREATE, None, {Field.TITLE: "Milk"}, {Field.TITLE: 1}, cycle=4)
    assert store.open_intent(intent, lease) == intent.id > 0
    assert store.load("work", SIDES).intents == [intent]
    tie.ref = "77"
    follows = Intent(made.id, "a", Do.UPDATE, "77", {Field.DUE: date(2026, 3, 2)}, {Field.DUE: 1}, cycle=4)
    done = Acted(do=Do.CREATE, task=made.id, side="a", ref="77", outcome="done")
    store.settle(
        state,
        intent=intent,
        outcome="done",
        links=[tie],
        tasks=[],
        acted=[done],
        moved=[moved(made.id)],
        next_intent=follows,
        lease=lease,
    )
    loaded = store.load("work", SIDES)
    assert loaded.intents == [follows]
    assert loaded.links[tie.key] == tie
    assert [(row.cycle, type(row).__name__) for row in store.history()] == [(4, "MovedRow"), (4, "ActedRow")]


def test_whom_an_answer_names_is_remembered_with_what_it_made(store, state):
    """Apart, a crash between the two would leave a shadow of somebody who is nobody any more."""
    made = task(state)
    tie = link(state, made.id, "a", "77")
    record(store, state)
    tie.pairs[Field.ASSIGNEES] = Pair((), ())
    state.sides["a"].people["u7"] = Person(id="u7", email="crew@example.com")
    store.settle(state, intent=None, outcome="", links=[tie], tasks=[], acted=[], lease=None)
    loaded = store.load("work", SIDES)
    assert loaded.links[tie.key] == tie
    assert loaded.sides["a"].people == {"u7": Person(id="u7", email="crew@example.com")}


@pytest.mark.parametrize("kept", [IntentState.UNKNOWN, IntentState.LAPSED])
def test_an_intent_that_may_turn_out_to_be_done_stays_open(store, state, kept):
    made = task(state)
    record(store, state)
    lease = store.acquire("work", owner=Owner.here())
    intent = Intent(made.id, "a", Do.CREATE, None, {Field.TITLE: "Milk"}, {Field.TITLE: 1})
    store.open_intent(intent, lease)
    intent.state = kept
    store.settle(state, intent=intent, outcome="no answer", links=[], tasks=[], acted=[], lease=lease)
    assert store.load("work", SIDES).intents == [intent]


def test_a_second_open_intent_for_one_link_is_refused(store, state):
    made = task(state)
    record(store, state)
    lease = store.acquire("work", owner=Owner.here())
    store.open_intent(Intent(made.id, "a", Do.CREATE, None, {}, {}), lease)
    with pytest.raises(StoreError, match="contradiction"):
        store.open_intent(Intent(made.id, "a", Do.CREATE, None, {}, {}), lease)
    store.open_intent(Intent(made.id, "b", Do.CREATE, None, {}, {}), lease)


def test_an_intent_that_is_no_longer_in_the_state_is_closed(store, state):
    made = task(state)
    record(store, state)
    lease = store.acquire("work", owner=Owner.here())
    store.open_intent(Intent(made.id, "a", Do.CREATE, None, {}, {}), lease)
    record(store, store.load("work", SIDES))
    assert len(store.load("work", SIDES).intents) == 1
    record(store, state)
    assert store.load("work", SIDES).intents == []


def test_history_is_asked_for_by_cycle_task_field_and_group(store, state, clock):
    first, second = task(state), task(state)
    record(store, state, moved=[moved(first.id), moved(second.id, Field.DUE)])
    clock.passes(60)
    acted = Acted(do=Do.DELETE, task=first.id, side="b", ref="9", outcome="done", image={"content": "Milk"})
    record(store, state, cycle=2, acted=[acted], moved=[moved(first.id, Field.DUE)])
    store.load("home", ["c"])
    assert len(store.history()) == 4
    assert [row.task for row in store.history(cycle=1)] == [first.id, second.id]
    assert [type(row).__name__ for row in store.history(task=first.id)] == ["MovedRow", "MovedRow", "ActedRow"]
    assert [row.cycle for row in store.history(task=first.id, field=Field.DUE)] == [2]
    assert store.history(group="home") == []
    assert [row.id for row in store.history(last=2)] == [row.id for row in store.history()][-2:]
    assert [(clock.now() - row.when).total_seconds() for row in store.history()] == [60, 60, 0, 0]


def test_what_is_older_than_wanted_is_forgotten_and_numbers_go_on(store, state, clock):
    made = task(state)
    cycle = store.begin_cycle("work", clock.now())
    state.held = [question()]
    record(store, state, moved=[moved(made.id)])
    state.held = []
    record(store, state)
    lease = store.acquire("work", owner=Owner.here())
    intent = Intent(made.id, "a", Do.CREATE, None, {}, {})
    store.open_intent(intent, lease)
    store.settle(state, intent=intent, outcome="done", links=[], tasks=[], acted=[], lease=lease)
    clock.passes(60)
    later = store.begin_cycle("work", clock.now())
    record(store, state, cycle=later, moved=[moved(made.id)])
    assert store.forget(clock.now()) == 4
    assert [row.cycle for row in store.history()] == [later]
    assert [row.cycle for row in store.cycles()] == [later]
    clock.passes(60)
    assert store.forget(clock.now()) == 1
    assert store.begin_cycle("work", clock.now()) > later > cycle


def test_a_store_tells_one_content_from_another(store, state):
    before = store.fingerprint()
    assert store.fingerprint() == before
    store.load("work", SIDES)
    assert store.fingerprint() == before
    task(state)
    record(store, state)
    assert store.fingerprint() != before


def test_the_task_of_a_state_may_be_recorded_from_several_loads(store, state):
    made = task(state)
    record(store, state)
    other = store.load("work", SIDES)
    other.tasks[made.id].values[Field.TITLE] = "Bread"
    record(store, other)
    record(store, state)
    assert store.load("work", SIDES).tasks[made.id].title == "Milk"


def moved(number: int, field: Field = Field.TITLE) -> Moved:
    return Moved(task=number, title="Milk", side="a", field=field, old="", new="Milk", rule="newest")
