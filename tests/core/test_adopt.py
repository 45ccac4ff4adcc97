"""Taking entries in: new tasks, links without a write, what the first meeting decides (rule 15)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field, Kind, Status
from sync.core.adopt import MATCHED, Adoption, parent_titles
from sync.core.cluster import Cluster, Doubt
from sync.core.evidence import let_go
from sync.core.match import member_of
from sync.core.merge import NEW, Merge
from sync.core.model import Do, HeldKind, LinkLife, Pair, Version
from sync.core.policy import AccessPolicy
from tests.core.build import NOW, RICH, TWO_WAY, add_task, entry, group, lenses_of, side, state_of

TITLE, NOTE, STATUS, LABELS, PARENT = Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.LABELS, Field.PARENT
SHORT = {**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}


def world(*sides):
    """Three sides, nothing linked; the state and what takes in."""
    policy = group(*(sides or ("a", "b", "c")))
    state = state_of(policy)
    return state, Adoption(Merge(lenses_of(policy, state), 9, NOW), NOW)


def member(adoption, on, ref, **members):
    """An unlinked entry of a side."""
    return member_of(adoption.merge.lenses, on, entry(ref, **members), first_meeting=True)


def cluster(*members, task=None):
    """Entries that are one task."""
    return Cluster(task=task, members={one.side: one for one in members})


def test_an_entry_that_is_nobodys_is_a_new_task():
    state, adoption = world()
    state.next_task = 5
    one = member(adoption, "b", "b7", title="Milk", status=Status.NEEDS_ACTION, raw_hash="h7")
    adoption.take_in([cluster(one)])
    task = state.tasks[5]
    assert (task.id, task.kind, task.born, task.values) == (
        5,
        Kind.TASK,
        "b",
        {TITLE: "Milk", STATUS: Status.NEEDS_ACTION},
    )
    assert (state.next_task, adoption.adopted, task.versions) == (6, 0, {})
    link = state.links[5, "b"]
    assert (link.ref, link.live, link.raw_hash, link.mapping) == ("b7", True, "h7", "1")
    assert link.pairs == {TITLE: Pair("Milk", "Milk"), STATUS: Pair(Status.NEEDS_ACTION, Status.NEEDS_ACTION)}
    assert adoption.merge.lenses.refs["b", "b7"] == 5


def test_who_joins_finds_the_values_of_the_highest_side_standing():
    """The side of the highest priority makes the task, whatever was read first; the loser's value is kept."""
    state, adoption = world()
    low = member(adoption, "c", "c1", title="Milk", description="theirs", labels=("x",))
    high = member(adoption, "a", "a1", title="MILK", description="ours", labels=())
    adoption.take_in([cluster(low, high)])
    [task] = state.tasks.values()
    assert (task.born, task.title, task.values[NOTE], task.values[LABELS]) == ("a", "MILK", "ours", ("x",))
    assert adoption.adopted == 1
    lost = [(row.side, row.field, row.old, row.new) for row in adoption.merge.moved if row.lost]
    assert lost == [("c", TITLE, "Milk", "MILK"), ("c", NOTE, "theirs", "ours")]
    filled = [(row.field, row.side) for row in adoption.merge.moved if row.rule == "filled"]
    assert filled == [(LABELS, "c")]
    assert state.links[1, "a"].acked == {LABELS: 1}
    assert state.links[1, "c"].acked == {TITLE: 0, NOTE: 0}
    assert {task.version(name).number for name in (TITLE, NOTE)} == {1}, "the other side is behind by one"
    assert state.links[1, "c"].pairs[NOTE] == Pair("theirs", "theirs")
    assert state.links[1, "c"].pairs[LABELS] == Pair(("x",), ("x",))


def test_who_joins_an_existing_task_is_brought_to_its_values():
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "long title", NOTE: "ours"}, "a")
    task.versions[NOTE] = Version(number=4)
    adoption.take_in([cluster(member(adoption, "b", "b1", title="long title", description=""), task=task)])
    link = state.links[1, "b"]
    assert link.acked == {NOTE: 3}
    assert link.pairs[TITLE] == Pair("long title", "long title")
    assert link.pairs[NOTE] == Pair("", "")
    assert (adoption.adopted, adoption.merge.moved) == (1, []), "an empty value loses nothing"


