"""A Trackops in a group with a Checkvist: real HTTP on both sides, a real store, the whole program."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from connectors.serving import Kind
from connectors.trackops.sandbox import Reading
from tests.connectors.trackops.bench import DENVER

DUE = 'default_due = "14d"'
PEOPLE = '[people.anna]\nemail = "anna@example.com"\nids = { outline = "12" }'
CHANGES = f"update = true\n{DUE}"


def test_tasks_of_both_sides_are_on_both(serving, tmp_path):
    """A due date that Trackops demands is made up there, is nobody's opinion, and goes nowhere."""
    with serving.group(tmp_path, keys=DUE) as work:
        work.outline.add("Milk\ntwo litres", due="2026-12-01")
        work.outline.add("Bread")
        work.cases.add("Interview", {"due_on": "2026-12-24", "body": "ask for\r\nthe key"})
        work.cases.add("Undated")
        first, last = work.settle()
        assert (first.created, last.undeliverable) == (4, 0)
        tasks, items = work.tasks(), work.items()
        assert tasks.keys() == items.keys() == {"Milk", "Bread", "Interview", "Undated"}
        day = work.bench.clock.now().astimezone(DENVER).date() + timedelta(days=14)
        dues = {title: task["due_on"] for title, task in tasks.items()}
        assert dues == {"Milk": "2026-12-01", "Bread": day.isoformat(), "Interview": "2026-12-24", "Undated": None}
        assert (tasks["Milk"]["body"], items["Interview"]["content"]) == ("two litres", "Interview\nask for\nthe key")
        assert {title: item["due"] for title, item in items.items() if item["due"]}.keys() == {"Milk", "Interview"}
        work.run(sweep=True)
        assert {title for title, item in work.items().items() if item["due"]} == {"Milk", "Interview"}


def test_what_people_change_there_arrives_and_what_they_change_elsewhere_is_listed(serving, tmp_path):
    with serving.group(tmp_path, keys=DUE) as work:
        milk, bread = work.outline.add("Milk"), work.outline.add("Bread")
        work.settle()
        work.cases.edit(work.tasks()["Milk"]["id"], {"title": "Oat milk", "due_on": "2027-01-31", "body": "barista"})
        work.outline.edit(bread, content="Rye bread", due="2027-02-01")
        reports = work.settle()
        assert reports[0].updated == 1
        assert work.items()["Oat milk"]["content"] == "Oat milk\nbarista"
        assert work.items()["Oat milk"]["due"].replace("/", "-") == "2027-01-31"
        assert work.undeliverable() == {("Rye bread", "title"), ("Rye bread", "due")}
        assert (reports[-1].undeliverable, reports[-1].code) == (2, 0)
        assert "Bread" in work.tasks()
        assert work.items()["Oat milk"]["id"] == milk


def test_a_rename_that_was_not_delivered_is_not_lost_when_somebody_there_renames(serving, tmp_path):
    """Trace 5: a conflict, whose loser is kept."""
    with serving.group(tmp_path, keys=DUE) as work:
        item = work.outline.add("Milk")
        work.settle()
        work.outline.edit(item, content="Oat milk")
        work.settle()
        work.cases.edit(work.tasks()["Milk"]["id"], {"title": "Soy milk"})
        assert work.run().conflicts == 1
        assert set(work.items()) == {"Oat milk"}
        assert work.undeliverable() == {("Oat milk", "title")}
        work.settle()


@pytest.mark.parametrize("reading", ["stamps=day,none=null", "filter=edited"])
def test_a_task_completed_there_is_completed_elsewhere(serving, tmp_path, reading):
    """Where the filter does not tell it, a sweep does, and replaces the filter."""
    with serving.group(tmp_path, reading, keys=DUE) as work:
        work.outline.add("Milk")
        work.settle()
        work.cases.edit(work.tasks()["Milk"]["id"], {"status": "in_progress"})
        work.run(sweep=True)
        work.cases.edit(work.tasks()["Milk"]["id"], {"status": "complete"})
        work.run(sweep=True)
        assert work.items()["Milk"]["status"] == 1
        work.settle()


