"""Deltas of all sides into one value per field (rules 4, 5, 14)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connectors.contract import FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field, Status
from sync.core.diff import Delta
from sync.core.merge import HELD_BACK, Merge, find_conflict, follow_status
from sync.core.model import Do, Held, HeldKind, LinkLife, Pair, Task, Version
from sync.core.policy import ConflictPolicy
from tests.core.build import NOW, RICH, add_task, group, lenses_of, side, state_of

TITLE, NOTE, STATUS, LABELS, PARENT = Field.TITLE, Field.DESCRIPTION, Field.STATUS, Field.LABELS, Field.PARENT
SHORT = {**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4))}
POINTS = {name: RICH.fields[name] for name in (TITLE, STATUS)}
HOUR = timedelta(hours=1)


def world(*sides, number=1, policy=None, **values):
    """A task on sides a, b, c (unless told), each of whose fields is in this version; and the merge of cycle 9."""
    group_ = group(*(sides or ("a", "b", "c")), **(policy or {}))
    state = state_of(group_)
    names = [spec.name for spec in group_.sides]
    task = add_task(state, 1, {Field(name): value for name, value in values.items()}, *names)
    task.versions = {name: Version(number=number, side="a", cycle=3, at=NOW) for name in task.values}
    return state, task, Merge(lenses_of(group_, state), 9, NOW)


def edit(state, on, name, new, *, at=NOW, derived=False, acked=None):
    """An edit on a side; it is based on this version, or on the current one."""
    link = state.links[1, on]
    if acked is not None:
        link.acked[name] = acked
    return Delta(link=link, field=name, old=link.pairs[name].stored, new=new, at=at, derived=derived)


def merged(merge, task, name, *deltas):
    """The value after a merge, the rule, and what was lost, as side and value."""
    merge.field(task, name, deltas)
    rules = [row.rule for row in merge.moved if not row.lost]
    return task.values.get(name), rules, [(row.side, row.old) for row in merge.moved if row.lost]


def test_one_edit_is_the_value_and_every_other_side_is_behind():
    state, task, merge = world(title="old", number=4)
    delta = edit(state, "b", TITLE, "new", at=NOW - HOUR)
    assert merged(merge, task, TITLE, delta) == ("new", ["edit"], [])
    assert task.versions[TITLE] == Version(number=5, side="b", rule="edit", cycle=9, at=NOW - HOUR)
    assert {name: link.acked for (_, name), link in state.links.items()} == {"a": {TITLE: 4}, "b": {}, "c": {TITLE: 4}}
    assert state.links[1, "b"].pairs[TITLE] == Pair("new", "new")
    row = merge.moved[0]
    assert (row.task, row.title, row.side, row.field, row.old, row.new) == (1, "new", "b", TITLE, "old", "new")
    assert merge.conflicts == 0


def test_nobody_is_behind_who_is_let_go_or_does_not_read_the_field():
    state, task, merge = world("a", "b", side("c", fields=POINTS), "d", description="old", number=2)
    state.links[1, "d"].life = LinkLife.LET_GO
    state.links[1, "b"].acked[NOTE] = 1
    merge.advance(task, NOTE, "new", side="a", rule="edit", at=NOW)
    acked = {name: link.acked.get(NOTE) for (_, name), link in state.links.items()}
    assert acked == {"a": 2, "b": 1, "c": None, "d": None}, "who was behind is as far behind as before"


def test_an_edit_on_a_lossy_side_is_lifted():
    """Rule 5: what the side can not show survives; its shadow is what it shows."""
    state, task, merge = world("a", side("b", fields=SHORT), title="long title")
    state.links[1, "b"].pairs[TITLE] = Pair("long", "long")
    assert merged(merge, task, TITLE, edit(state, "b", TITLE, "shrt"))[0] == "shrt"
    assert state.links[1, "b"].pairs[TITLE] == Pair("shrt", "shrt")


@pytest.mark.parametrize(
    ("conflict", "value", "rule", "lost"),
    [
        (ConflictPolicy.NEWEST, "from c", "newest", [("b", "from b")]),
        (ConflictPolicy.PRIORITY, "from b", "priority", [("c", "from c")]),
    ],
)
def test_two_edits_are_a_conflict_by_policy_and_the_loser_is_kept(conflict, value, rule, lost):
    state, task, merge = world(title="old", policy={"conflict": conflict})
    deltas = [edit(state, "b", TITLE, "from b", at=NOW - HOUR), edit(state, "c", TITLE, "from c")]
    assert merged(merge, task, TITLE, *deltas) == (value, [rule], lost)
    assert merge.conflicts == 1
    loser, winner = ("b", "c") if value == "from c" else ("c", "b")
    assert state.links[1, loser].acked == {TITLE: 1}
    assert state.links[1, loser].pairs[TITLE] == Pair(f"from {loser}", f"from {loser}")
    assert state.links[1, winner].acked == {}
    assert state.links[1, "a"].acked == {TITLE: 1}
    lost_row = next(row for row in merge.moved if row.lost)
    assert (lost_row.new, lost_row.rule) == (value, "lost")


@pytest.mark.parametrize(
    ("acked", "sent", "stale"),
    [(None, "current", False), (2, "older", False), (1, "older", True), (1, "current", False)],
    ids=["told by nobody", "the current one", "an older one", "an older one that looks the same"],
)
def test_an_edit_is_based_on_what_its_side_had_acknowledged(acked, sent, stale):
    """Rule 4: else the current value is a contender, of the side that made it; the younger one stands."""
    state, task, merge = world(title="current", number=2)
    state.links[1, "b"].pairs[TITLE] = Pair(sent, sent)
    delta = edit(state, "b", TITLE, "edit", at=NOW - HOUR, acked=acked)
    value, rules, lost = merged(merge, task, TITLE, delta)
    if stale:
        assert (value, rules, lost, merge.conflicts) == ("current", [], [("b", "edit")], 1)
        assert state.links[1, "b"].acked == {TITLE: 1}, "the current value is owed to it still"
    else:
        assert (value, rules, lost, merge.conflicts) == ("edit", ["edit"], [], 0)


def test_an_older_edit_without_any_shadow_meets_the_current_value():
    state, task, merge = world(title="current", number=2)
    delta = edit(state, "b", TITLE, "edit", at=NOW - HOUR, acked=1)
    del state.links[1, "b"].pairs[TITLE]
    assert merged(merge, task, TITLE, delta) == ("current", [], [("b", "edit")])


def test_a_current_value_of_nobody_is_that_of_the_side_where_the_task_was_born():
    state, task, merge = world(title="current", number=2, policy={"conflict": ConflictPolicy.PRIORITY})
    task.versions[TITLE], task.born = Version(number=2), "c"
    state.links[1, "b"].pairs[TITLE] = Pair("older", "older")
    delta = edit(state, "b", TITLE, "edit", acked=1)
    assert merged(merge, task, TITLE, delta) == ("edit", ["priority"], [("c", "current")])


def test_a_value_that_explains_what_every_side_shows_is_taken():
    """The long title explains the short one; the first side that has such a value is named."""
    state, task, merge = world("a", side("b", fields=SHORT), "c", title="old")
    deltas = [edit(state, "b", TITLE, "long"), edit(state, "c", TITLE, "long title")]
    assert merged(merge, task, TITLE, *deltas) == ("long title", ["explained"], [])
    assert state.links[1, "b"].pairs[TITLE] == Pair("long", "long")
    assert task.versions[TITLE].side == "c"
    assert merge.conflicts == 0


def test_the_same_edit_on_two_sides_is_one():
    state, task, merge = world(title="old")
    deltas = [edit(state, "c", TITLE, "new"), edit(state, "a", TITLE, "new")]
    assert merged(merge, task, TITLE, *deltas) == ("new", ["explained"], [])
    assert task.versions[TITLE].side == "a", "the higher of the two"
    assert {name: link.acked for (_, name), link in state.links.items()} == {"a": {}, "b": {TITLE: 1}, "c": {}}


def test_a_late_edit_that_equals_the_current_value_changes_nothing():
    state, task, merge = world(title="current", number=2)
    state.links[1, "b"].pairs[TITLE] = Pair("older", "older")
    assert merged(merge, task, TITLE, edit(state, "b", TITLE, "current", acked=1)) == ("current", [], [])
    assert state.links[1, "b"].acked == {}
    assert task.versions[TITLE].number == 2


def test_a_short_edit_based_on_an_older_value_is_not_explained_by_the_current_one_seen_there():
    """The current value explains what the short side shows: it stands, and that side agrees."""
    state, task, merge = world("a", side("b", fields=SHORT), title="long title", number=2)
    state.links[1, "b"].pairs[TITLE] = Pair("old", "old")
    assert merged(merge, task, TITLE, edit(state, "b", TITLE, "long", acked=1)) == ("long title", [], [])
    assert state.links[1, "b"].pairs[TITLE] == Pair("long", "long")


def test_a_persons_edit_goes_before_a_derived_one():
    """Rule 18: a status that follows from the children does not contend with a person's."""
    state, task, merge = world()
    deltas = [
        edit(state, "a", STATUS, Status.COMPLETED, derived=True),
        edit(state, "c", STATUS, Status.CANCELLED, at=NOW - HOUR),
    ]
    assert merged(merge, task, STATUS, *deltas) == (Status.CANCELLED, ["edit"], [])
    assert state.links[1, "a"].acked == {STATUS: 1}


