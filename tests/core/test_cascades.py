"""Deletes that would take along what is to live (rule 18)."""

from __future__ import annotations

import pytest

from connectors.task import Field
from sync.core.cascades import without_cascades
from sync.core.facts import Action
from sync.core.model import Do, Pair, TaskLife
from sync.core.plan import Planner
from tests.core.build import NOW, RICH, add_task, group, lenses_of, side, state_of

PARENT = Field.PARENT
NO_ORDER = {name: how for name, how in RICH.fields.items() if name is not Field.POSITION}


def planned(*, cascades=True, refused=True, moved=False, shown=True):
    """Tasks 1 > 2 > 3 on a and b: 1 and 2 are deleted, 3 is to be moved to the root, which b refused."""
    policy = group(side("a", fields=NO_ORDER), side("b", fields=NO_ORDER, delete_cascades=cascades))
    state = state_of(policy)
    for number in (1, 2, 3):
        above = number - 1 or None
        task = add_task(state, number, {Field.TITLE: f"t{number}", PARENT: above}, "a", "b")
        link = state.links[number, "b"]
        link.pairs[PARENT] = Pair(f"b{above}", f"b{above}") if above else Pair(None, None)
        if number < 3:
            task.life = TaskLife.DELETED
            state.links.pop((number, "a"))
    state.tasks[3].values[PARENT] = None
    link = state.links[3, "b"]
    link.acked[PARENT] = 0
    if moved:
        link.pairs[PARENT] = Pair(None, None)
    if not shown:
        del link.pairs[PARENT]
    if refused:
        link.refused[PARENT], link.reasons[PARENT] = 1, "not there"
    planner = Planner(lenses_of(policy, state), NOW, frozenset("ab"))
    planner.plan()
    return planner


def deleted(planner):
    """The refs that are to be deleted, in their order."""
    return [action.ref for action in planner.actions if action.do is Do.DELETE]


def test_what_would_take_along_a_task_that_can_not_be_moved_away_stays_and_is_undeliverable():
    planner = planned()
    assert deleted(planner) == []
    assert [(note.ref, note.field, note.why) for note in planner.undeliverable] == [
        ("b3", PARENT, "not there"),
        ("b2", PARENT, 'it is not deleted: "t3" below it lives and can not be moved: not there'),
        ("b1", PARENT, 'it is not deleted: "t3" below it lives and can not be moved: not there'),
    ]


@pytest.mark.parametrize(
    ("changes", "undeliverable"),
    [({"cascades": False}, ["b3"]), ({"refused": False}, []), ({"moved": True}, []), ({"shown": False}, ["b3"])],
    ids=["the delete takes nothing along", "the move may yet be made", "moved", "never seen below it"],
)
def test_nothing_is_in_the_way_of_other_deletes(changes, undeliverable):
    planner = planned(**changes)
    assert deleted(planner) == ["b2", "b1"]
    assert [note.ref for note in planner.undeliverable] == undeliverable


def test_what_is_only_let_go_takes_nothing_along():
    planner = planned()
    stuck = [note for note in planner.undeliverable if note.ref == "b3"]
    action = Action(do=Do.LET_GO, task=2, title="t2", side="b", ref="b2")
    assert without_cascades(planner.lenses, [action], stuck) == [action]
