"""One cycle's decision, from what was read to what is to be done, on plain data."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Discovery, FieldCapability, Holding, Verb
from connectors.task import Field, Status
from sync.core.adopt import MATCHED
from sync.core.circumstances import Circumstances
from sync.core.evidence import UNDONE, let_go
from sync.core.facts import Acted, Moved, Observation, Read
from sync.core.mapping import CHANGED as REMAPPED
from sync.core.model import Do, Held, HeldKind, Intent, LinkLife, Pair, Restored, TaskLife, Version
from sync.core.pipeline import decide
from sync.core.policy import AccessPolicy, EvidencePolicy, GuardPolicy, Limit
from sync.core.restored import last_seen
from sync.core.settle import CREATE_AGAIN, DELETED_THERE, NO_DELETE
from sync.core.standing import MISSES
from sync.core.ties import lost_key
from sync.core.undo import Undo
from tests.core.build import NOW, RICH, add_task, entry, group, side, state_of

TITLE, STATUS, PARENT, POSITION = Field.TITLE, Field.STATUS, Field.PARENT, Field.POSITION
NO_ORDER = {name: how for name, how in RICH.fields.items() if name is not POSITION}
PLAIN = RICH.verbs - {Verb.GET}


def plain(name, **changes):
    """A side without an order of tasks, that can not be asked for one of them."""
    return side(name, **{"fields": NO_ORDER, "verbs": PLAIN, **changes})


def world(*sides, tasks=1, **policy):
    """So many tasks called old, on every side (a and b unless told)."""
    rules = {"evidence": EvidencePolicy(misses=2, miss_gap=timedelta(0)), **policy}
    group_ = group(*(sides or (plain("a"), plain("b"))), **rules)
    state = state_of(group_)
    for number in range(1, tasks + 1):
        add_task(state, number, {TITLE: "old"}, *(spec.name for spec in group_.sides))
    return state, group_


def lists(name, *entries, unchanged=(), kind=Read.COMPLETE, **how):
    """What was read of a side: entries, and refs that are listed as they were."""
    found = Observation(side=name, read=kind, answers=True, digest=f"{name}!", **how)
    found.entries = {one.ref: one for one in entries}
    found.listed = frozenset([*unchanged, *(one.ref for one in entries if not one.deleted)])
    return found


def run(state, policy, *observations, cycle=9, now=NOW, **told):
    """The decision of a cycle."""
    read = {one.side: one for one in observations}
    return decide(state, read, policy, Circumstances(cycle=cycle, now=now, **told))


def as_it_was(name, tasks=1):
    """A complete read in which nothing changed."""
    return lists(name, unchanged=[f"{name}{number}" for number in range(1, tasks + 1)])


def short(decision):
    """What is to be done."""
    return [(one.do, one.task, one.side, dict(one.fields)) for one in decision.actions]


def test_an_edit_goes_from_where_it_was_made_to_where_it_is_owed():
    state, policy = world()
    decision = run(state, policy, lists("a", entry("a1", title="new", modified=NOW)), as_it_was("b"))
    assert short(decision) == [(Do.UPDATE, 1, "b", {TITLE: "new"})]
    assert decision.state is state
    assert [(row.side, row.old, row.new, row.rule) for row in decision.moved] == [("a", "old", "new", "edit")]
    assert state.tasks[1].versions[TITLE] == Version(number=2, side="a", rule="edit", cycle=9, at=NOW)
    assert (decision.conflicts, decision.adopted, decision.warnings, decision.waiting) == (0, 0, [], [])
    assert decision.reads == {"a": Read.COMPLETE, "b": Read.COMPLETE}


def test_without_an_edit_a_cycle_is_quiet():
    state, policy = world(tasks=2)
    decision = run(state, policy, as_it_was("a", 2), as_it_was("b", 2))
    assert (decision.actions, decision.moved, decision.acted, decision.warnings) == ([], [], [], [])
    assert (state.sides["a"].links, state.sides["a"].left, state.sides["a"].last_complete) == (2, NOW, NOW)
    assert state.sides["a"].read_cycle == 9


def test_two_edits_of_one_field_are_a_conflict_and_of_two_fields_none():
    state, policy = world()
    decision = run(state, policy, lists("a", entry("a1", title="x")), lists("b", entry("b1", title="y")))
    assert decision.conflicts == 1
    state, policy = world()
    decision = run(
        state, policy, lists("a", entry("a1", title="x")), lists("b", entry("b1", status=Status.COMPLETED, title="old"))
    )
    assert decision.conflicts == 0
    assert len(decision.actions) == 2


@pytest.mark.parametrize(
    ("read", "told", "acts"),
    [
        (Read.COMPLETE, Read.COMPLETE, True),
        (Read.SINCE, Read.SINCE, True),
        (Read.POLLED, Read.POLLED, True),
        (Read.STILL_READING, Read.STILL_READING, False),
        (Read.NONE, Read.NONE, False),
    ],
)
def test_only_a_side_that_was_read_is_written(read, told, acts):
    state, policy = world()
    other = lists("b", unchanged=["b1"], kind=read)
    decision = run(state, policy, lists("a", entry("a1", title="new")), other)
    assert bool(decision.actions) is acts
    assert decision.reads["b"] is told
    complete = read is Read.COMPLETE
    assert ((state.sides["b"].left, state.sides["b"].last_complete) == (NOW, NOW)) is complete
    assert (state.sides["b"].read_cycle == 9) is other.took_part


@pytest.mark.parametrize("kind", [Read.NONE, Read.STILL_READING])
def test_a_read_that_is_not_finished_proves_nothing(kind):
    """No delete, no outcome of a request; edits and new tasks are taken in when the whole of it has come."""
    state, policy = world()
    state.intents = [Intent(task=1, side="b", do=Do.DELETE, ref="b1", patch={}, versions={})]
    read = lists("b", entry("b1", deleted=True), entry("b9", title="new"), kind=kind)
    decision = run(state, policy, as_it_was("a"), read)
    assert (state.links[1, "b"].live, len(state.intents), decision.acted) == (True, 1, [])
    assert len(state.tasks) == 1


def test_a_side_that_is_not_there_took_no_part():
    state, policy = world()
    decision = run(state, policy, lists("a", entry("a1", title="new")))
    assert (decision.actions, decision.reads["b"]) == ([], Read.NONE)
    assert state.links[1, "b"].acked == {TITLE: 1}


def test_a_side_that_is_only_read_contributes_and_is_not_written():
    state, policy = world(replace(plain("a"), access=AccessPolicy.READ), plain("b"))
    decision = run(state, policy, lists("a", entry("a1", title="new")), lists("b", entry("b1", title="old")))
    assert short(decision) == [(Do.UPDATE, 1, "b", {TITLE: "new"})]
    state, policy = world(replace(plain("a"), access=AccessPolicy.READ), plain("b"))
    assert run(state, policy, as_it_was("a"), lists("b", entry("b1", title="new"))).actions == []


def test_what_people_do_on_a_side_that_is_only_written_moves_nothing_elsewhere():
    """What is there is known, so that it is not written again and again."""
    state, policy = world(plain("a"), replace(plain("b"), access=AccessPolicy.WRITE))
    theirs = entry("b1", title="theirs", raw_hash="h2")
    decision = run(state, policy, as_it_was("a"), lists("b", theirs, entry("b9", title="made there")))
    assert (decision.actions, decision.moved, len(state.tasks)) == ([], [], 1)
    assert state.links[1, "b"].pairs[TITLE] == Pair("old", "theirs")
    assert state.links[1, "b"].raw_hash == "h2"


def test_what_is_new_on_one_side_is_made_on_the_others():
    state, policy = world(tasks=0)
    decision = run(state, policy, lists("a", entry("a7", title="Milk")), lists("b"))
    assert short(decision) == [(Do.CREATE, 1, "b", {TITLE: "Milk"})]
    assert state.links[1, "a"].ref == "a7"


def test_first_meeting_joins_and_says_how_many():
    state, policy = world(tasks=0)
    for one in state.sides.values():
        one.met = False
    decision = run(state, policy, lists("a", entry("a7", title="Milk")), lists("b", entry("b7", title="Milk")))
    assert (decision.adopted, decision.actions, len(state.tasks)) == (1, [], 1)
    assert state.sides["a"].met


def test_creates_have_a_guard_and_a_number_at_the_command_line():
    state, policy = world(tasks=0, guards=GuardPolicy(creates=1))
    read = [lists("a", entry("a7", title="Milk"), entry("a8", title="Bread")), lists("b")]
    assert len(run(state, policy, *read).actions) == 1
    assert [held.kind for held in state.held] == [HeldKind.CREATE]
    state, policy = world(tasks=0, guards=GuardPolicy(creates=1))
    assert len(run(state, policy, *read, allow=frozenset({"creates"})).actions) == 2
    state, policy = world(tasks=0)
    assert len(run(state, policy, *read, limit=1).actions) == 1


def test_what_is_missing_often_enough_is_deleted_everywhere():
    """Waiting is named until the evidence is complete (rule 11)."""
    state, policy = world(tasks=2)
    first = run(state, policy, lists("a", unchanged=["a2"]), as_it_was("b", 2))
    assert [(note.task, note.side, note.ref, note.field) for note in first.waiting] == [(1, "a", "a1", None)]
    assert (first.waiting[0].title, first.waiting[0].why) == ("old", "missing in 1 of 2 complete reads")
    assert first.actions == []
    second = run(state, policy, lists("a", unchanged=["a2"]), as_it_was("b", 2), cycle=10)
    assert short(second) == [(Do.DELETE, 1, "b", {})]
    assert (second.waiting, second.acted[0].outcome) == ([], DELETED_THERE)
    assert state.tasks[1].life is TaskLife.DELETED
    assert state.sides["a"].links == 1


def test_a_delete_that_waits_of_a_task_that_was_deleted_elsewhere_is_not_named():
    state, policy = world(tasks=2)
    read = [lists("a", unchanged=["a2"]), lists("b", entry("b1", deleted=True), unchanged=["b2"], kind=Read.SINCE)]
    assert run(state, policy, *read).waiting == []


def test_where_a_delete_meets_an_edit_the_edit_wins():
    state, policy = world()
    decision = run(
        state, policy, lists("a", entry("a1", deleted=True)), lists("b", entry("b1", title="new", modified=NOW))
    )
    assert state.links[1, "a"].reason == CREATE_AGAIN
    assert [(do, where) for do, _, where, _ in short(decision)] == [(Do.CREATE, "a")]
    assert decision.warnings == ['"new" was deleted on a and edited elsewhere: the edit wins']


def test_what_a_vendor_computes_does_not_keep_a_task_alive():
    """On a side that takes no status, nothing of it is owed; a person's edit of it would keep the task."""
    fields = {**NO_ORDER, STATUS: FieldCapability(holding=Holding.READ_ONLY)}
    for derived, life in ((frozenset({STATUS}), TaskLife.DELETED), (frozenset(), TaskLife.ALIVE)):
        state, policy = world(plain("a", fields=fields), plain("b"))
        state.links[1, "b"].derived = derived
        done = entry("b1", title="old", status=Status.COMPLETED, derived=derived)
        run(state, policy, lists("a", entry("a1", deleted=True)), lists("b", done))
        assert state.tasks[1].life is life


