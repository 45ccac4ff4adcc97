"""Which entries are the same task: one partition, whatever the order of reading."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import FieldCapability, Holding
from connectors.projection import Words, cut
from connectors.task import Field, Kind, Person, Status
from sync.core.alike import TELLING
from sync.core.match import CANDIDATES, is_task, match, member_of
from tests.core.build import RICH, add_task, entry, group, lenses_of, side, state_of

ANNA = Person(email="anna@example.com")
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
    "two there, one here, equal in different fields": (
        [
            entry("a1", title="Milk", due=APRIL, description="y"),
            entry("b1", title="Milk", due=APRIL, description="x"),
            entry("b2", title="Milk", due=MAY, description="y"),
        ],
        sets("a1"),
        {"b1", "b2"},
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
    "two sides, each equal in another field": (
        [
            entry("a1", title="Milk", due=APRIL, description="x"),
            entry("b1", title="Milk", due=APRIL),
            entry("c1", title="Milk", description="x"),
        ],
        sets("a1 b1 c1"),
        set(),
    ),
    "around": (
        [
            entry("a1", title="Milk", due=APRIL),
            entry("b1", title="Milk", description="x"),
            entry("c1", title="Milk", due=APRIL),
        ],
        sets("a1 b1 c1"),
        set(),
    ),
    "equal twins there, and another with the title": (
        [
            entry("a1", title="Milk", due=APRIL),
            entry("b1", title="Milk", due=APRIL),
            entry("b2", title="Milk", due=APRIL),
            entry("b3", title="Milk", due=MAY),
        ],
        sets("a1 b1", "b2", "b3"),
        set(),
    ),
    "twins of which a third is closed": (
        [
            entry("a1", title="Milk", due=APRIL, status=Status.NEEDS_ACTION),
            entry("a2", title="Milk", due=APRIL, status=Status.NEEDS_ACTION),
            entry("a3", title="Milk", due=APRIL, status=Status.COMPLETED),
            entry("b1", title="Milk", due=APRIL),
        ],
        sets("a1", "a2", "a3"),
        {"b1"},
    ),
    "twins that fit, and one that fits less": (
        [
            entry("a1", title="Milk", due=APRIL, description="x"),
            entry("a2", title="Milk", due=APRIL, description="x"),
            entry("a3", title="Milk", due=APRIL),
            entry("b1", title="Milk", due=APRIL, description="x"),
        ],
        sets("a1", "a2", "a3"),
        {"b1"},
    ),
    "two here of which one is done, one there": (
        [
            entry("a1", title="Milk", status=Status.COMPLETED),
            entry("a2", title="Milk", status=Status.NEEDS_ACTION),
            entry("b1", title="Milk", status=Status.NEEDS_ACTION),
        ],
        sets("a1", "a2 b1"),
        set(),
    ),
    "one that a day tells, and twins that are left": (
        [
            entry("a1", title="Milk", labels=("home",), due=APRIL),
            *(entry(ref, title="Milk", labels=("home",)) for ref in ("a2", "a3")),
            entry("b1", title="Milk", labels=("home",), due=APRIL),
            entry("b2", title="Milk", labels=("home",)),
        ],
        sets("a1 b1", "a2 b2", "a3"),
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


NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)
SHORT = {**RICH.fields, Field.TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        ({"start": APRIL}, {"start": APRIL}, True),
        ({"start": APRIL}, {"start": MAY}, False),
        ({"due": NOON}, {"due": APRIL}, True),
        ({"start": NOON}, {"start": APRIL}, True),
        ({"description": "Two litres!"}, {"description": "two LITRES"}, True),
        ({"description": "two"}, {"description": "three"}, False),
        ({"description": "..."}, {"description": "..."}, True),
        ({"description": "..."}, {"description": "!"}, False),
        ({"description": ""}, {"description": ""}, False),
        ({"labels": ("b", "A")}, {"labels": ("a", "B")}, True),
        ({"labels": ("a",)}, {"labels": ("a", "b")}, False),
        ({"labels": ()}, {"labels": ()}, False),
        ({"assignees": (ANNA,)}, {"assignees": (ANNA,)}, True),
        ({"priority": 1}, {"priority": 1}, False),
        ({"status": Status.COMPLETED}, {"status": Status.COMPLETED}, False),
    ],
)
def test_one_more_equal_field_beside_the_title(left, right, same):
    """Of those that tell; an empty one tells nothing, texts go by letters and digits, instants by their day."""
    found, doubts = partition(entry("a1", title="Milk", **left), entry("b1", title="Milk", **right), first=False)
    assert found == (sets("a1 b1") if same else sets("a1", "b1"))
    assert doubts == set()


def joined(entries, tasks=(), *, policy=None, titles=None, first=True, linked="c"):
    """The clusters as (task, refs), and those in doubt with the refs of their candidates; tasks by their values."""
    group_ = policy or group(*"abc")
    state = state_of(group_)
    made = [add_task(state, number, values, *linked) for number, values in enumerate(tasks, start=1)]
    lenses = lenses_of(group_, state)
    members = [member_of(lenses, one.ref[0], one, first_meeting=first) for one in entries]
    titles = {id(members[place]): title for place, title in (titles or {}).items()}
    found = match(lenses, members, made, titles)
    return (
        [
            (one.task.id if one.task else None, [each.entry.ref for each in one.members.values()])
            for one in found.clusters
        ],
        [(one.member.entry.ref, len(one.candidates)) for one in found.doubts],
    )


MILK = {Field.TITLE: "Milk", Field.DUE: APRIL}


@pytest.mark.parametrize(
    ("entries", "tasks", "clusters"),
    [
        ([entry("a1", title="Milk", due=APRIL)], [MILK], [(1, ["a1"])]),
        ([entry("a1", title="Milk")], [MILK], [(1, ["a1"])]),
        ([entry("a1", title="Bread")], [MILK], [(None, ["a1"])]),
        ([entry("c1", title="Milk", due=APRIL)], [MILK], [(None, ["c1"])]),
        ([entry("a1", title="Milk", status=Status.COMPLETED)], [MILK], [(None, ["a1"])]),
        ([entry("a1", title="Milk"), entry("b1", title="Milk")], [MILK], [(1, ["a1", "b1"])]),
        ([entry("a1", title="Milk", due=APRIL), entry("b1", title="Milk", due=APRIL)], [MILK], [(1, ["a1", "b1"])]),
        ([entry("a1", title="Milk")], [MILK, MILK], [(None, ["a1"])]),
        (
            [entry("a1", title="Milk", due=MAY)],
            [MILK, {Field.TITLE: "Milk", Field.DUE: MAY}],
            [(2, ["a1"])],
        ),
    ],
    ids=[
        "a day more",
        "the title",
        "another title",
        "linked there",
        "closed here",
        "two sides",
        "two sides, a day more",
        "two tasks",
        "a day tells",
    ],
)
def test_entries_of_a_first_meeting_join_the_groups_tasks(entries, tasks, clusters):
    assert joined(entries, tasks) == (clusters, [])


def test_after_the_first_meeting_nothing_joins_a_task():
    assert joined([entry("a1", title="Milk", due=APRIL)], [MILK], first=False) == ([(None, ["a1"])], [])


def test_equal_tasks_are_paired_in_order():
    """Twins that nothing tells apart."""
    found = joined([entry("a1", title="Milk", due=APRIL), entry("a2", title="Milk", due=APRIL)], [MILK, MILK])
    assert found == ([(1, ["a1"]), (2, ["a2"])], [])


@pytest.mark.parametrize(
    "titles", [{0: "Home", 1: "Home"}, {0: "Home", 1: "home"}, {0: "Home", 1: "Shop"}, {0: "Home"}]
)
def test_a_parents_title_is_one_more_field(titles):
    both = [entry("a1", title="Milk"), entry("b1", title="Milk")]
    tied = titles.get(1, "").casefold() == "home"
    assert joined(both, titles=titles, first=False)[0] == (
        [(None, ["a1", "b1"])] if tied else [(None, ["a1"]), (None, ["b1"])]
    )


def test_a_group_that_does_not_match_takes_each_for_itself():
    policy = group(*"abc", match_titles=False)
    both = [entry("b1", title="Milk", due=APRIL), entry("a1", title="Milk", due=APRIL)]
    assert joined(both, [MILK], policy=policy) == ([(None, ["a1"]), (None, ["b1"])], [])


def test_two_entries_that_fit_one_task_equally_are_told_apart_or_asked():
    """Equal in different fields: a person is asked; equal in all: they are twins, and only one fits."""
    task = {Field.TITLE: "Milk", Field.DUE: APRIL, Field.DESCRIPTION: "x"}
    unlike = [entry("a1", title="Milk", due=APRIL), entry("a2", title="Milk", description="x")]
    assert joined(unlike, [task]) == ([], [("a1", 1), ("a2", 1)]), "not the first asked and the second tied"
    better = [entry("a1", title="Milk", due=APRIL), entry("a2", title="Milk", due=APRIL, description="x")]
    assert (1, ["a2"]) in joined(better, [task])[0]


def test_the_best_of_several_is_equal_wherever_another_is():
    tasks = [
        {Field.TITLE: "Milk", Field.DUE: APRIL},
        {Field.TITLE: "Milk", Field.DUE: APRIL, Field.DESCRIPTION: "x"},
        {Field.TITLE: "Milk", Field.DESCRIPTION: "x"},
    ]
    assert joined([entry("a1", title="Milk", due=APRIL, description="x")], tasks) == ([(2, ["a1"])], [])
    assert joined([entry("a1", title="Milk", due=APRIL, description="x")], tasks[::2]) == ([], [("a1", 2)])


def test_an_open_and_a_closed_twin_are_not_taken_for_each_other():
    """Two tasks equal but for that one is done: which of them it is can be told by nobody."""
    tasks = [{**MILK, Field.STATUS: Status.COMPLETED}, MILK]
    assert joined([entry("a1", title="Milk", due=APRIL)], tasks) == ([], [("a1", 2)])


def test_a_side_that_cuts_titles_is_matched_by_what_it_would_show():
    policy = group("a", side("b", fields=SHORT), "c")
    both = [entry("a1", title="Milk and eggs", due=APRIL), entry("b1", title="Milk", due=APRIL)]
    assert joined(both, policy=policy)[0] == [(None, ["a1", "b1"])]
    other = [entry("a1", title="Milk and eggs", due=APRIL), entry("c1", title="Milk and beans", due=APRIL)]
    assert len(joined(other, policy=policy)[0]) == 2, "the same four letters are another title in full"
    three = [*both, entry("c1", title="Milk and beans", due=APRIL)]
    assert [refs for _, refs in joined(three, policy=policy)[0]] == [["a1", "b1"], ["c1"]], "each of them has to fit"
    older = [entry("a1", title="Milk and eggs", due=APRIL), entry("b1", title="Milk and eggs", due=APRIL)]
    assert joined(older, policy=policy)[0] == [(None, ["a1", "b1"])], "whole, from before it cut titles"
    task = {Field.TITLE: "Milk and eggs", Field.DUE: APRIL}
    assert joined([entry("b1", title="milk", due=APRIL)], [task], policy=policy)[0] == [(1, ["b1"])]
    assert joined([entry("a1", title="Milk", due=APRIL)], [task], policy=policy)[0] == [(None, ["a1"])]


def test_a_side_without_titles_does_not_make_all_alike():
    fields = {name: how for name, how in RICH.fields.items() if name is not Field.TITLE}
    fields[Field.TITLE] = FieldCapability(holding=Holding.NOT_HELD, view=cut(1))
    policy = group("a", "b", side("c", fields=fields))
    assert len(joined([entry("a1", title="Milk"), entry("b1", title="Meat")], policy=policy)[0]) == 2
    assert joined([entry("a1", title="Milk"), entry("b1", title="Milk")], policy=policy)[0] == [(None, ["a1", "b1"])]


@pytest.mark.parametrize("first", ["a", "b"])
def test_three_sides_of_which_two_are_met_for_the_first_time(first):
    """The title alone ties where one of the two is new to the group."""
    lenses = lenses_of(group(*"abc"))
    old = member_of(lenses, "a", entry("a1", title="Milk"), first_meeting=first == "a")
    new = member_of(lenses, "b", entry("b1", title="Milk"), first_meeting=first == "b")
    assert len(match(lenses, [old, new], [], {}).clusters) == 1


def test_a_cluster_whose_entries_differ_on_being_done_ties_nothing_by_title():
    """Joined by a day: open here, closed there; a third of the same title is its own task."""
    entries = [
        entry("a1", title="Milk", due=APRIL, status=Status.NEEDS_ACTION),
        entry("b1", title="Milk", due=APRIL, status=Status.COMPLETED),
        entry("c1", title="Milk", status=Status.COMPLETED),
    ]
    assert partition(*entries)[0] == sets("a1 b1", "c1")


def without(name, *fields, **changes):
    """A side that does not hold some fields, or holds others in its own way."""
    held = {one: how for one, how in RICH.fields.items() if one.value not in fields}
    return side(name, fields={**held, **{Field(one): how for one, how in changes.items()}})


NO_CLOSED = FieldCapability(holding=Holding.TWO_WAY, view=Words(frozenset({Status.NEEDS_ACTION, Status.IN_PROGRESS})))


@pytest.mark.parametrize(("policy", "paired"), [(group("a", without("b", "description")), True), (group(*"ab"), False)])
def test_twins_are_told_apart_by_what_both_sides_can_hold(policy, paired):
    here = [entry(ref, title="Milk", description=text) for ref, text in (("a1", "oat"), ("a2", "soy"))]
    found = joined([*here, entry("b1", title="Milk"), entry("b2", title="Milk")], policy=policy)[0]
    assert ([refs for _, refs in found] == [["a1", "b1"], ["a2", "b2"]]) is paired
    assert len(found) == (2 if paired else 4)


def test_twins_are_compared_by_what_each_two_sides_can_hold():
    """What c can not hold tells nothing from its entries, and still tells those of a from those of b."""
    texts = {"a1": "oat", "a2": "soy", "b1": "rice", "b2": "nut"}
    entries = [entry(ref, title="Milk", description=text) for ref, text in texts.items()]
    entries += [entry("c1", title="Milk"), entry("c2", title="Milk")]
    found = joined(entries, policy=group("a", "b", without("c", "description")))[0]
    assert [refs for _, refs in found] == [["a1", "c1"], ["a2", "c2"], ["b1"], ["b2"]]
    entries = [entry(ref, title="Milk") for ref in ("a1", "a2", "b1", "b2", "c1")]
    entries.append(entry("a3", title="Milk", description="oat"))
    found = joined(entries, policy=group("a", "b", without("c", "description")))[0]
    assert [refs for _, refs in found] == [["a1", "b1"], ["a2", "b2"], ["a3"], ["c1"]], "a3 is one more for c only"


def test_where_a_side_may_show_two_of_a_title_the_title_alone_ties_nothing():
    """The group shows both of a as "Milk", whatever a and b show."""
    policy = group("a", "b", side("c", fields=SHORT))
    entries = [entry("a1", title="Milk"), entry("a2", title="Milk and eggs"), entry("b1", title="Milk")]
    assert len(joined(entries, policy=policy)[0]) == 3


@pytest.mark.parametrize(
    ("policy", "paired"),
    [(group("a", without("b", status=NO_CLOSED)), True), (group(without("a", status=NO_CLOSED), "b"), False)],
)
def test_twins_of_which_one_side_has_no_word_for_closed(policy, paired):
    """Closed is told to b, or it is not missed there; open is missed anywhere."""
    here = [entry(ref, title="Milk", status=Status.CANCELLED) for ref in ("a1", "a2")]
    there = [entry(ref, title="Milk", status=Status.NEEDS_ACTION) for ref in ("b1", "b2")]
    assert len(joined([*here, *there], policy=policy)[0]) == (2 if paired else 4)


@pytest.mark.parametrize("more", [False, True], ids=["one there", "another there"])
def test_a_cluster_of_which_one_is_done_is_one_of_those_that_a_side_may_mean(more):
    """Done and open met by their day; a can show neither, and another entry of c keeps the title from being its own."""
    policy = group(without("a", "due", status=NO_CLOSED), "b", "c")
    done, open_ = {"status": Status.COMPLETED}, {"status": Status.NEEDS_ACTION}
    entries = [
        entry("a1", title="Milk", **open_),
        entry("b1", title="Milk", due=APRIL, **done),
        entry("c1", title="Milk", due=APRIL, **open_),
        entry("c2", title="Milk", labels=("x",), **open_),
    ]
    entries += [entry("a2", title="Milk", **open_)] if more else []
    found = [refs for _, refs in joined(entries, policy=policy)[0]]
    assert found == ([["a1"], ["a2"], ["b1", "c1"], ["c2"]] if more else [["a1", "b1", "c1"], ["c2"]])


@pytest.mark.parametrize("poor", ["a", "b"])
def test_of_two_of_which_a_side_can_show_no_difference_neither_is_taken_for_its_only_one(poor):
    """Whichever side has the two: they differ in what the other can not hold."""
    rich = "b" if poor == "a" else "a"
    entries = [entry(f"{rich}{number}", title="Milk", description=text) for number, text in ((1, "oat"), (2, "soy"))]
    sides = [without(name, "description") if name == poor else name for name in "ab"]
    found = joined([*entries, entry(f"{poor}1", title="Milk")], policy=group(*sides))[0]
    assert sorted(refs for _, refs in found) == sorted([[f"{rich}1"], [f"{rich}2"], [f"{poor}1"]])


@pytest.mark.parametrize(("words", "clusters"), [(NO_CLOSED, 1), (RICH.fields[Field.STATUS], 2)])
def test_what_one_side_of_a_pair_has_no_word_for_is_not_missed_on_the_pair(words, clusters):
    """Open on b and on c, which met by their day, and done on a, which has no days."""
    entries = [
        entry("a1", title="Milk", status=Status.COMPLETED),
        entry("b1", title="Milk", due=APRIL, status=Status.NEEDS_ACTION),
        entry("c1", title="Milk", due=APRIL, status=Status.NEEDS_ACTION),
    ]
    policy = group(without("a", "due"), "b", without("c", status=words))
    assert len(joined(entries, policy=policy)[0]) == clusters


def test_what_a_person_is_asked_about_joins_nothing_and_no_other_entry_joins_it():
    asked = [
        entry("a1", title="Milk", due=APRIL, description="y"),
        entry("b1", title="Milk", due=APRIL, description="x"),
        entry("b2", title="Milk", due=MAY, description="y"),
    ]
    for other in ({}, {"due": APRIL, "description": "x"}):
        assert partition(*asked, entry("c1", title="Milk", **other)) == (sets("a1 c1"), {"b1", "b2"})


def test_what_a_person_is_asked_about_is_no_twin():
    """Nothing tells b1 from c1, whose side holds nothing that tells; and there is one of each."""
    policy = group("a", "b", without("c", *(name.value for name in TELLING)))
    entries = [
        entry("a1", title="Milk", due=APRIL, description="x"),
        entry("a2", title="Milk", due=APRIL, description="y"),
        entry("b1", title="Milk", due=APRIL),
        entry("c1", title="Milk"),
    ]
    assert joined(entries, policy=policy) == ([(None, ["a1"]), (None, ["a2"]), (None, ["c1"])], [("b1", 2)])
    entries.append(entry("b2", title="Milk"))
    clusters, doubts = joined(entries, policy=policy)
    assert (clusters[2:], doubts) == ([(None, ["b2", "c1"])], [("b1", 2)]), "one of each is left"


def test_the_same_title_on_a_side_that_should_have_cut_it():
    policy = group("a", side("b", fields=SHORT))
    both = [entry(ref, title="Milk and eggs") for ref in ("a1", "b1")]
    assert joined(both, policy=policy)[0] == [(None, ["a1", "b1"])]


def test_a_title_has_to_be_what_every_side_of_the_other_would_show():
    """Shown by a as b shows it, and by c as something else."""
    policy = group("a", side("b", fields=SHORT), "c")
    entries = [
        entry("a1", title="Milk and eggs", due=APRIL),
        entry("b1", title="Milk", due=APRIL),
        entry("c1", title="Milk and beans", due=APRIL),
    ]
    assert joined(entries, policy=policy)[0] == [(None, ["a1", "b1"]), (None, ["c1"])]


MANY = 1000
"""Entries of one title on a side: comparing all pairs of them would take minutes."""

OTHERS = {
    "nothing": lambda _: {},
    "one day": lambda _: {"due": APRIL},
    "a day each": lambda number: {"due": APRIL + timedelta(days=number)},
    "one label, a day each": lambda number: {"labels": ("home",), "due": APRIL + timedelta(days=number)},
    "one of three days": lambda number: {"due": APRIL + timedelta(days=number % 3)},
}


@pytest.mark.parametrize("other", list(OTHERS.values()), ids=list(OTHERS))
def test_thousands_of_one_title_are_paired_in_their_order(other):
    """Or by what tells them apart, whatever else they share."""
    found = joined([entry(f"{side}{number}", title="Milk", **other(number)) for side in "ab" for number in range(MANY)])
    assert found == ([(None, [f"a{number}", f"b{number}"]) for number in range(MANY)], [])


@pytest.mark.parametrize("other", list(OTHERS.values()), ids=list(OTHERS))
def test_thousands_of_one_title_join_the_tasks_that_are_there(other):
    tasks = [{Field.TITLE: "Milk", **{Field(name): value for name, value in other(n).items()}} for n in range(MANY)]
    found = joined([entry(f"a{number}", title="Milk", **other(number)) for number in range(MANY)], tasks, linked="bc")
    assert found == ([(number + 1, [f"a{number}"]) for number in range(MANY)], [])


def test_thousands_of_one_title_that_fit_many_are_asked_about():
    """The label fits all of them, and nothing else tells which."""
    here = [entry(f"a{n}", title="Milk", labels=("home",), due=APRIL + timedelta(days=n)) for n in range(MANY)]
    there = [entry(f"b{n}", title="Milk", labels=("home",), description=f"text {n}") for n in range(MANY)]
    clusters, doubts = joined([*here, *there])
    assert clusters == [(None, [f"a{number}"]) for number in range(MANY)]
    assert doubts == [(f"b{number}", CANDIDATES) for number in range(MANY)]


def test_thousands_here_and_one_more_there_are_not_paired_by_the_title():
    """Which of them is the one too many can be told by nobody; those with a day are paired all the same."""
    plain = [entry(f"{side}{n}", title="Milk") for side, count in (("a", MANY), ("b", MANY + 1)) for n in range(count)]
    dated = [entry(f"{side}{n}", title="Milk", due=APRIL) for side in "ab" for n in range(MANY * 2, MANY * 3)]
    clusters, doubts = joined([*plain, *dated])
    assert doubts == []
    assert sorted(len(refs) for _, refs in clusters) == [1] * (2 * MANY + 1) + [2] * MANY


@pytest.mark.parametrize(("there", "more"), [(CANDIDATES, False), (CANDIDATES + 1, True)])
def test_of_many_candidates_the_first_are_named(there, more):
    lenses = lenses_of(group(*"ab"))
    entries = [entry(f"a{n}", title="Milk", labels=("home",), due=APRIL + timedelta(days=n)) for n in range(there)]
    entries.append(entry("b0", title="Milk", labels=("home",)))
    members = [member_of(lenses, one.ref[0], one, first_meeting=True) for one in entries]
    [doubt] = match(lenses, members, [], {}).doubts
    named = [one.members["a"].entry.ref for one in doubt.candidates]
    assert (named, doubt.more) == ([f"a{n}" for n in range(CANDIDATES)], more)


def test_a_candidate_that_shares_several_fields_is_named_once():
    """By the first field, and by the second."""
    entries = [
        entry("a0", title="Milk", due=APRIL, labels=("home",), description="x"),
        entry("a1", title="Milk", due=APRIL, labels=("home",), description="y"),
        entry("b0", title="Milk", due=APRIL, labels=("home",)),
    ]
    assert joined(entries)[1] == [("b0", 2)]


def test_what_a_side_that_left_the_group_holds_is_not_compared():
    """Nobody can say what it could hold; a task that is there too is met like any other."""
    state = state_of(group(*"abc"))
    tasks = [add_task(state, number, {Field.TITLE: "Milk"}, *sides) for number, sides in ((1, "ab"), (2, "a"))]
    lenses = lenses_of(group(*"ac"), state)
    members = [member_of(lenses, "c", entry(ref, title="Milk"), first_meeting=True) for ref in ("c1", "c2")]
    found = match(lenses, members, tasks, {})
    assert [(one.task.id, one.members["c"].entry.ref) for one in found.clusters] == [(1, "c1"), (2, "c2")]


def test_an_entry_in_the_groups_terms():
    """Its parent is no task yet: left out."""
    state = state_of(group("a"))
    add_task(state, 9, {}, "a")
    lenses = lenses_of(group("a"), state)
    found = member_of(lenses, "a", entry("a1", title="t", parent="a9", assignees=(ANNA,)), first_meeting=True)
    assert found.values == {Field.TITLE: "t", Field.ASSIGNEES: ("anna@example.com",)}
    assert (found.side, found.entry.ref, found.first_meeting) == ("a", "a1", True)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        ({}, True),
        ({"deleted": True}, False),
        ({"container": "x"}, False),
        ({"problem": "x"}, False),
        ({"kind": Kind.COMMENT}, False),
    ],
)
def test_what_can_be_taken_in(how, expected):
    assert is_task(entry("a1", **how)) is expected


def test_entries_that_others_have_joined_are_joined_by_title_too():
    """Two were tied by a day; the third side has the title alone, between them."""
    entries = [entry("a1", title="Milk", due=APRIL), entry("c1", title="Milk", due=APRIL), entry("b1", title="Milk")]
    assert partition(*entries)[0] == sets("a1 b1 c1")


def test_only_entries_of_sides_that_are_all_met_for_the_first_time_join_a_task():
    """A task made on a known side, and on one that is met now, under a title that a third side has: a new one."""
    policy = group(*"abc")
    state = state_of(policy)
    task = add_task(state, 1, {Field.TITLE: "Milk"}, "c")
    lenses = lenses_of(policy, state)
    old = member_of(lenses, "a", entry("a1", title="Milk", due=APRIL), first_meeting=False)
    new = member_of(lenses, "b", entry("b1", title="Milk", due=APRIL), first_meeting=True)
    found = match(lenses, [old, new], [task], {})
    assert [(one.task, sorted(one.members)) for one in found.clusters] == [(None, ["a", "b"])]
