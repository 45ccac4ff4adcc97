"""Which entries are the same task: one partition, whatever the order of reading."""

from __future__ import annotations

from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.task import Status
from sync.core.match import match, member_of
from tests.core.build import entry, group, lenses_of

APRIL, MAY = date(2026, 4, 1), date(2026, 5, 1)


def partition(*entries, first=True, sides="abc"):
    """Sets of refs that are one task, and the refs in doubt; an entry's side is the first letter of its ref."""
    lenses = lenses_of(group(*sides))
    members = [member_of(lenses, one.ref[0], one, first_meeting=first) for one in entries]
    found = match(lenses, members, [], {})
    clusters = {frozenset(member.entry.ref for member in cluster.members.values()) for cluster in found.clusters}
    return clusters, {doubt.member.entry.ref for doubt in found.doubts}


def sets(*groups: str) -> set[frozenset[str]]:
    """One task for each text: its entries are the words of it."""
    return {frozenset(one.split()) for one in groups}


CASES = {
    "the same title": ([entry("a1", title="Milk"), entry("b1", title=" MILK ")], sets("a1 b1"), set()),
    "another title": ([entry("a1", title="Milk"), entry("b1", title="Bread")], sets("a1", "b1"), set()),
    "one open, one done": (
        [entry("a1", title="Milk", status=Status.COMPLETED), entry("b1", title="Milk", status=Status.NEEDS_ACTION)],
        sets("a1", "b1"),
        set(),
    ),
    "one open, one done, the same day": (
        [entry("a1", title="Milk", status=Status.COMPLETED, due=APRIL), entry("b1", title="Milk", due=APRIL)],
        sets("a1 b1"),
        set(),
    ),
    "two here, one there": (
        [entry("a1", title="Milk"), entry("a2", title="Milk"), entry("b1", title="Milk")],
        sets("a1", "a2", "b1"),
        set(),
    ),
    "two here, one there, a day tells": (
        [
            entry("a1", title="Milk", due=MAY),
            entry("a2", title="Milk", due=APRIL),
            entry("b1", title="Milk", due=APRIL),
        ],
        sets("a1", "a2 b1"),
        set(),
    ),
    "two here, one there, equal in different fields": (
        [
            entry("a1", title="Milk", due=APRIL, description="x"),
            entry("a2", title="Milk", due=MAY, description="y"),
            entry("b1", title="Milk", due=APRIL, description="y"),
        ],
        sets("a1", "a2"),
        {"b1"},
    ),
    "equal twins": (
        [entry(ref, title="Milk", due=APRIL) for ref in ("a1", "a2", "b1", "b2")],
        sets("a1 b1", "a2 b2"),
        set(),
    ),
    "a chain": (
        [
            entry("a1", title="Milk", due=APRIL, description="x"),
            entry("b1", title="Milk", due=APRIL),
            entry("c1", title="Milk", description="z"),
        ],
        sets("a1 b1 c1"),
        set(),
    ),
    "no title": ([entry("a1", title=""), entry("b1", title="")], sets("a1", "b1"), set()),
}


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_one_task(case):
    """Title and one more field, then the title alone where it is unique and both are open or both closed."""
    entries, clusters, doubts = CASES[case]
    assert partition(*entries) == (clusters, doubts)


@pytest.mark.parametrize("case", [case for case in CASES if "twins" not in case], ids=str)
def test_the_order_of_reading_does_not_matter(case):
    """One partition, the same in every run; only twins, which nothing tells apart, go by their order."""
    entries, clusters, doubts = CASES[case]
    for order in permutations(entries):
        assert partition(*order) == (clusters, doubts)


def test_later_the_title_alone_ties_nothing():
    """After the first meeting, one more equal field is needed."""
    assert partition(entry("a1", title="Milk"), entry("b1", title="Milk"), first=False)[0] == sets("a1", "b1")
    both = [entry("a1", title="Milk", due=APRIL), entry("b1", title="Milk", due=APRIL)]
    assert partition(*both, first=False)[0] == sets("a1 b1")


ENTRIES = st.lists(
    st.builds(
        lambda side, number, title, due: entry(f"{side}{number}", title=title, due=due),
        st.sampled_from("abc"),
        st.integers(0, 99),
        st.sampled_from(["Milk", "Bread"]),
        st.sampled_from([None, APRIL, MAY]),
    ),
    max_size=7,
    unique_by=lambda one: one.ref,
)


@given(ENTRIES)
def test_a_partition_has_every_entry_once_and_one_per_side(entries):
    """Each entry is in one cluster or in doubt; no task has two entries of one side."""
    clusters, doubts = partition(*entries)
    named = [ref for cluster in clusters for ref in cluster] + list(doubts)
    assert sorted(named) == sorted(one.ref for one in entries)
    for cluster in clusters:
        assert len({ref[0] for ref in cluster}) == len(cluster)


@given(
    ENTRIES.filter(lambda entries: len({(e.ref[0], *map(str, e.fields.values())) for e in entries}) == len(entries)),
    st.randoms(),
)
def test_without_twins_any_order_of_reading_gives_the_same_partition(entries, rnd):
    """What was listed first does not decide."""
    shuffled = list(entries)
    rnd.shuffle(shuffled)
    assert partition(*entries) == partition(*shuffled)