def test_a_deleted_task_that_is_edited_where_it_still_is_lives_again():
    state, policy = world()
    state.tasks[1].life = TaskLife.DELETED
    let_go(state.links[1, "a"], DELETED_THERE)
    decision = run(state, policy, lists("a"), lists("b", entry("b1", title="new")))
    assert state.tasks[1].life is TaskLife.ALIVE
    assert [(do, where) for do, _, where, _ in short(decision)] == [(Do.CREATE, "a")]
    assert (decision.acted[0].do, len(decision.warnings)) == (Do.ADOPT, 1)


def test_a_deleted_task_whose_entry_moves_by_itself_stays_deleted():
    state, policy = world()
    state.tasks[1].life = TaskLife.DELETED
    state.links[1, "b"].derived = frozenset({STATUS})
    let_go(state.links[1, "a"], DELETED_THERE)
    done = entry("b1", title="old", status=Status.COMPLETED, derived=frozenset({STATUS}))
    decision = run(state, policy, lists("a"), lists("b", done))
    assert (short(decision), decision.moved) == ([(Do.DELETE, 1, "b", {})], [])


def test_what_is_restored_lives_again_everywhere():
    state, policy = world()
    state.tasks[1].life = TaskLife.DELETED
    for name in "ab":
        let_go(state.links[1, name], DELETED_THERE, absent=True)
    decision = run(state, policy, as_it_was("a"), lists("b"))
    assert (state.links[1, "a"].live, state.tasks[1].life) == (True, TaskLife.ALIVE)
    assert [(do, where) for do, _, where, _ in short(decision)] == [(Do.CREATE, "b")]
    assert decision.acted[0].outcome == "restored there"


