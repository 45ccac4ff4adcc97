"""Whether a read may be believed, as a table."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.task import Field
from sync.core.diff import Delta, LinkDiff
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.gather import Verdict, digest_of, held_guard, judge_changed, judge_missing, missing_links
from sync.core.model import HeldKind
from sync.core.policy import EvidencePolicy, GuardPolicy, Limit
from tests.core.build import NOW, add_task, entry, group, state_of

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
        (10, lists(kind=Read.STILL_READING), ""),  # what it lacks may follow
        (4, lists(99), "shrunk"),
    ],
)
def test_a_read_that_lacks_too_much_is_set_aside(count, observation, guard):
    """Emptied: 3 or more linked, none listed. Shrunk: more than 30 %, and 3 or more, missing."""
    assert judge(linked(count), observation).guard == guard


@pytest.mark.parametrize(
    ("count", "gone", "new", "guard"),
    [
        (3, (1, 2, 3), (), "emptied"),
        (3, (1, 2), (), ""),
        (2, (1, 2), (), ""),
        (3, (1, 2, 3), (9,), ""),  # it is not empty: the limit of deletes decides
    ],
)
def test_a_side_that_tells_of_all_its_tasks_that_they_were_deleted_is_emptied(count, gone, new, guard):
    """However it tells: by a list of nothing, or task by task since the last read."""
    told = {f"a{number}": entry(f"a{number}", deleted=True) for number in gone}
    read = replace(lists(*new, kind=Read.SINCE), entries=told)
    state = linked(count)
    verdict = judge(state, read)
    assert (verdict.guard, verdict.asks) == (guard, bool(guard))
    assert judge(state, read, policy=replace(POLICY, guards=GuardPolicy(emptied=False))).guard == ""
    assert judge(state, read, allow={"emptied"}).guard == ""
    assert judge(state, read).guard == "", "the same read passes from then on"


def test_a_side_that_tells_of_one_of_its_tasks_that_it_is_elsewhere_is_not_emptied():
    """That one lives on in another container, and the two that were deleted are people's work."""
    told = {f"a{number}": entry(f"a{number}", deleted=True) for number in (1, 2)}
    read = replace(lists(kind=Read.SINCE), entries={**told, "a3": entry("a3", container="archive")})
    assert judge(linked(3), read).guard == ""


@pytest.mark.parametrize("kind", [Read.SINCE, Read.POLLED])
def test_tasks_that_stayed_in_the_store_are_there(kind):
    """Nine of a thousand are deleted, and only those nine were loaded: the side is not emptied."""
    state, gone = linked(9), {f"a{number}": entry(f"a{number}", deleted=True) for number in range(1, 10)}
    read = replace(lists(kind=kind), entries=gone, gone=frozenset(gone))
    side = state.sides["a"]
    told = [
        judge_missing(side, read, state.of_side("a"), POLICY, now=NOW, allow=(), settled=rest).guard
        for rest in (0, 991)
    ]
    assert told == ["emptied", ""]


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


def test_links_that_ended_are_not_missed():
    """Three live ones of six: none of the others counts as linked, nor as missing."""
    state = linked(6)
    for number in (4, 5, 6):
        let_go(state.links[number, "a"], "deleted there")
    assert judge(state, lists(1, 2, 3)).guard == ""
    assert judge(state, lists()).why == "a lists no task, 3 were linked"
    assert missing_links(state.of_side("a"), lists(1)) == [state.links[2, "a"], state.links[3, "a"]]


def test_exactly_three_missing_of_few_are_shrunk():
    """Three is the least that looks like a fault."""
    assert judge(linked(5), lists(1, 2)).guard == "shrunk"
    assert judge(linked(5), lists(1, 2)).why == "a lists 2 of 5 linked tasks"


def test_a_listing_that_omits_what_a_get_has_is_not_believed_either():
    """What only a get found counts as missing of the listing."""
    found = lists(*range(1, 11))
    found.found = {f"a{number}" for number in range(1, 5)}
    assert judge(linked(10), found).guard == "shrunk"


def test_another_number_of_tasks_is_another_read():
    """The same linked ones are missing, and the listing has one more: it is counted anew."""
    state = linked(10)
    reads = [lists(1, 2), lists(1, 2), lists(1, 2, 99), lists(1, 2, 99), lists(1, 2, 99)]
    guards = [judge(state, read, now=NOW + number * GAP).guard for number, read in enumerate(reads)]
    assert guards == ["shrunk"] * 4 + [""]


def test_a_shrunk_read_that_was_believed_stays_believed_and_is_counted_no_more():
    state = linked(10)
    for number in range(5):
        judge(state, lists(1, 2), now=NOW + number * GAP)
    shrink = state.sides["a"].shrink
    assert (shrink.times, shrink.at, shrink.listed) == (2, NOW + 2 * GAP, 2)