def test_a_derived_edit_alone_is_an_edit_and_an_old_one_gives_way():
    state, task, merge = world(number=2)
    assert merged(merge, task, STATUS, edit(state, "b", STATUS, Status.COMPLETED, derived=True))[0] is Status.COMPLETED
    state, task, merge = world(number=2)
    state.links[1, "b"].pairs[STATUS] = Pair(Status.IN_PROGRESS, Status.IN_PROGRESS)
    late = edit(state, "b", STATUS, Status.COMPLETED, derived=True, acked=1)
    assert merged(merge, task, STATUS, late) == (Status.NEEDS_ACTION, [], [])
    assert merge.conflicts == 0


def test_two_derived_edits_that_differ_are_a_conflict():
    state, task, merge = world()
    deltas = [
        edit(state, "a", STATUS, Status.COMPLETED, derived=True),
        edit(state, "c", STATUS, Status.CANCELLED, derived=True, at=NOW - HOUR),
    ]
    assert merged(merge, task, STATUS, *deltas)[0] is Status.COMPLETED
    assert merge.conflicts == 1


def test_sets_merge_three_way_from_each_sides_shadow():
    """Additions and removals of both, over the current set; case does not tell."""
    state, task, merge = world(labels=("home", "old", "Shop"))
    deltas = [edit(state, "a", LABELS, ("home", "new", "Shop")), edit(state, "b", LABELS, ("HOME", "old", "shop", "x"))]
    value, rules, lost = merged(merge, task, LABELS, *deltas)
    assert (value, rules, lost) == (("home", "new", "Shop", "x"), ["merged"], [])
    assert task.versions[LABELS].side == "b"
    assert state.links[1, "a"].acked == state.links[1, "b"].acked == state.links[1, "c"].acked == {LABELS: 1}