def test_whoever_had_a_task_first_is_the_first_to_have_an_opinion():
    """What servers made of a task on the sides where it was made is not worth more than what a person says."""
    state, policy = world()
    state.tasks[1].born = "b"
    del state.tasks[1].values[STATUS]
    for name in "ab":
        del state.links[1, name].pairs[STATUS]
    fresh = entry("a1", title="old", status=Status.NEEDS_ACTION)
    decision = run(state, policy, lists("a", fresh), lists("b", entry("b1", title="old", status=Status.COMPLETED)))
    assert state.tasks[1].values[STATUS] is Status.COMPLETED
    assert short(decision) == [(Do.UPDATE, 1, "a", {STATUS: Status.COMPLETED})]
    assert [(row.side, row.old, row.lost) for row in decision.moved] == [
        ("b", None, False),
        ("a", "needs_action", True),
    ]


def test_a_first_opinion_that_comes_too_late_is_kept():
    """What is owed stands, and what people said where nobody had asked before can be brought back."""
    state, policy = world()
    state.tasks[1].values[STATUS] = Status.NEEDS_ACTION
    del state.links[1, "b"].pairs[STATUS]
    state.links[1, "b"].acked[STATUS] = 0
    decision = run(state, policy, as_it_was("a"), lists("b", entry("b1", title="old", status=Status.COMPLETED)))
    assert short(decision) == [(Do.UPDATE, 1, "b", {STATUS: Status.NEEDS_ACTION})]
    assert [(row.side, row.old, row.lost) for row in decision.moved] == [("b", "completed", True)]


def test_what_is_restored_on_two_sides_at_once_is_made_on_neither():
    state, policy = world(plain("a"), plain("b"), plain("c"))
    state.tasks[1].life = TaskLife.DELETED
    for name in "abc":
        let_go(state.links[1, name], DELETED_THERE, absent=True)
    decision = run(state, policy, as_it_was("a"), as_it_was("b"), lists("c"))
    assert [state.links[1, name].live for name in "abc"] == [True, True, False]
    assert [(do, where) for do, _, where, _ in short(decision)] == [(Do.CREATE, "c")]


def test_what_was_moved_to_another_container_is_let_go():
    state, policy = world()
    decision = run(state, policy, lists("a", entry("a1", container="shed")), as_it_was("b"))
    assert (state.links[1, "a"].live, state.links[1, "a"].outside) == (False, "shed")
    assert (decision.actions, state.tasks[1].life) == ([], TaskLife.ALIVE)


VAGUE = {"absence_is_ambiguous": True}


@pytest.mark.parametrize(("decision", "life"), [("", TaskLife.ALIVE), ("approve", TaskLife.DELETED)])
def test_what_vanished_and_may_be_archived_is_asked_and_a_person_decides(decision, life):
    state, policy = world(plain("a", **VAGUE), plain("b"))
    for cycle in (9, 10):
        run(state, policy, lists("a"), as_it_was("b"), cycle=cycle)
    [held] = state.held
    assert (held.key, held.since) == ("vanished:1:a", NOW)
    held.decision = decision
    run(state, policy, lists("a"), as_it_was("b"), cycle=11)
    assert state.tasks[1].life is life
    run(state, policy, as_it_was("a"), as_it_was("b"), cycle=12)
    assert state.held == []


def test_a_read_that_a_guard_stopped_contributes_nothing_and_the_side_is_not_written():
    """Its evidence is counted all the same; the question is asked once (rule 11)."""
    state, policy = world(tasks=3)
    state.links[1, "a"].acked[TITLE] = 0
    state.links[1, "a"].pairs[TITLE] = Pair("older", "older")
    state.intents = [Intent(task=2, side="a", do=Do.DELETE, ref="a2", patch={}, versions={})]
    decision = run(state, policy, lists("a"), as_it_was("b", 3))
    assert decision.reads == {"a": Read.SET_ASIDE, "b": Read.COMPLETE}
    assert [held.key for held in state.held] == ["guard:emptied:a"]
    assert (decision.actions, len(decision.warnings), len(state.intents)) == ([], 1, 1)
    assert state.sides["a"].read_cycle == 0
    assert {link.misses for link in state.of_side("a")} == {1}
    assert all(link.live for link in state.links.values())
    run(state, policy, lists("a"), as_it_was("b", 3), cycle=10)
    assert all(link.live for link in state.links.values()), "enough evidence, and still not believed"