def test_a_lossy_side_that_shows_the_value_agrees():
    state, adoption = world("a", side("b", fields=SHORT))
    task = add_task(state, 1, {TITLE: "long title", LABELS: ("X",)}, "a")
    adoption.take_in([cluster(member(adoption, "b", "b1", title="long", labels=("x",)), task=task)])
    link = state.links[1, "b"]
    assert (link.pairs[TITLE], link.acked, task.title) == (Pair("long", "long"), {}, "long title")
    assert link.pairs[LABELS] == Pair(("X",), ("x",)), "what it would be sent, and what it has"


def test_a_side_that_is_only_written_makes_no_tasks_and_joins():
    state, adoption = world("a", replace(side("b"), access=AccessPolicy.WRITE), "c")
    adoption.take_in([cluster(member(adoption, "b", "b1", title="Milk"))])
    assert (state.tasks, state.links) == ({}, {})
    pair = [member(adoption, "b", "b1", title="Milk"), member(adoption, "c", "c1", title="Milk")]
    adoption.take_in([cluster(*pair)])
    assert [(task.born, task.title) for task in state.tasks.values()] == [("c", "Milk")]
    assert (1, "b") not in state.links, "its entry is left alone: the next cycle matches it with the task"


def test_a_link_that_ended_is_remembered_by_its_ref():
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "Milk"}, "a", "b", "c")
    for name in "bc":
        let_go(state.links[1, name], "deleted there")
    state.links[1, "b"].former, state.links[1, "c"].ref, state.links[1, "c"].former = ("b0",), None, ("c0",)
    adoption.take_in([cluster(member(adoption, "b", "b9", title="Milk"), task=task)])
    assert (state.links[1, "b"].former, state.links[1, "b"].ref) == (("b0", "b1"), "b9")
    adoption.take_in([cluster(member(adoption, "c", "c9", title="Milk"), task=task)])
    assert state.links[1, "c"].former == ()


def test_parents_are_known_once_all_are_linked():
    """A child that was listed before its parent still finds it; a parent that is nowhere is no opinion yet."""
    state, adoption = world()
    child = member(adoption, "a", "a2", title="child", parent="a1")
    parent = member(adoption, "a", "a1", title="parent", parent=None)
    lost = member(adoption, "a", "a3", title="lost", parent="a9")
    adoption.take_in([cluster(child), cluster(parent), cluster(lost)])
    values = {task.title: task.values.get(PARENT, "no opinion") for task in state.tasks.values()}
    assert values == {"child": 2, "parent": None, "lost": "no opinion"}
    assert (state.links[3, "a"].unknown, state.links[3, "a"].raw_hash) == ({PARENT: "a9"}, "")
    assert state.links[1, "a"].raw_hash == "other"


def test_what_no_merge_decides_is_taken_once_and_places_are_not():
    state, adoption = world()
    one = member(adoption, "a", "a1", title="t", url="", position=4, completed=None)
    two = member(adoption, "b", "b1", title="t", url="https://b.example", completed=NOW)
    three = member(adoption, "c", "c1", title="t", url="https://c.example")
    adoption.take_in([cluster(one, two, three)])
    [task] = state.tasks.values()
    assert task.values == {TITLE: "t", Field.URL: "https://b.example", Field.COMPLETED: NOW}
    assert set(state.links[1, "b"].pairs) == {TITLE}


@pytest.mark.parametrize(
    ("status", "done", "expected"),
    [
        (Status.COMPLETED, None, NOW),
        (Status.CANCELLED, None, NOW),
        (Status.COMPLETED, NOW - timedelta(days=1), NOW - timedelta(days=1)),
        (Status.NEEDS_ACTION, None, None),
    ],
)
def test_what_is_completed_and_does_not_say_when_counts_from_now(status, done, expected):
    state, adoption = world()
    adoption.take_in([cluster(member(adoption, "a", "a1", title="t", status=status, completed=done))])
    assert state.tasks[1].values.get(Field.COMPLETED) == expected