@pytest.mark.parametrize(
    ("current", "stored", "seen", "value"),
    [
        (("a", "b"), (), ("c",), ("a", "b", "c")),
        (("a", "b"), ("a",), (), ("b",)),
        ((), ("a",), (), ()),
        (None, None, ("a",), ("a",)),
        (("a",), ("A",), None, ()),
        (("A",), (), ("a",), ("A",)),
    ],
    ids=["added", "removed", "removed before", "the first", "no opinion of a set", "there already"],
)
def test_a_set_over_another_base(current, stored, seen, value):
    state, task, merge = world(labels=current)
    state.links[1, "b"].pairs[LABELS] = Pair(stored, stored)
    merge.field(task, LABELS, [edit(state, "b", LABELS, seen)])
    assert (task.values[LABELS] or ()) == value


@pytest.mark.parametrize(("acked", "rule"), [(None, "edit"), (1, "merged")])
def test_a_set_that_one_side_edited_is_an_edit_if_it_had_the_current_one(acked, rule):
    state, task, merge = world(labels=("a",), number=2)
    state.links[1, "b"].pairs[LABELS] = Pair((), ())
    assert merged(merge, task, LABELS, edit(state, "b", LABELS, ("x",), acked=acked)) == (("a", "x"), [rule], [])


BASE = "one\ntwo\nthree"


