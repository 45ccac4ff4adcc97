"""What a cycle can leave in the store, and what a read makes it load."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import Discovery
from connectors.task import Field
from sync.core.evidence import let_go
from sync.core.facts import Action, Observation, Read
from sync.core.gather import judge_changed, judge_missing
from sync.core.model import Do, Held, HeldKind, Intent, LinkLife, Pair, Restored, TaskLife
from sync.core.policy import AccessPolicy
from sync.core.settled import above, asked_about, basis_of, is_deep, is_flat, may_be_partial, settled_tasks, touched
from tests.core.build import NOW, RICH, add_task, entry, group, side, state_of

FLAT = {field: how for field, how in RICH.fields.items() if field is not Field.POSITION}
POLICY = group(side("a", fields=FLAT), side("b", fields=FLAT))


def agreed():
    """A state with one task that both sides hold."""
    state = state_of(POLICY)
    add_task(state, 1, {Field.TITLE: "x"}, "a", "b")
    for one in state.sides.values():
        one.basis = basis_of(POLICY)
    return state


def held(**members: object) -> Held:
    """A question about a task or an entry."""
    return Held(**{"kind": HeldKind.CONFLICT, "key": "k", "why": "w", "choices": (), **members})


def test_a_task_that_all_sides_hold_as_it_is_is_settled():
    assert settled_tasks(agreed(), POLICY, []) == {1}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("acked", {Field.TITLE: 1}),
        ("refused", {Field.TITLE: 1}),
        ("reasons", {Field.TITLE: "too long"}),
        ("uncertain", frozenset({Field.TITLE})),
        ("misses", 1),
        ("gone", 1),
        ("missed_at", NOW),
        ("outside", "elsewhere"),
        ("absent", True),
        ("reason", "undone"),
        ("joined", True),
        ("former", ("a0",)),
        ("raw_hash", ""),
        ("mapping", "0"),
        ("ref", None),
        ("life", LinkLife.LET_GO),
    ],
)
def test_a_link_with_something_open_keeps_its_task_open(member, value):
    state = agreed()
    setattr(state.links[1, "b"], member, value)
    assert settled_tasks(state, POLICY, []) == set()


def test_an_answer_that_did_not_show_a_field_keeps_the_task_open():
    state = agreed()
    state.links[1, "a"].pairs[Field.TITLE] = Pair("x", "x", confirmed=False)
    assert settled_tasks(state, POLICY, []) == set()


def test_an_entry_that_stands_elsewhere_than_its_task_keeps_it_open():
    """Not sent there, or stored otherwise: whoever loads its relatives would not find it."""
    state = agreed()
    state.links[1, "a"].pairs[Field.PARENT] = Pair(None, None)
    assert settled_tasks(state, POLICY, []) == {1}
    state.links[1, "a"].pairs[Field.PARENT] = Pair(None, "a7")
    assert settled_tasks(state, POLICY, []) == set()


def test_a_task_that_lacks_a_side_was_let_go_or_deleted_is_open():
    for change in ("lacks", "let go", "deleted"):
        state = agreed()
        if change == "lacks":
            del state.links[1, "b"]
        elif change == "let go":
            let_go(state.links[1, "b"], "by hand")
        else:
            state.tasks[1].life = TaskLife.DELETED
        assert settled_tasks(state, POLICY, []) == set(), change


def test_what_is_planned_asked_or_on_its_way_is_open():
    action = Action(do=Do.UPDATE, task=1, title="x", side="a", ref="a1")
    assert settled_tasks(agreed(), POLICY, [action]) == set()
    state = agreed()
    state.held.append(held(task=1))
    assert settled_tasks(state, POLICY, []) == set()
    state = agreed()
    state.intents.append(Intent(task=1, side="a", do=Do.UPDATE, ref="a1", patch={}, versions={}))
    assert settled_tasks(state, POLICY, []) == set()


def test_settled_tasks_are_left_where_they_are():
    assert may_be_partial(agreed(), POLICY)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("basis", ""),
        ("met", False),
        ("lost", True),
        ("restored", Restored.TIED),
        ("ties", {"a9": 9}),
    ],
)
def test_a_side_of_which_not_all_is_known_has_everything_loaded(member, value):
    state = agreed()
    setattr(state.sides["b"], member, value)
    assert not may_be_partial(state, POLICY)


def test_nothing_is_loaded_of_a_first_meeting_that_is_under_way():
    """No side was met, and all that is settled has a link on each."""
    state = agreed()
    for one in state.sides.values():
        one.met = False
    assert may_be_partial(state, POLICY)
    state.sides["a"].basis = "another"
    assert not may_be_partial(state, POLICY)


def test_of_a_group_that_is_new_there_is_nothing_to_load():
    state = state_of(POLICY)
    for one in state.sides.values():
        one.met = False
    assert may_be_partial(state, POLICY)
    state.sides["a"].ties = {"a1": 1}
    assert not may_be_partial(state, POLICY)


def test_where_something_is_known_by_another_configuration_everything_is_loaded():
    """A side that was met, or what was left in the store, though nothing of it is loaded."""
    state = state_of(POLICY)
    for one in state.sides.values():
        one.met, one.basis = True, "another"
    assert not may_be_partial(state, POLICY)
    for one in state.sides.values():
        one.met = False
    assert may_be_partial(state, POLICY)
    state.settled = 1
    assert not may_be_partial(state, POLICY)


@pytest.mark.parametrize(
    ("traits", "deep"),
    [
        ({}, False),
        ({"delete_cascades": True}, True),
        ({"derived_from_children": frozenset({Field.STATUS})}, True),
    ],
)
def test_a_group_is_deep_where_a_side_deletes_or_computes_along_a_tree(traits, deep):
    assert is_deep(group("a", side("b", fields=FLAT, **traits))) is deep


def test_a_question_that_may_mean_any_task_has_everything_loaded():
    state = agreed()
    state.held.append(held())
    assert may_be_partial(state, POLICY)
    for question in (held(kind=HeldKind.MATCH), held(decision="take a")):
        state.held = [question]
        assert not may_be_partial(state, POLICY)
    state.held = []
    state.intents.append(Intent(task=1, side="a", do=Do.CREATE, ref=None, patch={}, versions={}))
    assert not may_be_partial(state, POLICY)


def test_a_group_with_a_side_without_a_list_has_everything_loaded():
    policy = group(POLICY.sides[0], side("b", fields=FLAT, discovery=Discovery.POINT))
    state = agreed()
    for one in state.sides.values():
        one.basis = basis_of(policy)
    assert not may_be_partial(state, policy)


def test_another_configuration_is_another_basis():
    first, second = POLICY.sides
    others = [
        replace(second, mapping="2"),
        replace(second, fingerprint="elsewhere"),
        replace(second, access=AccessPolicy.READ),
        replace(second, unsynced=frozenset({Field.DUE})),
        replace(second, name="c"),
    ]
    found = {basis_of(replace(POLICY, sides=(first, other))) for other in (second, *others)}
    assert len(found) == 6
    assert basis_of(replace(POLICY, sides=(first,))) not in found


def test_an_order_between_two_sides_reaches_beyond_relatives_a_cascade_does_not():
    assert is_flat(POLICY)
    assert is_flat(group("a", side("b", fields=FLAT)))
    assert not is_flat(group("a", "b"))
    assert is_flat(group(POLICY.sides[0], side("b", fields=FLAT, delete_cascades=True)))
    derived = frozenset({Field.STATUS})
    assert is_flat(group(POLICY.sides[0], side("b", fields=FLAT, derived_from_children=derived)))


def test_a_read_touches_what_it_tells_what_that_is_under_and_what_it_lacks():
    told = {"a1": entry("a1", parent="a7", children=("a8",)), "a2": entry("a2", title="y")}
    seen = Observation(side="a", read=Read.COMPLETE, entries=told, listed=frozenset({"a1", "a2", "a3"}), gone={"a5"})
    assert touched(seen, ["a1", "a3", "a4"]) == {"a1", "a2", "a4", "a5", "a7", "a8"}
    seen.read = Read.SINCE
    assert touched(seen, ["a1", "a3", "a4"]) == {"a1", "a2", "a5", "a7", "a8"}


def test_what_loaded_entries_stand_under_is_named_unless_it_is_loaded():
    state = agreed()
    add_task(state, 2, {}, "a", "b")
    state.links[1, "a"].pairs[Field.PARENT] = Pair(None, "a2")
    state.links[1, "b"].pairs[Field.PARENT] = Pair(None, "b7")
    state.links[2, "b"].pairs[Field.PARENT] = Pair(None, None)
    assert above(state) == {"b": {"b7"}}


def test_open_questions_name_their_entries():
    state = agreed()
    state.held = [held(side="a", ref="a1"), held(side="a", data={"entries": {"a2": {}}}), held(side="b")]
    assert asked_about(state) == {"a": {"a1", "a2"}, "b": set()}


def test_guards_count_what_was_left_in_the_store():
    state = agreed()
    for number in range(2, 5):
        add_task(state, number, {}, "a", "b")
    links, one = state.of_side("a"), state.sides["a"]
    lacking = Observation(side="a", read=Read.COMPLETE, listed=frozenset({"z"}), digest="z")

    def guard(observation, settled):
        return judge_missing(one, observation, links, POLICY, now=NOW, allow=(), settled=settled).guard

    assert guard(lacking, 0) == "shrunk"
    assert guard(lacking, 20) == ""
    assert guard(Observation(side="a", read=Read.COMPLETE, digest="y"), 20) == "emptied"
    told = {str(link.ref): entry(str(link.ref), deleted=True) for link in links}
    deleted = Observation(side="a", read=Read.SINCE, entries=told, digest="x")
    assert guard(deleted, 0) == "emptied"
    assert guard(deleted, 1) == ""
    assert judge_changed(one, lacking, links, [], POLICY, (), settled=9).guard == ""
    assert state.live_links("a") == 4
    state.settled = 9
    assert state.live_links("a") == 13