def test_a_guard_that_a_person_lifts_lets_the_read_pass():
    state, policy = world(tasks=3)
    for cycle, allow in ((9, ()), (10, ()), (11, ("emptied", "deletes"))):
        decision = run(state, policy, lists("a"), as_it_was("b", 3), cycle=cycle, allow=frozenset(allow))
    assert [do for do, *_ in short(decision)] == [Do.DELETE] * 3
    assert state.held == []


CHANGED = {"guards": GuardPolicy(changed=Limit(share=0.5, count=1))}


def test_the_order_of_a_side_that_is_set_aside_is_not_taken():
    state, policy = world(side("a", verbs=PLAIN), side("b", verbs=PLAIN), tasks=2, **CHANGED)
    for number in (1, 2):
        state.tasks[number].values[POSITION] = number * 100
        state.links[number, "a"].pairs[POSITION] = state.links[number, "b"].pairs[POSITION] = Pair(number, number)
    read = lists("a", entry("a2", title="x", position=1), entry("a1", title="y", position=2))
    assert run(state, policy, read, as_it_was("b", 2)).reads["a"] is Read.SET_ASIDE
    assert [state.tasks[number].values[POSITION] for number in (1, 2)] == [100, 200]


def test_what_is_undeliverable_is_named():
    fields = {**NO_ORDER, TITLE: FieldCapability(holding=Holding.READ_ONLY)}
    state, policy = world(plain("a"), plain("b", fields=fields))
    decision = run(state, policy, lists("a", entry("a1", title="new")), as_it_was("b"))
    assert [(note.task, note.side, note.field) for note in decision.undeliverable] == [(1, "b", TITLE)]


def test_a_question_about_a_side_that_was_not_read_stays():
    state, policy = world()
    state.held = [Held(kind=HeldKind.GUARD, key="guard:emptied:b", why="", choices=(), side="b")]
    run(state, policy, as_it_was("a"), lists("b", kind=Read.NONE))
    assert len(state.held) == 1


def test_an_edit_is_no_move_in_a_cycle_that_a_move_makes():
    """Task 1 goes from 3 to its own child, whose title is edited on a lower side: the move alone goes back."""
    state, policy = world(tasks=3)
    for number, parent in ((1, 3), (2, 1), (3, None)):
        state.tasks[number].values[PARENT] = parent
        for name in "ab":
            ref = f"{name}{parent}" if parent else None
            state.links[number, name].pairs[PARENT] = Pair(ref, ref)
    state.tasks[2].versions[PARENT] = Version(number=2, side="b")
    moved = lists("a", entry("a1", title="old", parent="a2"), unchanged=["a2", "a3"])
    decision = run(state, policy, moved, lists("b", entry("b2", title="new", parent="b1"), unchanged=["b1", "b3"]))
    assert {number: task.values[PARENT] for number, task in state.tasks.items()} == {1: 3, 2: 1, 3: None}
    assert [row.task for row in decision.moved if row.lost] == [1]


def test_a_side_on_which_almost_everything_changed_is_set_aside_before_it_is_absorbed():
    state, policy = world(tasks=2, **CHANGED)
    bad = entry("a9", problem="not JSON")
    add_task(state, 5, {TITLE: "old"}, "a", "b")
    state.links[5, "a"].acked[TITLE], state.links[5, "a"].pairs[TITLE] = 0, Pair("older", "older")
    read = lists("a", entry("a1", title="x"), entry("a2", title="y"), entry("a3", title="new"), bad, unchanged=["a5"])
    decision = run(state, policy, read, lists("b", unchanged=["b1", "b2", "b5"]))
    assert decision.reads["a"] is Read.SET_ASIDE
    assert (decision.actions, decision.moved, len(state.tasks)) == ([], [], 3)
    assert [held.key for held in state.held] == ["guard:changed:a"]
    assert (state.links[1, "a"].raw_hash, state.sides["a"].read_cycle, state.sides["a"].last_complete) == ("h", 0, None)
    again = lists("a", entry("a1", title="x"), entry("a2", title="y"), unchanged=["a3", "a5"])
    unmoved = lists("b", unchanged=["b1", "b2", "b5"])
    passed = run(state, policy, again, unmoved, cycle=10, allow=frozenset({"changed"}))
    assert sorted((one.task, one.side) for one in passed.actions) == [(1, "b"), (2, "b"), (5, "a")]


def test_deletes_of_a_side_that_was_set_aside_for_its_changes_wait():
    """Nothing is deleted because of a read that is not believed."""
    state, policy = world(tasks=3, **CHANGED)
    read = lists("a", entry("a1", title="x"), entry("a2", title="y"), entry("a3", deleted=True))
    decision = run(state, policy, read, as_it_was("b", 3))
    assert (decision.actions, state.tasks[3].life) == ([], TaskLife.ALIVE)