@pytest.mark.parametrize(
    ("theirs", "value", "rules", "conflicts"),
    [
        ("one\ntwo\nTHREE", "ONE\ntwo\nTHREE", ["merged"], 0),
        ("One\ntwo\nthree", "ONE\ntwo\nthree", ["newest"], 1),
    ],
    ids=["other lines", "the same line"],
)
def test_descriptions_merge_by_lines(theirs, value, rules, conflicts):
    state, task, merge = world(description=BASE)
    deltas = [edit(state, "a", NOTE, "ONE\ntwo\nthree"), edit(state, "b", NOTE, theirs, at=NOW - HOUR)]
    assert merged(merge, task, NOTE, *deltas)[:2] == (value, rules)
    assert merge.conflicts == conflicts


def test_a_late_change_of_other_lines_is_merged_into_the_current_text():
    state, task, merge = world(description="ONE\ntwo\nthree", number=2)
    state.links[1, "b"].pairs[NOTE] = Pair(BASE, BASE)
    delta = edit(state, "b", NOTE, "one\ntwo\nTHREE", acked=1)
    assert merged(merge, task, NOTE, delta) == ("ONE\ntwo\nTHREE", ["merged"], [])
    assert task.versions[NOTE].side == "b"


def test_three_texts_of_which_two_touch_are_a_conflict():
    state, task, merge = world(description=BASE)
    changed = {"a": "ONE\ntwo\nthree", "b": "One\ntwo\nthree", "c": "one\ntwo\nTHREE"}
    merge.field(task, NOTE, [edit(state, name, NOTE, text) for name, text in changed.items()])
    assert merge.conflicts == 1


def test_a_text_from_nothing_has_no_lines_of_its_own():
    state, task, merge = world(description=None)
    merge.field(task, NOTE, [edit(state, "a", NOTE, "left"), edit(state, "b", NOTE, None)])
    assert (task.values[NOTE], merge.conflicts) == ("left", 0)


def test_titles_do_not_merge_by_lines():
    state, task, merge = world(title=BASE)
    deltas = [edit(state, "a", TITLE, "ONE\ntwo\nthree"), edit(state, "b", TITLE, "one\ntwo\nTHREE")]
    merge.field(task, TITLE, deltas)
    assert merge.conflicts == 1


def test_a_late_edit_beside_one_that_is_not_late_meets_that_one():
    """One of two is based on an older version: who made the other one had seen the current value, and replaced it."""
    state, task, merge = world(title="current", number=2)
    state.links[1, "c"].pairs[TITLE] = Pair("older", "older")
    deltas = [edit(state, "b", TITLE, "x", at=NOW - HOUR), edit(state, "c", TITLE, "y", at=NOW - 2 * HOUR, acked=1)]
    value, _, lost = merged(merge, task, TITLE, *deltas)
    assert (value, lost) == ("x", [("c", "y")])


def test_a_late_edit_that_says_the_same_as_one_that_is_not_late_is_no_conflict():
    state, task, merge = world(title="current", number=2)
    state.links[1, "c"].pairs[TITLE] = Pair("older", "older")
    deltas = [edit(state, "b", TITLE, "x"), edit(state, "c", TITLE, "x", acked=1)]
    assert merged(merge, task, TITLE, *deltas) == ("x", ["explained"], [])


