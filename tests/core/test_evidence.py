"""What proves that something was deleted, as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connectors.contract import Verb
from sync.core.evidence import let_go, weigh
from sync.core.facts import Observation, Read
from sync.core.policy import EvidencePolicy
from tests.core.build import NOW, RICH, add_task, entry, group, side, state_of

GAP = timedelta(minutes=10)
NO_GET = side("a", verbs=RICH.verbs - {Verb.GET})
VAGUE = side("a", verbs=RICH.verbs - {Verb.GET}, absence_is_ambiguous=True)


@dataclass(frozen=True)
class Case:
    """Reads of side a that has one linked task, ten minutes apart; and the verdict on it after each."""

    reads: tuple[Observation, ...]
    verdicts: tuple[str, ...]
    spec: object = side("a")
    gap: timedelta = GAP
    aside: bool = False


def read(
    kind: Read = Read.COMPLETE, *, lists: bool = False, gone: bool = False, answers: bool = True, **members
) -> Observation:
    """What was read of side a.

    Whether its task is listed, a get said Gone, or an entry with these members was found.
    """
    found = Observation(side="a", read=kind, answers=answers, gone={"a1"} if gone else set())
    found.listed = frozenset({"a1"} if lists else {"a9"})
    found.entries = {"a1": entry("a1", **members)} if members else {}
    return found


CASES = {
    "listed": Case((read(lists=True),), ("there",)),
    "not named by an incremental read": Case((read(Read.SINCE),), ("there",)),
    "a tombstone": Case((read(Read.SINCE, deleted=True),), ("deleted",)),
    "another container": Case((read(container="other"),), ("outside",)),
    "gone once": Case((read(gone=True),), ("waiting",)),
    "gone twice": Case((read(gone=True), read(gone=True)), ("waiting", "deleted")),
    "gone twice, and the side itself does not answer": Case(
        (read(Read.POLLED, gone=True, answers=False),) * 3, ("waiting", "doubtful", "doubtful")
    ),
    "gone, then there": Case((read(gone=True), read(lists=True), read(gone=True)), ("waiting", "there", "waiting")),
    "not listed, and the get failed": Case((read(),) * 4, ("waiting",) * 4),
    "absent three times": Case((read(),) * 3, ("waiting", "waiting", "deleted"), NO_GET),
    "absent in quick succession": Case((read(),) * 5, ("waiting",) * 5, NO_GET, timedelta(seconds=1)),
    "absent, there, absent": Case(
        (read(), read(), read(lists=True), read()), ("waiting", "waiting", "there", "waiting"), NO_GET
    ),
    "absent where that may mean archived": Case((read(),) * 3, ("waiting", "waiting", "doubtful"), VAGUE),
    "absent in reads that were set aside": Case((read(),) * 4, ("waiting",) * 4, NO_GET, aside=True),
    "a tombstone in a read that was set aside": Case((read(deleted=True),), ("there",), aside=True),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_what_a_read_proves_of_a_linked_task(case):
    """Deleted, unseen, out of scope and no access are different states."""
    policy = group(case.spec, evidence=EvidencePolicy(misses=3, miss_gap=GAP))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    now = NOW
    for observation, verdict in zip(case.reads, case.verdicts, strict=True):
        found = weigh(state, observation, case.spec, policy, now=now, aside=case.aside)
        assert verdict_of(found) == verdict
        now += case.gap


def verdict_of(found) -> str:
    """The one verdict of a weighing."""
    verdicts = {
        "deleted": found.deleted,
        "waiting": found.waiting,
        "doubtful": found.doubtful,
        "outside": found.outside,
        "restored": found.restored,
    }
    return next((name for name, links in verdicts.items() if links), "there")


def test_reads_that_were_set_aside_count_as_misses():
    """A person who lifts a guard does not wait again."""
    policy = group(NO_GET, evidence=EvidencePolicy(misses=3, miss_gap=GAP))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    for number in range(3):
        weigh(state, read(), NO_GET, policy, now=NOW + number * GAP, aside=True)
    found = weigh(state, read(), NO_GET, policy, now=NOW + 3 * GAP, aside=False)
    assert verdict_of(found) == "deleted"


@pytest.mark.parametrize(
    ("reads", "verdicts"),
    [
        ((read(lists=True),), ("there",)),
        ((read(), read(lists=True)), ("there", "restored")),
        ((read(Read.SINCE), read(lists=True)), ("there", "there")),
        ((read(deleted=True), read(lists=True)), ("there", "restored")),
        ((read(container="other"), read(lists=True)), ("there", "restored")),
    ],
    ids=["still listed", "gone, then listed", "not named, then listed", "tombstone, then listed", "moved, then listed"],
)
def test_what_a_read_proves_of_a_link_that_was_let_go(reads, verdicts):
    """Listed again after a complete sweep without it: it was restored."""
    policy = group("a")
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    let_go(state.links[1, "a"], "deleted from here")
    for observation, verdict in zip(reads, verdicts, strict=True):
        assert verdict_of(weigh(state, replace(observation), side("a"), policy, now=NOW, aside=False)) == verdict
