"""The laws of a lens, with people, parents, days, cuts and words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import FieldCapability, Holding
from connectors.projection import DayIn, FirstOnly, Words, cut
from connectors.task import Field, Person, Status, same
from sync.core.lens import NO_OPINION
from sync.core.policy import PersonRule
from tests.core.build import RICH, add_task, group, lenses_of, side, state_of

BERLIN = ZoneInfo("Europe/Berlin")


def seen_through(view):
    """A field that is held with a loss."""
    return FieldCapability(holding=Holding.TWO_WAY, view=view)


POOR = {
    **RICH.fields,
    Field.TITLE: seen_through(cut(6)),
    Field.STATUS: seen_through(Words(frozenset({Status.NEEDS_ACTION, Status.COMPLETED}))),
    Field.DUE: seen_through(DayIn(BERLIN)),
    Field.ASSIGNEES: seen_through(FirstOnly()),
}
PEOPLE = {"a": ["1", "2", "3"], "b": ["71", "72"]}
RULES = (PersonRule(key="anna", ids={"a": "1", "b": "71"}), PersonRule(key="ben", ids={"a": "2", "b": "72"}))


def lenses():
    """A rich side a and a poor one b; tasks 1 to 4 in a chain, of which b holds the first and the third."""
    policy = group("a", side("b", fields=POOR), people=RULES)
    state = state_of(policy)
    for name, handles in PEOPLE.items():
        state.sides[name].people = {handle: Person(id=handle) for handle in handles}
    for number in range(1, 5):
        parent = {Field.PARENT: number - 1} if number > 1 else {Field.PARENT: None}
        add_task(state, number, parent, "a", *(["b"] if number in {1, 3} else []))
    return lenses_of(policy, state)


CANONICAL = {
    Field.TITLE: st.text("abc ", max_size=12).map(str.strip),
    Field.STATUS: st.sampled_from([Status.NEEDS_ACTION, Status.IN_PROGRESS, Status.COMPLETED]),
    Field.DUE: st.one_of(
        st.none(),
        st.dates(date(2025, 1, 1), date(2027, 1, 1)),
        st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - aware by its zone
    ),
    Field.ASSIGNEES: st.lists(st.sampled_from(["anna", "ben", "a:3"]), unique=True).map(tuple),
    Field.PARENT: st.sampled_from([None, 1, 2, 3, 4]),
}
VALUES = st.sampled_from(sorted(CANONICAL)).flatmap(
    lambda field: st.tuples(st.just(field), CANONICAL[field], CANONICAL[field])
)


@given(VALUES, st.sampled_from("ab"))
def test_what_was_not_edited_changes_nothing(case, name):
    """lift(view(c), c) == c."""
    field, value, _ = case
    lens = lenses()[name]
    assert lens.lift(field, lens.view(field, value), value) == value


@given(VALUES, st.sampled_from("ab"))
def test_what_was_edited_there_is_what_is_seen_there(case, name):
    """view(lift(v, c)) == v, for each value v that the side can show."""
    field, value, other = case
    lens = lenses()[name]
    shown = lens.view(field, other)
    lifted = lens.lift(field, shown, value)
    assert lifted is not NO_OPINION
    assert same(field, lens.view(field, lifted), shown)


@pytest.mark.parametrize(
    ("name", "parent", "ref"),
    [
        ("a", 2, "a2"),
        ("b", 1, "b1"),
        ("b", 2, "b1"),
        ("b", 3, "b3"),
        ("b", 4, "b3"),
        ("b", None, None),
        ("b", 99, None),
    ],
)
def test_a_parent_is_shown_as_the_nearest_ancestor_that_is_there(name, parent, ref):
    """A view depends on its surroundings."""
    assert lenses()[name].view(Field.PARENT, parent) == ref


def test_a_parent_that_nobody_knows_is_no_opinion():
    """An edit that names a ref which is not linked yet says nothing in the group's terms."""
    assert lenses()["b"].lift(Field.PARENT, "stranger", 1) is NO_OPINION
    assert lenses()["b"].lift(Field.PARENT, None, 1) is None
    assert lenses()["b"].lift(Field.PARENT, "b3", 1) == 3


def test_an_ancestor_chain_that_is_a_circle_ends():
    """A tree that is none does not hang the engine."""
    found = lenses()
    found.state.tasks[2].values[Field.PARENT] = 4
    found.state.links.pop((3, "b"))
    assert found["b"].view(Field.PARENT, 2) is None


def test_people_of_a_new_task_are_named_by_their_keys():
    """A task that has no value yet takes keys, not handles."""
    assert lenses()["a"].lift(Field.ASSIGNEES, ("1", "3"), None) == ("anna", "a:3")


def test_somebody_who_is_unknown_there_survives_an_edit_there():
    """Who can not be shown on a side is not taken away by it."""
    lens = lenses()["a"]
    assert lens.lift(Field.ASSIGNEES, ("2",), ("anna", "b:99")) == ("ben", "b:99")
