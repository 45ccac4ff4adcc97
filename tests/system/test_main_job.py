"""The main job, end to end: processes, real HTTP, servers of other hands, and people at work on both sides."""

from __future__ import annotations

import json

import pytest

from tests.system.checkvist import CheckvistReading
from tests.system.group import Group, group
from tests.system.ledger import DONE
from tests.system.ogsm import OgsmReading
from tests.system.people import People

FEW = range(4)
MANY = range(100, 140)


def do_the_job(at: Group, seed: int, *, tasks: int, edits: int, deletes: int) -> None:
    """First sync, edits, deletes; after each, both sides are as people left them, and stay so."""
    people = People(at, seed)
    people.fill(tasks)
    first = at.settle()
    assert people.ledger.problems() == [], "after the first sync"
    assert sum(report["created"] for report in first) == tasks
    people.edit(edits)
    at.settle()
    assert people.ledger.problems() == [], "after the edits"
    people.delete(deletes)
    at.settle()
    assert people.ledger.problems() == [], "after the deletes"


def test_the_seeds_of_these_tests_see_each_value_of_every_reading():
    for kind in (CheckvistReading, OgsmReading):
        seen = [kind.drawn(seed) for seed in FEW]
        for name, values in kind.choices().items():
            assert {getattr(one, name) for one in seen} == set(values), name


@pytest.mark.parametrize("seed", FEW)
def test_tasks_edits_and_deletes_go_both_ways_and_then_it_is_quiet(tmp_path, seed):
    with group(tmp_path, seed) as at:
        do_the_job(at, seed, tasks=40, edits=20, deletes=4)


@pytest.mark.torture
@pytest.mark.parametrize("seed", MANY)
def test_two_hundred_tasks_and_fifty_edits(tmp_path, seed):
    with group(tmp_path, seed) as at:
        do_the_job(at, seed, tasks=200, edits=50, deletes=8)


def test_a_cycle_without_work_sends_one_list_request_a_side_and_a_log_in(small, people):
    """At Checkvist the list itself, once that is known to be at rest; else its items."""
    people.fill(10)
    small.run()
    small.outline.rest()
    small.run()
    small.outline.log.clear()
    small.strategy.log.clear()
    report = small.stay_quiet()
    assert small.outline.counts == {"POST /auth/login.json": 1, "GET /checklists/N.json": 1}
    assert small.strategy.counts == {"GET /api/vN/actions.json": 1}
    assert report["requests"] == {"outline": 2, "strategy": 1}


def test_with_basic_authentication_there_is_no_log_in(tmp_path):
    with group(tmp_path, outline_keys='auth = "basic"') as at:
        People(at).fill(2)
        at.run()
        at.outline.rest()
        at.run()
        at.outline.log.clear()
        at.stay_quiet()
        assert at.outline.log == [("GET", "/checklists/4711.json")]


def test_edits_of_different_fields_of_one_task_on_both_sides_both_stand(small, people):
    number = people.add_item()
    small.run()
    kept = people.ledger.tasks[number]
    item, action = people.ledger.refs()[number]
    kept.title, kept.due = f"{number} from the outline", "2027-05-05"
    small.outline.edit(item, content=f"{kept.title}\n{kept.text}" if kept.text else kept.title)
    small.strategy.edit(action, due=kept.due)
    kept.written.clear()
    assert small.settle()[0]["conflicts"] == 0
    assert people.ledger.problems() == []


def test_edits_of_one_field_on_both_sides_are_won_by_the_first_side_and_the_loser_is_kept(small, people):
    """OGSM tells no times, so that "newest" can not decide: the order of the sides does."""
    number = people.add_action()
    small.run()
    item, action = people.ledger.refs()[number]
    small.strategy.edit(action, due="2031-02-02")
    small.outline.edit(item, due_date="2031-01-01")
    first = small.settle()[0]
    assert (first["conflicts"], first["held"]) == (1, 0)
    people.ledger.tasks[number].due = "2031-01-01"
    assert people.ledger.problems() == []
    (lost,) = small.look("select * from history where lost")
    assert (lost["side"], lost["field"], json.loads(lost["doc"])["old"]) == ("strategy", "due", "2031-02-02")


