"""Who wins a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.task import Field
from sync.core.policy import ConflictPolicy, Contender, Limit, winner
from tests.core.build import NOW, group, side

NEWEST, PRIORITY = ConflictPolicy.NEWEST, ConflictPolicy.PRIORITY
COARSE = side("b", modified_granularity=timedelta(minutes=1))


def contender(name: str, seconds: float | None) -> Contender:
    """What a side says, so many seconds after nine; None: it tells no time."""
    at = None if seconds is None else NOW + timedelta(seconds=seconds)
    return Contender(side=name, value=name, seen=name, at=at)


@pytest.mark.parametrize(
    ("policy", "times", "expected", "rule"),
    [
        (NEWEST, {"a": 0, "b": 60}, "b", "newest"),
        (NEWEST, {"a": 60, "b": 0}, "a", "newest"),
        (NEWEST, {"a": 0, "b": 7}, "a", "priority"),
        (NEWEST, {"a": 0, "b": 7.5}, "b", "newest"),
        (NEWEST, {"a": 0, "b": None}, "a", "priority"),
        (NEWEST, {"a": None, "b": 9999}, "a", "priority"),
        (NEWEST, {"b": 0, "c": 60}, "c", "newest"),
        (NEWEST, {"a": 0, "b": 100, "c": 103}, "a", "priority"),
        (NEWEST, {"": 0, "a": 3}, "", "priority"),
        (PRIORITY, {"a": 0, "b": 60}, "a", "priority"),
        (PRIORITY, {"c": 0, "b": 60}, "b", "priority"),
    ],
)
def test_newest_where_times_can_tell_else_priority(policy, times, expected, rule):
    """Times count when they are further apart than both granularities and five seconds."""
    contenders = [contender(name, seconds) for name, seconds in times.items()]
    best, decided = winner(Field.TITLE, contenders, group("a", "b", "c", conflict=policy))
    assert (best.side, decided) == (expected, rule)


@pytest.mark.parametrize(("seconds", "expected"), [(65, "a"), (67, "b")])
def test_a_coarse_clock_needs_a_longer_distance(seconds, expected):
    """A vendor that tells whole minutes is trusted to the minute."""
    best, _ = winner(Field.TITLE, [contender("a", 0), contender("b", seconds)], group("a", COARSE))
    assert best.side == expected


def test_a_field_can_have_its_own_policy():
    """`conflict_by_field` overrides; the order of tasks always goes by priority."""
    policy = group("a", "b", conflict=PRIORITY, conflict_by_field={Field.DUE: NEWEST, Field.POSITION: NEWEST})
    both = [contender("a", 0), contender("b", 60)]
    assert winner(Field.TITLE, both, policy)[0].side == "a"
    assert winner(Field.DUE, both, policy)[0].side == "b"
    assert winner(Field.POSITION, both, policy)[0].side == "a"


@pytest.mark.parametrize(
    ("number", "of", "exceeded"),
    [(10, 10, False), (11, 10, True), (11, 44, False), (12, 44, True), (100, 1000, False), (0, 0, False)],
)
def test_a_limit_is_exceeded_by_more_than_both(number, of, exceeded):
    """More than 25 % and more than 10."""
    assert Limit(share=0.25, count=10).exceeded(number, of) is exceeded


def test_whoever_is_no_side_comes_before_all():
    """A person's own decision outranks every side."""
    policy = group("a", "b")
    assert policy.rank("") < policy.rank("a") < policy.rank("b")
    assert replace(policy, conflict=ConflictPolicy.HOLD).on(Field.POSITION) is PRIORITY


def test_a_group_knows_its_sides_by_name():
    policy = group("a", COARSE)
    assert policy.side("b") is COARSE
    with pytest.raises(KeyError, match="c"):
        policy.side("c")
    assert [policy.rank(name) for name in ("a", "b", "c", "")] == [0, 1, -1, -1]


def test_a_field_that_is_not_synced_is_not_held():
    spec = replace(side("a"), unsynced=frozenset({Field.DUE}))
    assert (spec.reads(Field.DUE), spec.writes(Field.DUE), spec.sets(Field.DUE)) == (False, False, False)
    assert spec.of(Field.DUE).note == "not synced: fields = false"
    assert spec.reads(Field.TITLE)
    assert not spec.reads(Field.COMMENTS)


@pytest.mark.parametrize(
    ("holding", "reads", "writes", "sets"),
    [
        (Holding.TWO_WAY, True, True, True),
        (Holding.AT_CREATE, True, False, True),
        (Holding.READ_ONLY, True, False, False),
        (Holding.NOT_HELD, False, False, False),
    ],
)
def test_what_a_side_does_with_a_field(holding, reads, writes, sets):
    spec = side("a", fields={Field.DUE: FieldCapability(holding=holding)})
    assert (spec.reads(Field.DUE), spec.writes(Field.DUE), spec.sets(Field.DUE)) == (reads, writes, sets)


@pytest.mark.parametrize(("seconds", "expected"), [(5, "a"), (5.5, "b")])
def test_a_side_that_tells_no_granularity_and_a_person_are_exact(seconds, expected):
    exact = side("b", modified_granularity=None)
    best, _ = winner(Field.TITLE, [contender("", 0), contender("b", seconds)], group(exact))
    assert best.side == ("" if expected == "a" else "b")


def test_the_clock_of_a_side_that_does_not_contend_does_not_count():
    coarse = replace(COARSE, name="c")
    assert winner(Field.TITLE, [contender("a", 0), contender("b", 8)], group(coarse, "a", "b"))[0].side == "b"