def test_two_late_edits_meet_the_current_value():
    state, task, merge = world(title="current", number=2)
    for name in "bc":
        state.links[1, name].pairs[TITLE] = Pair("older", "older")
    deltas = [edit(state, name, TITLE, new, at=NOW - HOUR, acked=1) for name, new in (("b", "x"), ("c", "y"))]
    value, _, lost = merged(merge, task, TITLE, *deltas)
    assert (value, lost) == ("current", [("b", "x"), ("c", "y")])


def test_a_derived_edit_that_gives_way_is_absorbed():
    """Its side shows it, is behind, and the next cycle does not see it again."""
    state, task, merge = world(number=2)
    state.links[1, "b"].pairs[STATUS] = Pair(Status.IN_PROGRESS, Status.IN_PROGRESS)
    merge.field(task, STATUS, [edit(state, "b", STATUS, Status.COMPLETED, derived=True, acked=1)])
    link = state.links[1, "b"]
    assert (link.pairs[STATUS], link.acked) == (Pair(Status.COMPLETED, Status.COMPLETED), {STATUS: 1})


def test_the_side_of_the_current_value_is_named_even_where_the_task_was_born_elsewhere():
    state, task, merge = world(title="current", number=2, policy={"conflict": ConflictPolicy.PRIORITY})
    task.versions[TITLE], task.born = Version(number=2, side="c"), "a"
    state.links[1, "b"].pairs[TITLE] = Pair("older", "older")
    assert merged(merge, task, TITLE, edit(state, "b", TITLE, "edit", acked=1)) == (
        "edit",
        ["priority"],
        [("c", "current")],
    )


def test_three_texts_merge_one_after_the_other():
    state, task, merge = world(description=BASE)
    changed = {"a": "ONE\ntwo\nthree", "b": "one\ntwo\nTHREE", "c": "zero\none\ntwo\nthree"}
    merge.field(task, NOTE, [edit(state, name, NOTE, text) for name, text in list(changed.items())[:2]])
    assert task.values[NOTE] == "ONE\ntwo\nTHREE"
    merge.field(task, NOTE, [edit(state, "c", NOTE, changed["c"], acked=1)])
    assert merge.conflicts == 1, "what was put before a changed line touches it"


def test_a_text_that_was_nothing_for_one_of_two():
    """No opinion of a text is an empty one: both wrote into it."""
    state, task, merge = world(description="")
    state.links[1, "a"].pairs[NOTE] = Pair(None, None)
    merge.field(task, NOTE, [edit(state, "a", NOTE, "left"), edit(state, "b", NOTE, "")])
    assert task.values[NOTE] == "left"
    assert merge.conflicts == 0


def test_a_shadow_is_the_view_that_would_be_sent_and_what_is_there():
    state, task, merge = world(labels=("A",))
    merge.field(task, LABELS, [edit(state, "b", LABELS, ("a", "b"))])
    assert state.links[1, "b"].pairs[LABELS] == Pair(("A", "b"), ("a", "b"))


def test_one_of_three_contenders_that_became_equal_ends_nothing():
    state, task, merge = holding()
    merge.field(task, TITLE, [edit(state, "c", TITLE, "from c")])
    merge.field(task, TITLE, [edit(state, "b", TITLE, "from a")])
    assert len(state.held) == 1
    merge.field(task, TITLE, [edit(state, "b", TITLE, "from c")])
    assert len(state.held) == 1, "all are equal but the first"
    merge.field(task, TITLE, [edit(state, "b", TITLE, "from a"), edit(state, "a", TITLE, "from c")])
    assert len(state.held) == 1, "the first and the last are equal, the second is not"
    merge.field(task, TITLE, [edit(state, "b", TITLE, "from c")])
    assert (state.held, task.values[TITLE]) == ([], "from c")


def holding():
    """Two edits of a title under the policy ``hold``."""
    state, task, merge = world(title="old", policy={"conflict": ConflictPolicy.HOLD})
    merge.field(task, TITLE, [edit(state, "a", TITLE, "from a"), edit(state, "b", TITLE, "from b")])
    return state, task, merge


