"""Who wins a conflict."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

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
