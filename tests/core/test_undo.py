"""What undoing a cycle brings back, what it skips and names, and what it leaves alone (rule 22)."""

from __future__ import annotations

import pytest

from connectors.contract import DeleteMeans, FieldCapability, Holding
from connectors.projection import cut
from connectors.task import Field, Status
from sync.core.adopt import MATCHED
from sync.core.decisions import BY_A_PERSON
from sync.core.evidence import DELETED_HERE, UNDONE, let_go
from sync.core.facts import Acted, Change, Moved, Note
from sync.core.merge import HELD_BACK, NEW, Merge
from sync.core.model import Do, Held, HeldKind, LinkLife, Pair, TaskLife, Version
from sync.core.recover import FOUND_DONE
from sync.core.settle import BY_HAND, CREATE_AGAIN, DELETED_THERE, DONE, NO_DELETE, UNTIED
from sync.core.undo import Undo, Undoing
from tests.core.build import NOW, RICH, TWO_WAY, add_task, group, lenses_of, side, state_of

TITLE, NOTE, DUE, LABELS, STATUS = Field.TITLE, Field.DESCRIPTION, Field.DUE, Field.LABELS, Field.STATUS
PARENT, PRIORITY = Field.PARENT, Field.PRIORITY
RULE = "undo of cycle 7"


def world(*sides):
    """Sides that agree on one task, which was last changed on a in cycle 7; the state, the task, its lenses."""
    policy = group(*(sides or ("a", "b")))
    state = state_of(policy)
    task = add_task(state, 1, {TITLE: "Milk", NOTE: "new"}, *(spec.name for spec in policy.sides))
    task.versions[NOTE] = Version(number=2, side="a", rule="edit", cycle=7)
    return state, task, lenses_of(policy, state)


def moved(old, new="new", name=NOTE, *, task=1, on="a", rule="edit", lost=False):
    """A history row of a value that moved."""
    return Moved(task=task, title="as told", side=on, field=name, old=old, new=new, rule=rule, lost=lost)


def acted(do, outcome=DONE, *, task=1, ref="b1"):
    """A history row of an action on side b."""
    return Acted(do=do, task=task, side="b", ref=ref, outcome=outcome)


def undone(lenses, *rows, writable=("a", "b")):
    """Cycle 7, of these rows, undone in cycle 9."""
    told = Undo(
        cycle=7,
        moved=[row for row in rows if isinstance(row, Moved)],
        acted=[row for row in rows if isinstance(row, Acted)],
    )
    undoing = Undoing(Merge(lenses, 9, NOW), told, frozenset(writable))
    undoing.run()
    return undoing


def skipped(undoing):
    """Field and reason of what was not brought back, after making sure that nothing was."""
    assert (undoing.done, undoing.tasks, undoing.actions) == (0, set(), [])
    return [(note.field, note.why) for note in undoing.skipped]


def test_the_value_before_the_first_move_comes_back_with_a_new_version():
    _, task, lenses = world()
    undoing = undone(lenses, moved("old", "between"), moved("between"))
    assert task.values[NOTE] == "old"
    assert task.version(NOTE) == Version(number=3, side="", rule=RULE, cycle=9)
    assert [link.acked for link in lenses.state.of_task(1)] == [{NOTE: 2}, {NOTE: 2}]
    assert (undoing.done, undoing.tasks, undoing.skipped) == (1, {1}, [])


@pytest.mark.parametrize(
    ("name", "new", "told", "back"),
    [(LABELS, ("x",), ["x"], ()), (DUE, None, None, None), (NOTE, "x", "x", ""), (PARENT, 2, 2, None)],
)
def test_a_field_that_nobody_had_a_value_of_is_emptied(name, new, told, back):
    state, task, lenses = world()
    add_task(state, 2, {TITLE: "Shop"}, "a", "b")
    task.values[name], task.versions[name] = new, Version(cycle=7)
    undoing = undone(lenses, moved(None, told, name))
    assert (task.values[name], undoing.skipped) == (back, [])
    assert undoing.done == (0 if new is None else 1)


@pytest.mark.parametrize("row", [moved("old", lost=True), moved("old", rule=HELD_BACK), moved(None, rule=NEW)])
def test_a_row_that_tells_of_no_move_is_not_undone(row):
    _, task, lenses = world()
    assert skipped(undone(lenses, row)) == []
    assert (task.values[NOTE], task.version(NOTE).number) == ("new", 2)


