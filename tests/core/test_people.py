"""Who is who: the rules, then e-mail, then a name that occurs once."""

from __future__ import annotations

import pytest

from connectors.contract import PersonKey
from connectors.task import Person
from sync.core.people import Directory, acquaintances
from sync.core.policy import PersonRule

ANNA = PersonRule(key="anna", name="Anna Berg", email="anna@example.com", ids={"a": "1"})
SEEN = {
    "a": [
        Person(id="1", name="Anna B."),
        Person(id="2", name="Ben", email="ben@example.com"),
        Person(id="3", name="Cy"),
    ],
    "b": [
        Person(id="71", email="ANNA@example.com"),
        Person(id="72", name="Benjamin", email="Ben@Example.com"),
        Person(id="73", name="cy"),
        Person(id="74", name="Di"),
        Person(id="75", name="Di"),
    ],
    "names": [Person(name="Ben")],
}
KEYS = {"a": PersonKey.ID, "b": PersonKey.ID, "names": PersonKey.NAME, "mails": PersonKey.EMAIL}


@pytest.fixture
def people():
    """Everybody who was seen, and one rule."""
    return Directory([ANNA], {side: {one.handle: one for one in seen} for side, seen in SEEN.items()}, KEYS)


@pytest.mark.parametrize(
    ("side", "handle", "key"),
    [
        ("a", "1", "anna"),
        ("b", "71", "anna"),
        ("a", "2", "ben@example.com"),
        ("b", "72", "ben@example.com"),
        ("a", "3", "a:3"),
        ("b", "74", "b:74"),
        ("mails", "ben@example.com", "ben@example.com"),
        ("a", "unheard of", "a:unheard of"),
    ],
)
def test_a_handle_has_one_key(people, side, handle, key):
    """The key of `[people]`, else the e-mail, else SIDE:HANDLE."""
    assert people.key(side, handle) == key


@pytest.mark.parametrize(
    ("side", "key", "handle"),
    [
        ("a", "anna", "1"),
        ("b", "anna", "71"),
        ("names", "anna", "Anna Berg"),
        ("mails", "anna", "anna@example.com"),
        ("b", "ben@example.com", "72"),
        ("mails", "ben@example.com", "ben@example.com"),
        ("b", "a:3", "73"),
        ("a", "b:74", None),
        ("a", "a:9", "9"),
        ("b", "a:9", None),
        ("names", "nobody@example.com", None),
    ],
)
def test_a_key_has_at_most_one_handle_on_a_side(people, side, key, handle):
    """Somebody who is unknown on a side has none there, and is never sent."""
    assert people.handle(side, key) == handle


def test_a_name_that_occurs_twice_ties_nobody(people):
    """Two people called Di: neither is guessed."""
    assert people.handle("a", "b:74") is None
    assert people.handle("a", "b:75") is None


def directory(*rules, **seen):
    """Whom these sides were seen to name, and these rules; `names` and `mails` are told by name and by e-mail."""
    keys = {"a": PersonKey.ID, "b": PersonKey.ID, "names": PersonKey.NAME, "mails": PersonKey.EMAIL}
    return Directory(rules, {side: {one.handle: one for one in people} for side, people in seen.items()}, keys)


CY, DI = Person(id="3", name="Cy"), Person(id="4", name="Di")


@pytest.mark.parametrize(
    ("side", "handle", "person"),
    [
        ("a", "x", Person(id="x")),
        ("a", "x@example.com", Person(id="x@example.com")),
        ("names", "x", Person(name="x")),
        ("mails", "x@example.com", Person(email="x@example.com")),
        ("mails", "x", Person(id="x")),
        ("unheard", "x", Person(id="x")),
    ],
)
def test_somebody_who_was_never_seen_is_known_by_what_the_side_goes_by(side, handle, person):
    """Where people are told by e-mail, [people] may have an id all the same."""
    assert directory(a=[CY]).person(side, handle) == person
    assert directory(a=[CY]).person("a", "3") is CY


def test_acquaintances_have_an_id_and_an_address_on_that_side():
    seen = {"3": Person(id="3", email="cy@example.com"), "4": DI, "x@example.com": Person(email="x@example.com")}
    rules = [
        PersonRule(key="anna", name="Anna", email="anna@example.com", ids={"a": "7"}),
        PersonRule(key="ben", email="ben@example.com", ids={"b": "8"}),
        PersonRule(key="eve", ids={"a": "9"}),
    ]
    anna = Person(id="7", name="Anna", email="anna@example.com")
    assert acquaintances("a", seen, rules) == (seen["3"], anna)