def test_open_intents_are_resolved_before_anything_new_is_taken_in():
    """Rules 7 and 8: what may be ours is not new."""
    state, policy = world()
    add_task(state, 2, {TITLE: "Milk"}, "a")
    patch = {TITLE: "Milk"}
    mine = Intent(task=2, side="b", do=Do.CREATE, ref=None, patch=patch, versions={TITLE: 1}, cycle=8)
    other = replace(mine, side="a", task=1, do=Do.UPDATE, ref="a1", patch={TITLE: "x"})
    state.intents = [mine, other]
    read = lists("a", unchanged=["a2"], kind=Read.SINCE)
    decision = run(state, policy, read, lists("b", entry("b9", title="Milk"), unchanged=["b1"]))
    assert (state.intents, state.links[2, "b"].ref, len(state.tasks)) == ([other], "b9", 2)
    assert [(row.do, row.ref) for row in decision.acted] == [(Do.CREATE, "b9")]


def test_an_entry_that_may_be_ours_is_held_and_not_taken_in():
    state, policy = world()
    add_task(state, 2, {TITLE: "Milk"}, "a")
    patch = {TITLE: "Milk", Field.DESCRIPTION: "x"}
    state.intents = [Intent(task=2, side="b", do=Do.CREATE, ref=None, patch=patch, versions={}, cycle=8)]
    twin = entry("b9", title="Milk", description="y")
    run(state, policy, as_it_was("a", 2), lists("b", twin, unchanged=["b1"]))
    assert (len(state.intents), len(state.tasks)) == (1, 2)
    assert [held.choices for held in state.held] == [("exists b9", "absent")]


def test_after_an_absence_one_complete_sweep_has_to_agree_first():
    """Rule 20: nothing is deleted because of a side that was away; misses count from then."""
    state, policy = world(tasks=2)
    one = state.sides["a"]
    one.left = NOW - timedelta(days=8)
    link = state.links[1, "a"]
    link.misses, link.gone, link.missed_at = 1, 1, NOW
    run(state, policy, lists("a", entry("a1", deleted=True), kind=Read.SINCE), as_it_was("b", 2))
    assert (one.distrusted, link.live, link.misses, link.gone, link.missed_at) == (True, True, 0, 0, None)
    run(state, policy, lists("a", unchanged=["a2"]), as_it_was("b", 2), cycle=10)
    assert (one.distrusted, one.left, link.live, link.misses) == (False, NOW, True, 0)
    run(state, policy, lists("a", unchanged=["a2"]), as_it_was("b", 2), cycle=11)
    assert link.misses == 1


def test_a_sweep_that_was_set_aside_does_not_agree():
    state, policy = world(tasks=3)
    state.sides["a"].distrusted = True
    run(state, policy, lists("a"), as_it_was("b", 3))
    assert state.sides["a"].distrusted


def test_a_filter_that_omitted_a_change_is_trusted_no_more():
    """Rule 16."""
    state, policy = world()
    run(state, policy, lists("a", unchanged=["a1"], omitted=frozenset()), as_it_was("b"))
    assert state.sides["a"].filter_trusted
    decision = run(state, policy, lists("a", unchanged=["a1"], omitted=frozenset({"a1"})), as_it_was("b"))
    assert (state.sides["a"].filter_trusted, state.sides["b"].filter_trusted) == (False, True)
    assert decision.warnings[0].startswith("a omitted 1 changes: ")


def test_what_people_make_on_a_side_that_is_only_written_was_not_omitted():
    state, policy = world(replace(plain("a"), access=AccessPolicy.WRITE), plain("b"))
    run(state, policy, lists("a", unchanged=["a1"], omitted=frozenset({"a7"})), as_it_was("b"))
    assert state.sides["a"].filter_trusted
    state, policy = world()
    run(state, policy, lists("a", unchanged=["a1"], omitted=frozenset({"a7"})), as_it_was("b"))
    assert not state.sides["a"].filter_trusted


def test_an_entry_that_can_not_be_read_is_held_and_its_link_lives():
    state, policy = world()
    run(state, policy, lists("a", entry("a1", problem="not JSON")), as_it_was("b"))
    assert [held.key for held in state.held] == ["entry:a:a1"]
    assert state.links[1, "a"].live


def test_a_question_where_an_entry_belongs_ends_with_the_entry():
    state, policy = world()
    row = Held(kind=HeldKind.MATCH, key="match:a:a9", why="", choices=(), side="a", ref="a9", data={"candidates": []})
    state.held = [row]
    run(state, policy, as_it_was("a"), as_it_was("b"))
    assert (state.held, row.data[MISSES]) == ([row], 1)
    run(state, policy, as_it_was("a"), as_it_was("b"), cycle=10)
    assert state.held == []


def test_none_of_more_candidates_than_a_question_names_is_made_where_the_entry_is():
    """Not even one that has another title by now; decided, all of them are."""
    state, policy = world(tasks=0)
    state.sides["a"].met = state.sides["b"].met = False
    here = [entry(f"a{n}", title="Milk", labels=("home",), due=NOW.date() + timedelta(days=n)) for n in range(30)]
    there = lists("b", entry("b0", title="Milk", labels=("home",)))
    assert short(run(state, policy, lists("a", *here), there, cycle=1)) == []
    [held] = state.held
    here[25] = replace(here[25], fields={**here[25].fields, TITLE: "Oat milk"}, raw_hash="renamed")
    assert short(run(state, policy, lists("a", *here), there, cycle=2)) == []
    assert state.tasks[26].title == "Oat milk"
    held.decision = "new"
    found = run(state, policy, lists("a", *here), there, cycle=3)
    assert [(one.do, one.side) for one in found.actions] == [(Do.CREATE, "b")] * 30 + [(Do.CREATE, "a")]