def test_a_value_that_moved_there_and_back_stays_as_it_is():
    _, task, lenses = world()
    assert skipped(undone(lenses, moved("new", "between"), moved("between"))) == []
    assert task.version(NOTE).number == 2


def test_a_number_that_is_no_parent_needs_no_task_of_that_number():
    _, task, lenses = world()
    task.values[PRIORITY], task.versions[PRIORITY] = 1, Version(cycle=7)
    assert undone(lenses, moved(5, 1, PRIORITY)).skipped == []
    assert task.values[PRIORITY] == 5


@pytest.mark.parametrize(
    ("version", "value", "why"),
    [
        (Version(number=3, side="b", cycle=8), "new", "it was changed since on b, in cycle 8"),
        (Version(number=3, cycle=8), "newer", "it was changed since, in cycle 8"),
        (Version(number=3, side="b", cycle=7), "newer", "it was changed since on b, in cycle 7"),
    ],
)
def test_a_value_that_moved_since_is_skipped_and_named(version, value, why):
    _, task, lenses = world()
    task.versions[NOTE], task.values[NOTE] = version, value
    undoing = undone(lenses, moved("old"))
    assert undoing.skipped == [Note(task=1, title="Milk", side="a", ref="a1", field=NOTE, why=why)]
    assert (skipped(undoing), task.values[NOTE]) == ([(NOTE, why)], value)


def test_a_task_that_is_not_known_any_more_is_named_as_history_has_it():
    _, _, lenses = world()
    undoing = undone(lenses, moved("old", task=8))
    why = "it is not known any more"
    assert undoing.skipped == [Note(task=8, title="as told", side="a", ref=None, field=NOTE, why=why)]
    assert skipped(undoing) == [(NOTE, why)]


def test_a_task_that_was_deleted_since_keeps_its_values():
    _, task, lenses = world()
    task.life = TaskLife.DELETED
    assert skipped(undone(lenses, moved("old"))) == [(NOTE, "the task was deleted since")]


def test_a_value_about_which_a_conflict_is_held_is_left_to_the_person():
    state, task, lenses = world()
    state.held = [Held(kind=HeldKind.CONFLICT, key="c", why="", choices=(), task=1, field=NOTE)]
    assert skipped(undone(lenses, moved("old"))) == [(NOTE, "a conflict about it is held since")]
    assert task.values[NOTE] == "new"


def test_a_status_that_had_no_value_has_nothing_to_go_back_to():
    _, task, lenses = world()
    task.versions[STATUS] = Version(number=2, side="a", cycle=7)
    assert skipped(undone(lenses, moved(None, "needs_action", STATUS))) == [(STATUS, "it had no value before")]
    assert task.values[STATUS] is Status.NEEDS_ACTION


@pytest.mark.parametrize("there", [False, True], ids=["unknown", "deleted"])
def test_a_parent_that_is_gone_does_not_come_back(there):
    state, task, lenses = world()
    if there:
        add_task(state, 5, {TITLE: "Shop"}, "a").life = TaskLife.DELETED
    task.values[PARENT], task.versions[PARENT] = None, Version(cycle=7)
    assert skipped(undone(lenses, moved(5, None, PARENT))) == [(PARENT, "the parent that it had was deleted")]


def test_a_parent_that_is_there_comes_back():
    state, task, lenses = world()
    add_task(state, 5, {TITLE: "Shop"}, "a", "b")
    task.values[PARENT], task.versions[PARENT] = None, Version(cycle=7)
    assert undone(lenses, moved(5, None, PARENT)).done == 1
    assert task.values[PARENT] == 5


def test_a_parent_that_stands_below_it_since_does_not_make_a_ring():
    """The task keeps the parent that it has now, and the one that could not come back is kept as a loser."""
    state, task, lenses = world()
    for number in (2, 3):
        add_task(state, number, {TITLE: "Shop"}, "a", "b")
    task.values[PARENT], task.versions[PARENT] = 3, Version(number=2, side="a", cycle=7)
    state.tasks[2].values[PARENT] = 1
    undoing = undone(lenses, moved(2, 3, PARENT))
    assert (task.values[PARENT], state.tasks[2].values[PARENT]) == (3, 1)
    assert [(row.old, row.new, row.lost) for row in undoing.merge.moved if row.lost] == [(2, 3, True)]