def test_a_shrunk_read_that_a_person_lets_pass_passes():
    """`--allow shrunk`, for exactly this read."""
    state = linked(10)
    assert judge(state, lists(1, 2), allow={"shrunk"}).guard == ""
    assert judge(state, lists(1, 2)).guard == ""
    assert judge(state, lists(1, 3)).guard == "shrunk"
    assert judge(linked(10), lists(1, 2), allow={"emptied"}).guard == "shrunk"


def polled(count: int, *gone: int, **how):
    """A state with so many tasks, and a side without a list that says of some that they are gone."""
    observation = Observation(side="a", read=Read.POLLED, gone={f"a{number}" for number in gone})
    state = linked(count)
    return state, observation, judge(state, observation, **how)


@pytest.mark.parametrize(
    ("count", "gone", "guard"),
    [(3, (1, 2, 3), "emptied"), (3, (1, 2), ""), (2, (1, 2), ""), (4, (1, 2, 3, 4), "emptied"), (4, (), "")],
)
def test_a_side_without_a_list_that_knows_none_of_its_tasks_is_emptied(count, gone, guard):
    _, observation, verdict = polled(count, *gone)
    assert (verdict.guard, verdict.asks) == (guard, bool(guard))
    assert not observation.answers


def test_a_person_can_say_that_a_side_without_a_list_is_the_right_one():
    _, observation, verdict = polled(3, 1, 2, 3, allow={"emptied"})
    assert (verdict.guard, observation.answers) == ("", True)
    off = replace(POLICY, guards=GuardPolicy(emptied=False))
    assert polled(3, 1, 2, 3, policy=off)[2].guard == ""


def diffs(state, edited: int, *, derived: int = 0):
    """What so many entries say: one edit each, the last ones only computed by the vendor; a whole one beside them."""
    found = []
    for number, link in enumerate(state.of_side("a")[: edited + derived]):
        mine = [Delta(link=link, field=Field.STATUS, old=None, new=None, at=None, derived=True)]
        if number < edited:
            mine.append(Delta(link=link, field=Field.TITLE, old="x", new="y", at=None))
        found.append(LinkDiff(link=link, entry=entry(str(link.ref)), seen={}, deltas=mine))
    return [*found, LinkDiff(link=state.links[1, "a"], entry=entry("a1"), seen={})]


LIMITED = replace(POLICY, guards=GuardPolicy(changed=Limit(share=0.5, count=2)))


def changed(state, edited, *, policy=LIMITED, allow=(), digest="d", derived=0):
    """The verdict on a read in which so many were edited."""
    observation = Observation(side="a", read=Read.COMPLETE, digest=digest)
    found = diffs(state, edited, derived=derived)
    return judge_changed(state.sides["a"], observation, state.of_side("a"), found, policy, allow)


@pytest.mark.parametrize(
    ("count", "edited", "derived", "guard"),
    [(4, 3, 0, "changed"), (4, 2, 2, ""), (6, 3, 0, ""), (5, 3, 0, "changed"), (3, 2, 0, "")],
)
def test_more_than_half_of_a_side_and_more_than_two_at_once_are_no_peoples_work(count, edited, derived, guard):
    """What a vendor computes is nobody's edit."""
    verdict = changed(linked(count), edited, derived=derived)
    assert (verdict.guard, verdict.asks) == (guard, bool(guard))
    if guard:
        assert verdict.why == f"{edited} of {count} linked tasks changed at once on a"


def test_links_that_ended_do_not_make_many_of_few():
    state = linked(6)
    let_go(state.links[6, "a"], "deleted there")
    assert changed(state, 3).guard == "changed"


def test_changes_that_a_person_let_pass_and_a_guard_that_is_off():
    state = linked(4)
    assert changed(state, 3, allow={"changed"}).guard == ""
    assert changed(state, 3).guard == "", "exactly this read"
    assert changed(state, 3, digest="other").guard == "changed"
    assert changed(linked(4), 3, digest="", allow={"changed"}).guard == "changed", "what can not be told apart"
    off = replace(POLICY, guards=GuardPolicy(changed=None))
    assert changed(linked(4), 3, policy=off).guard == ""


@pytest.mark.parametrize(("guard", "read"), [("emptied", "-2:a1,a2"), ("changed", "d")])
def test_what_a_person_is_asked_about_a_read(guard, read):
    state = linked(2)
    observation = Observation(side="a", read=Read.COMPLETE, digest="d")
    row = held_guard(state.sides["a"], observation, Verdict(guard, "why", asks=True), state.of_side("a"), NOW)
    assert (row.kind, row.key, row.side, row.since) == (HeldKind.GUARD, f"guard:{guard}:a", "a", NOW)
    assert (row.choices, row.data) == (("approve", "refuse"), {"guard": guard, "read": read})


def test_a_read_is_told_by_what_it_lacks_however_much_that_is():
    state = linked(1000)
    digest = digest_of(lists(), state.of_side("a"))
    assert digest.startswith("-1000:a1,a10,a100,")
    assert len(digest) == len("-1000:") + 2000
    assert digest_of(lists(1), []) == "(1,)"
