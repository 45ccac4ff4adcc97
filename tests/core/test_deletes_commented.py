"""What becomes of a task with comments, and of a comment, where a delete meets them (rule 12)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.projection import Said
from connectors.task import Field, Kind
from sync.core.deletes import Deletes
from sync.core.evidence import let_go
from sync.core.merge import Merge
from sync.core.model import Pair, TaskLife, Version
from sync.core.policy import AccessPolicy, DeletePolicy
from sync.core.settle import DELETED_THERE
from tests.core.build import NOW, RICH, TWO_WAY, add_task, group, lenses_of, side, state_of

PARENT, STATUS = Field.PARENT, Field.STATUS
TEXT = Field.COMMENTS
HOLDS = {**RICH.fields, TEXT: TWO_WAY}
NO_PICTURES = FieldCapability(
    holding=Holding.TWO_WAY, view=Said(lambda value: str(value).replace("(picture)", ""), "pictures")
)


def commented(*sides, **policy):
    """Tasks 1 and its child 2, and comment 3 on the first, on sides a and b; what carries evidence into their state."""
    group_ = group(*(sides or (side("a", fields=HOLDS), side("b", fields=HOLDS))), **policy)
    state = state_of(group_)
    add_task(state, 1, {Field.TITLE: "parent", PARENT: None}, "a", "b")
    add_task(state, 2, {Field.TITLE: "child", PARENT: 1}, "a", "b")
    comment = add_task(state, 3, {}, "a", "b")
    comment.kind, comment.values = Kind.COMMENT, {TEXT: "ok", PARENT: 1}
    for name in "ab":
        state.links[3, name].pairs = {TEXT: Pair("ok", "ok"), PARENT: Pair(f"{name}1", f"{name}1")}
    return state, Deletes(Merge(lenses_of(group_, state), 9, NOW), NOW)


def untold(state):
    """Comment 3 has never been on b."""
    del state.links[3, "b"]


def untold_picture(state):
    """Comment 3, which has no words, has never been on b."""
    untold(state)
    state.tasks[3].values[TEXT] = "(picture)"


def edited_on_a(state):
    """Comment 3 was edited on a, and b has not been told."""
    state.tasks[3].values[TEXT] = "edited"
    state.tasks[3].versions[TEXT] = Version(number=2, side="a")
    state.links[3, "b"].acked[TEXT] = 1


def edited_and_let_go(state):
    """Comment 3 was edited on a after it was deleted on b."""
    edited_on_a(state)
    acked = dict(state.links[3, "b"].acked)
    let_go(state.links[3, "b"], DELETED_THERE)
    state.links[3, "b"].acked = acked


def untold_and_deleted(state):
    """Comment 3 was never on b, and was deleted meanwhile."""
    untold(state)
    state.tasks[3].life = TaskLife.DELETED


def untold_on_another_task(state):
    """The comment that b lacks stands on task 2."""
    untold(state)
    state.tasks[3].values[PARENT] = 2


@pytest.mark.parametrize(
    ("prepare", "spec", "alive"),
    [
        (untold, {}, True),
        (edited_on_a, {}, True),
        (lambda state: None, {}, False),
        (edited_and_let_go, {}, False),
        (untold_and_deleted, {}, False),
        (untold_on_another_task, {}, False),
        (untold, {"fields": RICH.fields}, False),
        (untold_picture, {"fields": {**HOLDS, TEXT: NO_PICTURES}}, False),
        (untold, {"fields": {**HOLDS, TEXT: NO_PICTURES}}, True),
    ],
    ids=[
        "new",
        "edited",
        "told as it is",
        "edited, gone there before",
        "new, deleted since",
        "new on another task",
        "new, b holds no comments",
        "a picture, which b can not be told",
        "new, b is told no pictures",
    ],
)
def test_a_comment_that_the_side_that_deleted_was_never_told_keeps_its_task(prepare, spec, alive):
    """Rule 12: whoever deleted the task there did not know it."""
    state, deletes = commented(side("a", fields=HOLDS), side("b", **{"fields": HOLDS, **spec}))
    prepare(state)
    deletes.delete([state.links[1, "b"]], set())
    assert (state.tasks[1].life is TaskLife.ALIVE) is alive


def test_a_side_that_is_only_read_need_not_be_told_a_comment():
    state, deletes = commented(side("a", fields=HOLDS), replace(side("b", fields=HOLDS), access=AccessPolicy.READ))
    untold(state)
    deletes.delete([state.links[1, "b"]], set())
    assert state.tasks[1].life is TaskLife.DELETED


@pytest.mark.parametrize(("live", "alive"), [(True, True), (False, False)])
def test_a_comment_on_a_deleted_task_brings_it_back(live, alive):
    """Where the delete has not arrived yet (rule 12); what is only remembered there says nothing."""
    state, deletes = commented()
    state.tasks[1].life = TaskLife.DELETED
    let_go(state.links[1, "b"], DELETED_THERE)
    if not live:
        let_go(state.links[1, "a"], "a person decided")
    deletes.revive_commented({(1, "a")})
    assert (state.tasks[1].life is TaskLife.ALIVE) is alive
    assert deletes.lines == (['"parent" was deleted, and edited on a since: the edit wins'] if alive else [])


def test_what_lives_and_a_deleted_comment_are_not_brought_back_by_comments():
    state, deletes = commented()
    state.tasks[3].life = TaskLife.DELETED
    deletes.revive_commented({(1, "a"), (3, "a")})
    assert (state.tasks[3].life, deletes.acted) == (TaskLife.DELETED, [])


@pytest.mark.parametrize(
    ("policy", "life"),
    [
        (DeletePolicy.PROPAGATE, TaskLife.DELETED),
        (DeletePolicy.KEEP, TaskLife.ALIVE),
        (DeletePolicy.CLOSE, TaskLife.ALIVE),
    ],
)
def test_a_comment_has_no_status_that_could_stand_for_its_delete(policy, life):
    state, deletes = commented(deletes=policy)
    deletes.delete([state.links[3, "b"]], set())
    assert (state.tasks[3].life, STATUS in state.tasks[3].values) == (life, False)


def test_a_comment_under_a_deleted_task_does_not_move_to_another():
    state, deletes = commented()
    state.tasks[1].life = TaskLife.DELETED
    deletes.rehome()
    assert {number: task.values[PARENT] for number, task in state.tasks.items()} == {1: None, 2: None, 3: 1}
