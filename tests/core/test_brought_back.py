"""A task that was to be made again on a side, where its entry is there after all (rule 13)."""

from __future__ import annotations

import pytest

from connectors.task import Field, Kind
from sync.core.deletes import Deletes
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.merge import Merge
from sync.core.model import Do, Intent, Pair, TaskLife
from sync.core.settle import CREATE_AGAIN, make_again
from tests.core.build import NOW, add_task, entry, group, lenses_of, state_of
from tests.core.test_pipeline import as_it_was, lists, run, short, world


def remade():
    """Task 1 on a and b; b's entry b1 was deleted, and it is to be made there again."""
    policy = group("a", "b")
    state = state_of(policy)
    add_task(state, 1, {Field.TITLE: "Milk"}, "a", "b")
    deletes = Deletes(Merge(lenses_of(policy, state), 9, NOW), NOW)
    make_again(deletes.merge.lenses, state.links[1, "b"])
    return state, deletes


def named(*refs, side="b", entries=()):
    """What a read of a side names."""
    return Observation(side=side, read=Read.COMPLETE, listed=frozenset(refs), entries={one.ref: one for one in entries})


def test_what_is_brought_back_before_it_is_made_again_is_tied_over_its_old_shadow():
    state, deletes = remade()
    state.tasks[1].values[Field.TITLE] = "oat milk"
    deletes.brought_back(named("b1"))
    link = state.links[1, "b"]
    assert (link.live, link.ref, link.former, link.reason) == (True, "b1", (), "")
    assert link.pairs[Field.TITLE] == Pair("Milk", "Milk")
    assert Field.TITLE in link.acked, "what moved meanwhile is owed there"
    assert deletes.merge.lenses.refs["b", "b1"] == 1
    assert [(row.do, row.task, row.side, row.ref, row.outcome) for row in deletes.acted] == [
        (Do.ADOPT, 1, "b", "b1", "restored there")
    ]


def test_of_several_that_a_task_had_there_the_last_is_tied_and_the_others_stay_known():
    state, deletes = remade()
    link = state.links[1, "b"]
    link.former = ("b0", "b1", "b2")
    deletes.brought_back(named("b0", "b1", "b3"))
    assert (link.ref, link.former) == ("b1", ("b0", "b2"))


def is_in_doubt(state):
    state.intents.append(Intent(task=1, side="b", do=Do.CREATE, ref=None, patch={}, versions={}, before={}, cycle=8))


def is_a_comment(state):
    state.tasks[1].kind = Kind.COMMENT


def is_deleted(state):
    state.tasks[1].life = TaskLife.DELETED


def was_let_go_by_hand(state):
    state.links[1, "b"].reason = "by hand"


def has_another_entry(state):
    state.links[1, "b"].ref = "b9"


@pytest.mark.parametrize(
    ("change", "observation"),
    [
        (None, named()),
        (None, named("b2")),
        (None, named("b1", side="a")),
        (None, named(entries=[entry("b1", deleted=True)])),
        (is_in_doubt, named("b1")),
        (is_a_comment, named("b1")),
        (is_deleted, named("b1")),
        (was_let_go_by_hand, named("b1")),
        (has_another_entry, named("b1")),
    ],
    ids=[
        "nothing is there",
        "another entry",
        "of that name on another side",
        "only a tombstone",
        "a create is in doubt",
        "a comment",
        "a deleted task",
        "let go by hand",
        "another entry is its own",
    ],
)
def test_otherwise_nothing_is_tied(change, observation):
    state, deletes = remade()
    if change is not None:
        change(state)
    link = state.links[1, "b"]
    before = (link.live, link.ref, link.former, link.reason)
    deletes.brought_back(observation)
    assert (link.live, link.ref, link.former, link.reason) == before
    assert deletes.acted == []


def test_a_cycle_ties_it_and_makes_no_second_one():
    state, policy = world()
    link = state.links[1, "b"]
    let_go(link, CREATE_AGAIN)
    link.ref, link.former = None, ("b1",)
    decision = run(state, policy, as_it_was("a"), lists("b", entry("b1", title="old")))
    assert (state.links[1, "b"].live, state.links[1, "b"].ref) == (True, "b1")
    assert short(decision) == []
    assert len(state.tasks) == 1
