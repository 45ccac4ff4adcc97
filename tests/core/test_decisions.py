"""Carrying out what a person decided about held rows."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.task import Field, Kind, Status
from sync.core.decisions import BY_A_PERSON, Decisions, value_from_text
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.merge import Merge
from sync.core.model import Do, Held, HeldKind, Intent, Link, LinkLife, Pair
from sync.core.standing import adopting
from sync.core.ties import LOST, lost_key
from tests.core.build import NOW, add_task, entry, group, lenses_of, state_of

TITLE = Field.TITLE


def world(*entries, side="b"):
    """Task 1 on a and b; what was read of a side; decisions over it."""
    policy = group("a", "b")
    state = state_of(policy)
    add_task(state, 1, {TITLE: "old"}, "a", "b")
    read = {side: Observation(side=side, read=Read.COMPLETE, entries={one.ref: one for one in entries})}
    return state, Decisions(Merge(lenses_of(policy, state), 9, NOW), NOW, read)


def held(kind, decision, *, key="k", task=1, side="b", ref="", field=None, data=None):
    """A row with a decision."""
    return Held(
        kind=kind,
        key=key,
        why="asked",
        choices=(),
        task=task,
        side=side,
        ref=ref,
        field=field,
        data=data or {},
        decision=decision,
    )


def conflict(decision, **how):
    """Two contenders for the title of task 1."""
    return held(HeldKind.CONFLICT, decision, field=TITLE, data={"a": "from a", "b": "from b"}, **how)


@pytest.mark.parametrize(
    ("decision", "value", "by", "lost"),
    [
        ("take b", "from b", "b", ["from a"]),
        ("take a", "from a", "a", ["from b"]),
        ("set third", "third", "", ["from a", "from b"]),
        ("set b", "b", "", ["from a", "from b"]),
    ],
)
def test_a_conflict_that_was_decided(decision, value, by, lost):
    """The value that a person chose stands, the others are kept as losers."""
    state, decisions = world()
    state.held = [conflict(decision), conflict("")]
    decisions.carry_out()
    task = state.tasks[1]
    assert task.title == value
    assert (task.versions[TITLE].side, task.versions[TITLE].rule) == (by, BY_A_PERSON)
    assert [row.old for row in decisions.merge.moved if row.lost] == lost
    assert {row.new for row in decisions.merge.moved if row.lost} == {value}
    assert [row.side for row in decisions.merge.moved if row.lost] == [side for side in "ab" if side != by]
    assert [row.decision for row in state.held] == [""], "an undecided row stays"


@pytest.mark.parametrize("how", [{"task": 99}, {"task": None}])
def test_a_conflict_of_a_task_that_is_not_there_ends(how):
    state, decisions = world()
    state.held = [conflict("take a", **how), held(HeldKind.CONFLICT, "take a")]
    decisions.carry_out()
    assert (state.held, state.tasks[1].title) == ([], "old")


@pytest.mark.parametrize(("word", "allowed", "refused"), [("approve", "r1", ""), ("refuse", "", "r1")])
def test_a_guard_that_was_decided_is_about_exactly_that_read(word, allowed, refused):
    state, decisions = world()
    row = {"guard": "emptied", "read": "r1"}
    state.held = [held(HeldKind.GUARD, word, data=row), held(HeldKind.GUARD, word, side="gone", data=row)]
    decisions.carry_out()
    assert (state.sides["b"].allowed_guard, state.sides["b"].refused_guard) == (allowed, refused)
    assert state.sides["a"].allowed_guard == state.sides["a"].refused_guard == ""
    assert state.held == []


@pytest.mark.parametrize(
    ("decision", "taken", "placed"),
    [("same a:a2", False, "a:a2"), ("new", False, "new"), ("new", True, "new")],
)
def test_where_an_entry_belongs_is_carried_out_when_it_is_read(decision, taken, placed):
    state, decisions = world(entry("b9", title="Milk"))
    add_task(state, 2, {}, "a", *(["b"] if taken else []))
    decisions.merge.lenses.tie(state.links[2, "a"])
    state.held = [held(HeldKind.MATCH, decision, task=None, ref="b9")]
    decisions.carry_out()
    assert (decisions.placed, state.held) == ({("b", "b9"): placed}, [])


@pytest.mark.parametrize("entries", [[], [entry("b9", problem="not JSON")]], ids=["not read", "unreadable"])
def test_an_entry_that_is_not_read_now_waits_with_its_decision(entries):
    state, decisions = world(*entries)
    state.held = [held(HeldKind.MATCH, "new", task=None, ref="b9")]
    decisions.carry_out()
    assert (decisions.placed, [row.decision for row in state.held]) == ({}, ["new"])
    state.held[0].side = "unread"
    decisions.carry_out()
    assert state.held[0].decision == "new"


@pytest.mark.parametrize("name", ["a:a7", "a:a1", "a:a3"], ids=["not there", "has an entry there", "a comment"])
def test_a_place_that_is_not_free_is_asked_again(name):
    state, decisions = world(entry("b9", title="Milk"))
    add_task(state, 3, {}, "a").kind = Kind.COMMENT
    decisions.merge.lenses.tie(state.links[3, "a"])
    state.held = [held(HeldKind.MATCH, f"same {name}", task=None, ref="b9")]
    decisions.carry_out()
    [row] = state.held
    assert (row.decision, decisions.placed) == ("", {})
    assert row.why == f"{name} is not there, or has another entry on b"


def doubted(decision):
    """A create of task 2 on b whose answer was lost, and the row about it."""
    state, decisions = world(entry("b9", title="Milk", status=Status.NEEDS_ACTION))
    add_task(state, 2, {TITLE: "Milk"}, "a")
    patch = {TITLE: "Milk"}
    mine = Intent(task=2, side="b", do=Do.CREATE, ref=None, patch=patch, versions={TITLE: 1}, cycle=4)
    others = [
        Intent(task=2, side="b", do=Do.UPDATE, ref="b2", patch=patch, versions={}),
        Intent(task=1, side="b", do=Do.CREATE, ref=None, patch=patch, versions={}),
        Intent(task=2, side="a", do=Do.CREATE, ref=None, patch=patch, versions={}),
    ]
    state.intents = [*others, mine]
    state.held = [held(HeldKind.CREATE, decision, task=2)]
    return state, decisions, others


def test_a_create_in_doubt_that_exists_is_linked():
    state, decisions, others = doubted("exists b9")
    decisions.carry_out()
    link = state.links[2, "b"]
    assert (link.ref, link.live, link.wrote) == ("b9", True, 4)
    assert link.pairs[TITLE] == Pair("Milk", "Milk", confirmed=False, before=""), "what is there is compared now"
    assert (state.intents, state.held) == (others, [])
    [row] = decisions.acted
    assert (row.do, row.task, row.side, row.ref, row.outcome) == (Do.CREATE, 2, "b", "b9", f"done: {BY_A_PERSON}")
    assert row.fields == {"title": "Milk"}


def test_a_create_in_doubt_that_is_absent_is_sent_again():
    state, decisions, others = doubted("absent")
    decisions.carry_out()
    assert ((2, "b") in state.links, state.intents, state.held) == (False, others, [])


@pytest.mark.parametrize("ref", ["b7", "b1", "b8"], ids=["not there", "another task's", "a comment"])
def test_a_ref_that_can_not_be_it_is_asked_again(ref):
    state, decisions, others = doubted(f"exists {ref}")
    decisions.observations["b"].entries["b1"] = entry("b1", title="old")
    decisions.observations["b"].entries["b8"] = entry("b8", kind=Kind.COMMENT)
    decisions.carry_out()
    [row] = state.held
    assert (row.decision, row.why) == ("", f"{ref} is not there, is of another kind, or belongs to another task")
    assert len(state.intents) == len(others) + 1


@pytest.mark.parametrize("decision", ["exists b9", "absent"])
def test_a_create_that_was_settled_meanwhile_is_asked_no_more(decision):
    state, decisions, others = doubted(decision)
    state.intents = others
    decisions.carry_out()
    assert (state.held, (2, "b") in state.links) == ([], False)


@pytest.mark.parametrize("life", [LinkLife.LIVE, LinkLife.LET_GO])
def test_an_approved_vanished_task_is_taken_for_deleted(life):
    state, decisions = world()
    link = state.links[1, "b"]
    if life is LinkLife.LET_GO:
        let_go(link, "deleted there")
    state.held = [held(HeldKind.DELETE, "approve", key="vanished:1:b")]
    decisions.carry_out()
    assert (link in decisions.vanished, len(state.held)) == ((True, 0) if life is LinkLife.LIVE else (False, 1))


@pytest.mark.parametrize("key", ["guarded:delete:1:b", "guarded:create:1:b"])
def test_an_approval_lasts_until_the_action_was_carried_out(key):
    state, decisions = world()
    state.held = [held(HeldKind.DELETE, "approve", key=key)]
    decisions.carry_out()
    assert (len(state.held), decisions.vanished, state.links[1, "b"].live) == (1, [], True)


def test_a_refused_delete_lets_the_link_go():
    """It is not made, and nothing is made there again (rule 13)."""
    state, decisions = world()
    state.held = [held(HeldKind.DELETE, "refuse", key="guarded:delete:1:b")]
    decisions.carry_out()
    link = state.links[1, "b"]
    assert (link.live, link.reason, link.ref, link.absent, state.held) == (False, BY_A_PERSON, "b1", False, [])
    assert ("b", "b1") not in decisions.merge.lenses.refs
    rows = [(row.do, row.task, row.side, row.ref, row.outcome) for row in decisions.merge.acted]
    assert rows == [(Do.LET_GO, 1, "b", "b1", BY_A_PERSON)]


def test_a_refused_create_is_remembered():
    state, decisions = world()
    add_task(state, 2, {}, "a")
    state.held = [held(HeldKind.CREATE, "refuse", key="guarded:create:2:b", task=2)]
    decisions.carry_out()
    link = state.links[2, "b"]
    assert (link.task, link.side, link.ref, link.live, link.reason) == (2, "b", None, False, BY_A_PERSON)
    assert state.held == []


def test_a_refused_create_of_a_task_that_was_there_before_keeps_its_link():
    state, decisions = world()
    old = state.links[1, "b"] = Link(task=1, side="b", ref=None, former=("b0",), life=LinkLife.LET_GO)
    state.held = [held(HeldKind.CREATE, "refuse", key="guarded:create:1:b")]
    decisions.carry_out()
    assert state.links[1, "b"] is old
    assert old.reason == BY_A_PERSON


DAY = date(2026, 4, 1)
NOON = datetime(2026, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        (TITLE, "Milk", "Milk"),
        (TITLE, '"Milk"', "Milk"),
        (TITLE, "7", "7"),
        (TITLE, "two\n lines", "two lines"),
        (Field.STATUS, "completed", Status.COMPLETED),
        (Field.STATUS, '"in_progress"', Status.IN_PROGRESS),
        (Field.DESCRIPTION, "", ""),
        (Field.DESCRIPTION, "7", "7"),
        (Field.DUE, "2026-04-01", DAY),
        (Field.START, '"2026-04-01T12:00:00+00:00"', NOON),
        (Field.DUE, "", None),
        (Field.START, "null", None),
        (Field.PARENT, "", None),
        (Field.PARENT, "t1f", 31),
        (Field.LABELS, "home, shop", ("home", "shop")),
        (Field.LABELS, '["b", "a", 1]', ("1", "a", "b")),
        (Field.ASSIGNEES, '["anna", "ben"]', ("anna", "ben")),
        (Field.ASSIGNEES, " anna ", ("anna",)),
        (Field.ASSIGNEES, " ", ()),
        (Field.ARCHIVED, "true", True),
        (Field.PRIORITY, "0", 0),
        (Field.PRIORITY, "9", 9),
        (Field.PERCENT_COMPLETE, "100", 100),
    ],
)
def test_a_value_that_a_person_writes(name, text, value):
    """JSON if it parses, else text."""
    assert value_from_text(name, text) == value


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (Field.DUE, "tomorrow"),
        (Field.DUE, "7"),
        (Field.DUE, "2026-04-01T12:00"),
        (Field.STATUS, "done"),
        (Field.STATUS, "7"),
        (Field.PARENT, "7"),
        (Field.PARENT, "the shop"),
        (Field.ARCHIVED, "yes"),
        (Field.PRIORITY, "true"),
        (Field.PRIORITY, "high"),
        (Field.PRIORITY, "10"),
        (Field.PRIORITY, "-1"),
        (Field.PERCENT_COMPLETE, "101"),
        (Field.PERCENT_COMPLETE, "1.5"),
        (Field.URL, "https://x.example"),
    ],
)
def test_a_value_that_the_field_can_not_take_is_named(name, text):
    with pytest.raises(ValueError, match=f"^{name.value} can not be '{text}'$"):
        value_from_text(name, text)


@pytest.mark.parametrize(("word", "lost", "guard"), [("approve", False, ""), ("refuse", True, LOST)])
def test_what_a_lost_side_may_be_given_was_decided(word, lost, guard):
    """About the side, not about a task that is linked there."""
    state, decisions = world()
    state.sides["b"].lost = True
    state.held = [held(HeldKind.CREATE, word, key=lost_key("b"), task=1)]
    decisions.carry_out()
    assert (state.sides["b"].lost, state.sides["b"].refused_guard, state.held) == (lost, guard, [])
    assert (state.links[1, "b"].live, decisions.merge.acted) == (True, [])


def test_what_is_to_be_taken_in_waits_until_it_is_linked():
    state, decisions = world()
    state.held = [adopting("b9", "b", NOW, decision="adopt")]
    decisions.carry_out()
    assert [row.decision for row in state.held] == ["adopt"]
    assert (list(state.links), decisions.merge.acted) == ([(1, "a"), (1, "b")], [])