@pytest.mark.parametrize(
    ("do", "outcome", "reason", "back"),
    [
        *[(do, outcome, DELETED_HERE, "made") for do in (Do.DELETE, Do.ARCHIVE, Do.CLOSE) for outcome in (DONE,)],
        (Do.DELETE, FOUND_DONE, DELETED_HERE, "made"),
        (Do.DELETE, "refused", DELETED_HERE, ""),
        (Do.UPDATE, DONE, DELETED_HERE, ""),
        (Do.LET_GO, DELETED_THERE, DELETED_THERE, "made"),
        (Do.LET_GO, DONE, DELETED_THERE, "made"),
        (Do.LET_GO, BY_HAND, BY_HAND, "tied"),
        (Do.LET_GO, BY_A_PERSON, BY_A_PERSON, "tied"),
        (Do.LET_GO, UNTIED, UNTIED, "tied"),
        (Do.LET_GO, FOUND_DONE, BY_HAND, ""),
        (Do.LET_GO, DONE, f"b {NO_DELETE}", "tied"),
        (Do.ADOPT, BY_HAND, BY_HAND, ""),
    ],
)
def test_a_link_that_ended_ties_again_where_its_entry_is_and_is_made_again_where_not(do, outcome, reason, back):
    state, _, lenses = world()
    let_go(state.links[1, "b"], reason)
    del lenses.refs["b", "b1"]
    undoing = undone(lenses, acted(do, outcome))
    link = state.links[1, "b"]
    seen = {"tied": (True, "b1", "", ()), "made": (False, None, CREATE_AGAIN, ("b1",)), "": (False, "b1", reason, ())}
    assert (link.live, link.ref, link.reason, link.former) == seen[back]
    assert ("b", "b1") in lenses.refs if back == "tied" else ("b", "b1") not in lenses.refs
    rows = [(row.do, row.task, row.side, row.ref, row.outcome) for row in undoing.merge.acted]
    assert rows == ([(Do.ADOPT, 1, "b", "b1", RULE)] if back else [])
    assert (undoing.done, undoing.tasks, undoing.skipped) == ((1, {1}, []) if back else (0, set(), []))


def test_a_link_that_never_had_an_entry_is_made():
    state, _, lenses = world()
    let_go(state.links[1, "b"], BY_HAND)
    state.links[1, "b"].ref = None
    assert undone(lenses, acted(Do.LET_GO, BY_HAND, ref=None)).done == 1
    assert state.links[1, "b"].reason == CREATE_AGAIN


@pytest.mark.parametrize(
    ("reason", "live", "acked"),
    [(DELETED_HERE, True, {STATUS: 4}), (BY_HAND, True, {}), (DELETED_THERE, False, {})],
)
def test_an_entry_that_was_closed_for_a_delete_ties_again_and_is_owed_its_status(reason, live, acked):
    state, task, lenses = world("a", side("b", delete_means=DeleteMeans.STATUS))
    task.versions[STATUS] = Version(number=5)
    let_go(state.links[1, "b"], reason)
    undone(lenses, acted(Do.CLOSE) if reason == DELETED_HERE else acted(Do.LET_GO, reason))
    assert (state.links[1, "b"].live, state.links[1, "b"].acked) == (live, acked)


def test_a_task_that_was_deleted_lives_again_wherever_the_deletion_took_it_from():
    """On c it was deleted by a person, on d by us, on e it was let go by hand before, and f has it still."""
    state, task, lenses = world("a", "b", "c", "d", "e", "f")
    task.life = TaskLife.DELETED
    reasons = {"b": DELETED_HERE, "c": DELETED_THERE, "d": DELETED_HERE, "e": BY_HAND}
    for name, reason in reasons.items():
        let_go(state.links[1, name], reason)
    state.links[1, "f"].reason = DELETED_HERE
    undoing = undone(lenses, acted(Do.DELETE))
    assert task.life is TaskLife.ALIVE
    again = {link.side: link.reason for link in state.of_task(1) if not link.live}
    assert again == {"b": CREATE_AGAIN, "c": CREATE_AGAIN, "d": CREATE_AGAIN, "e": BY_HAND}
    assert sorted(row.side for row in undoing.merge.acted) == ["b", "c", "d"]
    assert (undoing.done, undoing.tasks) == (3, {1})


def test_a_task_that_lives_comes_back_only_where_the_cycle_took_it_from():
    state, _, lenses = world("a", "b", "c")
    let_go(state.links[1, "b"], DELETED_HERE)
    let_go(state.links[1, "c"], DELETED_THERE)
    assert undone(lenses, acted(Do.DELETE)).done == 1
    assert state.links[1, "c"].reason == DELETED_THERE


