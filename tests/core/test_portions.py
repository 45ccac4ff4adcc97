"""A first meeting in portions: each further one takes in what is new, and the sides are met with the last."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.task import Field, Status
from sync.core.circumstances import Circumstances
from sync.core.facts import Observation, Read
from sync.core.model import Do, Side, State, TaskLife
from sync.core.policy import AccessPolicy
from sync.core.portions import Portion, begin, go_on
from sync.core.settled import basis_of
from tests.core.build import NOW, entry, group, side

POLICY = group("a", "b")
TOLD = Circumstances(cycle=2, now=NOW, allow=frozenset({"creates"}))


def unmet():
    """A group whose sides were never read."""
    return State(group="work", cycle=2, sides={name: Side(name=name) for name in "ab"})


def read(**entries):
    """What was read of each side: entries by their refs."""
    return {
        name: Observation(
            side=name,
            read=Read.COMPLETE,
            entries={one.ref: one for one in mine},
            listed=frozenset(one.ref for one in mine),
        )
        for name, mine in entries.items()
    }


def task(ref, title, **fields):
    """An open task."""
    return entry(ref, title=title, status=Status.NEEDS_ACTION, **fields)


def begun(policy=POLICY, told=TOLD, **entries):
    """A state in which the first portion was taken in."""
    state = unmet()
    begin(state, read(**{"a": [], "b": [], **entries}), policy, told)
    return state


def met(state):
    """What says that the first meeting is over."""
    return [(one.met, one.last_complete, one.next_task) for one in state.sides.values()]


def test_the_sides_are_met_with_the_last_portion():
    state = unmet()
    decision = begin(state, read(a=[task("a1", "Milk")], b=[]), POLICY, TOLD)
    assert [(one.do, one.side) for one in decision.actions] == [(Do.CREATE, "b")]
    assert met(state) == [(False, None, 0)] * 2
    assert {one.basis for one in state.sides.values()} == {basis_of(POLICY)}
    decision = go_on(state, Portion(entries=read(a=[task("a2", "Bread")], b=[])), POLICY, TOLD)
    assert met(state) == [(False, None, 0)] * 2
    assert [(one.do, one.side, one.title) for one in decision.actions] == [(Do.CREATE, "b", "Bread")]
    assert decision.reads == {"a": Read.COMPLETE, "b": Read.COMPLETE}
    assert decision.state is state
    decision = go_on(state, Portion(entries=read(a=[task("a3", "Jam")], b=[]), last=True), POLICY, TOLD)
    assert [one.title for one in decision.actions] == ["Jam"]
    assert met(state) == [(True, NOW, state.next_task)] * 2


def test_what_was_read_on_two_sides_is_tied_and_what_differs_is_told_and_written():
    state = begun()
    entries = read(a=[task("a2", "Bread", due=NOW.date())], b=[task("b2", "Bread", due=NOW.date(), priority=3)])
    decision = go_on(state, Portion(entries=entries), POLICY, TOLD)
    assert (decision.adopted, [(one.do, one.side) for one in decision.acted]) == (1, [(Do.ADOPT, "b")])
    assert {link.ref for link in state.links.values()} == {"a2", "b2"}
    assert not any(link.joined for link in state.links.values()), "seen on all its sides"
    assert [(one.do, one.side, one.fields) for one in decision.actions] == [(Do.UPDATE, "a", {Field.PRIORITY: 3})]
    assert {one.field for one in decision.moved} >= {Field.TITLE, Field.PRIORITY}
    jam = (
        [task("a3", "Jam", due=NOW.date(), description="fig")],
        [task("b3", "Jam", due=NOW.date(), description="plum")],
    )
    decision = go_on(state, Portion(entries=read(a=jam[0], b=jam[1])), POLICY, TOLD)
    assert [one.old for one in decision.moved if one.lost] == ["plum"]


def test_only_what_is_new_in_a_portion_is_written():
    """What an earlier one planned was carried out, or is owed: it is not planned twice."""
    state = begun(a=[task("a1", "Milk")])
    decision = go_on(state, Portion(entries=read(a=[task("a2", "Bread")], b=[])), POLICY, TOLD)
    assert [one.title for one in decision.actions] == ["Bread"]


def test_a_side_that_is_read_only_and_one_that_is_not_believed_are_not_written():
    policy = group(side("a"), replace(side("b"), access=AccessPolicy.READ))
    state = begun(policy)
    assert go_on(state, Portion(entries=read(a=[task("a2", "Bread")], b=[])), policy, TOLD).actions == []
    differing = read(
        a=[task("a3", "Jam", due=NOW.date(), priority=1)], b=[task("b3", "Jam", due=NOW.date(), priority=3)]
    )
    decision = go_on(state, Portion(entries=differing), policy, TOLD)
    assert (decision.adopted, decision.actions) == (1, [])
    state = begun()
    assert go_on(state, Portion(entries=read(a=[task("a2", "Bread")])), POLICY, TOLD).actions == []
    decision = go_on(state, Portion(entries=read(a=[task("a3", "Jam")]), last=True), POLICY, TOLD)
    assert (decision.actions, decision.reads) == ([], {"a": Read.COMPLETE})
    assert [one.met for one in state.sides.values()] == [True, False]


def test_the_person_s_limit_and_the_guard_count_what_was_planned_before():
    state = begun()
    many = [task(f"a{number}", f"Task {number}") for number in range(2, 6)]
    decision = go_on(state, Portion(entries=read(a=many, b=[])), POLICY, replace(TOLD, limit=3))
    assert len(decision.actions) == 3
    told = replace(TOLD, allow=frozenset())
    fewer, more = ({"b": before} for before in (0, 1_000))
    for planned, held in ((fewer, 0), (more, 4)):
        state = begun()
        decision = go_on(state, Portion(entries=read(a=many, b=[]), planned=planned), POLICY, told)
        assert (len(decision.actions), len(state.held)) == (4 - held, held)
        assert {one.since for one in state.held} <= {NOW}


def test_what_is_held_of_an_earlier_portion_stays_held():
    told = replace(TOLD, allow=frozenset())
    state = begun()
    first = [task("a2", "Milk")]
    go_on(state, Portion(entries=read(a=first, b=[]), planned={"b": 1_000}), POLICY, told)
    go_on(state, Portion(entries=read(a=[task("a3", "Jam")], b=[]), planned={"b": 1_000}), POLICY, told)
    assert sorted(one.title for one in state.held) == ["Jam", "Milk"]


@pytest.mark.parametrize(("above", "tied"), [({("a", "a1"): "Shop", ("b", "b1"): "Shop"}, 2), ({}, 0)])
def test_titles_of_what_is_above_tell_tasks_apart(above, tied):
    """Two tasks of one title on each side, under parents that an earlier portion has linked."""
    state = begun(a=[task("a1", "Shop"), task("a9", "Garage")], b=[task("b1", "Shop"), task("b9", "Garage")])
    above = {**above, ("a", "a9"): "Garage", ("b", "b9"): "Garage"} if above else {}
    entries = read(
        a=[task("a2", "Call", parent="a1"), task("a3", "Call", parent="a9")],
        b=[task("b3", "Call", parent="b9"), task("b2", "Call", parent="b1")],
    )
    decision = go_on(state, Portion(entries=entries, above=above), POLICY, TOLD)
    pairs = [{link.ref for link in state.of_task(number)} for number in state.tasks]
    assert (decision.adopted >= tied, {"a2", "b2"} in pairs, {"a3", "b3"} in pairs) == (True, bool(tied), bool(tied))


def test_a_task_under_one_that_was_taken_in_before_knows_its_parent():
    state = begun(a=[task("a1", "Shop")], b=[task("b1", "Shop")])
    (shop,) = state.tasks
    go_on(state, Portion(entries=read(a=[task("a2", "Milk", parent="a1")], b=[])), POLICY, TOLD)
    assert [one.values.get(Field.PARENT) for one in state.tasks.values()] == [None, shop]


def test_a_new_task_under_one_whose_delete_waits_does_not_go_with_it():
    """It moves to the nearest ancestor that lives, where it was read, and is made under that one elsewhere."""
    trees = {name: [task(f"{name}1", "Shop"), task(f"{name}2", "List", parent=f"{name}1")] for name in "ab"}
    state = begun(**trees)
    shop, doomed = state.tasks.values()
    doomed.life = TaskLife.DELETED
    decision = go_on(state, Portion(entries=read(a=[task("a3", "Milk", parent="a2")], b=[])), POLICY, TOLD)
    (milk,) = (one for one in state.tasks.values() if one.title == "Milk")
    assert milk.values[Field.PARENT] == shop.id
    assert [(one.do, one.side, one.fields[Field.PARENT]) for one in decision.actions] == [
        (Do.CREATE, "b", "b1"),
        (Do.UPDATE, "a", "a1"),
    ]
    assert [(one.title, one.rule) for one in decision.moved if one.field is Field.PARENT] == [
        ("Milk", "its parent was deleted")
    ]