@pytest.mark.parametrize(
    ("rules", "people", "key"),
    [
        ([PersonRule(key="cy", name="cy")], [CY], "cy"),
        ([PersonRule(key="cy", name="cy")], [CY, Person(id="5", name="CY")], "a:3"),
        ([PersonRule(key="cy", name="Cy"), PersonRule(key="other", name="cy")], [CY], "a:3"),
        ([PersonRule(key="x", name=""), PersonRule(key="cy", name="Cy")], [CY], "cy"),
        ([PersonRule(key="x")], [Person(id="3")], "a:3"),
        ([PersonRule(key="cy", email="CY@example.com")], [Person(id="3", email="cy@Example.com")], "cy"),
        ([PersonRule(key="n", name="Cy"), PersonRule(key="i", ids={"a": "3"})], [CY], "i"),
        ([PersonRule(key="i", ids={"b": "3"})], [CY], "a:3"),
    ],
    ids=[
        "by name",
        "a name twice there",
        "a name of two rules",
        "no name",
        "nothing",
        "e-mail",
        "id first",
        "elsewhere",
    ],
)
def test_a_rule_tells_who_somebody_is(rules, people, key):
    assert directory(*rules, a=people).key("a", "3") == key


@pytest.mark.parametrize(
    ("rule", "side", "handle"),
    [
        (PersonRule(key="cy", name="Cy", ids={"a": "9"}), "a", "9"),
        (PersonRule(key="cy", name="Cy"), "a", "3"),
        (PersonRule(key="cy", name="Cyrus"), "a", None),
        (PersonRule(key="cy", name="Cyrus"), "names", "Cyrus"),
        (PersonRule(key="cy"), "names", None),
        (PersonRule(key="cy"), "b", None),
        (PersonRule(key="cy", email="cy@example.com"), "mails", "cy@example.com"),
        (PersonRule(key="cy", email="cy@example.com"), "a", "5"),
        (PersonRule(key="cy", email="cy@example.com", name="Cy"), "a", "5"),
        (PersonRule(key="cy", email="none@example.com", name="Cy"), "names", "Cy"),
        (PersonRule(key="cy", email="cy"), "mails", None),
    ],
)
def test_where_somebody_of_the_configuration_is_known(rule, side, handle):
    """By id, by e-mail, by a name that occurs once; a side that goes by name or e-mail takes those of the rule."""
    found = directory(
        rule, a=[CY, Person(id="5", name="C", email="CY@example.com")], names=[Person(name="Bo")], b=[Person(id="8")]
    )
    assert found.handle(side, "cy") == handle


@pytest.mark.parametrize(
    ("mine", "theirs", "handle"),
    [
        ([Person(id="3", email="x@example.com", name="Cy")], [Person(id="7", email="X@example.com")], "7"),
        ([CY], [Person(id="7", name="CY")], "7"),
        ([CY, Person(id="5", name="cy")], [Person(id="7", name="Cy")], None),
        ([CY], [Person(id="7", name="Cy"), Person(id="8", name="cy")], None),
        ([Person(id="3")], [Person(id="7")], None),
        ([Person(id="3", email="x@example.com", name="Cy")], [Person(id="7", name="Cy")], "7"),
        ([Person(id="3")], [Person(id="7", email="x@example.com", name="Cy")], None),
    ],
    ids=["e-mail", "name", "twice here", "twice there", "nothing known", "no such e-mail", "nothing known here"],
)
def test_somebody_of_one_side_on_another(mine, theirs, handle):
    assert directory(a=mine, b=theirs).handle("b", "a:3") == handle


@pytest.mark.parametrize(("key", "handle"), [("x:y", None), ("a:", None), (":3", None), ("3", None), ("", None)])
def test_a_key_that_is_no_sides_is_an_email_or_nobody(key, handle):
    assert directory(a=[CY, Person(id="9")]).handle("a", key) == handle
    assert directory(a=[CY]).handle("mails", "x:y@example.com") == "x:y@example.com"