def test_a_first_opinion_of_a_task_that_others_hold_is_a_new_value():
    """Every other side is behind; where nobody else is linked, it is the first version."""
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "t"}, "a", "b")
    task.versions[NOTE] = Version(number=1)
    state.links[1, "b"].acked[NOTE] = 0
    one = member(adoption, "b", "b1", title="other", description="note")
    adoption.fill(task, one, joins=True, only={NOTE})
    assert (task.values[NOTE], task.title, task.versions[NOTE].number, task.versions[NOTE].side) == (
        "note",
        "t",
        2,
        "b",
    )
    assert (state.links[1, "a"].acked, state.links[1, "b"].acked) == ({NOTE: 1}, {})
    assert state.links[1, "b"].pairs[NOTE] == Pair("note", "note")
    assert [row.rule for row in adoption.merge.moved] == ["first opinion"]


@pytest.mark.parametrize("life", [LinkLife.LIVE, LinkLife.LET_GO])
def test_a_first_opinion_where_nobody_else_is_linked_is_the_first_version(life):
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "t"}, "a", "b")
    state.links[1, "a"].life = life
    adoption.fill(task, member(adoption, "b", "b1", description="note"), joins=True)
    assert (NOTE in task.versions) is (life is LinkLife.LIVE)
    assert task.values[NOTE] == "note"


def doubt(adoption, *candidates):
    """An entry of c that may be any of these."""
    return Doubt(member(adoption, "c", "c1", title="Milk"), candidates)


def test_a_person_is_asked_where_an_entry_belongs_once():
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    let_go(state.links[1, "a"], "deleted there")
    both = cluster(member(adoption, "b", "b9", title="Milk"), member(adoption, "a", "a9", title="Milk"))
    found = doubt(adoption, Cluster(task=task), both, Cluster())
    adoption.hold([found])
    adoption.hold([found])
    [held] = state.held
    assert (held.kind, held.key, held.title, held.side, held.ref, held.since) == (
        HeldKind.MATCH,
        "match:c:c1",
        "Milk",
        "c",
        "c1",
        NOW,
    )
    assert held.choices == ("same b:b1", "same a:a9", "new")
    assert held.data == {"candidates": ["b:b1", "a:a9"], "entries": {"c1": {"hash": "other", "native": {}}}}


@pytest.mark.parametrize(
    ("more", "why", "rest"),
    [(False, "any of 1 tasks", {}), (True, "any of more than 1 tasks", {"below": 2, "cycle": 9})],
)
def test_a_question_says_how_many_tasks_may_be_meant(more, why, rest):
    """Those that it does not name are tasks by now: what it keeps of them is their numbers, and when it was asked."""
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "Milk"}, "a")
    adoption.hold([replace(doubt(adoption, Cluster(task=task)), more=more)])
    [held] = state.held
    assert held.why == f"this entry of c may be {why} with its title"
    assert {name: value for name, value in held.data.items() if name not in {"candidates", "entries"}} == rest


def test_after_a_restore_a_question_may_mean_any_task_whatever_its_title():
    """Nobody is asked about titles then, and none of the tasks is made beside the entry meanwhile."""
    state, adoption = world()
    task = add_task(state, 1, {TITLE: "Bread"}, "a")
    adoption.hold([replace(doubt(adoption, Cluster(task=task)), restored=True)])
    [held] = state.held
    assert held.why == "this entry of c may be any of 1 tasks that the backup knew nowhere or not there"
    assert [held.data.get(name) for name in ("below", "cycle", "untitled")] == [2, 9, True]


@pytest.mark.parametrize(
    ("restored", "seen", "asked", "lost"),
    [
        ("", "theirs", False, True),
        ("b", "theirs", True, False),
        ("b", "ours and so much mor", False, True),
        ("a", "theirs", False, True),
    ],
    ids=["not restored", "another text", "what a server kept of the same text", "another side restored"],
)
def test_after_a_restore_nobody_knows_which_value_of_an_entry_that_is_tied_again_is_newer(restored, seen, asked, lost):
    """Nothing is written over what people may have typed since the copy was made."""
    state, adoption = world()
    adoption.merge.restored = frozenset(restored)
    task = add_task(state, 1, {TITLE: "t", NOTE: "ours and so much more"}, "a")
    adoption.take_in([cluster(member(adoption, "b", "b1", title="t", description=seen), task=task)])
    question = (NOTE, {"a": "ours and so much more", "b": seen})
    assert [(held.field, held.data) for held in state.held] == [question] * asked
    assert [(row.side, row.old) for row in adoption.merge.moved if row.lost] == [("b", seen)] * lost