@pytest.mark.parametrize("missing", ["task", "link"])
def test_an_entry_of_what_is_not_known_any_more_does_not_come_back(missing):
    state, _, lenses = world()
    if missing == "task":
        del state.tasks[1]
    else:
        del state.links[1, "b"]
    undoing = undone(lenses, acted(Do.DELETE))
    ref, title = ("b1", "") if missing == "task" else (None, "Milk")
    why = "it is not known any more"
    assert undoing.skipped == [Note(task=1, title=title, side="b", ref=ref, field=None, why=why)]
    assert skipped(undoing) == [(None, why)]


def test_an_entry_that_is_there_again_is_left_alone():
    state, task, lenses = world()
    task.life = TaskLife.DELETED
    assert skipped(undone(lenses, acted(Do.DELETE))) == [(None, "it is there again")]
    assert (task.life, state.links[1, "b"].live) == (TaskLife.DELETED, True)


def test_what_was_deleted_comes_back_with_the_values_that_it_had():
    state, task, lenses = world()
    task.life = TaskLife.DELETED
    let_go(state.links[1, "b"], DELETED_HERE)
    undoing = undone(lenses, moved("old"), acted(Do.DELETE))
    assert (task.life, task.values[NOTE]) == (TaskLife.ALIVE, "old")
    assert (undoing.done, undoing.tasks, undoing.skipped) == (2, {1}, [])


@pytest.mark.parametrize(("outcome", "reason"), [(DONE, UNDONE), (FOUND_DONE, UNDONE), ("refused", "")])
def test_an_entry_that_we_made_is_to_be_deleted_there(outcome, reason):
    state, _, lenses = world()
    undoing = undone(lenses, acted(Do.CREATE, outcome))
    link = state.links[1, "b"]
    assert (link.reason, link.live, undoing.skipped) == (reason, True, [])
    assert (undoing.done, undoing.tasks) == ((1, {1}) if reason else (0, set()))


@pytest.mark.parametrize("how", ["no task", "no link", "let go", "another entry", "deleted task"])
def test_an_entry_that_we_made_and_is_not_there_any_more_is_named(how):
    state, task, lenses = world()
    link = state.links[1, "b"]
    match how:
        case "no task":
            del state.tasks[1]
        case "no link":
            del state.links[1, "b"]
        case "let go":
            let_go(link, BY_HAND)
        case "another entry":
            link.ref = "b2"
        case "deleted task":
            task.life = TaskLife.DELETED
    assert skipped(undone(lenses, acted(Do.CREATE))) == [(None, "it is not there any more")]
    assert link.reason in {"", BY_HAND}


@pytest.mark.parametrize(("on", "cycle", "stays"), [("b", 8, True), ("b", 7, False), ("a", 8, False)])
def test_an_entry_that_we_made_and_a_person_edited_there_since_stays(on, cycle, stays):
    state, task, lenses = world()
    task.versions[NOTE] = Version(number=3, side=on, cycle=cycle)
    undoing = undone(lenses, acted(Do.CREATE))
    told = [(NOTE, "its description was edited there since, so it stays")]
    assert [(note.field, note.why) for note in undoing.skipped] == (told if stays else [])
    assert state.links[1, "b"].reason == ("" if stays else UNDONE)


def test_a_match_that_cost_nothing_is_let_go_at_once():
    state, task, lenses = world()
    undoing = undone(lenses, acted(Do.ADOPT, MATCHED))
    link = state.links[1, "b"]
    assert (link.life, link.reason, task.life) == (LinkLife.LET_GO, UNTIED, TaskLife.ALIVE)
    assert ("b", "b1") not in lenses.refs
    assert [(row.do, row.side, row.ref, row.outcome) for row in undoing.merge.acted] == [(Do.LET_GO, "b", "b1", UNTIED)]
    assert (undoing.done, undoing.tasks, undoing.actions) == (1, {1}, [])


def test_a_link_that_a_person_made_is_no_match():
    state, _, lenses = world()
    assert skipped(undone(lenses, acted(Do.ADOPT, BY_HAND), acted(Do.LET_GO, MATCHED))) == []
    assert state.links[1, "b"].live


def test_what_a_matched_entry_lost_comes_back_to_it_before_it_is_let_go():
    state, _, lenses = world()
    undoing = undone(lenses, moved("theirs", on="b", lost=True), acted(Do.ADOPT, MATCHED))
    [action] = undoing.actions
    assert (action.do, action.task, action.title, action.side, action.ref) == (Do.UPDATE, 1, "Milk", "b", "b1")
    assert (action.fields, action.versions) == ({NOTE: "theirs"}, {NOTE: 0})
    assert action.changes == {NOTE: Change(before="new", after="theirs", by="b", rule=RULE)}
    link = state.links[1, "b"]
    assert (link.live, link.reason) == (True, UNTIED)
    assert (undoing.done, undoing.tasks, undoing.merge.acted, undoing.skipped) == (1, {1}, [], [])


