"""Who is who: the rules, then e-mail, then a name that occurs once."""

from __future__ import annotations

import pytest

from connectors.contract import PersonKey
from connectors.task import Person
from sync.core.people import Directory
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
