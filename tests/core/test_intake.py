"""Unlinked entries into tasks, those that a person has placed first (rules 8, 13, 15)."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.task import Field, Kind
from sync.core.evidence import let_go
from sync.core.facts import Observation, Read
from sync.core.intake import Intake
from sync.core.merge import Merge
from sync.core.model import Held, HeldKind, LinkLife, TaskLife
from tests.core.build import NOW, RICH, TWO_WAY, add_task, entry, group, lenses_of, side, state_of

TITLE = Field.TITLE
DAY = date(2026, 4, 1)


def world(*, met="ab", **read):
    """Sides a and b; what was read of them, as a list of entries; those of ``met`` were met before."""
    policy = group("a", "b")
    state = state_of(policy)
    for name, one in state.sides.items():
        one.met = name in met
    believed = {
        name: Observation(side=name, read=Read.COMPLETE, entries={one.ref: one for one in entries})
        for name, entries in read.items()
    }
    return state, Intake(Merge(lenses_of(policy, state), 2, NOW), NOW, believed, set())


def titles(state):
    """The tasks by title, and on which sides they are."""
    return sorted((task.title, "".join(link.side for link in state.of_task(task.id))) for task in state.tasks.values())


def test_new_entries_become_tasks_and_one_task_where_they_are_the_same():
    state, intake = world(
        a=[entry("a1", title="Milk", due=DAY), entry("a2", title="Bread")], b=[entry("b1", title="Milk", due=DAY)]
    )
    assert intake.run({}) == 1
    assert titles(state) == [("Bread", "a"), ("Milk", "ab")]


def test_a_read_without_entries_is_a_meeting_too():
    state, intake = world(met="", a=[])
    assert intake.run({}) == 0
    assert (state.sides["a"].met, state.sides["b"].met) == (True, False)


@pytest.mark.parametrize(
    "known",
    [
        lambda state, intake: add_task(state, 7, {}, "a"),
        lambda state, intake: let_go(add_task(state, 7, {}, "a") and state.links[7, "a"], "deleted there"),
        lambda state, intake: setattr(add_task(state, 8, {}, "a") and state.links[8, "a"], "former", ("a7",)),
        lambda state, intake: intake.taken.add(("a", "a7")),
        lambda state, intake: state.held.append(
            Held(kind=HeldKind.MATCH, key="k", why="", choices=(), side="a", ref="a7")
        ),
    ],
    ids=["linked", "let go", "a former ref", "an open create's", "asked about"],
)
def test_what_is_known_is_not_new(known):
    state, intake = world(a=[entry("a7", title="Milk")])
    known(state, intake)
    before = set(state.tasks)
    intake.run({})
    assert set(state.tasks) == before


@pytest.mark.parametrize(
    "other",
    [
        lambda state, intake: add_task(state, 7, {}, "b") and setattr(state.links[7, "b"], "ref", "a7"),
        lambda state, intake: setattr(add_task(state, 8, {}, "b") and state.links[8, "b"], "former", ("a7",)),
        lambda state, intake: intake.taken.add(("b", "a7")),
        lambda state, intake: state.held.append(
            Held(kind=HeldKind.ENTRY, key="k", why="", choices=(), side="a", ref="a7")
        ),
    ],
    ids=["a ref there", "a former ref there", "taken there", "another question"],
)
def test_what_is_known_of_another_side_is_new_here(other):
    state, intake = world(a=[entry("a7", title="Milk")])
    other(state, intake)
    before = len(state.tasks)
    intake.run({})
    assert len(state.tasks) == before + 1


@pytest.mark.parametrize("how", [{"deleted": True}, {"container": "x"}, {"problem": "x"}, {"kind": Kind.COMMENT}])
def test_what_is_no_task_to_be_read_here_is_not_taken_in(how):
    state, intake = world(a=[entry("a7", title="Milk", **how)])
    intake.run({})
    assert state.tasks == {}


@pytest.mark.parametrize(("met", "joined"), [("a", 1), ("ab", 0)], ids=["first meeting", "later"])
def test_a_side_that_is_met_for_the_first_time_joins_the_groups_tasks_by_title(met, joined):
    """Rule 15: later, a task made again under an old name is a new one."""
    state, intake = world(met=met, b=[entry("b7", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a")
    assert intake.run({}) == joined
    assert len(state.tasks) == 2 - joined


@pytest.mark.parametrize(
    "spoil",
    [
        lambda state: setattr(state.tasks[1], "life", TaskLife.DELETED),
        lambda state: add_task(state, 1, {TITLE: "Milk"}, "a", "b"),
        lambda state: let_go(add_task(state, 1, {TITLE: "Milk"}, "a", "b") and state.links[1, "b"], "x"),
    ],
    ids=["deleted", "linked there", "let go there"],
)
def test_a_task_that_is_deleted_or_was_there_is_not_joined(spoil):
    state, intake = world(met="a", b=[entry("b7", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a")
    spoil(state)
    assert intake.run({}) == 0
    assert len(state.tasks) == 2


def test_parents_tell_twins_apart():
    """The title of a parent is the one more equal field."""
    state, intake = world(
        a=[entry("a1", title="Home"), entry("a2", title="Milk", parent="a1")],
        b=[entry("b1", title="Home"), entry("b2", title="Milk", parent="b1")],
    )
    intake.run({})
    assert ("Milk", "ab") in titles(state)


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("a:a1", [("Milk", "ab")]),
        ("new", [("Milk", "a"), ("Milk", "b")]),
        ("a:a9", [("Milk", "a"), ("Milk", "b")]),
    ],
    ids=["this one", "a new one", "gone meanwhile"],
)
def test_what_a_person_placed_goes_there(choice, expected):
    state, intake = world(b=[entry("b7", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a")
    intake.merge.lenses.tie(state.links[1, "a"])
    assert intake.run({("b", "b7"): choice}) == (1 if choice == "a:a1" else 0)
    assert titles(state) == expected


def test_what_was_placed_on_a_task_that_has_an_entry_there_is_a_new_one():
    state, intake = world(b=[entry("b7", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    intake.merge.lenses.tie(state.links[1, "a"])
    intake.run({("b", "b7"): "a:a1"})
    assert titles(state) == [("Milk", "ab"), ("Milk", "b")]


def test_what_was_placed_is_not_matched_as_well():
    state, intake = world(a=[entry("a7", title="Milk", due=DAY)], b=[entry("b7", title="Milk", due=DAY)])
    intake.run({("b", "b7"): "new"})
    assert titles(state) == [("Milk", "a"), ("Milk", "b")]


def test_what_nothing_tells_apart_is_asked():
    state, intake = world(
        a=[entry("a1", title="Milk", due=DAY, description="x"), entry("a2", title="Milk", description="y")],
        b=[entry("b1", title="Milk", due=DAY, description="y")],
    )
    intake.run({})
    assert [held.ref for held in state.held] == ["b1"]
    assert all(link.life is LinkLife.LIVE for link in state.links.values())


def test_a_task_that_lacks_one_of_two_sides_that_are_met_is_joined():
    state, intake = world(met="", a=[entry("a9", title="Bread")], b=[entry("b7", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a")
    assert intake.run({}) == 1
    assert ("Milk", "ab") in titles(state)


def test_a_task_that_has_all_sides_does_not_stand_in_the_way():
    """Two new entries of its title are one new task."""
    state, intake = world(met="a", a=[entry("a9", title="Milk")], b=[entry("b9", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    assert intake.run({}) == 1
    assert titles(state) == [("Milk", "ab"), ("Milk", "ab")]


def test_a_task_that_has_all_sides_does_not_make_a_new_title_ambiguous():
    """One new entry of it on either side is one task, though they differ."""
    state, intake = world(met="a", a=[entry("a9", title="Milk", due=DAY)], b=[entry("b9", title="Milk")])
    add_task(state, 1, {TITLE: "Milk"}, "a", "b")
    assert intake.run({}) == 1
    assert titles(state) == [("Milk", "ab"), ("Milk", "ab")]


@pytest.mark.parametrize(
    ("number", "members", "joined"),
    [(6, {"due": DAY}, 1), (5, {"due": DAY}, 1), (4, {"due": DAY}, 0), (6, {}, 0)],
    ids=["seen since", "the first of them", "known to the side", "the title alone"],
)
def test_a_new_entry_joins_a_task_that_was_first_seen_while_its_side_was_not_read(number, members, joined):
    """Nobody there can have known of it: both were made at once (rule 15)."""
    state, intake = world(b=[entry("b9", title="Milk", **members)])
    state.sides["b"].next_task = 5
    add_task(state, number, {TITLE: "Milk", Field.DUE: DAY}, "a")
    state.next_task = 7
    assert intake.run({}) == joined
    assert state.sides["b"].next_task == state.next_task == 8 - joined


def test_what_was_made_while_a_side_was_read_as_empty_joins_what_was_made_there_since():
    """It was read before the group had any task: the first one is news to it, too."""
    for known, joined in ((1, 1), (0, 0)):
        state, intake = world(b=[entry("b9", title="Milk", due=DAY)])
        state.sides["b"].next_task = known
        add_task(state, 1, {TITLE: "Milk", Field.DUE: DAY}, "a")
        assert intake.run({}) == joined


def test_a_new_entry_does_not_join_a_task_that_was_on_its_side_before():
    state, intake = world(b=[entry("b9", title="Milk", due=DAY)])
    state.sides["b"].next_task = 5
    add_task(state, 6, {TITLE: "Milk", Field.DUE: DAY}, "a", "b")
    let_go(state.links[6, "b"], "deleted there")
    state.next_task = 7
    assert intake.run({}) == 0


def test_new_comments_are_taken_in_with_their_task():
    """Once it is tied; those that are to stand on a task which is nobody's yet wait."""
    fields = {**RICH.fields, Field.COMMENTS: TWO_WAY}
    policy = group(side("a", fields=fields), side("b", fields=fields))
    state = state_of(policy)
    said = [entry(f"{name}7", kind=Kind.COMMENT, comments="ok", parent=f"{name}1") for name in "ab"]
    lost = entry("b8", kind=Kind.COMMENT, comments="ok", parent="b9")
    reads = {
        "a": [entry("a1", title="Milk", due=DAY), said[0]],
        "b": [entry("b1", title="Milk", due=DAY), said[1], lost],
    }
    believed = {
        name: Observation(side=name, read=Read.COMPLETE, entries={one.ref: one for one in entries})
        for name, entries in reads.items()
    }
    intake = Intake(Merge(lenses_of(policy, state), 2, NOW), NOW, believed, set())
    assert intake.run({}) == 2
    assert [(task.kind, task.title) for task in state.tasks.values()] == [(Kind.TASK, "Milk"), (Kind.COMMENT, "ok")]
    assert [link.ref for link in state.of_task(2)] == ["a7", "b7"]
    assert intake.comments == {(2, "a"), (2, "b")}
