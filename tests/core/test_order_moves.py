"""Orders that come in and moves that go out, on plain data (rule 18)."""

from __future__ import annotations

from itertools import chain, combinations, permutations

import pytest

from connectors.task import Field, Kind
from sync.core.evidence import let_go
from sync.core.merge import Merge
from sync.core.model import Pair, Version
from sync.core.order import GAP, doubt_siblings, incoming, longest_common_order, ordered_sides, outgoing
from tests.core.build import NOW, RICH, add_task, group, lenses_of, side, state_of

POSITION, PARENT = Field.POSITION, Field.PARENT
NO_ORDER = {name: how for name, how in RICH.fields.items() if name is not POSITION}


def world(count, *, ranks=None, places=None, sides="ab", parents=None):
    """Siblings 1 to ``count`` on both sides: their ranks, and their places on each side; 1, 2, … unless told."""
    policy = group(*sides)
    state = state_of(policy)
    for number in range(1, count + 1):
        parent = (parents or {}).get(number)
        task = add_task(state, number, {PARENT: parent}, *sides)
        task.values[POSITION] = (ranks or {}).get(number, number * GAP)
        task.versions[POSITION] = Version(number=2, side="a")
        for name in sides:
            link = state.links[number, name]
            place = (places or {}).get(number, number)
            link.pairs[POSITION] = Pair(place, place)
            link.pairs[PARENT] = Pair(None, None) if parent is None else Pair(f"{name}{parent}", f"{name}{parent}")
    return state, Merge(lenses_of(policy, state), 9, NOW)


def order(state):
    """The siblings by rank."""
    return sorted(state.tasks, key=lambda number: state.tasks[number].values[POSITION])


def ranks(state):
    """The rank of each task."""
    return {number: task.values.get(POSITION) for number, task in state.tasks.items()}


def came(merge, *numbers, on="a"):
    """These tasks stand in this order on a side now."""
    incoming(merge, on, {number: place for place, number in enumerate(numbers, start=1)})


@pytest.mark.parametrize("gap", [GAP, 1], ids=["wide", "no room"])
@pytest.mark.parametrize("wanted", list(permutations(range(1, 5))), ids=str)
def test_whatever_order_comes_in_is_the_groups(wanted, gap):
    """Only what lies outside the longest common order has moved, and each once."""
    state, merge = world(4, ranks={number: number * gap for number in range(1, 5)})
    came(merge, *wanted)
    assert order(state) == list(wanted)
    moved = [row.task for row in merge.moved]
    assert len(moved) == 4 - len(longest_common_order((1, 2, 3, 4), wanted)) == len(set(moved))
    for number in wanted:
        place = wanted.index(number) + 1
        assert state.links[number, "a"].pairs[POSITION] == Pair(place, place)
        assert state.links[number, "b"].acked == ({POSITION: 2} if number in moved else {})
        assert state.links[number, "a"].acked == {}, "where it was moved it is"
    assert {(row.side, row.rule) for row in merge.moved} <= {("a", "moved")}


def test_what_has_no_rank_yet_gets_one_between_its_neighbours():
    state, merge = world(4)
    for number in (2, 3):
        del state.tasks[number].values[POSITION]
        del state.links[number, "a"].pairs[POSITION]
    came(merge, 2, 1, 3, 4)
    assert ranks(state) == {1: GAP, 2: 0, 3: (GAP + 4 * GAP) // 2, 4: 4 * GAP}
    assert merge.moved == [], "a first rank is no move"


def test_ranks_of_a_first_meeting_have_wide_gaps():
    state, merge = world(3)
    for task in state.tasks.values():
        del task.values[POSITION]
    came(merge, 3, 1, 2)
    assert ranks(state) == {3: GAP, 1: 2 * GAP, 2: 3 * GAP}
    assert GAP == 1 << 20


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [({1: 10, 2: 11, 3: 12}, (3, 1, 2), [3, 1, 2]), ({1: 10, 2: 11, 3: 12}, (1, 3, 2), [1, 3, 2])],
)
def test_where_there_is_no_room_all_siblings_get_new_ranks(before, after, expected):
    state, merge = world(3, ranks=before)
    came(merge, *after)
    assert order(state) == expected
    assert len(merge.moved) == 1, "the others have not moved"


def test_where_there_is_room_for_one_nobody_else_is_touched():
    state, merge = world(3, ranks={1: 10, 2: 12})
    del state.tasks[3].values[POSITION]
    came(merge, 1, 3, 2)
    assert ranks(state) == {1: 10, 2: 12, 3: 11}


def test_siblings_of_equal_rank_make_room_too():
    """Two that came from other parents have one rank; a new task between them was once put after both."""
    state, merge = world(3, ranks={1: 10, 2: 10})
    del state.tasks[3].values[POSITION]
    del state.links[3, "a"].pairs[POSITION]
    came(merge, 1, 3, 2)
    assert order(state) == [1, 3, 2]
    assert merge.moved == []


