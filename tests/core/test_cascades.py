"""Deletes that would take along what is to live, and statuses that would (rule 18)."""

from __future__ import annotations

import pytest

from connectors.task import Field, Kind, Status
from sync.core.cascades import without_cascades
from sync.core.facts import Action
from sync.core.model import Do, Pair, TaskLife, Version
from sync.core.plan import Planner
from tests.core.build import NOW, RICH, TWO_WAY, add_task, group, lenses_of, side, state_of

PARENT, STATUS, TITLE = Field.PARENT, Field.STATUS, Field.TITLE
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


def opened(*, computed=frozenset({STATUS}), there=True, under=1, kind=Kind.TASK, owed=(STATUS,)):
    """Task 1 is opened again and 2 comes below a task, both on a: what b is told of each."""
    fields = {**NO_ORDER, Field.COMMENTS: TWO_WAY}
    policy = group(side("a", fields=fields), side("b", fields=fields, derived_from_children=computed))
    state = state_of(policy)
    for number in (1, 3):
        add_task(state, number, {TITLE: f"t{number}", STATUS: Status.NEEDS_ACTION}, "a", "b")
    child = add_task(state, 2, {TITLE: "t2", PARENT: under}, "a", *(["b"] if there else []))
    child.kind, above = kind, f"a{under}" if under else None
    child.values[Field.COMMENTS] = "ok" if kind is Kind.COMMENT else ""
    state.links[2, "a"].pairs[PARENT] = Pair(above, above)
    for number, names in ((1, owed), (2, (PARENT,) if there else ())):
        for name in names:
            state.tasks[number].versions[name] = Version(number=2, side="a", cycle=1, rule="edit")
            link = state.links[number, "b"]
            link.acked[name], link.pairs[name] = 1, Pair("old", "old")
    planner = Planner(lenses_of(policy, state), NOW, frozenset("ab"))
    planner.plan()
    return planner


@pytest.mark.parametrize("there", [True, False], ids=["moved", "made"])
def test_a_status_is_not_told_to_what_gets_its_first_child_in_the_same_cycle(there):
    """It would reach the child, who comes with a status of its own."""
    planner = opened(there=there)
    assert [action.task for action in planner.actions] == [2]
    assert [(note.task, note.title, note.side, note.ref, note.field, note.why) for note in planner.undeliverable] == [
        (1, "t1", "b", "b1", STATUS, "it follows from the children there")
    ]


def test_what_does_not_follow_from_children_is_told_all_the_same():
    planner = opened(owed=(STATUS, TITLE))
    (action,) = [one for one in planner.actions if one.task == 1]
    assert (action.fields, action.versions, list(action.changes)) == ({TITLE: "t1"}, {TITLE: 2}, [TITLE])


@pytest.mark.parametrize(
    "changes",
    [{"computed": frozenset()}, {"under": 3}, {"under": None}, {"kind": Kind.COMMENT, "there": False}],
    ids=["a parent has its own status there", "below another", "at the root", "a comment is no child"],
)
def test_a_status_is_told_where_it_reaches_nobody(changes):
    planner = opened(**changes)
    assert [action.fields for action in planner.actions if action.task == 1] == [{STATUS: Status.NEEDS_ACTION}]
    assert planner.undeliverable == []
    assert [action.task for action in planner.actions if action.side == "b"] == [2, 1]