def test_another_question_does_not_stop_this_one():
    state, adoption = world()
    adoption.hold([doubt(adoption, Cluster())])
    adoption.hold([Doubt(member(adoption, "c", "c2", title="Milk"), (Cluster(),))])
    assert [held.ref for held in state.held] == ["c1", "c2"]


def test_parents_are_compared_by_title_before_they_are_linked():
    state, adoption = world()
    parent = member(adoption, "a", "a1", title="Home")
    child = member(adoption, "a", "a2", title="Milk", parent="a1")
    orphan = member(adoption, "a", "a3", title="Milk", parent="a9")
    stranger = member(adoption, "b", "b2", title="Milk", parent="a1")
    nameless = member(adoption, "b", "b4", title="x", parent="b5")
    blank = member(adoption, "b", "b5", title="")
    task, under = add_task(state, 1, {TITLE: "Shop"}, "a"), add_task(state, 2, {PARENT: 1}, "a")
    far = add_task(state, 3, {PARENT: 9}, "a")
    members = [parent, child, orphan, stranger, nameless, blank]
    assert parent_titles(members, [task, under, far], state.tasks, {}) == {id(child): "Home", id(under): "Shop"}


def test_a_new_task_is_told_once_and_what_its_other_entries_lack_is_owed_there():
    state, adoption = world()
    high = member(adoption, "a", "a1", title="Milk", description="note")
    adoption.take_in([cluster(high, member(adoption, "c", "c1", title="Milk"))])
    rows = [(row.task, row.field, row.side, row.old, row.new, row.rule) for row in adoption.merge.moved]
    assert rows == [(1, TITLE, "a", "", "Milk", NEW)]
    assert (state.links[1, "a"].acked, state.links[1, "c"].acked[NOTE]) == ({}, 0)
    assert [(row.do, row.side, row.ref, row.outcome) for row in adoption.merge.acted] == [
        (Do.ADOPT, "c", "c1", MATCHED)
    ]


def test_a_first_opinion_on_what_no_other_side_holds_is_told_and_is_the_first_version():
    state, adoption = world(side("a", fields={TITLE: RICH.fields[TITLE]}), "b")
    task = add_task(state, 1, {TITLE: "t"}, "a", "b")
    adoption.fill(task, member(adoption, "b", "b1", description="note"), joins=True)
    assert (task.values[NOTE], NOTE in task.versions, state.links[1, "a"].acked) == ("note", False, {})
    rows = [(row.field, row.side, row.old, row.new, row.rule) for row in adoption.merge.moved]
    assert rows == [(NOTE, "b", None, "note", "first opinion")]


def test_an_entry_that_a_tie_has_numbered_is_the_task_of_that_number():
    state, adoption = world()
    state.next_task = 5
    tied = replace(cluster(member(adoption, "a", "a1", title="tied")), number=9)
    adoption.take_in([tied, cluster(member(adoption, "a", "a2", title="next"))])
    assert {number: task.title for number, task in state.tasks.items()} == {9: "tied", 10: "next"}


def test_a_new_comment_is_a_task_of_its_own_kind():
    text = {Field.COMMENTS: TWO_WAY, PARENT: TWO_WAY}
    state, adoption = world(side("a", fields={**RICH.fields, **text}), "b")
    add_task(state, 1, {TITLE: "Milk"}, "a")
    adoption.merge.lenses.tie(state.links[1, "a"])
    adoption.take_in([cluster(member(adoption, "a", "a7", kind=Kind.COMMENT, comments="ok", parent="a1"))])
    task = state.tasks[2]
    assert (task.kind, task.values) == (Kind.COMMENT, {Field.COMMENTS: "ok", PARENT: 1})
    assert [(row.field, row.new) for row in adoption.merge.moved] == [(Field.COMMENTS, "ok")]


@pytest.mark.parametrize(("access", "joined"), [(AccessPolicy.TWO_WAY, True), (AccessPolicy.WRITE, False)])
def test_a_link_that_matching_made_is_known_as_such(access, joined):
    """A delete there need not mean the whole task yet; on a side that is only written it never does."""
    state, adoption = world("a", replace(side("b"), access=access))
    task = add_task(state, 1, {TITLE: "Milk"}, "a")
    adoption.take_in([cluster(member(adoption, "b", "b1", title="Milk"), task=task)])
    assert (state.links[1, "a"].joined, state.links[1, "b"].joined) == (False, joined)