def test_ranks_in_another_order_than_that_of_the_side_end():
    """What has no rank stands after its predecessor, wherever the next one is; nothing is spread for ever."""
    state, merge = world(3, ranks={1: 20, 2: 10})
    del state.tasks[3].values[POSITION]
    came(merge, 1, 3, 2)
    assert ranks(state) == {1: 20, 2: 10, 3: 20 + GAP}


def test_siblings_under_another_parent_and_tasks_without_a_rank_keep_theirs():
    """Making room is for the siblings alone; those that the side does not have keep their place among them."""
    state, merge = world(7, ranks={1: 10, 2: 11, 3: 12, 4: 7, 5: 11, 6: 9}, parents={4: 7, 5: 7})
    del state.tasks[7].values[POSITION]
    let_go(state.links[6, "a"], "deleted there")
    came(merge, 1, 3, 2)
    assert order_of(state, None) == [6, 1, 3, 2]
    assert (ranks(state)[4], ranks(state)[5]) == (7, 11)
    assert POSITION not in state.tasks[7].values
    assert {number: ranks(state)[number] for number in (6, 1, 2)} == {6: GAP, 1: 2 * GAP, 2: 3 * GAP}
    assert ranks(state)[3] == 2 * GAP + GAP // 2


def order_of(state, parent):
    """The children of a parent that have a rank, by rank."""
    ranked = [task for task in state.tasks.values() if task.values.get(PARENT) == parent and POSITION in task.values]
    return [task.id for task in sorted(ranked, key=lambda task: task.values[POSITION])]


def test_each_parents_children_have_their_own_order():
    """A number that grew because the parent has more children now is no move."""
    state, merge = world(4, parents={3: 1, 4: 1})
    incoming(merge, "a", {1: 2, 2: 1, 3: 2, 4: 1})
    assert order_of(state, None) == [2, 1]
    assert order_of(state, 1) == [4, 3]
    assert len(merge.moved) == 2


def test_cousins_are_ordered_apart():
    """Equal places under two parents."""
    parents = {3: 1, 4: 1, 5: 2, 6: 2}
    ranked = {3: GAP, 4: 2 * GAP, 5: GAP, 6: 2 * GAP}
    state, merge = world(6, parents=parents, ranks=ranked, places={3: 1, 4: 2, 5: 1, 6: 2})
    incoming(merge, "a", {1: 1, 2: 2, 3: 1, 4: 2, 5: 2, 6: 1})
    assert (order_of(state, 1), order_of(state, 2), len(merge.moved)) == ([3, 4], [6, 5], 1)
    assert doubt_siblings(state, state.links[3, "a"]) == [state.links[4, "a"]]


def test_what_is_not_linked_or_unconfirmed_has_not_moved():
    """A place that our own move shifted is completed by the read."""
    state, merge = world(3)
    let_go(state.links[2, "a"], "deleted there")
    state.links[3, "a"].pairs[POSITION] = Pair(3, 3, confirmed=False)
    came(merge, 3, 2, 1)
    assert merge.moved == []
    assert state.links[3, "a"].pairs[POSITION] == Pair(1, 1)
    assert state.links[2, "a"].pairs[POSITION] == Pair(2, 2)


@pytest.mark.parametrize(
    ("by", "acked", "on", "loses"),
    [("a", 1, "b", True), ("a", None, "b", False), ("b", 1, "a", False), ("b", 1, "b", False), ("", 1, "a", True)],
    ids=["higher", "seen", "lower", "its own", "a person"],
)
def test_a_move_that_a_higher_side_made_and_this_one_had_not_seen_stands(by, acked, on, loses):
    """Positions go by priority; the move that lost is put back."""
    state, merge = world(3)
    state.tasks[3].versions[POSITION] = Version(number=2, side=by)
    if acked is not None:
        state.links[3, on].acked[POSITION] = acked
    came(merge, 3, 1, 2, on=on)
    assert order(state) == ([1, 2, 3] if loses else [3, 1, 2])
    assert (POSITION in state.links[3, on].acked) is loses


def test_an_order_is_exchanged_between_two_sides_that_have_one():
    def held(*names):
        sides = [side(name, fields=RICH.fields if name in names else NO_ORDER) for name in "abc"]
        return ordered_sides(lenses_of(group(*sides)))

    assert (held("a", "b", "c"), held("c", "a"), held("b"), held()) == (["a", "b", "c"], ["a", "c"], [], [])


def carried_out(current, moves):
    """A side's list after these moves, each to a 1-based place."""
    found = list(current)
    for task, place in moves:
        found.remove(task)
        found.insert(place - 1, task)
    return found


def subsets(items):
    """Every choice of them."""
    return chain.from_iterable(combinations(items, size) for size in range(len(items) + 1))


@pytest.mark.parametrize("current", list(permutations(range(1, 5))), ids=str)
def test_the_fewest_moves_bring_a_side_to_the_groups_order(current):
    """Only what is owed moves; what is not keeps its order; what may move stands right after its predecessor."""
    for owed in subsets((1, 2, 3, 4)):
        state, merge = world(4, places={number: place for place, number in enumerate(current, start=1)})
        for number in owed:
            state.links[number, "b"].acked[POSITION] = 1
        moves = outgoing(merge.lenses, "b", [])
        found = carried_out(current, moves)
        assert {task for task, _ in moves} <= set(owed)
        assert len(moves) == len(set(moves))
        assert [task for task in found if task not in owed] == [task for task in current if task not in owed]
        if len(owed) >= 3:
            assert found == [1, 2, 3, 4]
            fewest = 4 - len(longest_common_order(current, (1, 2, 3, 4)))
            assert len(moves) == fewest or len(owed) == 3