def test_what_a_person_decided_is_carried_out_first():
    state, policy = world()
    state.held = [
        Held(
            kind=HeldKind.CONFLICT,
            key="k",
            why="",
            choices=(),
            task=1,
            field=TITLE,
            data={"a": "x", "b": "y"},
            decision="take b",
        ),
        Held(kind=HeldKind.MATCH, key="m", why="", choices=(), side="b", ref="b9", decision="new"),
    ]
    run(state, policy, as_it_was("a"), lists("b", entry("b9", title="old"), unchanged=["b1"]))
    assert (state.tasks[1].title, state.held, len(state.tasks)) == ("y", [], 2)


def test_a_create_in_doubt_that_a_person_found_is_told():
    state, policy = world()
    add_task(state, 2, {TITLE: "Milk"}, "a")
    state.intents = [Intent(task=2, side="b", do=Do.CREATE, ref=None, patch={TITLE: "Milk"}, versions={}, cycle=8)]
    row = Held(kind=HeldKind.CREATE, key="create:2:b", why="", choices=(), task=2, side="b", decision="exists b9")
    state.held = [row]
    decision = run(state, policy, as_it_was("a", 2), lists("b", entry("b9", title="Milk"), unchanged=["b1"]))
    assert [(row.do, row.ref) for row in decision.acted] == [(Do.CREATE, "b9")]


def test_a_tie_to_what_is_not_there_is_withdrawn_and_said():
    state, policy = world()
    state.sides["b"].ties = {"b7": 1, "b8": 1}
    decision = run(state, policy, as_it_was("a"), lists("b", unchanged=["b1", "b8"]))
    assert decision.warnings == ["b:b7, which was imported, is not there"]
    assert state.sides["b"].ties == {"b8": 1}


def test_a_person_is_asked_before_anything_is_made_on_a_side_that_was_lost():
    state, policy = world(plain("a"), plain("b", discovery=Discovery.POINT))
    add_task(state, 2, {TITLE: "Milk"}, "a")
    state.sides["b"].lost = True
    decision = run(state, policy, as_it_was("a", 2), lists("b", kind=Read.POLLED))
    assert (decision.actions, [held.key for held in state.held]) == ([], [lost_key("b")])


@pytest.mark.parametrize("edited", [True, False])
def test_an_entry_that_is_to_be_deleted_there_stays_when_a_person_edits_it_there(edited):
    """Made in a cycle that was undone."""
    state, policy = world()
    state.links[1, "b"].reason = UNDONE
    decision = run(state, policy, as_it_was("a"), lists("b", entry("b1", title="new" if edited else "old")))
    assert decision.warnings == (['"old" was edited on b: it stays there'] if edited else [])
    assert [(one.do, one.side) for one in decision.actions] == ([(Do.UPDATE, "a")] if edited else [(Do.DELETE, "b")])
    assert state.links[1, "b"].reason == ("" if edited else UNDONE)


def matched(state):
    """The history of cycle 8, in which b1 was matched and lost its title, and a title moved that moved on since."""
    told = {"task": 1, "title": "old", "field": TITLE}
    lost = Moved(side="b", old="theirs", new="old", rule="lost", lost=True, **told)
    edit = Moved(side="a", old="older", new="between", rule="edit", **told)
    state.tasks[1].versions[TITLE] = Version(number=2, side="a", cycle=8)
    return Undo(cycle=8, moved=[lost, edit], acted=[Acted(do=Do.ADOPT, task=1, side="b", ref="b1", outcome=MATCHED)])


def test_a_cycle_is_undone_through_the_same_plan():
    state, policy = world()
    decision = run(state, policy, as_it_was("a"), as_it_was("b"), undo=matched(state))
    assert short(decision) == [(Do.UPDATE, 1, "b", {TITLE: "theirs"}), (Do.LET_GO, 1, "b", {})]
    assert (decision.undone, decision.reversed) == (1, {1})
    assert [(note.field, note.side) for note in decision.skipped] == [(TITLE, "a")]


def test_values_that_an_undo_brings_back_are_planned():
    state, policy = world()
    state.tasks[1].versions[TITLE] = Version(number=2, side="a", cycle=8)
    row = Moved(task=1, title="old", side="a", field=TITLE, old="older", new="old", rule="edit")
    decision = run(state, policy, as_it_was("a"), as_it_was("b"), undo=Undo(cycle=8, moved=[row]))
    assert short(decision) == [(Do.UPDATE, 1, name, {TITLE: "older"}) for name in "ab"]
    assert (decision.undone, decision.reversed, decision.skipped) == (1, {1}, [])


@pytest.mark.parametrize(
    ("access", "read"),
    [
        (AccessPolicy.READ, as_it_was("b", 3)),
        (AccessPolicy.TWO_WAY, lists("b", kind=Read.STILL_READING)),
        (AccessPolicy.TWO_WAY, lists("b")),
    ],
    ids=["only read", "not read yet", "set aside"],
)
def test_an_undo_writes_nothing_where_nothing_may_be_written(access, read):
    state, policy = world(plain("a"), replace(plain("b"), access=access), tasks=3)
    decision = run(state, policy, as_it_was("a", 3), read, undo=matched(state))
    assert (decision.actions, decision.undone) == ([], 0)
    assert "b takes no part in this cycle" in [note.why for note in decision.skipped]


def test_a_first_opinion_fills_its_own_field_only():
    state, policy = world()
    decision = run(state, policy, lists("a", entry("a1", title="new", description="note")), as_it_was("b"))
    task = state.tasks[1]
    assert (task.title, task.values[Field.DESCRIPTION]) == ("new", "note")
    assert short(decision) == [(Do.UPDATE, 1, "b", {TITLE: "new", Field.DESCRIPTION: "note"})]
    rules = {row.field: row.rule for row in decision.moved}
    assert rules == {TITLE: "edit", Field.DESCRIPTION: "first opinion"}
    assert task.version(Field.DESCRIPTION).number == 2, "the other side has the first one"


