"""Which new entries are taken in together, and which before others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field, Kind
from sync.core.arranging import First, Marks, arranged, hash_of, mark_of
from sync.core.match import match, member_of
from tests.core.build import RICH, entry, group, lenses_of, side

NOTHING = First(frozenset(), {}, {})
SHORT = {**RICH.fields, Field.TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}
UNTITLED = {name: how for name, how in RICH.fields.items() if name is not Field.TITLE}
POLICIES = {
    "rich": group(*"abc"),
    "cut": group("a", side("b", fields=SHORT), "c"),
    "none": group(*"abc", match_titles=False),
    "untitled": group("a", side("b", fields=UNTITLED), "c"),
}
WORDS = ("Milk", " milk", "Milky way", "MİLK", "straße", "STRASSE", "stra", "", " ", "ünï", "u\u0308ni\u0308")
TITLES = st.sampled_from(WORDS)


def portions(policy, entries, size, first=NOTHING):
    """The refs of each portion; an entry's side is the first letter of its ref."""
    lenses = lenses_of(policy)
    marks = {spec.name: Marks() for spec in policy.sides}
    refs = {name: [] for name in marks}
    for one in entries:
        marks[one.ref[0]].add(lenses, one.ref[0], one)
        refs[one.ref[0]].append(one.ref)
    found = arranged(marks, first, size)
    return [[refs[name][number] for name, numbers in one.items() for number in numbers] for one in found]


@given(
    policy=st.sampled_from(sorted(POLICIES)),
    titles=st.lists(st.tuples(st.sampled_from("abc"), TITLES, st.none() | st.integers(0, 9)), min_size=1, max_size=12),
    size=st.integers(1, 4),
)
def test_what_matches_never_falls_apart_and_parents_come_first(policy, titles, size):
    """Whatever ``match`` joins, or doubts, is in one portion; each entry is in one, after what it is under."""
    entries = [
        entry(f"{name}{number}", title=title, **({} if above is None else {"parent": f"{name}{above}"}))
        for number, (name, title, above) in enumerate(titles)
    ]
    group_ = POLICIES[policy]
    found = portions(group_, entries, size)
    place = {ref: number for number, refs in enumerate(found) for ref in refs}
    assert sorted(ref for refs in found for ref in refs) == sorted(one.ref for one in entries)
    lenses = lenses_of(group_)
    matches = match(lenses, [member_of(lenses, one.ref[0], one, first_meeting=True) for one in entries], [], {})
    for cluster in matches.clusters:
        assert len({place[member.entry.ref] for member in cluster.members.values()}) == 1
    for doubt in matches.doubts:
        near = [member.entry.ref for one in doubt.candidates for member in one.members.values()]
        assert {place[ref] for ref in near} <= {place[doubt.member.entry.ref]}
    for one in entries:
        assert place.get(one.fields.get(Field.PARENT), 0) <= place[one.ref]


def test_a_portion_is_of_about_the_size_that_is_asked_for():
    entries = [entry(f"a{number}", title=str(number)) for number in range(10)]
    assert [len(one) for one in portions(POLICIES["rich"], entries, 3)] == [3, 3, 3, 1]


def test_comments_fill_a_portion_like_tasks():
    entries = [entry(f"a{number}", title=str(number)) for number in range(3)]
    entries += [entry(f"a{number}", kind=Kind.COMMENT, comments="of 0", parent="a0") for number in (3, 4)]
    assert portions(POLICIES["rich"], entries, 4) == [["a0", "a1", "a3", "a4"], ["a2"]]


def test_what_has_no_title_or_one_that_its_side_does_not_exchange_is_matched_with_nothing():
    entries = [entry("a1", title="x"), entry("a2"), entry("b1", title="x"), entry("b2")]
    assert portions(POLICIES["untitled"], entries, 1) == [["a1"], ["a2"], ["b1"], ["b2"]]


def test_titles_that_stand_above_each_other_are_taken_in_together():
    """One tree has them in one order, another in the other."""
    entries = [
        entry("a1", title="x"),
        entry("a2", title="y", parent="a1"),
        entry("b1", title="y"),
        entry("b2", title="x", parent="b1"),
        entry("b3", title="z", parent="b2"),
    ]
    assert portions(POLICIES["rich"], entries, 1) == [["a1", "a2", "b1", "b2"], ["b3"]]


def test_a_circle_of_titles_that_no_one_tree_has_is_taken_in_together():
    entries = [
        *(entry("a1", title="x"), entry("a2", title="y", parent="a1")),
        *(entry("b1", title="y"), entry("b2", title="z", parent="b1")),
        *(entry("c1", title="z"), entry("c2", title="x", parent="c1")),
    ]
    assert portions(POLICIES["rich"], entries, 1) == [["a1", "a2", "b1", "b2", "c1", "c2"]]


def test_what_is_under_something_that_was_taken_in_long_before_is_no_circle():
    entries = [entry("a1", title="x"), entry("a2", title="y", parent="a3"), entry("a3", title="z", parent="a1")]
    assert portions(POLICIES["rich"], entries, 1) == [["a1"], ["a3"], ["a2"]]


def test_a_long_branch_is_taken_in_from_its_root():
    """It is listed from its end, and no deeper than memory."""
    entries = [entry(f"a{number}", title=str(number), parent=f"a{number + 1}") for number in range(5_000)]
    found = list(portions(POLICIES["rich"], [*entries, entry("a5000", title="root")], 1))
    assert list(found) == [[f"a{number}"] for number in range(5_000, -1, -1)]


@pytest.mark.parametrize("parent", ["a9", "a3"], ids=["on a task that is known", "on a comment"])
def test_comments_are_taken_in_with_their_tasks(parent):
    """First, where that is no task among the new ones."""
    entries = [
        entry("a1", title="x"),
        entry("a2", title="y"),
        entry("a3", kind=Kind.COMMENT, comments="of y", parent="a2"),
        entry("a4", kind=Kind.COMMENT, comments="of another", parent=parent),
    ]
    assert portions(POLICIES["rich"], entries, 1) == [["a4"], ["a1"], ["a2", "a3"]]


def test_a_title_that_matches_nothing_brings_nothing_in_first():
    """A task without one may be asked about: other entries without a title have nothing to do with it."""
    lenses = lenses_of(POLICIES["rich"])
    entries = [entry("a1", title="x"), entry("a2", title=""), entry("a3", title="y")]
    titles = frozenset(mark for title in ("", "y") if (mark := mark_of(lenses, title)))
    found = portions(POLICIES["rich"], entries, 1, First(titles, {}, {}))
    assert found == [["a3"], ["a1"], ["a2"]]


def test_what_a_question_may_be_about_is_taken_in_first_with_what_it_is_under():
    policy = POLICIES["rich"]
    entries = [entry(f"a{number}", title=str(number)) for number in range(6)]
    entries += [entry("a6", title="6", parent="a2"), entry("a7", title="7", parent="a9"), entry("b1", title="6")]
    titles = frozenset({mark_of(lenses_of(policy), "6")})
    first = First(titles, {"a": frozenset({hash_of("a4")})}, {"a": frozenset({hash_of("a9")})})
    found = portions(policy, entries, 1, first)
    assert found[0] == ["a2", "a4", "a6", "a7", "b1"]
    assert found[1:] == [["a0"], ["a1"], ["a3"], ["a5"]]
