"""What proves that something was deleted, as a table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from connectors.contract import DeleteMeans, Verb
from connectors.task import Field
from sync.core.evidence import DELETED_HERE, UNDONE, let_go, may_stand, weigh
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
    "read anew": Case((read(title="x"),), ("there",)),
    "missed, read anew, missed": Case((read(), read(title="x"), read()), ("waiting", "there", "waiting"), NO_GET),
    "elsewhere, in a read that was set aside": Case((read(container="other"),), ("there",), aside=True),
    "gone, where nothing answers, in reads that were set aside": Case(
        (read(Read.POLLED, gone=True, answers=False),) * 3, ("waiting",) * 3, aside=True
    ),
    "not listed, and nothing answers": Case((read(answers=False),) * 3, ("waiting",) * 3),
    "gone once, then not asked": Case((read(gone=True), read()), ("waiting", "waiting")),
    "gone twice, then not asked": Case((read(gone=True), read(gone=True), read()), ("waiting", "deleted", "deleted")),
    "gone once, nobody else answers, gone": Case(
        (read(gone=True), read(gone=True, answers=False), read(gone=True)), ("waiting", "waiting", "deleted")
    ),
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


KEPT = "a has no delete"


@pytest.mark.parametrize(
    ("spec", "reason", "reads", "restored"),
    [
        (side("a"), KEPT, (read(), read(lists=True)), False),
        (side("a"), KEPT, (read(gone=True), read(lists=True)), False),
        (side("a"), KEPT, (read(gone=True), read(lists=True), read(gone=True), read(lists=True)), False),
        (side("a"), KEPT, (read(gone=True), read(Read.SINCE, gone=True), read(lists=True)), True),
        (side("a"), KEPT, (read(container="other"), read(lists=True)), True),
        (side("a"), KEPT, (*[read(Read.POLLED, gone=True, answers=False)] * 2, read(lists=True)), False),
        (NO_GET, KEPT, (read(), read(), read(lists=True), read(), read(lists=True)), False),
        (NO_GET, KEPT, (read(), read(), read(), read(lists=True)), True),
        (NO_GET, UNDONE, (read(), read(lists=True)), True),
        (side("a", delete_means=DeleteMeans.STATUS), DELETED_HERE, (read(), read(lists=True)), False),
        (side("a", verbs=RICH.verbs - {Verb.DELETE}), UNDONE, (read(), read(lists=True)), False),
    ],
)
def test_what_was_to_stay_is_restored_only_after_a_proof_that_it_was_gone(spec, reason, reads, restored):
    """A listing that once lacks what its side could not delete brings nothing back when it is whole again."""
    policy = group(spec, evidence=EvidencePolicy(misses=3, miss_gap=GAP))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    let_go(state.links[1, "a"], reason)
    found = None
    for number, one in enumerate(reads):
        found = weigh(state, one, spec, policy, now=NOW + number * GAP, aside=False)
    assert bool(found.restored) is restored
    assert (state.links[1, "a"].misses, state.links[1, "a"].gone) == (0, 0)


def test_what_is_not_asked_for_again_once_it_is_absent():
    """A link that was let go is in question until a delete that arrived, or a proof, has told."""
    state = state_of(group("a"))
    add_task(state, 1, {}, "a")
    link = state.links[1, "a"]
    assert not may_stand(link, RICH)
    let_go(link, KEPT)
    assert may_stand(link, RICH)
    let_go(link, KEPT, absent=True)
    assert not may_stand(link, RICH)


def weighed(*reads, spec=NO_GET, aside=False):
    """A link after these reads of its side, a gap apart, and what was found last."""
    policy = group(spec, evidence=EvidencePolicy(misses=3, miss_gap=GAP))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    found = None
    for number, one in enumerate(reads):
        found = weigh(state, one, spec, policy, now=NOW + number * GAP, aside=aside)
    return state.links[1, "a"], found


def test_what_is_there_is_not_missed_any_more():
    link, _ = weighed(read(), read())
    assert (link.misses, link.missed_at) == (2, NOW + GAP)
    link, _ = weighed(read(), read(lists=True))
    assert (link.misses, link.gone, link.missed_at) == (0, 0, None)
    link, _ = weighed(read(gone=True), read(lists=True), spec=side("a"))
    assert link.gone == 0


@pytest.mark.parametrize(("lists", "uncertain"), [(True, set()), (False, {Field.TITLE})])
def test_what_was_written_is_known_to_have_arrived_when_the_entry_is_seen(lists, uncertain):
    policy = group(side("a"))
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    state.links[1, "a"].uncertain = frozenset({Field.TITLE})
    weigh(state, read(lists=lists), side("a"), policy, now=NOW, aside=False)
    assert state.links[1, "a"].uncertain == uncertain


def test_evidence_is_counted_no_further_than_it_is_needed():
    link, _ = weighed(*[read()] * 6)
    assert link.misses == 3
    link, _ = weighed(*[read(gone=True)] * 6, spec=side("a"))
    assert link.gone == 2
    link, _ = weighed(*[read(gone=True, answers=False)] * 6, spec=side("a"))
    assert (link.misses, link.gone) == (2, 0)


def test_what_is_waited_for_is_said():
    spec = side("a")
    assert weighed(read(gone=True), spec=spec)[1].waiting[0][1] == "gone once, asked again in the next cycle"
    assert weighed(read(), spec=spec)[1].waiting[0][1] == "not listed, and asking for it gave no answer"
    assert weighed(read())[1].waiting[0][1] == "missing in 1 of 3 complete reads"
    assert weighed(*[read()] * 3, aside=True)[1].waiting[0][1] == "its side's read was set aside"
    assert weighed(read(container="shed"), spec=spec)[1].outside[0][1] == "shed"


def test_a_link_that_ends_owes_nothing_and_misses_nothing():
    state = state_of(group("a"))
    add_task(state, 1, {}, "a")
    link = state.links[1, "a"]
    link.misses, link.gone, link.missed_at, link.acked, link.absent = 2, 1, NOW, {Field.TITLE: 1}, True
    link.uncertain = frozenset({Field.TITLE})
    let_go(link, "why")
    assert (link.misses, link.gone, link.missed_at, link.acked, link.absent) == (0, 0, None, {}, False)
    assert link.uncertain == frozenset()
    assert (link.live, link.reason) == (False, "why")


@pytest.mark.parametrize("aside", [False, True])
def test_a_link_that_was_let_go_and_is_listed_anew(aside):
    """An entry that was read again after an absence: restored, unless the read is not believed."""
    policy = group("a")
    state = state_of(policy)
    add_task(state, 1, {}, "a")
    let_go(state.links[1, "a"], "deleted from here", absent=True)
    found = weigh(state, read(title="x"), side("a"), policy, now=NOW, aside=aside)
    assert bool(found.restored) is not aside
    weigh(state, read(Read.SINCE), side("a"), policy, now=NOW, aside=False)
    assert state.links[1, "a"].absent, "what an incremental read does not name is as absent as before"