def test_a_view_that_another_mapping_moved_is_owed():
    """Rule 20: no phantom edit; the value goes out again, in the new words."""
    state, policy = world(tasks=1)
    link = state.links[1, "b"]
    link.mapping = "0"
    link.pairs[TITLE] = Pair("old", "OLD")
    state.tasks[1].versions[TITLE] = Version(number=3)
    link.acked[TITLE] = 1
    decision = run(state, policy, as_it_was("a"), lists("b", entry("b1", title="word", raw_hash="h")))
    assert decision.moved == []
    assert link.acked == {TITLE: 1}
    assert short(decision) == [(Do.UPDATE, 1, "b", {TITLE: "old"})]
    assert decision.actions[0].changes[TITLE].rule == REMAPPED, "and says why"
    state, policy = world()
    state.links[1, "b"].mapping = "0"
    state.tasks[1].versions[TITLE] = Version(number=3)
    run(state, policy, as_it_was("a"), lists("b", entry("b1", title="word", raw_hash="h")))
    assert state.links[1, "b"].acked == {TITLE: 2}


EARLIER = NOW - timedelta(days=3)


@pytest.mark.parametrize(("status", "expected"), [(Status.COMPLETED, EARLIER), (None, NOW)])
def test_the_vendors_time_of_completion_is_taken(status, expected):
    state, policy = world()
    task = state.tasks[1]
    task.values |= {STATUS: Status.COMPLETED, Field.COMPLETED: NOW}
    for name in "ab":
        state.links[1, name].pairs[STATUS] = Pair(Status.COMPLETED, Status.COMPLETED)
    if status is None:
        del task.values[STATUS]
    run(state, policy, lists("a", entry("a1", title="old", completed=EARLIER)), as_it_was("b"))
    assert task.values[Field.COMPLETED] == expected


def family(*sides):
    """Tasks 1 and 2, neither under the other, on all sides."""
    state, policy = world(*sides, tasks=2)
    for task in state.tasks.values():
        task.values[PARENT] = None
        for link in state.of_task(task.id):
            link.pairs[PARENT] = Pair(None, None)
    return state, policy


def test_moves_that_make_a_cycle_are_undone():
    """Rule 18: the lower-ranked one goes back, and is kept."""
    state, policy = family()
    decision = run(
        state,
        policy,
        lists("a", entry("a1", title="old", parent="a2"), unchanged=["a2"]),
        lists("b", entry("b2", title="old", parent="b1"), unchanged=["b1"]),
    )
    assert {number: task.values[PARENT] for number, task in state.tasks.items()} == {1: 2, 2: None}
    assert [row.task for row in decision.moved if row.lost] == [2]
    assert decision.conflicts == 1


def test_a_child_of_a_deleted_parent_moves_before_anything_is_deleted():
    state, policy = family()
    state.tasks[2].values[PARENT] = 1
    for name in "ab":
        state.links[2, name].pairs[PARENT] = Pair(f"{name}1", f"{name}1")
    decision = run(state, policy, lists("a", entry("a1", deleted=True), unchanged=["a2"]), as_it_was("b", 2))
    assert state.tasks[2].values[PARENT] is None
    assert (Do.UPDATE, 2, "b", {PARENT: None}) in short(decision)
    assert (Do.DELETE, 1, "b", {}) in short(decision)


def test_the_order_of_a_complete_read_is_the_groups():
    """What is listed as it was has the place that it had."""
    state, policy = world(side("a", verbs=PLAIN), side("b", verbs=PLAIN), tasks=3)
    for number in (1, 2, 3):
        state.tasks[number].values[POSITION] = number * 100
        for name in "ab":
            state.links[number, name].pairs[POSITION] = Pair(number, number)
    moved = [entry("a3", title="old", position=1), entry("a1", title="old", position=2)]
    decision = run(state, policy, lists("a", *moved, entry("a2", title="old", position=3)), as_it_was("b", 3))
    assert sorted(state.tasks, key=lambda number: state.tasks[number].values[POSITION]) == [3, 1, 2]
    assert short(decision) == [(Do.UPDATE, 3, "b", {POSITION: 1})]
    assert state.links[2, "b"].pairs[POSITION] == Pair(2, 2)


@pytest.mark.parametrize("kind", [Read.SINCE, Read.STILL_READING])
def test_the_order_of_a_part_says_nothing(kind):
    state, policy = world(side("a", verbs=PLAIN), side("b", verbs=PLAIN), tasks=2)
    for number in (1, 2):
        state.tasks[number].values[POSITION] = number * 100
        for name in "ab":
            state.links[number, name].pairs[POSITION] = Pair(number, number)
    read = lists("a", entry("a2", title="old", position=1), entry("a1", title="old", position=2), kind=kind)
    run(state, policy, read, as_it_was("b", 2))
    assert state.tasks[1].values[POSITION] == 100
    assert state.tasks[2].values[POSITION] == 200


def test_a_place_of_what_was_let_go_or_is_not_told_is_none():
    state, policy = world(side("a", verbs=PLAIN), side("b", verbs=PLAIN), tasks=3)
    for number in (1, 2, 3):
        state.links[number, "a"].pairs[POSITION] = Pair(number, number)
    let_go(state.links[1, "a"], "a person decided")
    del state.links[2, "a"].pairs[POSITION]
    run(state, policy, lists("a", entry("a3", title="old"), unchanged=["a1", "a2"]), as_it_was("b", 3))
    assert [POSITION in state.tasks[number].values for number in (1, 2, 3)] == [False, False, False]