def test_held_conflicts_wait_for_a_person_while_other_fields_go_on(tmp_path):
    with group(tmp_path, group_keys='conflict = "hold"') as at:
        people = People(at)
        number = people.add_item()
        at.run()
        kept = people.ledger.tasks[number]
        item, action = people.ledger.refs()[number]
        at.strategy.edit(action, due="2031-02-02", title=f"{number} renamed")
        at.outline.edit(item, due_date="2031-01-01")
        report = at.run()
        assert (report["result"], report["held"], report["exit"]) == ("held", 1, 3)
        assert (at.outline.items[item].due, at.strategy.actions[action]["due"]) == ("2031-01-01", "2031-02-02")
        assert at.outline.items[item].content.startswith(f"{number} renamed")
        (row,) = at.tasksync("held", "--json").json["held"]
        assert at.tasksync("resolve", row["id"], "take", "strategy").code == 0
        at.settle()
        kept.title, kept.due = f"{number} renamed", "2031-02-02"
        kept.written.clear()
        assert people.ledger.problems() == []


def test_closing_a_parent_closes_what_is_below_it_on_both_sides(small, people):
    parent, child = (people.ledger.tasks[people.add_item()] for _ in range(2))
    refs = people.ledger.items()
    small.outline.edit(refs[2], parent_id=refs[1])
    child.parent, parent.status, child.status = 1, "todo", "todo"
    small.outline.tick(refs[1], 0)
    people.ledger.note_parents()
    small.run()
    small.outline.tick(refs[1], 1)
    child.status = DONE
    small.settle()
    assert people.ledger.problems() == []
    assert {one["status"]["name"].lower() for one in small.strategy.actions.values()} == {DONE}


def test_deleting_an_action_whose_item_has_children_deletes_no_child(small, people):
    above, below = people.add_item(), people.add_item()
    refs = people.ledger.items()
    small.outline.edit(refs[below], parent_id=refs[above])
    people.ledger.tasks[below].parent = above
    people.ledger.note_parents()
    small.run()
    people.delete_action(above)
    small.settle()
    assert people.ledger.problems() == []
    assert list(people.ledger.items()) == [below]


def test_deleting_an_item_deletes_what_was_below_it_on_both_sides(small, people):
    above, below, apart = people.add_item(), people.add_item(), people.add_item()
    refs = people.ledger.items()
    small.outline.edit(refs[below], parent_id=refs[above])
    small.outline.edit(refs[apart], parent_id=0)
    people.ledger.tasks[below].parent, people.ledger.tasks[apart].parent = above, None
    small.run()
    people.delete_item(above)
    small.settle()
    assert people.ledger.problems() == []
    assert list(people.ledger.actions()) == [apart]


def test_a_delete_on_one_side_and_an_edit_on_the_other_keep_the_task(small, people):
    numbers = [people.add_item() for _ in range(4)]
    small.run()
    item, action = people.ledger.refs()[numbers[0]]
    small.outline.remove(item)
    kept = people.ledger.tasks[numbers[0]]
    kept.title = f"{numbers[0]} still wanted"
    small.strategy.edit(action, title=kept.title)
    kept.written.clear()
    small.settle()
    kept.parent, kept.priority = None, people.ledger.tasks[numbers[0]].priority
    assert people.ledger.problems() == []


def test_what_both_sides_had_before_is_tied_and_not_doubled(small, people):
    """The same ten titles stand on both sides before the first sync, with the same dates."""
    for _ in range(5):
        kept = people.ledger.tasks[people.add_item()]
        kept.due = kept.due or "2027-01-15"
        number = people.ledger.items()
        small.outline.edit(max(number.values()), due_date=kept.due)
        small.strategy.add(kept.title, due=kept.due, status={"name": "done" if kept.status == DONE else "todo"})
    report = small.run()
    assert (report["adopted"], report["created"], report["deleted"]) == (5, 0, 0)
    small.settle()
    assert people.ledger.problems() == []
