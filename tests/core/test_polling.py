from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.budget import RateBudget, Window
from connectors.task import Field, Status
from sync.core.model import Link, Pair, Task
from sync.core.polling import allowance, bound, turn

SECOND = timedelta(seconds=1)


def ring(doing, done):
    tasks = {
        number: Task(id=number, values={Field.STATUS: Status.COMPLETED if number % 2 else Status.NEEDS_ACTION})
        for number in [*range(2, 2 * doing + 2, 2), *range(1, 2 * done + 1, 2)]
    }
    return tasks, [Link(task=number, side="b", ref=f"r{number}", raw_hash="read") for number in tasks]


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 40), st.integers(0, 70))
def test_everything_is_looked_at_within_the_bound_wherever_a_round_begins(doing, done, poll, begun):
    """From any cycle on; and no cycle looks at more than it may."""
    tasks, links = ring(doing, done)
    cursor = ""
    within = bound(doing, done, poll=poll, interval=SECOND).seconds
    left: set[int] = set(tasks)
    for cycle in range(begun + within):
        now = turn(links, tasks, poll=poll, cursor=cursor)
        assert len(now.links) <= poll
        assert len(set(map(id, now.links))) == len(now.links)
        cursor = now.cursor(len(now.links))
        if cycle >= begun:
            left -= {link.task for link in now.links}
    assert left == set()


@given(st.integers(1, 30), st.integers(1, 30), st.integers(1, 20))
def test_completed_ones_have_a_tenth_of_the_turns_where_there_are_not_enough_for_all(doing, done, poll):
    tasks, links = ring(doing, done)
    counts, cursor = dict.fromkeys(tasks, 0), ""
    for _ in range(400):
        now = turn(links, tasks, poll=min(poll, doing), cursor=cursor)
        cursor = now.cursor(len(now.links))
        for link in now.links:
            counts[link.task] += 1
    often = sum(count for task, count in counts.items() if task % 2 == 0) / doing
    seldom = sum(count for task, count in counts.items() if task % 2) / done
    assert seldom == pytest.approx(often / 10, abs=1)


def test_what_is_awaited_comes_first():
    tasks, links = ring(5, 0)
    links[3].gone = 1
    links[4].pairs[Field.TITLE] = Pair("a", "a", confirmed=False)
    links[1].raw_hash = ""
    now = turn(links, tasks, poll=3, cursor="")
    assert {link.task for link in now.links} == {links[3].task, links[4].task, links[1].task}


def test_a_round_that_broke_off_goes_on_there():
    tasks, links = ring(5, 0)
    now = turn(links, tasks, poll=4, cursor="")
    following = turn(links, tasks, poll=4, cursor=now.cursor(2))
    assert [link.task for link in following.links][:3] == [6, 8, 10]


@pytest.mark.parametrize("cursor", ["", "x", "1:2", "1:2:x", "900:900:0.5"])
def test_a_cursor_that_means_nothing_is_the_beginning(cursor):
    tasks, links = ring(3, 0)
    assert [link.task for link in turn(links, tasks, poll=2, cursor=cursor).links] == [2, 4]


@pytest.mark.parametrize(
    ("budget", "interval", "looks"),
    [
        (RateBudget(spacing=1.0, burst=5), timedelta(minutes=5), 225),
        (RateBudget(windows=(Window(limit=50, per=60.0),)), timedelta(minutes=5), 187),
        (RateBudget(windows=(Window(limit=5, per=1.0), Window(limit=100, per=3600.0))), timedelta(minutes=6), 7),
        (RateBudget(spacing=60.0), timedelta(seconds=1), 1),
        (RateBudget(), timedelta(minutes=5), None),
    ],
    ids=["spacing", "a window", "two windows", "less than one", "no limit"],
)
def test_a_rate_leaves_looks_less_the_reserve(budget, interval, looks):
    assert allowance(budget, interval) == looks
