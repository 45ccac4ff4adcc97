"""The laws of a lens, with people, parents, days, cuts and words."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import FieldCapability, Holding, PersonKey
from connectors.projection import DayIn, FirstOnly, Words, cut
from connectors.task import Field, Kind, Person, Status, same
from sync.core.evidence import let_go
from sync.core.lens import NO_OPINION, Lenses, canonical_parent
from sync.core.model import Link, Task
from sync.core.policy import PersonRule
from tests.core.build import RICH, add_task, entry, group, lenses_of, side, state_of

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


def test_what_an_entry_says_is_taken_as_far_as_it_is_held_and_synced():
    """People by handle, and remembered as they are named now."""
    found = lenses()
    renamed = Person(id="71", name="Anna B.")
    read = entry("b9", title="t", assignees=(renamed, Person(id="79")), url="u", comments=None)
    assert found["b"].take(read) == {Field.TITLE: "t", Field.ASSIGNEES: ("71", "79"), Field.URL: "u"}
    people = found.state.sides["b"].people
    assert (people["71"], people["79"]) == (renamed, Person(id="79"))
    assert set(people) == {"71", "72", "79"}


def test_fields_are_taken_in_their_own_order_whatever_order_a_connector_tells_them_in():
    """A side that takes one field for each request is told them in this order: a replay is the same requests."""
    taken = lenses()["a"].take(entry("x1", labels=("l",), description="d", status=Status.COMPLETED, title="t"))
    assert list(taken) == [Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.LABELS]


@pytest.mark.parametrize(
    ("field", "value", "refuses"),
    [
        (Field.ASSIGNEES, ("nobody",), False),
        (Field.PARENT, 99, False),
        (Field.STATUS, Status.CANCELLED, True),
        (Field.STATUS, Status.COMPLETED, False),
    ],
)
def test_what_a_side_can_not_be_told(field, value, refuses):
    assert bool(lenses()["b"].refuses(field, value)) is refuses


@pytest.mark.parametrize(
    ("field", "seen", "named", "sent"),
    [
        (Field.ASSIGNEES, ("71", "79"), ("anna", "b:79"), (Person(id="71"), Person(id="79"))),
        (Field.ASSIGNEES, None, None, None),
        (Field.PARENT, "b3", 3, "b3"),
        (Field.PARENT, "b77", None, "b77"),
        (Field.PARENT, None, None, None),
        (Field.TITLE, "t", "t", "t"),
        (Field.LABELS, ("71",), ("71",), ("71",)),
    ],
)
def test_a_side_value_in_the_groups_terms_and_in_the_vendors(field, seen, named, sent):
    lens = lenses()["b"]
    assert lens.named(field, seen) == named
    assert lens.send(field, seen) == sent


@pytest.mark.parametrize(
    ("field", "seen", "current", "lifted"),
    [
        (Field.ASSIGNEES, ("72",), ("anna", "a:3"), ("ben", "a:3")),
        (Field.ASSIGNEES, ("72",), None, ("ben",)),
        (Field.ASSIGNEES, (), ("anna", "a:3"), ("a:3",)),
        (Field.ASSIGNEES, ("71",), ("anna", "a:3"), ("anna", "a:3")),
        (Field.LABELS, ("72",), ("anna",), ("72",)),
        (Field.TITLE, "long t", "long title", "long title"),
        (Field.PARENT, "b77", 1, NO_OPINION),
        (Field.PARENT, None, 1, None),
        (Field.PARENT, "b3", 1, 3),
        (Field.PARENT, "b1", 2, 2),
    ],
)
def test_what_an_edit_makes_of_a_value(field, seen, current, lifted):
    """Whom the side does not know stays (rule 19); what it shows of the value is no edit (rule 5)."""
    assert lenses()["b"].lift(field, seen, current) == lifted


@pytest.mark.parametrize(
    ("field", "value", "view"),
    [
        (Field.ASSIGNEES, ("anna", "ben"), ("71",)),
        (Field.ASSIGNEES, ("a:3", "ben"), ("72",)),
        (Field.ASSIGNEES, None, None),
        (Field.PARENT, 2, "b1"),
        (Field.PARENT, 3, "b3"),
        (Field.PARENT, 99, None),
        (Field.PARENT, None, None),
    ],
)
def test_what_a_side_shows_of_a_value(field, value, view):
    """A parent by the nearest ancestor that is linked there (rule 18)."""
    assert lenses()["b"].view(field, value) == view


def test_one_person_is_shown_once():
    """Two keys of one handle there."""
    found = lenses()
    assert found["a"].view(Field.ASSIGNEES, ("anna", "a:1", "ben")) == ("1", "2")


def test_a_parent_in_a_cycle_that_is_not_linked_is_none():
    found = lenses()
    found.state.tasks[2].values[Field.PARENT] = 4
    del found.state.links[3, "b"]
    found.state.tasks[4].values[Field.PARENT] = 2
    assert found["b"].view(Field.PARENT, 2) is None


def test_only_links_that_live_have_a_task():
    found = lenses()
    link = found.state.links[3, "b"]
    let_go(link, "deleted there")
    again = Lenses(found.state, found.policy)
    assert ("b", "b3") not in again.refs
    assert again.refs["a", "a3"] == 3
    again.tie(link)
    assert ("b", "b3") not in again.refs
    again.tie(Link(task=4, side="b", ref=None))
    assert found.state.links[4, "b"].ref is None
    assert ("b", None) not in again.refs


def test_a_ref_that_another_task_has_now_is_not_forgotten():
    found = lenses()
    old = found.state.links[1, "b"]
    found.tie(Link(task=2, side="b", ref="b1"))
    found.untie(old)
    assert found.refs["b", "b1"] == 2
    found.untie(Link(task=2, side="b", ref=None))
    found.untie(found.state.links[2, "b"])
    assert ("b", "b1") not in found.refs


@pytest.mark.parametrize(("value", "parent"), [(3, 3), (None, None), ("3", None)])
def test_a_tasks_parent(value, parent):
    assert canonical_parent(Task(id=1, values={Field.PARENT: value})) == parent


def test_somebody_keeps_the_key_that_the_task_has():
    """The same name on both sides: whom b shows by its own id is still whom a named."""
    found = lenses()
    found.state.sides["a"].people["3"] = Person(id="3", name="Cy")
    found.state.sides["b"].people["73"] = Person(id="73", name="Cy")
    policy = group("a", side("b"), people=RULES)
    assert Lenses(found.state, policy)["b"].lift(Field.ASSIGNEES, ("73", "72"), ("a:3",)) == ("a:3", "ben")


def test_what_one_answer_does_not_tell_of_a_person_is_known_from_an_earlier_one():
    """A list names people by id, and beside it whom it names by more: no answer takes a name or an address away."""
    found = lenses()
    people = found.state.sides["b"].people
    told = Person(id="79", name="Cy", email="cy@example.com")
    assert found["b"].take(entry("b9", assignees=(Person(id="79"),), people=(told, Person(id="80", name="Di")))) == {
        Field.ASSIGNEES: ("79",)
    }
    assert (people["79"], people["80"]) == (told, Person(id="80", name="Di"))
    found["b"].take(entry("b9", assignees=(Person(id="79", email="cy@new.example"), Person(id="80", name="Dido"))))
    assert people["79"] == Person(id="79", name="Cy", email="cy@new.example")
    assert people["80"] == Person(id="80", name="Dido")


@pytest.mark.parametrize(
    ("key", "field", "seen", "opaque"),
    [
        (PersonKey.EMAIL, Field.ASSIGNEES, ("u7",), True),
        (PersonKey.EMAIL, Field.ASSIGNEES, ("71", "u7"), True),
        (PersonKey.EMAIL, Field.ASSIGNEES, ("71",), False),
        (PersonKey.EMAIL, Field.ASSIGNEES, (), False),
        (PersonKey.EMAIL, Field.ASSIGNEES, None, False),
        (PersonKey.EMAIL, Field.LABELS, ("u7",), False),
        (PersonKey.ID, Field.ASSIGNEES, ("u7",), False),
    ],
    ids=["an id alone", "one of two", "who is known", "nobody", "nothing", "a label", "a side that is told ids"],
)
def test_who_is_shown_by_an_id_alone_may_be_whoever_was_sent_by_an_address(key, field, seen, opaque):
    policy = group("a", side("b", person_key=key), people=RULES)
    assert lenses_of(policy)["b"].is_opaque(field, seen) is opaque


@pytest.mark.parametrize(("owner", "ref"), [(1, "b1"), (2, None), (None, None)])
def test_a_comment_stands_on_its_own_task_and_on_no_ancestor(owner, ref):
    assert lenses().at("b", Kind.COMMENT).view(Field.PARENT, owner) == ref