def test_under_hold_the_value_stays_and_the_contenders_wait():
    state, task, merge = holding()
    assert (task.values[TITLE], task.versions[TITLE].number, merge.conflicts) == ("old", 1, 1)
    assert [(row.side, row.new, row.rule) for row in merge.moved] == [("a", "from a", "held"), ("b", "from b", "held")]
    [held] = state.held
    assert (held.kind, held.key, held.task, held.title, held.field, held.since) == (
        HeldKind.CONFLICT,
        "conflict:1:title",
        1,
        "old",
        TITLE,
        NOW,
    )
    assert held.data == {"a": "from a", "b": "from b"}
    assert held.why == "title was changed on a and b"
    assert held.choices == ("take a", "take b", "set VALUE")
    assert state.links[1, "a"].pairs[TITLE] == Pair("from a", "from a"), "what is there is no edit again"
    assert state.links[1, "a"].acked == {TITLE: 0}
    assert state.links[1, "c"].acked == {}


def test_a_later_edit_replaces_its_sides_contender():
    state, task, merge = holding()
    merge.field(task, TITLE, [edit(state, "c", TITLE, "from c"), edit(state, "a", TITLE, "again a")])
    [held] = state.held
    assert held.data == {"a": "again a", "b": "from b", "c": "from c"}
    assert held.choices == ("take a", "take c", "take b", "set VALUE")
    assert state.links[1, "c"].pairs[TITLE] == Pair("from c", "from c")
    assert task.values[TITLE] == "old"
    rows = [(row.side, row.old, row.new, row.rule) for row in merge.moved[2:]]
    assert rows == [("c", "old", "from c", HELD_BACK), ("a", "old", "again a", HELD_BACK)]


def test_an_edit_that_waits_answers_no_question():
    """It names a parent that is not linked yet: a person is asked still, of whom the last contender may be alone."""
    state, task, merge = world(parent=None)
    asked = Held(HeldKind.CONFLICT, "k", "", ("take a", "set VALUE"), task=1, data={"a": 7}, field=PARENT)
    state.held.append(asked)
    assert merged(merge, task, PARENT, edit(state, "b", PARENT, "b77")) == (None, [], [])
    assert state.held == [asked]


def test_contenders_that_became_equal_end_the_conflict():
    state, task, merge = holding()
    merge.field(task, TITLE, [edit(state, "b", TITLE, "from a")])
    assert state.held == []
    assert (task.values[TITLE], task.versions[TITLE].rule, task.versions[TITLE].side) == (
        "from a",
        "contenders are equal",
        "a",
    )


def test_the_conflict_of_another_task_or_field_is_not_this_one():
    """A task's conflict is found by its kind, its task and its field."""
    task = Task(id=1)
    rows = [
        Held(kind=kind, key="k", why="", choices=(), task=number, field=name)
        for kind, number, name in [
            (HeldKind.GUARD, 1, TITLE),
            (HeldKind.CONFLICT, 2, TITLE),
            (HeldKind.CONFLICT, 1, NOTE),
            (HeldKind.CONFLICT, 1, TITLE),
        ]
    ]
    assert find_conflict(rows, task, TITLE) is rows[3]
    assert find_conflict(rows[:3], task, TITLE) is None


def test_an_edit_that_names_a_parent_that_is_not_linked_waits():
    """No opinion until it can be said in the group's terms: read again, and nothing is absorbed."""
    state, task, merge = world(parent=None)
    assert merged(merge, task, PARENT, edit(state, "b", PARENT, "b77")) == (None, [], [])
    link = state.links[1, "b"]
    assert (link.unknown, link.raw_hash, link.pairs[PARENT]) == ({PARENT: "b77"}, "", Pair(None, None))
    merge.field(task, PARENT, [edit(state, "b", PARENT, "b77"), edit(state, "a", PARENT, None)])
    assert state.links[1, "a"].unknown == {}


def test_without_deltas_nothing_moves():
    state, task, merge = world(title="t")
    merge.field(task, TITLE, [])
    assert (merge.moved, state.links[1, "a"].acked, task.versions[TITLE].number) == ([], {}, 1)


EARLIER = NOW - HOUR


