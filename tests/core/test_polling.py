from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.budget import RateBudget, Window
from connectors.task import Field, Status
from sync.core.evidence import let_go
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


def numbers(links):
    """The tasks of some links."""
    return [link.task for link in links]


def test_without_a_limit_all_that_is_linked_is_looked_at():
    tasks, links = ring(2, 2)
    let_go(links[0], "deleted there")
    now = turn(links, tasks, poll=None, cursor="")
    assert (numbers(now.first), now.doing, now.done) == ([1, 3, 4], (), ())


@pytest.mark.parametrize(
    ("doing", "done", "poll", "cursor", "looked", "following"),
    [
        (3, 0, 2, "", ([2, 4], []), "4:0:0.000000"),
        (3, 0, 2, "4:0:0.0", ([6, 2], []), "2:0:0.000000"),
        (3, 0, 9, "4:0:0.0", ([6, 2, 4], []), "4:0:0.000000"),
        (2, 10, 9, "", ([2, 4], [1]), "4:1:0.000000"),
        (2, 5, 9, "", ([2, 4], []), "4:0:0.500000"),
        (2, 5, 9, "4:9:0.5", ([2, 4], [1]), "4:1:0.000000"),
        (2, 5, 9, "4:3:0.5", ([2, 4], [5]), "4:5:0.000000"),
        (2, 10, 1, "4:3:0.666666", ([], [5]), "4:5:0.000000"),
        (3, 3, 2, "0:0:2.0", ([], [1, 3]), "0:3:0.181818"),
        (1, 1, 3, "0:0:900.0", ([2], [1]), "2:1:1.000000"),
    ],
    ids=[
        "from the beginning",
        "around the ring",
        "all, each once",
        "a tenth of the completed ones",
        "half a turn is saved up",
        "and taken in the next cycle",
        "where their ring stands",
        "thirds add up to a whole",
        "no more than the limit in all",
        "turns are not saved up for ever",
    ],
)
def test_whose_turn_it_is(doing, done, poll, cursor, looked, following):
    """Open tasks have even numbers, completed ones odd ones; a cursor is the last of each, and what was saved up."""
    tasks, links = ring(doing, done)
    now = turn(links, tasks, poll=poll, cursor=cursor)
    assert (numbers(now.doing), numbers(now.done)) == looked
    assert now.cursor(len(now.links)) == following


@pytest.mark.parametrize(
    ("asked", "following"),
    [
        (0, "0:0:4.000000"),
        (2, "0:0:4.000000"),
        (3, "2:0:4.000000"),
        (4, "6:0:4.000000"),
        (5, "8:0:4.000000"),
        (6, "8:3:3.000000"),
        (7, "8:5:2.000000"),
        (8, "8:7:1.000000"),
    ],
)
def test_the_rings_go_on_after_the_last_that_was_asked_for(asked, following):
    """What is awaited is in neither ring then: tasks 1 and 4 come first, by their numbers."""
    tasks, links = ring(4, 4)
    for link in links:
        link.misses = int(link.task in {1, 4})
    now = turn(links, tasks, poll=8, cursor="0:0:9.0")
    assert numbers(now.links) == [1, 4, 2, 6, 8, 3, 5, 7]
    assert now.cursor(asked) == following


@pytest.mark.parametrize(
    ("doing", "done", "poll", "cycles"),
    [
        (10, 10, None, 1),
        (0, 0, 5, 1),
        (10, 0, 10, 1),
        (10, 0, 5, 3),
        (9, 0, 5, 2),
        (0, 10, 1, 11),
        (0, 20, 1, 21),
        (10, 10, 11, 11),
        (10, 10, 5, 25),
    ],
)
def test_the_time_within_which_everything_is_looked_at(doing, done, poll, cycles):
    assert bound(doing, done, poll=poll, interval=2 * SECOND) == 2 * cycles * SECOND
