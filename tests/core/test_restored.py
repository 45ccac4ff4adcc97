"""After a restore: which fields an older store can tell of its sides, and which it asks about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field
from sync.core.diff import Delta, LinkDiff
from sync.core.merge import HELD_BACK, Merge
from sync.core.model import Held, HeldKind, LinkLife, Pair, TaskLife, Version
from sync.core.policy import AccessPolicy
from sync.core.restored import (
    EXPLAINED,
    Comparison,
    contend,
    last_seen,
)
from tests.core.build import NOW, RICH, add_task, entry, group, lenses_of, side, state_of

TITLE, LABELS, PARENT, COMPLETED = Field.TITLE, Field.LABELS, Field.PARENT, Field.COMPLETED
SHORT = {**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}
FIXED = {**RICH.fields, TITLE: FieldCapability(holding=Holding.AT_CREATE)}
BLIND_B = {name: held for name, held in RICH.fields.items() if name is not TITLE}
WHY = "the store was restored from a backup, and does not know which title is the newer one: a and b and c"
DAY = timedelta(days=1)


def world(*sides, restored="abc", number=1, values=None):
    """A task that three sides show as it is, in this version; and the merge of cycle 9 after a restore."""
    policy = group(*(sides or ("a", "b", "c")))
    state = state_of(policy)
    task = add_task(state, 1, values or {TITLE: "old"}, "a", "b", "c")
    task.versions = {name: Version(number=number, side="a", cycle=3, at=NOW) for name in task.values}
    return state, task, Merge(lenses_of(policy, state), 9, NOW, restored=frozenset(restored))


def compared(state, merge, edits, touched="", *, name=TITLE, derived=""):
    """What is held of a field after these edits, and by which sides the edits are left to the merge."""
    deltas = [
        Delta(link=link, field=name, old=link.pairs[name].stored, new=new, at=NOW, derived=on in derived)
        for on, new in edits.items()
        for link in [state.links[1, on]]
    ]
    grouped = {1: {name: deltas}} if deltas else {}
    Comparison(merge, {(1, on) for on in touched}).hold(grouped)
    left = [delta.link.side for delta in grouped.get(1, {}).get(name, [])]
    return [one.data for one in state.held], "".join(left)


EDITS = {
    "nothing": ("abc", {}, "", None),
    "touched, and all as it was": ("abc", {}, "abc", None),
    "one edit, elsewhere nothing": ("abc", {"a": "new"}, "a", None),
    "one edit, another touched": ("abc", {"a": "new"}, "b", {"a": "new", "b": "old", "c": "old"}),
    "one edit, both others touched": ("abc", {"a": "new"}, "bc", {"a": "new", "b": "old", "c": "old"}),
    "one edit, one side restored": ("a", {"a": "new"}, "b", {"a": "new", "b": "old", "c": "old"}),
    "equal edits everywhere": ("abc", {"a": "new", "b": "new", "c": "new"}, "abc", None),
    "two edits": ("abc", {"a": "1", "b": "2"}, "", {"a": "1", "b": "2", "c": "old"}),
    "two edits, one there": ("ac", {"a": "1", "b": "2"}, "", {"a": "1", "b": "2", "c": "old"}),
    "two edits, none there": ("c", {"a": "1", "b": "2"}, "abc", None),
    "no side restored": ("", {"a": "1", "b": "2"}, "abc", None),
}


@pytest.mark.parametrize(("restored", "edits", "touched", "expected"), EDITS.values(), ids=EDITS)
def test_edits_that_may_be_the_older_ones_are_asked_about(restored, edits, touched, expected):
    state, task, merge = world(restored=restored)
    found, left = compared(state, merge, edits, touched)
    assert found == ([] if expected is None else [expected])
    assert left == ("".join(edits) if expected is None else "")  # what is asked about is used up
    assert task.values[TITLE] == "old"


def test_a_question_names_its_sides_and_the_shadows_take_in_what_was_seen():
    state, _, merge = world(number=4)
    compared(state, merge, {"a": "new"}, "b")
    assert (state.held[0].why, state.held[0].choices) == (WHY, ("take a", "take b", "take c", "set VALUE"))
    assert [state.links[1, on].pairs[TITLE] for on in "abc"] == [Pair("new", "new"), *[Pair("old", "old")] * 2]
    assert [state.links[1, on].acked for on in "abc"] == [{TITLE: 3}, {}, {}]
    assert [(row.side, row.old, row.new, row.rule) for row in merge.moved] == [
        (on, "old", new, HELD_BACK) for on, new in (("a", "new"), ("b", "old"), ("c", "old"))
    ]


def test_the_edit_that_explains_most_is_compared():
    state, _, merge = world("a", side("b", fields=SHORT), "c")
    assert compared(state, merge, {"b": "milk", "a": "milk and bread"}, "ab") == ([], "ba")


def test_a_side_shows_a_value_that_it_was_sent():
    state, _, merge = world()
    state.links[1, "c"].pairs[TITLE] = Pair("new", "as its server has it")
    assert compared(state, merge, {"a": "new", "b": "new"}, "c") == ([], "ab")


def test_a_side_that_was_edited_does_not_show_what_it_was_sent():
    state, _, merge = world()
    state.links[1, "b"].pairs[TITLE] = Pair("new", "new")
    state.links[1, "c"].pairs[TITLE] = Pair("new", "stored")
    assert compared(state, merge, {"a": "new", "c": "x"}) == ([{"a": "new", "b": "new", "c": "x"}], "")


OWED = {  # version, acked, refused, touched: whether it is asked about
    "owed, and untouched": (2, {TITLE: 1}, {}, "ac", False),
    "owed, and touched": (2, {TITLE: 1}, {}, "b", True),
    "a first version": (1, {TITLE: 0}, {}, "b", True),
    "an older one refused": (2, {TITLE: 1}, {TITLE: 1}, "b", True),
    "this one refused": (2, {TITLE: 1}, {TITLE: 2}, "b", False),
    "not owed": (2, {}, {}, "b", False),
    "acknowledged": (2, {TITLE: 2}, {}, "b", False),
}


@pytest.mark.parametrize(("number", "acked", "refused", "touched", "expected"), OWED.values(), ids=OWED)
def test_what_is_owed_to_an_entry_that_was_touched_is_asked_about(number, acked, refused, touched, expected):
    state, _, merge = world(number=number)
    link = state.links[1, "b"]
    link.pairs[TITLE], link.acked, link.refused = Pair("older", "older"), acked, refused
    found, _ = compared(state, merge, {}, touched)
    assert found == ([{"a": "old", "b": "older", "c": "old"}] if expected else [])


@pytest.mark.parametrize(("fields", "access"), [(FIXED, AccessPolicy.TWO_WAY), (RICH.fields, AccessPolicy.READ)])
def test_what_is_never_written_may_be_touched(fields, access):
    state, _, merge = world("a", replace(side("b", fields=fields), access=access), "c")
    assert compared(state, merge, {"a": "new"}, "b") == ([], "a")


def test_an_edit_that_names_what_is_not_linked_waits():
    state, _, merge = world(values={PARENT: None})
    assert compared(state, merge, {"a": "a77"}, "abc", name=PARENT) == ([], "a")
    assert compared(state, merge, {"a": "a77", "b": None}, "abc", name=PARENT) == ([], "ab")


def test_what_can_not_be_said_does_not_contend():
    state, _, merge = world(values={PARENT: None})
    add_task(state, 2, {TITLE: "above"}, "a", "b", "c")
    merge.lenses = lenses_of(merge.lenses.policy, state)
    state.links[1, "b"].pairs[PARENT] = Pair("b77", "b77")
    assert compared(state, merge, {"a": "a2"}, "b", name=PARENT) == ([{"a": 2, "c": None}], "")


def no_pair(state, _task):
    """One side has no shadow of the title."""
    del state.links[1, "b"].pairs[TITLE]


def let_go(state, _task):
    """One side was let go."""
    state.links[1, "b"].life = LinkLife.LET_GO


@pytest.mark.parametrize("change", [no_pair, let_go])
def test_who_shows_nothing_does_not_contend(change):
    state, task, merge = world()
    change(state, task)
    assert compared(state, merge, {"a": "new"}, "bc") == ([{"a": "new", "c": "old"}], "")


def test_who_does_not_read_a_field_does_not_contend():
    state, _, merge = world("a", side("b", fields=BLIND_B), "c")
    assert compared(state, merge, {"a": "new"}, "bc") == ([{"a": "new", "c": "old"}], "")


def test_where_the_restored_side_was_let_go_nothing_is_asked():
    state, task, merge = world(restored="b")
    let_go(state, task)
    assert compared(state, merge, {"a": "1"}, "c") == ([], "a")


def test_a_task_that_is_deleted_is_not_asked_about_and_the_next_one_is():
    state, task, merge = world()
    task.life = TaskLife.DELETED
    add_task(state, 2, {TITLE: "next"}, "a", "b")
    link = state.links[2, "a"]
    next_ = {2: {TITLE: [Delta(link=link, field=TITLE, old="next", new="x", at=NOW)]}}
    assert compared(state, merge, {"a": "1", "b": "2"}, "abc") == ([], "ab")
    Comparison(merge, {(2, "b")}).hold(next_)
    assert [one.data for one in state.held] == [{"a": "x", "b": "next"}]
    assert next_ == {2: {}}


def test_what_no_merge_decides_and_what_is_derived_is_not_asked_about():
    state, _, merge = world(values={TITLE: "old", COMPLETED: None})
    assert compared(state, merge, {"a": NOW, "b": NOW + DAY}, "abc", name=COMPLETED) == ([], "ab")
    assert compared(state, merge, {"a": "1", "b": "2"}, "abc", derived="b") == ([], "ab")


def conflict():
    """An open question about the title."""
    return Held(
        kind=HeldKind.CONFLICT,
        key="k",
        why="",
        choices=("take b", "take c", "set VALUE"),
        task=1,
        data={"b": "x", "c": "y"},
        field=TITLE,
    )


def test_what_is_asked_already_is_not_asked_again():
    state, _, merge = world()
    state.held.append(conflict())
    assert compared(state, merge, {"a": "1", "b": "2"}, "abc") == ([{"b": "x", "c": "y"}], "ab")


TIMES = {"modified": NOW, "own_modified": NOW + DAY, "token": "t"}
SEEN = {
    "the same hash": ({"raw_hash": last_seen("h")}, {"raw_hash": "h"}, False),
    "another hash": ({"raw_hash": last_seen("h")}, {"raw_hash": "h2"}, True),
    "nothing known": ({}, {}, True),
    "the time": (TIMES, {"modified": NOW}, False),
    "the time of our write": (TIMES, {"modified": NOW + DAY}, False),
    "another time": (TIMES, {"modified": NOW - DAY}, True),
    "the token": (TIMES, {"token": "t"}, False),
    "another token": (TIMES, {"token": "t2"}, True),
}


@pytest.mark.parametrize(("known", "read", "expected"), SEEN.values(), ids=SEEN)
def test_touched_is_what_is_not_as_it_was_seen_last(known, read, expected):
    state, _, merge = world(restored="a")
    comparison = Comparison(merge)
    for on in "ab":  # side b was read since
        for name, value in known.items():
            setattr(state.links[1, on], name, value)
        comparison.note(LinkDiff(link=state.links[1, on], entry=entry(f"{on}1", **read), seen={}))
    assert comparison.touched == ({(1, "a")} if expected else set())


def contended(state, task, merge, value, name=TITLE):
    """What is held after an entry of side a was tied again, and showed this."""
    link = state.links[1, "a"]
    link.pairs[name] = Pair(value, value)
    contend(merge, task, name, link, value)
    return [one.data for one in state.held]


def test_a_value_that_explains_what_all_others_show_is_taken():
    state, task, merge = world("a", side("b", fields=SHORT), "c", number=4)
    for on, shown in (("b", "milk"), ("c", "milk and bread")):
        state.links[1, on].pairs[TITLE] = Pair("x", shown)
    assert contended(state, task, merge, "milk and bread") == []
    version = task.versions[TITLE]
    assert (task.title, version.number, version.side, version.rule) == ("milk and bread", 5, "a", EXPLAINED)
    whole = Pair("milk and bread", "milk and bread")
    assert [state.links[1, on].pairs[TITLE] for on in "abc"] == [whole, Pair("milk", "milk"), whole]
    assert [state.links[1, on].acked for on in "abc"] == [{}, {}, {}]


def test_a_shadow_has_what_the_value_looks_like_there_and_what_is_stored():
    state, task, merge = world(values={LABELS: ("home",)})
    for on in "bc":
        state.links[1, on].pairs[LABELS] = Pair((), ("Shop",))
    assert contended(state, task, merge, ("shop",), LABELS) == []
    assert state.links[1, "b"].pairs[LABELS] == Pair(("shop",), ("Shop",))


def test_a_value_that_does_not_explain_all_is_asked_about():
    state, task, merge = world(number=4)
    state.links[1, "b"].pairs[TITLE] = Pair("new", "new")
    assert contended(state, task, merge, "new") == [{"b": "new", "c": "old", "a": "new"}]
    assert state.held[0].why == WHY.replace("a and b and c", "b and c and a")
    assert (task.title, state.links[1, "a"].acked, merge.moved) == ("old", {TITLE: 3}, [])


@pytest.mark.parametrize("change", [no_pair, let_go])
def test_a_tied_entry_contends_with_who_shows_something(change):
    state, task, merge = world()
    change(state, task)
    assert contended(state, task, merge, "new") == [{"c": "old", "a": "new"}]


def test_a_tied_entry_contends_with_who_reads_the_field_and_alone_with_the_task():
    state, task, merge = world("a", side("b", fields=BLIND_B), side("c", fields=BLIND_B))
    assert contended(state, task, merge, "new") == [{"a": "new"}]


def test_a_tied_entry_does_not_contend_with_what_can_not_be_said():
    state, task, merge = world(values={PARENT: None})
    state.links[1, "b"].pairs[PARENT] = Pair("b77", "b77")
    assert contended(state, task, merge, 7, PARENT) == [{"c": None, "a": 7}]


def test_a_tied_entry_joins_an_open_question():
    state, task, merge = world(number=4)
    state.held.append(conflict())
    assert contended(state, task, merge, "new") == [{"b": "x", "c": "y", "a": "new"}]
    assert state.held[0].choices == ("take b", "take c", "take a", "set VALUE")
    assert state.links[1, "a"].acked == {TITLE: 3}