def test_what_is_closed_elsewhere_stays_open_there_and_is_not_made_there(serving, tmp_path):
    with serving.group(tmp_path, keys=DUE) as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.outline.close(milk)
        work.outline.close(work.outline.add("Done before"))
        work.settle()
        assert work.tasks().keys() == {"Milk"}
        assert work.tasks()["Milk"]["status"] == "none"
        assert work.undeliverable() == {("Milk", "status"), ("Done before", "status")}


def test_deletes(serving, tmp_path):
    """What people delete there is deleted elsewhere, once it was asked for twice; what they delete elsewhere stays."""
    with serving.group(tmp_path, keys=DUE) as work:
        titles = ["Milk", "Bread", "Eggs", "Salt"]
        items = {title: work.outline.add(title) for title in titles}
        work.settle()
        work.cases.remove(work.tasks()["Milk"]["id"])
        work.outline.remove(items["Bread"])
        waiting = work.run(sweep=True)
        assert waiting.waiting >= 1
        for _ in range(3):
            work.run(sweep=True)
        work.settle()
        assert work.items().keys() == {"Eggs", "Salt"}
        assert work.tasks().keys() == {"Bread", "Eggs", "Salt"}


def test_a_task_that_moves_to_another_case_is_not_deleted(serving, tmp_path):
    """Trace 30: out of scope."""
    with serving.group(tmp_path, keys=DUE) as work:
        work.outline.add("Milk")
        work.settle()
        work.cases.move(work.tasks()["Milk"]["id"], work.cases.other_case)
        for _ in range(3):
            work.run(sweep=True)
        assert work.items().keys() == {"Milk"}


@pytest.mark.parametrize(
    ("kind", "users"), [(Kind.RESET_AFTER, "ids"), (Kind.CUT_JSON, "objects"), (Kind.EMPTY, "plain")]
)
def test_a_lost_answer_to_a_create_is_found_again(serving, tmp_path, kind, users):
    """Trace 15, with a due date that was made up and a person who was sent by e-mail: one task, and nothing more."""
    with serving.group(tmp_path, f"users={users}", keys=DUE, more=PEOPLE) as work:
        work.outline.add("Milk\ntwo litres")
        work.outline.edit(work.items()["Milk"]["id"], people=[12])
        work.outline.add("Milk")
        work.bench.fail(kind, "POST", "/tasks", times=2)
        assert work.run().code == 4
        reports = work.settle()
        assert (reports[-1].held, reports[-1].owed) == (0, 0)
        stored = [work.cases.stored(int(task["id"])) for task in work.cases.tasks()]
        assert sorted((task["body"] or "", task["users_list"]) for task in stored) == [("", []), ("two litres", [1])]
        assert len(work.outline.tasks()) == 2
        assert not any(item["due"] for item in work.outline.tasks())


def test_a_create_that_never_arrived_is_sent_again(serving, tmp_path):
    with serving.group(tmp_path, keys=DUE) as work:
        work.outline.add("Milk")
        work.bench.fail(Kind.RESET_BEFORE, "POST", "/tasks", times=1)
        assert work.run().code == 4
        work.settle()
        assert work.tasks().keys() == {"Milk"}


def test_without_a_default_a_task_that_has_no_due_date_is_undeliverable(serving, tmp_path):
    with serving.group(tmp_path) as work:
        item = work.outline.add("Milk")
        report = work.settle()[-1]
        assert (report.undeliverable, work.tasks()) == (1, {})
        assert work.undeliverable() == {("Milk", "due")}
        work.outline.edit(item, due="2026-12-01")
        work.settle()
        assert work.tasks()["Milk"]["due_on"] == "2026-12-01"
        assert work.undeliverable() == set()


def test_people_are_found_by_e_mail_and_stay_when_others_join_them(serving, tmp_path):
    with serving.group(tmp_path, keys=DUE, more=PEOPLE) as work:
        item = work.outline.add("Milk")
        work.outline.edit(item, people=[12])
        work.settle()
        task = work.tasks()["Milk"]
        assert task["users_list"] == [1]
        work.cases.edit(task["id"], {"users_list": [1, 2]})
        work.settle()
        assert work.items()["Milk"]["assignee_ids"] == [12], "Ben has no account there, Anna keeps hers"
        work.cases.edit(task["id"], {"users_list": [2]})
        work.settle()
        assert work.items()["Milk"]["assignee_ids"] == []