def owing(count, *numbers, **how):
    """Siblings of which side b owes a move of these."""
    state, merge = world(count, **how)
    for number in numbers:
        state.links[number, "b"].acked[POSITION] = 1
    return state, merge


def test_places_of_strangers_are_counted():
    """Entries that are not linked stand between: places 1, 3 and 5 are ours."""
    _, merge = owing(3, 3, places={1: 1, 2: 3, 3: 5}, ranks={1: 10, 2: 30, 3: 20})
    assert outgoing(merge.lenses, "b", []) == [(3, 2)]
    _, merge = owing(3, 1, places={1: 2, 2: 3, 3: 5}, ranks={1: 30, 2: 20, 3: 25})
    assert outgoing(merge.lenses, "b", []) == [(1, 5)]


@pytest.mark.parametrize("places", [{1: 2, 2: 4}, {1: 1, 2: 3}, {1: 1, 2: 2}])
def test_what_goes_first_goes_before_strangers_too(places):
    """A stranger between them was once taken for its predecessor: the move led nowhere, and was taken for done."""
    _, merge = owing(2, 2, places=places, ranks={1: 20, 2: 10})
    assert outgoing(merge.lenses, "b", []) == [(2, 1)]


@pytest.mark.parametrize("refused", [2, 3])
def test_a_refused_move_is_not_made_again(refused):
    state, merge = owing(2, 2, ranks={1: 20, 2: 10})
    state.links[2, "b"].refused[POSITION] = refused
    assert outgoing(merge.lenses, "b", []) == []
    state.links[2, "b"].refused[POSITION] = 1
    assert outgoing(merge.lenses, "b", []) == [(2, 1)]


def test_each_parent_is_ordered_for_itself():
    """Equal places under two parents; what has no rank is not moved, what was let go is not there."""
    places = {1: 1, 2: 2, 3: 1, 4: 2, 5: 3}
    state, merge = owing(5, 4, 5, places=places, ranks={3: 30, 4: 10, 5: 5}, parents={3: 1, 4: 1, 5: 1})
    assert outgoing(merge.lenses, "b", []) == [(5, 1), (4, 2)]
    let_go(state.links[5, "b"], "deleted there")
    assert outgoing(merge.lenses, "b", []) == [(4, 1)]
    del state.tasks[4].values[POSITION]
    assert outgoing(merge.lenses, "b", []) == []


def test_what_this_cycle_makes_stands_last_under_its_parent():
    """And is moved to its rank; what is made where it belongs is not."""
    state, merge = world(5, parents={3: 1, 4: 1, 5: 1}, ranks={3: 30, 4: 10, 5: 50}, places={3: 1, 4: 2, 5: 3})
    for number in (4, 5):
        del state.links[number, "b"]
    assert outgoing(merge.lenses, "b", [4, 5]) == [(4, 1)]


def test_a_place_that_is_not_known_is_first():
    state, merge = owing(3, 3, ranks={1: 10, 2: 20, 3: 15})
    del state.links[1, "b"].pairs[POSITION]
    assert outgoing(merge.lenses, "b", []) == [(3, 2)]


def test_after_a_move_the_places_of_its_siblings_are_doubted():
    """The next read completes them, without deltas; cousins, other sides and what ended are not touched."""
    state, _ = world(6, parents={5: 1})
    let_go(state.links[3, "b"], "deleted there")
    state.links[4, "b"].pairs[POSITION] = Pair(4, 4, confirmed=False)
    state.links[2, "b"].pairs[POSITION] = Pair(9, 2)
    del state.links[6, "b"].pairs[POSITION]
    touched = doubt_siblings(state, state.links[1, "b"])
    assert touched == [state.links[2, "b"]]
    assert state.links[2, "b"].pairs[POSITION] == Pair(9, 2, confirmed=False)
    assert [number for number in state.tasks if state.links[number, "b"].raw_hash == ""] == [1, 2]
    assert not state.links[1, "b"].pairs[POSITION].confirmed
    for number in (3, 5):
        assert state.links[number, "b"].pairs[POSITION].confirmed
    assert state.links[2, "a"].pairs[POSITION].confirmed
    assert doubt_siblings(state, state.links[5, "b"]) == []


def test_comments_on_a_task_have_no_place_among_its_children():
    below = dict.fromkeys((2, 3, 4), 1)
    state, merge = owing(4, 4, parents=below, ranks={2: 10, 3: 30, 4: 20}, places={2: 1, 3: 2, 4: 3})
    comment = add_task(state, 5, {}, "a", "b")
    comment.kind, comment.values = Kind.COMMENT, {Field.COMMENTS: "ok", PARENT: 1}
    assert outgoing(merge.lenses, "b", []) == [(4, 2)]
