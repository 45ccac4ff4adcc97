"""A Checkvist in a group with a vault: what an unchanged list costs, and items that leave the list and come back."""

from __future__ import annotations

import json

import pytest

from connectors.serving import Kind
from tests.connectors.checkvist.work import group

STAMPS = ["stamp=all", "stamp=updates"]
LIST, ITEMS = "GET .json", "GET /tasks.json"


def test_an_unchanged_list_costs_one_small_request(bench, tmp_path):
    with group(bench, tmp_path) as work:
        work.outline.add("Milk")
        work.settle()
        work.asked()
        for _ in range(3):
            assert work.run().result.value == "quiet"
            assert work.asked() == [LIST]


def test_a_changed_list_is_read_whole_once(bench, tmp_path):
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.later()
        work.outline.edit(milk, content="Oat milk")
        work.asked()
        assert work.run().updated == 1
        assert work.asked() == [LIST, ITEMS]
        assert work.titles() == ["Oat milk"]
        assert work.run().result.value == "quiet"
        assert work.asked() == [LIST]


def test_an_edit_in_the_second_of_the_last_read_is_seen(bench, tmp_path):
    """Times are whole seconds: a list that changed a moment before it was read is read again."""
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.hurry()
        work.outline.edit(milk, content="Oat milk")
        work.run()
        stamp = work.items()["Oat milk"]["updated_at"]
        work.outline.edit(milk, content="Soy milk")
        assert work.items()["Soy milk"]["updated_at"] == stamp
        work.asked()
        work.run()
        assert work.asked() == [LIST, ITEMS]
        assert work.titles() == ["Soy milk"]


def test_a_sweep_reads_everything_whatever_the_list_says(bench, tmp_path):
    with group(bench, tmp_path) as work:
        work.outline.add("Milk")
        work.settle()
        work.asked()
        assert work.run(sweep=True).sides["outline"].read.value == "complete"
        assert work.asked() == [LIST, ITEMS]
        work.clock.sleep(3700)
        work.run()
        assert work.asked() == [LIST, ITEMS]


def test_a_list_that_tells_no_time_is_read_each_time(bench, tmp_path):
    """Without it nothing can be left out."""
    with group(bench, tmp_path, "stamp=missing") as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.outline.edit(milk, content="Oat milk")
        work.run()
        assert work.titles() == ["Oat milk"]


def test_an_item_that_is_listed_without_its_id_is_looked_at_before_it_is_overwritten(bench, tmp_path):
    """It may be any item that the list does not name: nobody knows those as they are, until the list is read again."""
    with group(bench, tmp_path) as work:
        milk, _, _ = (work.outline.add(title) for title in ("Milk", "Bread", "Eggs"))
        work.settle()
        work.later()
        work.outline.edit(milk, content="Oat milk")
        work.vault.edit(work.ref("Milk"), {"title": "Soy milk"})
        rows = [{**item, "id": None if item["id"] == milk else item["id"]} for item in work.outline.tasks()]
        work.fail(Kind.STATUS, "GET", "/tasks.json", status=200, body=json.dumps(rows).encode())
        report = work.run()
        assert (report.conflicts, report.held, report.owed) == (0, 1, 1)
        assert work.items().keys() == {"Oat milk", "Bread", "Eggs"}
        report = work.run()
        assert (report.conflicts, report.held, report.owed) == (1, 0, 0)
        assert work.items().keys() == set(work.titles())


@pytest.mark.parametrize("reading", STAMPS)
def test_a_delete_arrives_however_the_list_tells_it(bench, tmp_path, reading):
    with group(bench, tmp_path, reading) as work:
        milk, _ = work.outline.add("Milk"), work.outline.add("Bread")
        work.settle()
        work.later()
        work.outline.remove(milk)
        for _ in range(4):
            work.run(sweep=True)
        assert work.titles() == ["Bread"]
        work.settle()


@pytest.mark.parametrize("reading", STAMPS)
def test_an_item_on_another_list_is_out_of_scope_and_comes_back(bench, tmp_path, reading):
    """Trace 30: not deleted elsewhere; what moved meanwhile is on both sides once it is back."""
    with group(bench, tmp_path, reading) as work:
        top = work.outline.add("Trip")
        work.outline.add("Pack", parent=top)
        work.outline.add("Bread")
        work.settle()
        work.later()
        work.outline.transfer(top)
        for _ in range(4):
            report = work.run(sweep=True)
        assert (report.result.value, report.code) == ("quiet", 0)
        assert work.titles() == ["Bread", "Pack", "Trip"]
        assert work.items().keys() == {"Bread"}
        work.vault.edit(work.ref("Trip"), {"title": "Long trip"})
        work.settle()
        assert work.items().keys() == {"Bread"}
        work.later()
        work.outline.bring_back(top)
        work.run(sweep=True)
        work.settle()
        assert work.items().keys() == {"Bread", "Long trip", "Pack"}
        assert work.items()["Long trip"]["id"] == top
        assert work.items()["Pack"]["parent_id"] == top
        assert work.titles() == ["Bread", "Long trip", "Pack"]


@pytest.mark.parametrize("reading", [*STAMPS, "restored=new"])
def test_a_restored_item_is_restored_everywhere(bench, tmp_path, reading):
    """Trace 24: alive again on both sides, once on each, under a new id as well."""
    with group(bench, tmp_path, reading) as work:
        milk = work.outline.add("Milk", due="2026-03-01")
        work.outline.add("Bread")
        work.settle()
        work.later()
        work.outline.remove(milk)
        for _ in range(4):
            work.run(sweep=True)
        assert work.titles() == ["Bread"]
        work.later()
        back = work.outline.restore(milk)
        work.run(sweep=True)
        work.settle()
        assert work.titles() == ["Bread", "Milk"]
        assert [item["id"] for item in work.outline.tasks() if item["content"] == "Milk"] == [back]
        assert next(task["due"] for task in work.vault.tasks() if task["title"] == "Milk") == "2026-03-01"