def test_another_account_is_another_side_from_the_first_moment():
    state, policy = world()
    state.sides["b"].fingerprint = "other"
    policy = replace(policy, sides=(policy.sides[0], replace(policy.sides[1], fingerprint="this")))
    decision = run(state, policy, as_it_was("a"), lists("b"))
    assert short(decision) == [(Do.CREATE, 1, "b", {TITLE: "old", STATUS: Status.NEEDS_ACTION})]
    assert state.tasks[1].life is TaskLife.ALIVE
    assert [(link.side, link.life) for link in state.links.values()] == [("a", LinkLife.LIVE)]


def test_what_was_written_where_a_task_was_let_go_counts_when_it_lives_again():
    """Task 1 lives again by an edit on b; task 2 stays deleted, and what c says of it is nobody's edit.

    No other edit counts twice because of that, task 3's neither.
    """
    state, policy = world(plain("a"), plain("b"), plain("c", verbs=PLAIN - {Verb.DELETE}), tasks=3)
    for number in (1, 2):
        state.tasks[number].life = TaskLife.DELETED
        let_go(state.links[number, "a"], DELETED_THERE, absent=True)
        let_go(state.links[number, "c"], f"c {NO_DELETE}")
    decision = run(
        state,
        policy,
        lists("a", entry("a3", title="else", modified=NOW)),
        lists("b", entry("b1", title="new", modified=NOW), unchanged=["b2", "b3"]),
        lists(
            "c",
            entry("c1", title="old", status=Status.COMPLETED, modified=NOW),
            entry("c2", title="old", status=Status.COMPLETED, modified=NOW),
            unchanged=["c3"],
        ),
    )
    assert {name: state.tasks[1].values[name] for name in (TITLE, STATUS)} == {TITLE: "new", STATUS: Status.COMPLETED}
    assert [(row.task, row.side, row.field, row.new, row.rule) for row in decision.moved] == [
        (3, "a", TITLE, "else", "edit"),
        (1, "b", TITLE, "new", "edit"),
        (1, "c", STATUS, "completed", "edit"),
    ]
    assert (state.tasks[2].life, state.links[2, "c"].life) == (TaskLife.DELETED, LinkLife.LET_GO)
    assert (Do.UPDATE, 1, "c", {TITLE: "new"}) in short(decision)
    assert (Do.UPDATE, 1, "b", {STATUS: Status.COMPLETED}) in short(decision)


@pytest.mark.parametrize(
    ("raw_hash", "wrote", "said", "rules"),
    [
        ("h", 4, "note", ["edit"]),
        ("", 4, "note", ["first opinion"]),
        ("h", 5, "note", ["first opinion"]),  # nobody has read it since we wrote there
        ("h", 4, "", ["first opinion"]),
    ],
)
def test_a_first_value_where_none_was_read_before_is_somebodys_edit(raw_hash, wrote, said, rules):
    state, policy = world()
    link = state.links[1, "a"]
    link.raw_hash, link.wrote, state.sides["a"].read_cycle = raw_hash, wrote, 5
    decision = run(state, policy, lists("a", entry("a1", title="old", description=said)), as_it_was("b"))
    assert [row.rule for row in decision.moved if row.field is Field.DESCRIPTION] == rules


@pytest.mark.parametrize(("said", "life"), [("note", TaskLife.ALIVE), ("", TaskLife.DELETED)])
def test_a_first_value_keeps_a_task_alive_that_is_deleted_elsewhere(said, life):
    state, policy = world()
    state.links[1, "a"].raw_hash, state.sides["a"].read_cycle = "h", 5
    told = lists("b", entry("b1", deleted=True), kind=Read.SINCE)
    run(state, policy, lists("a", entry("a1", title="old", description=said)), told)
    assert state.tasks[1].life is life


@pytest.mark.parametrize(("restored", "asked"), [(Restored.TIED, [TITLE]), (Restored.NO, [])])
def test_after_a_restore_an_edit_does_not_go_over_what_was_touched_elsewhere(restored, asked):
    """The title was edited on a, and something of b's entry since the copy: it may be the title, and the newer one."""
    state, policy = world()
    for one in state.sides.values():
        one.restored = restored
    decision = run(state, policy, lists("a", entry("a1", title="new")), lists("b", entry("b1", title="old")))
    assert [held.field for held in state.held] == asked
    assert short(decision) == ([] if asked else [(Do.UPDATE, 1, "b", {TITLE: "new"})])
    if asked:
        assert state.held[0].data == {"a": "new", "b": "old"}
    again = run(state, policy, as_it_was("a"), as_it_was("b"), cycle=10)
    assert (again.actions == []) is bool(asked), "until a person decides"


def test_after_a_restore_what_was_touched_on_no_other_side_goes_on():
    state, policy = world()
    for one in state.sides.values():
        one.restored = Restored.TIED
    state.links[1, "b"].raw_hash = last_seen("h")
    decision = run(
        state, policy, lists("a", entry("a1", title="new")), lists("b", entry("b1", title="old", raw_hash="h"))
    )
    assert (short(decision), state.held) == ([(Do.UPDATE, 1, "b", {TITLE: "new"})], [])


@pytest.mark.parametrize(("left", "read"), [(0, Read.SET_ASIDE), (20, Read.COMPLETE)])
def test_what_was_left_in_the_store_counts_where_too_much_is_missing_or_changed(left, read):
    """Three of three tasks, or three of twenty-three: those twenty were not loaded because nothing is open of them."""
    missing = lists("a", unchanged=["a99"])
    changed = lists("a", *(entry(f"a{number}", title="new") for number in (1, 2, 3)))
    for seen in (missing, changed):
        state, policy = world(tasks=3, **CHANGED)
        state.settled = left
        assert run(state, policy, seen, as_it_was("b", 3)).reads["a"] is read
