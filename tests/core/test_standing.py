"""What was read and could not be absorbed stands until it is read again (rule 16)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.contract import Record
from connectors.task import Field
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.model import Held, HeldKind, LinkLife, TaskLife
from sync.core.standing import (
    ENTRIES,
    MISSES,
    adopting,
    decided,
    kept,
    named_by_a_person,
    omitted_changes,
    renew,
    standing,
    uncompared,
    unread,
    wanted,
    withdraw_gone,
)
from tests.core.build import NOW, add_task, entry, group, state_of


def held(ref="b9", *, side="b", kind=HeldKind.MATCH, data=None, decision=""):
    """A row about an entry."""
    return Held(
        kind=kind, key=f"k:{ref}", why="", choices=(), side=side, ref=ref, data=dict(data or {}), decision=decision
    )


def state(*rows):
    """A group of two sides, and these rows."""
    found = state_of(group("a", "b"))
    found.held = list(rows)
    return found


def test_entries_that_stand_are_what_the_vendor_sent():
    data = {ENTRIES: kept([entry("b9", raw_hash="h9"), entry("b8", raw_hash="h8")])}
    found = state(held(data=data), held(side="a", data={ENTRIES: kept([entry("a9")])}), held(), held(data={ENTRIES: 7}))
    assert list(standing(found, "b")) == [
        Record(ref="b9", raw_hash="h9", native={}),
        Record(ref="b8", raw_hash="h8", native={}),
    ]


def test_what_a_person_has_decided_on_is_to_be_asked_for():
    data = {ENTRIES: kept([entry("b9"), entry("without id, 0a1b2c3d"), entry("b8")])}
    there = held("b1", data={ENTRIES: kept([entry("b7")])})
    elsewhere = held("a1", side="a", data={ENTRIES: kept([entry("a9")])}, decision="absent")
    rows = (held("b2", data=data, decision="absent"), held("b3", data={ENTRIES: 7}, decision="new"), there, elsewhere)
    assert decided(state(*rows), "b") == ["b9", "b8"]


def test_where_a_task_was_let_go_is_asked_for_when_a_person_has_decided_on_it():
    """The decision may bring it back: 1 and 4 are decided on, 4 was never on b, and 3 stands there."""
    found = state_of(group("a", "b", "c"))
    for number in (1, 2, 3):
        add_task(found, number, {Field.TITLE: "x"}, "a", "b", "c")
    add_task(found, 4, {Field.TITLE: "x"}, "a")
    let_go(found.links[1, "b"], "gone")
    let_go(found.links[2, "b"], "gone")
    let_go(found.links[1, "c"], "gone")
    found.links[1, "c"].ref = None
    found.held = [replace(held(f"q{number}", side="a", decision="absent"), task=number) for number in (1, 3, 4)]
    found.held += [replace(held("q2", side="a"), task=2), held("q5", side="a", decision="new")]
    assert [decided(found, name) for name in "abc"] == [[], ["b1"], []]


def test_what_could_not_be_read_is_to_be_asked_for():
    asked = held("b1", kind=HeldKind.ENTRY)
    others = [
        held("b2", kind=HeldKind.ENTRY),  # read now
        held("b3", kind=HeldKind.ENTRY),  # listed now, and as before
        held("b4", kind=HeldKind.MATCH),
        held("a1", side="a", kind=HeldKind.ENTRY),
        held("without id, 0a1b2c3d", kind=HeldKind.ENTRY),
        adopting("b5", "b", NOW),
    ]
    observation = Observation(side="b", read=Read.SINCE, entries={"b2": entry("b2")}, listed=frozenset({"b3"}))
    assert unread(state(*others, asked), observation) == ["b1"]


def test_an_element_without_id_does_not_stand():
    data = {ENTRIES: kept([entry("without id, 0a1b2c3d", raw_hash="h"), entry("b8", raw_hash="h8")])}
    assert [one.ref for one in standing(state(held(data=data)), "b")] == ["b8"]


@pytest.mark.parametrize("data", [{"b9": 7}, {"b9": {"hash": "h"}}, {"b9": {"native": 7}}])
def test_a_row_of_an_older_store_that_keeps_no_entry_stands_for_none(data):
    assert list(standing(state(held(data={ENTRIES: data})), "b")) == []


def test_an_entry_without_a_hash_is_read_anew():
    assert [one.raw_hash for one in standing(state(held(data={ENTRIES: {"b9": {"native": {}}}})), "b")] == [""]


def read(*entries, kind=Read.COMPLETE):
    """What was read of side b."""
    return Observation(side="b", read=kind, entries={one.ref: one for one in entries})


def test_what_was_read_again_stands_as_it_was_read_last():
    """Else a filter that names it no more would have an old title stand for the new one."""
    rows = [held(data={ENTRIES: kept([entry("b9", raw_hash="old"), entry("b8", raw_hash="h8")])}), held(side="a")]
    found = state(*rows, held(data={ENTRIES: 7}))
    renew(found, read(entry("b9", raw_hash="new"), entry("b7")))
    assert [(one.ref, one.raw_hash) for one in standing(found, "b")] == [("b9", "new"), ("b8", "h8")]


def test_what_was_tied_meanwhile_stands_for_itself():
    found = state(held(data={ENTRIES: kept([entry("b1"), entry("b9")])}))
    add_task(found, 1, {}, "b")
    assert [one.ref for one in standing(found, "b")] == ["b9"]
    let_go(found.links[1, "b"], "why")
    assert [one.ref for one in standing(found, "b")] == ["b1", "b9"]


THERE = read(entry("b9", title="x"))
CASES = {
    "a tombstone": ([read(entry("b9", deleted=True), kind=Read.SINCE)], False, None),
    "another container": ([read(entry("b9", container="x"), kind=Read.SINCE)], False, None),
    "there": ([THERE], True, None),
    "not named since": ([read(kind=Read.SINCE)] * 5, True, None),
    "missed once": ([read()], True, 1),
    "missed twice": ([read()] * 2, True, 2),
    "missed thrice": ([read()] * 3, False, 3),
    "missed, there": ([read(), read(), THERE], True, 0),
    "missed, there, missed": ([read(), read(), THERE, read()], True, 1),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_question_where_an_entry_belongs_ends_when_it_is_gone(case):
    reads, stays, misses = case
    row = held()
    found = state(row)
    for one in reads:
        withdraw_gone(found, one, 3)
    assert (bool(found.held), row.data.get(MISSES)) == (stays, misses)


def test_other_questions_do_not_end_by_it():
    found = state(held(side="a"), held(kind=HeldKind.ENTRY))
    for _ in range(3):
        withdraw_gone(found, read(), 3)
    assert len(found.held) == 2


@pytest.mark.parametrize(
    ("ref", "own", "omitted"),
    [
        ("b1", False, True),
        ("b1", True, True),
        ("b7", False, True),
        ("b7", True, False),
        ("b0", False, False),
        ("b9", False, False),
        ("a0", False, True),
        ("a9", False, True),
    ],
    ids=[
        "linked",
        "linked on an own side",
        "new",
        "made there",
        "former",
        "asked",
        "former elsewhere",
        "asked elsewhere",
    ],
)
def test_what_a_filter_should_have_named(ref, own, omitted):
    """What is known not to be new, and what people make on a side that is only written, was not omitted."""
    found = state(held(), held("a9", side="a"))
    add_task(found, 1, {}, "a", "b")
    found.links[1, "b"].former, found.links[1, "a"].former = ("b0",), ("a0",)
    observation = Observation(side="b", omitted=frozenset({ref}))
    assert omitted_changes(found, observation, own=own) == ([ref] if omitted else [])


def test_refs_that_a_person_gave_are_read():
    rows = [held(decision=text) for text in ("exists b7", "absent", "exists", "same b:b8", "")]
    assert named_by_a_person(state(*rows, held(side="a", decision="exists a7")), "b") == ["b7"]


@pytest.mark.parametrize(("decision", "data"), [("adopt", {"by command": True}), ("", {})])
def test_what_a_person_wants_taken_in_is_decided_by_the_command_and_held_by_the_settings(decision, data):
    row = adopting("b9", "b", NOW, decision=decision)
    assert (row.kind, row.key, row.side, row.ref, row.since) == (HeldKind.ENTRY, "adopt:b:b9", "b", "b9", NOW)
    assert (row.decision, row.data, row.choices) == (decision, data, ())


@pytest.mark.parametrize(
    ("configured", "refs"),
    [
        ([], ["b8"]),
        (["b9"], ["b8", "b9"]),
        (["b9", "b8", "b9"], ["b8", "b9"]),
        (["b1"], ["b8"]),
        (["b0"], ["b8"]),
        (["a1", "a0"], ["b8", "a1", "a0"]),
    ],
    ids=["none", "new", "wanted twice", "linked", "linked before", "a ref of another side's"],
)
def test_what_is_to_be_taken_in_is_asked_for_until_it_was_linked(configured, refs):
    """In the settings a ref stays; what it led to may have been deleted since."""
    rows = [adopting("b8", "b", NOW, decision="adopt"), adopting("a8", "a", NOW, decision="adopt")]
    found = state(*rows, held("b7", kind=HeldKind.ENTRY))
    add_task(found, 1, {}, "a", "b")
    found.links[1, "a"].former, found.links[1, "b"].former = ("a0",), ("b0",)
    assert wanted(found, "b", configured) == refs


def written_last(**changes):
    """A group in which a task was written to side b in the last cycle, and its answer showed more than was compared."""
    found = state()
    add_task(found, 1, {Field.TITLE: "x"}, "a", "b")
    link = found.links[1, "b"]
    link.wrote, link.raw_hash = 3, ""
    found.sides["b"].read_cycle = 3
    for name, value in changes.items():
        setattr(found.sides["b"] if name == "read_cycle" else link, name, value)
    return found


def test_what_an_answer_showed_is_asked_for_where_the_next_read_does_not_name_it():
    assert uncompared(written_last(), Observation(side="b", read=Read.SINCE), sure=True) == ["b1"]
    first = written_last(wrote=1, read_cycle=1)
    assert uncompared(first, Observation(side="b", read=Read.SINCE), sure=True) == ["b1"]
    assert uncompared(written_last(), Observation(side="a", read=Read.SINCE), sure=True) == []


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"raw_hash": "h"}, id="compared"),
        pytest.param({"read_cycle": 4}, id="read since"),
        pytest.param({"wrote": 0, "read_cycle": 0}, id="never written"),
        pytest.param({"life": LinkLife.LET_GO}, id="let go"),
    ],
)
def test_what_was_compared_read_or_let_go_since_is_not_asked_for(changes):
    assert uncompared(written_last(**changes), Observation(side="b", read=Read.SINCE), sure=True) == []


def test_what_the_read_names_is_not_asked_for():
    observation = Observation(side="b", read=Read.SINCE, listed=frozenset({"b1"}))
    assert uncompared(written_last(), observation, sure=True) == []


@pytest.mark.parametrize(("life", "acked"), [(TaskLife.DELETED, {}), (TaskLife.ALIVE, {Field.TITLE: 0})])
def test_what_a_look_found_moved_is_asked_for_where_a_filter_may_pass_over_it(life, acked):
    found = written_last(wrote=0, acked=acked)
    found.tasks[1].life = life
    observation = Observation(side="b", read=Read.SINCE)
    assert uncompared(found, observation, sure=False) == ["b1"]
    assert uncompared(found, observation, sure=True) == []
    assert uncompared(written_last(wrote=0), observation, sure=False) == []
