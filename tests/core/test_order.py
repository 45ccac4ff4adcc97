"""The longest common order, against trying everything."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from sync.core.merge import Merge
from sync.core.order import incoming, longest_common_order, outgoing
from tests.core.build import NOW, add_task, group, lenses_of, state_of

ORDERS = st.integers(0, 6).flatmap(lambda size: st.permutations(range(size)))


def is_common(items: list[int], old: list[int], new: list[int]) -> bool:
    """Whether these stand in the same order in both."""
    return sorted(items, key=old.index) == sorted(items, key=new.index)


@given(ORDERS.flatmap(lambda old: st.tuples(st.just(old), st.permutations(old))))
def test_it_is_common_and_there_is_no_longer_one(orders):
    """The largest set of items that stand in the same order in both."""
    old, new = map(list, orders)
    kept = longest_common_order(old, new)
    assert is_common(list(kept), old, new)
    longest = max(
        size for size in range(len(old) + 1) for some in combinations(old, size) if is_common(list(some), old, new)
    )
    assert len(kept) == longest


@given(st.lists(st.integers(0, 9), unique=True), st.lists(st.integers(0, 9), unique=True))
def test_only_what_is_in_both_is_kept(old, new):
    """What is new or gone has no common order."""
    assert longest_common_order(old, new) <= set(old) & set(new)


def test_ten_thousand_in_reverse_order_are_no_trouble():
    """The order of a very long list is found without comparing each with each."""
    many = list(range(100_000))
    assert len(longest_common_order(many, many[::-1])) == 1
    assert longest_common_order(many, many) == set(many)


def test_ten_thousand_new_siblings_are_ranked_and_a_move_among_them_is_one_move():
    """A first meeting of a very long list, then one task is dragged from the end to the front."""
    policy = group("a", "b")
    state = state_of(policy)
    count = 10_000
    for number in range(1, count + 1):
        add_task(state, number, {}, "a", "b")
    merge = Merge(lenses_of(policy, state), 1, NOW)
    order = {number: number for number in range(1, count + 1)}
    incoming(merge, "a", order)
    incoming(merge, "b", order)
    assert outgoing(merge.lenses, "b", []) == []
    incoming(merge, "a", {**{number: number + 1 for number in order}, count: 1})
    assert outgoing(merge.lenses, "b", []) == [(count, 1)]
