"""Looking before leaping: ``plan``, ``run --plan``, ``--limit``, ``--allow``, and what is held for a person."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from tests.system.group import Group, brief, group
from tests.system.people import People

GUARDS = '[groups.work.guards]\ndeletes = { share = "10%", count = 2 }'


def dump(at: Group) -> list[str]:
    """All that the store holds, as statements."""
    with closing(sqlite3.connect(f"file:{at.store}?mode=ro", uri=True)) as connection:
        return list(connection.iterdump())


def tables(statements: list[str]) -> list[str]:
    """What is known of tasks: all but who worked on the group, and when."""
    names = ("side", "task", "link", "intent", "history", "held")
    return [row for row in statements if row.startswith(tuple(f'INSERT INTO "{name}"' for name in names))]


def test_a_plan_makes_no_store_and_sends_no_write(small, people):
    people.fill(6)
    done = small.tasksync("plan")
    assert done.code == 0, done.err
    assert not small.store.exists()
    assert small.writes == 0
    assert done.out.count("+ ") >= 6


def test_a_plan_leaves_the_store_and_both_sides_as_they_were(small, people):
    people.fill(6)
    small.run()
    people.edit(3)
    people.delete(1)
    kept, writes = (dump(small), small.store.read_bytes()), small.writes
    assert small.tasksync("plan").code == 0
    assert (dump(small), small.store.read_bytes()) == kept
    assert small.writes == writes


def test_a_plan_that_still_holds_is_carried_out_and_is_all_that_is_done(small, people):
    people.fill(6)
    document = small.tasksync("plan", "--json").json
    actions = document["groups"]["work"]["actions"]
    report = small.run("--plan", document["plan"])
    assert (report["result"], report["created"], report["updated"]) == ("changed", len(actions), 0)
    assert people.ledger.problems() == []
    small.stay_quiet()


def test_the_same_state_has_the_same_plan_and_another_one_has_another(small, people):
    people.fill(4)
    first, second = (small.tasksync("plan", "--json").json["plan"] for _ in range(2))
    people.add_item()
    third = small.tasksync("plan", "--json").json["plan"]
    assert first == second != third


def test_a_plan_that_holds_no_more_writes_nothing_and_exits_3(small, people):
    people.fill(6)
    small.run()
    people.edit(2)
    plan = small.tasksync("plan", "--json").json["plan"]
    number = people.add_action()
    kept, writes = dump(small), small.writes
    done = small.tasksync("run", "--once", "--plan", plan)
    assert done.code == 3
    assert "Nothing was written" in done.out
    assert str(number) in done.out, "it says what moved"
    assert small.writes == writes
    assert tables(dump(small)) == tables(kept)
    small.settle()
    assert people.ledger.problems() == []


def test_a_limit_creates_so_many_and_the_rest_another_time(small, people):
    people.fill(8)
    first = small.run("--limit", "3")
    assert (first["created"], first["owed"], first["exit"]) == (3, 5, 4), brief(first)
    none = small.run("--limit", "0")
    assert (none["created"], none["owed"]) == (0, 5)
    small.settle()
    assert people.ledger.problems() == []


def held(at: Group) -> list[dict]:
    """What waits for a person."""
    return at.tasksync("held", "--json").json["held"]


def run_until_held(at: Group) -> dict:
    """Cycles until the evidence of the deletes is complete; the last one's report."""
    while (report := at.run())["waiting"]:
        assert report["deleted"] == 0
    return report


def test_deletes_over_the_guard_are_held_and_go_on_when_they_are_approved_one_by_one(tmp_path):
    with group(tmp_path, group_keys=GUARDS) as at:
        people = People(at)
        for _ in range(10):
            people.add_action()
        at.run()
        for number in sorted(people.ledger.tasks)[:3]:
            people.delete_action(number)
        report = run_until_held(at)
        assert (report["result"], report["exit"], report["deleted"]) == ("held", 3, 0), brief(report)
        rows = held(at)
        assert {row["kind"] for row in rows} == {"delete"}
        assert len(rows) == 3
        assert at.tasksync("resolve", rows[0]["id"], "approve").code == 0
        assert at.run()["deleted"] == 1
        for row in rows[1:]:
            assert at.tasksync("resolve", row["id"], "approve").code == 0
        at.settle()
        assert people.ledger.problems() == []
        late = at.tasksync("resolve", rows[0]["id"], "approve")
        assert late.code == 3, late.err


def test_deletes_over_the_guard_go_on_when_the_guard_is_lifted_for_one_run(tmp_path):
    with group(tmp_path, group_keys=GUARDS) as at:
        people = People(at)
        for _ in range(8):
            people.add_action()
        at.run()
        for number in sorted(people.ledger.tasks)[:4]:
            people.delete_action(number)
        report = run_until_held(at)
        assert (report["result"], report["held"]) == ("held", 4), brief(report)
        assert at.run("--allow", "deletes")["deleted"] == 4
        at.settle()
        assert people.ledger.problems() == []
        assert held(at) == []


def test_a_refused_delete_is_not_made_and_the_task_stays_where_it_is(tmp_path):
    with group(tmp_path, group_keys=GUARDS) as at:
        people = People(at)
        for _ in range(8):
            people.add_action()
        at.run()
        numbers = sorted(people.ledger.tasks)[:3]
        for number in numbers:
            at.strategy.remove(people.ledger.actions()[number])
        run_until_held(at)
        for row in held(at):
            assert at.tasksync("resolve", row["id"], "refuse").code == 0
        at.settle()
        assert set(numbers) <= people.ledger.items().keys()
        assert set(numbers).isdisjoint(people.ledger.actions())
        at.stay_quiet()


def test_a_side_that_was_emptied_waits_for_a_person_who_approves(small, people):
    for _ in range(5):
        people.add_action()
    small.run()
    for number in sorted(people.ledger.tasks):
        people.delete_action(number)
    for _ in range(2):
        report = small.run()
        assert (report["result"], report["exit"], report["deleted"]) == ("held", 3, 0), brief(report)
        assert report["sides"]["strategy"]["read"] == "set aside"
    (row,) = held(small)
    assert (row["kind"], row["side"]) == ("guard", "strategy")
    assert len(small.outline.items) == 5
    assert small.tasksync("resolve", row["id"], "approve").code == 0
    small.settle()
    assert small.outline.items == {}
    assert held(small) == []


def test_a_choice_that_is_none_of_those_offered_exits_2_and_names_them(small, people):
    for _ in range(4):
        people.add_action()
    small.run()
    for number in sorted(people.ledger.tasks):
        people.delete_action(number)
    small.run()
    (row,) = held(small)
    done = small.tasksync("resolve", row["id"], "perhaps")
    assert done.code == 2
    assert "approve" in done.err
    assert "refuse" in done.err
