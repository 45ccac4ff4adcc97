"""Whether a read may be believed, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from sync.core.facts import Observation, Read
from sync.core.gather import judge_missing
from sync.core.policy import EvidencePolicy, GuardPolicy
from tests.core.build import NOW, add_task, group, state_of

GAP = timedelta(minutes=10)
POLICY = group("a", evidence=EvidencePolicy(misses=3, miss_gap=GAP))


def linked(count: int):
    """A state with so many tasks on side a."""
    state = state_of(POLICY)
    for number in range(1, count + 1):
        add_task(state, number, {}, "a")
    return state


def lists(*numbers: int, kind: Read = Read.COMPLETE) -> Observation:
    """A read that names these tasks."""
    return Observation(side="a", read=kind, listed=frozenset(f"a{number}" for number in numbers), digest=str(numbers))


def judge(state, observation, *, now=NOW, allow=(), policy=POLICY):
    """The verdict on a read of side a."""
    return judge_missing(state.sides["a"], observation, state.of_side("a"), policy, now=now, allow=allow)


@pytest.mark.parametrize(
    ("count", "observation", "guard"),
    [
        (10, lists(*range(1, 11)), ""),
        (10, lists(*range(1, 9)), ""),  # two are missing: fewer than three
        (10, lists(*range(1, 8)), ""),  # three are missing: not more than 30 %
        (10, lists(*range(1, 7)), "shrunk"),
        (3, lists(), "emptied"),
        (2, lists(), ""),
        (0, lists(), ""),
        (10, lists(kind=Read.SINCE), ""),
        (10, lists(kind=Read.POLLED), ""),
        (4, lists(99), "shrunk"),
    ],
)
def test_a_read_that_lacks_too_much_is_set_aside(count, observation, guard):
    """Emptied: 3 or more linked, none listed. Shrunk: more than 30 %, and 3 or more, missing."""
    assert judge(linked(count), observation).guard == guard


def test_only_what_a_person_can_answer_is_asked():
    """`emptied` asks; `shrunk` is believed after equal reads."""
    assert judge(linked(5), lists()).asks
    assert not judge(linked(5), lists(1)).asks


def test_two_more_equal_reads_a_gap_apart_are_believed():
    """Set aside once; believed when the next two complete reads say the same."""
    state = linked(10)
    guards = [judge(state, lists(1, 2), now=NOW + number * GAP).guard for number in range(4)]
    assert guards == ["shrunk", "shrunk", "", ""]


def test_equal_reads_in_quick_succession_say_nothing_more():
    """The gap has to pass."""
    state = linked(10)
    guards = [judge(state, lists(1, 2), now=NOW + timedelta(seconds=number)).guard for number in range(9)]
    assert guards == ["shrunk"] * 9


def test_a_different_read_starts_the_count_again():
    """Another set of missing tasks is another story."""
    state = linked(10)
    reads = [lists(1, 2), lists(1, 2), lists(1, 3), lists(1, 3), lists(1, 3)]
    guards = [judge(state, read, now=NOW + number * GAP).guard for number, read in enumerate(reads)]
    assert guards == ["shrunk", "shrunk", "shrunk", "shrunk", ""]


def test_a_whole_read_ends_the_count():
    """All of them listed again: nothing is remembered of the shrunk read."""
    state = linked(4)
    judge(state, lists(1))
    judge(state, lists(1, 2, 3, 4))
    assert state.sides["a"].shrink is None


def test_a_guard_that_was_lifted_lets_exactly_that_read_pass():
    """`--allow emptied`, once: the same read passes from then on, another one does not."""
    state = linked(5)
    assert judge(state, lists(), allow={"emptied"}).guard == ""
    assert judge(state, lists()).guard == ""
    add_task(state, 6, {}, "a")
    assert judge(state, lists()).guard == "emptied"


def test_a_guard_can_be_off():
    """Without the guards every read is believed."""
    off = replace(POLICY, guards=GuardPolicy(emptied=False, shrunk=None))
    assert judge(linked(5), lists(), policy=off).guard == ""