def test_what_comes_back_to_a_matched_entry_is_what_its_side_shows_and_is_told_in_the_groups_terms():
    short = {**RICH.fields, TITLE: FieldCapability(holding=Holding.TWO_WAY, view=cut(4)), PARENT: TWO_WAY}
    state, _, lenses = world("a", side("b", fields=short))
    for number in (5, 6):
        add_task(state, number, {TITLE: "Shop"}, "a", "b")
        lenses.tie(state.links[number, "b"])
    link = state.links[1, "b"]
    link.pairs[TITLE], link.pairs[PARENT] = Pair("Milk", "Milk"), Pair("b6", "b6")
    rows = [moved("Bread", "Milk", TITLE, on="b", lost=True), moved(5, 6, PARENT, on="b", lost=True)]
    [action] = undone(lenses, *rows, acted(Do.ADOPT, MATCHED)).actions
    assert action.fields == {TITLE: "Brea", PARENT: "b5"}
    assert {name: (one.before, one.after) for name, one in action.changes.items()} == {
        TITLE: ("Milk", "Brea"),
        PARENT: (6, 5),
    }


@pytest.mark.parametrize(
    "row",
    [
        moved("theirs", on="b"),
        moved("theirs", on="a", lost=True),
        moved("theirs", on="b", task=2, lost=True),
        moved("theirs", None, LABELS, on="b", lost=True),
        moved(None, "Milk", DUE, on="b", lost=True),
        moved("new", on="b", lost=True),
    ],
    ids=["not lost", "lost on another side", "another task's", "not written", "no shadow", "as it is"],
)
def test_a_matched_entry_with_nothing_to_get_back_is_let_go_at_once(row):
    fields = {**RICH.fields, LABELS: FieldCapability(holding=Holding.AT_CREATE)}
    state, task, lenses = world("a", side("b", fields=fields))
    task.versions[NOTE] = Version(number=3, cycle=6)
    state.links[1, "b"].pairs[LABELS] = Pair((), ())
    undoing = undone(lenses, row, acted(Do.ADOPT, MATCHED))
    assert (undoing.actions, state.links[1, "b"].live) == ([], False)


def test_what_changed_since_is_not_taken_back_from_a_matched_entry_and_the_rest_is():
    _, task, lenses = world()
    task.versions[NOTE] = Version(number=3, side="a", cycle=8)
    task.versions[TITLE] = Version(number=2, side="a", cycle=7)
    rows = [moved("theirs", on="b", lost=True), moved("MILK", "Milk", TITLE, on="b", lost=True)]
    undoing = undone(lenses, *rows, acted(Do.ADOPT, MATCHED))
    assert [action.fields for action in undoing.actions] == [{TITLE: "MILK"}]
    why = "it was changed since"
    assert undoing.skipped == [Note(task=1, title="Milk", side="b", ref="b1", field=NOTE, why=why)]


def test_a_matched_entry_that_can_not_be_written_now_stays_tied():
    state, _, lenses = world()
    rows = [moved("theirs", on="b", lost=True), acted(Do.ADOPT, MATCHED)]
    assert skipped(undone(lenses, *rows, writable=("a",))) == [(None, "b takes no part in this cycle")]
    assert (state.links[1, "b"].live, state.links[1, "b"].reason) == (True, "")


def test_a_matched_entry_with_nothing_to_get_back_is_let_go_though_its_side_takes_no_part():
    state, _, lenses = world()
    assert undone(lenses, acted(Do.ADOPT, MATCHED), writable=()).skipped == []
    assert not state.links[1, "b"].live


@pytest.mark.parametrize("how", ["no task", "let go", "another entry"])
def test_a_match_that_does_not_tie_any_more_is_named(how):
    state, _, lenses = world()
    link = state.links[1, "b"]
    match how:
        case "no task":
            del state.tasks[1]
        case "let go":
            let_go(link, BY_HAND)
        case "another entry":
            link.ref = "b2"
    assert skipped(undone(lenses, acted(Do.ADOPT, MATCHED))) == [(None, "it is not tied any more")]
    assert link.reason in {"", BY_HAND}