@pytest.mark.parametrize(
    ("before", "after", "had", "has"),
    [
        (Status.NEEDS_ACTION, Status.COMPLETED, None, NOW),
        (None, Status.CANCELLED, None, NOW),
        (Status.NEEDS_ACTION, Status.COMPLETED, EARLIER, EARLIER),
        (Status.COMPLETED, Status.CANCELLED, EARLIER, EARLIER),
        (Status.COMPLETED, Status.CANCELLED, None, None),
        (Status.COMPLETED, Status.NEEDS_ACTION, EARLIER, None),
        (Status.NEEDS_ACTION, Status.IN_PROGRESS, EARLIER, None),
        (Status.COMPLETED, None, EARLIER, None),
    ],
)
def test_the_completed_time_follows_the_status(before, after, had, has):
    task = Task(id=1, values={STATUS: after, Field.COMPLETED: had})
    follow_status(task, before, NOW)
    assert task.values[Field.COMPLETED] == has


def test_a_status_that_advances_takes_the_completed_time_along():
    state, task, merge = world()
    merge.field(task, STATUS, [edit(state, "b", STATUS, Status.COMPLETED)])
    assert task.values[Field.COMPLETED] == NOW
    merge.field(task, STATUS, [edit(state, "b", STATUS, Status.NEEDS_ACTION)])
    assert task.values[Field.COMPLETED] is None
    task.values[Field.COMPLETED] = EARLIER
    merge.advance(task, TITLE, "x", side="a", rule="edit")
    assert task.values[Field.COMPLETED] == EARLIER


def test_late_edits_that_equal_the_current_value_of_a_lossy_side_are_explained():
    """The current value counts in full, not as the side that made it would show it."""
    state, task, merge = world("a", side("b", fields=SHORT), "c", title="long title", number=2)
    task.versions[TITLE] = Version(number=2, side="b")
    for name in "ac":
        state.links[1, name].pairs[TITLE] = Pair("older", "older")
    merge.field(task, TITLE, [edit(state, name, TITLE, "long title", acked=1) for name in "ac"])
    assert (merge.conflicts, merge.moved, state.links[1, "c"].acked) == (0, [], {})


def test_what_became_of_a_link_is_told_with_the_entry_as_it_was():
    state, _, merge = world(title="old")
    state.links[1, "b"].native = {"id": 1}
    merge.act(state.links[1, "b"], Do.LET_GO, "by hand")
    [row] = merge.acted
    assert (row.do, row.task, row.side, row.ref, row.outcome, row.image) == (
        Do.LET_GO,
        1,
        "b",
        "b1",
        "by hand",
        {"id": 1},
    )


CREATED_WITH = {**RICH.fields, STATUS: FieldCapability(holding=Holding.AT_CREATE)}
OPEN, BEGUN, DONE, DROPPED = Status.NEEDS_ACTION, Status.IN_PROGRESS, Status.COMPLETED, Status.CANCELLED


@pytest.mark.parametrize(
    ("fields", "current", "old", "new", "conflicts"),
    [
        (CREATED_WITH, BEGUN, OPEN, DONE, 0),
        (RICH.fields, BEGUN, OPEN, DONE, 1),
        (CREATED_WITH, DROPPED, OPEN, DONE, 1),
        (CREATED_WITH, BEGUN, DROPPED, DONE, 1),
        (CREATED_WITH, BEGUN, OPEN, DROPPED, 1),
    ],
    ids=[
        "completed, begun elsewhere",
        "a side that can be told",
        "cancelled elsewhere",
        "cancelled there before",
        "cancelled there",
    ],
)
def test_a_side_that_can_not_be_told_continues_a_task_that_was_begun_elsewhere(fields, current, old, new, conflicts):
    """Rule 4: whoever completes it there did what comes next."""
    state, task, merge = world("a", side("b", fields=fields), number=2, status=current)
    state.links[1, "b"].pairs[STATUS] = Pair(old, old)
    merge.field(task, STATUS, [edit(state, "b", STATUS, new, acked=1)])
    assert merge.conflicts == conflicts
    assert conflicts or task.values[STATUS] is new
