"""One cycle's decision about comments, about what is to be taken in, and about first opinions, on plain data."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import Discovery
from connectors.task import Field, Kind, Status
from sync.core.comments import WITH_ITS_TASK
from sync.core.evidence import let_go
from sync.core.facts import Read
from sync.core.model import Do, Pair, TaskLife
from sync.core.settle import CREATE_AGAIN, DELETED_THERE
from tests.core.build import NOW, TWO_WAY, add_task, entry
from tests.core.test_pipeline import NO_ORDER, as_it_was, lists, plain, run, short, world

TITLE, TEXT, PARENT, STATUS = Field.TITLE, Field.COMMENTS, Field.PARENT, Field.STATUS
EARLIER = NOW - timedelta(days=3)


def commented():
    """Task 1 on a and b, which hold comments, and comment 2 on it."""
    state, policy = world(*(plain(name, fields={**NO_ORDER, TEXT: TWO_WAY}) for name in "ab"))
    comment = add_task(state, 2, {}, "a", "b")
    comment.kind, comment.values = Kind.COMMENT, {TEXT: "ok", PARENT: 1}
    for name in "ab":
        state.links[2, name].pairs = {TEXT: Pair("ok", "ok"), PARENT: Pair(f"{name}1", f"{name}1")}
    return state, policy


def said(ref, text):
    """A comment on the task, on side b."""
    return entry(ref, kind=Kind.COMMENT, comments=text, parent="b1")


GONE = lists("a", entry("a1", deleted=True), kind=Read.SINCE)
SAID = {
    "nothing": (lists("b", unchanged=["b1", "b2"]), False),
    "a new comment": (lists("b", said("b3", "wait"), unchanged=["b1", "b2"]), True),
    "an edited comment": (lists("b", said("b2", "wait"), unchanged=["b1"]), True),
}


@pytest.mark.parametrize(("read", "alive"), SAID.values(), ids=SAID.keys())
def test_a_comment_is_an_edit_of_its_task_where_a_delete_meets_it(read, alive):
    """Rule 12: in the same cycle."""
    state, policy = commented()
    decision = run(state, policy, GONE, read)
    assert (state.tasks[1].life is TaskLife.ALIVE) is alive
    assert [(one.do, one.task, one.side) for one in decision.actions if one.task == 1] == [
        (Do.CREATE, 1, "a") if alive else (Do.DELETE, 1, "b")
    ]


@pytest.mark.parametrize(("read", "alive"), SAID.values(), ids=SAID.keys())
def test_a_comment_brings_a_task_back_whose_delete_has_not_arrived_there(read, alive):
    """Rule 12: in a later cycle."""
    state, policy = commented()
    state.tasks[1].life = TaskLife.DELETED
    for number in (1, 2):
        let_go(state.links[number, "a"], WITH_ITS_TASK if number == 2 else DELETED_THERE, absent=True)
    run(state, policy, lists("a"), read)
    assert (state.tasks[1].life is TaskLife.ALIVE) is alive
    assert state.links[1, "a"].reason == (CREATE_AGAIN if alive else DELETED_THERE)


def test_an_edit_of_a_task_whose_delete_has_not_arrived_there_is_its_value():
    state, policy = world()
    state.tasks[1].life = TaskLife.DELETED
    let_go(state.links[1, "a"], DELETED_THERE, absent=True)
    decision = run(state, policy, lists("a"), lists("b", entry("b1", title="new")))
    assert (state.tasks[1].life, state.tasks[1].title) == (TaskLife.ALIVE, "new")
    assert short(decision) == [(Do.CREATE, 1, "a", {TITLE: "new", STATUS: Status.NEEDS_ACTION})]


def test_comments_leave_a_side_with_their_task():
    state, policy = commented()
    moved = lists("a", entry("a1", container="archive"), unchanged=["a2"])
    run(state, policy, moved, lists("b", unchanged=["b1", "b2"]))
    assert [(link.live, link.reason) for link in state.of_task(2)] == [(False, WITH_ITS_TASK), (True, "")]


def test_a_comment_that_did_not_come_back_with_its_task_is_made_there_again():
    state, policy = commented()
    let_go(state.links[1, "a"], "moved to archive", absent=True)
    let_go(state.links[2, "a"], WITH_ITS_TASK, absent=True)
    back = lists("a", entry("a1", title="old"))
    decision = run(state, policy, back, lists("b", unchanged=["b1", "b2"]))
    assert state.links[1, "a"].live
    assert short(decision) == [(Do.CREATE, 2, "a", {TEXT: "ok", PARENT: "a1"})]


@pytest.mark.parametrize(("gone", "held"), [({"b9"}, ["adopt:b:b9"]), (set(), [])])
def test_what_is_to_be_taken_in_and_is_not_there_is_asked_about(gone, held):
    """Rule 17: on a side without a list, by the ref that a person gave."""
    without_list = replace(plain("b", discovery=Discovery.POINT), adopt=("b9",))
    state, policy = world(plain("a"), without_list)
    run(state, policy, as_it_was("a"), lists("b", unchanged=["b1"], kind=Read.POLLED, gone=gone))
    assert [row.key for row in state.held] == held


def test_the_vendors_time_of_completion_comes_with_a_first_status():
    state, policy = world()
    del state.tasks[1].values[STATUS]
    for name in "ab":
        del state.links[1, name].pairs[STATUS]
    done = entry("a1", title="old", status=Status.COMPLETED, completed=EARLIER)
    run(state, policy, lists("a", done), as_it_was("b"))
    assert (state.tasks[1].values[STATUS], state.tasks[1].values[Field.COMPLETED]) == (Status.COMPLETED, EARLIER)