@pytest.mark.parametrize("reading", ["update=merge", "update=replace,changed=empty,users=ids"])
def test_an_account_that_has_put_takes_edits_states_and_deletes(serving, tmp_path, reading):
    with serving.group(tmp_path, reading, keys=CHANGES) as work:
        items = {title: work.outline.add(title) for title in ("Milk", "Bread", "Eggs")}
        work.outline.close(work.outline.add("Done before"))
        address = {"city": "Denver", "zip": "02134"}
        work.cases.add("Interview", {"due_on": "2026-12-24", "address": address, "subject_id": 209})
        work.settle()
        assert work.tasks()["Done before"]["status"] == "complete"
        work.outline.edit(items["Milk"], content="Oat milk\nbarista", due="2027-01-31")
        work.outline.close(items["Bread"])
        work.outline.remove(items["Eggs"])
        work.outline.edit(work.items()["Interview"]["id"], content="Interview the witness")
        for _ in range(3):
            work.run()
        work.settle()
        tasks = work.tasks()
        assert tasks.keys() == {"Oat milk", "Bread", "Done before", "Interview the witness"}
        assert (tasks["Oat milk"]["body"], tasks["Oat milk"]["due_on"]) == ("barista", "2027-01-31")
        assert tasks["Bread"]["status"] == "complete"
        kept = tasks["Interview the witness"]
        assert (kept["address"], kept["subject_id"], kept["due_on"]) == (address, 209, "2026-12-24")
        assert work.undeliverable() == set()


def test_switched_on_for_an_account_that_has_no_put_it_is_listed_and_not_tried_again(serving, tmp_path):
    with serving.group(tmp_path, keys=CHANGES) as work:
        item = work.outline.add("Milk")
        work.settle()
        work.outline.edit(item, content="Oat milk")
        work.run()
        work.settle()
        assert work.undeliverable() == {("Oat milk", "title")}


def test_a_quiet_cycle_is_one_request_once_the_last_changes_are_older_than_the_overlap(serving, tmp_path):
    """Before, its second one learns that there is no further page."""
    with serving.group(tmp_path, keys=DUE) as work:
        work.outline.add("Milk")
        work.settle()
        assert work.run().requests["cases"] == 2
        for task in work.cases._world.tasks.values():
            task.updated -= timedelta(hours=1)
        assert work.run().requests["cases"] == 1


def reading_of(seed: int) -> str:
    """Every switch at random, save those that a group can do nothing with."""
    drawn = random.Random(seed)
    left_out = {"paging": "stuck", "access": None, "strangers": None, "cleared": None, "count": None}
    chosen = {name: drawn.choice(values) for name, values in Reading.choices().items() if name not in left_out}
    chosen["paging"] = drawn.choice(("pages", "none"))
    return ",".join(f"{name}={value}" for name, value in chosen.items())


@pytest.mark.parametrize("seed", range(2))
def test_under_readings_drawn_at_random_everything_arrives_once_and_it_goes_quiet(serving, tmp_path, seed):
    live(serving, tmp_path, seed)


@pytest.mark.torture
@pytest.mark.parametrize("seed", range(2, 60))
def test_under_many_readings(serving, tmp_path, seed):
    live(serving, tmp_path, seed)


def live(serving, tmp_path, seed):
    """A lost answer, tasks of both sides, edits and a completion there."""
    changes = "update=merge" in reading_of(seed) or "update=replace" in reading_of(seed)
    with serving.group(tmp_path, reading_of(seed), keys=CHANGES if changes else DUE, more=PEOPLE) as work:
        for number in range(8):
            work.outline.add(f"item {number}\nnote {number}", due="2026-12-01" if number % 2 else "")
            work.cases.add(f"task {number}", {"due_on": "2026-12-02" if number % 2 else None, "users_list": [1]})
        work.bench.fail(Kind.RESET_AFTER, "POST", "/tasks", times=1)
        work.run()
        work.settle()
        assert len(work.items()) == len(work.tasks()) == 16
        tasks = work.tasks()
        work.cases.edit(tasks["item 3"]["id"], {"title": "item three", "body": "edited"})
        work.cases.edit(tasks["task 4"]["id"], {"status": "complete"})
        work.run(sweep=True)
        work.settle()
        assert work.items()["item three"]["content"] == "item three\nedited"
        assert work.items()["task 4"]["status"] == 1
        assert sum(1 for item in work.items().values() if item["due"]) == 8
