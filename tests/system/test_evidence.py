"""Evidence and the way back, end to end: processes and real HTTP over two vendors' sides."""

from __future__ import annotations

import json

import pytest

from tests.system.group import Group
from tests.system.people import People
from tests.system.test_json import ERROR, NOTE, PLAN, RUN, VALUE, misfits, told

STAND = {"agrees", "owed", "undeliverable", "no opinion", "not held"}
EXPLAIN = {
    "task": str,
    "title": str,
    "fields": {
        str: {
            "value": VALUE,
            "version": int,
            "by": str,
            "cycle": int,
            "rule": str,
            "sides": {str: {"stored": VALUE, "state": STAND}},
        }
    },
}
CHANGE = {"task": str, "title": str, "side": str, "field": str, "old": VALUE, "new": VALUE, "rule": str}
LOG = {
    "cycles": [
        {
            "cycle": int,
            "group": str,
            "started": str,
            "seconds": float,
            "result": str,
            "changes": [CHANGE],
            "actions": [{"do": str, "task": str, "side": str, "ref": str, "outcome": str}],
        }
    ]
}
UNDO = {"undo": int, "skipped": [NOTE]}
DOCTOR = {"findings": [{"where": str, "what": str, "do": str, "asks": bool}], "tasks": int, "links": int, "exit": int}


def lose(at: Group) -> None:
    for file in at.folder.glob("tasksync.db*"):
        file.unlink()


def test_a_lost_store_is_found_again_on_both_sides(small: Group, people: People):
    """Trees, twins, rich texts, dates and states of both vendors: nothing is made, nothing deleted, all tied again."""
    people.fill(20)
    small.run()
    people.edit(10)
    for _ in range(2):
        small.outline.add("Twin")
    small.strategy.add("Twin")
    small.settle()
    before = (sorted(small.outline.items), sorted(small.strategy.actions))
    titles = sorted(one["title"] for one in small.strategy.actions.values())
    lose(small)
    report = small.run()
    assert (report["created"], report["deleted"], report["held"]) == (0, 0, 0), report
    assert report["adopted"] == len(before[1])
    assert (sorted(small.outline.items), sorted(small.strategy.actions)) == before
    small.settle()
    assert (sorted(small.outline.items), sorted(small.strategy.actions)) == before
    assert sorted(one["title"] for one in small.strategy.actions.values()) == titles
    assert len(titles) == 23


def test_history_undo_and_the_way_back_of_a_lost_value(small: Group, people: People):
    number = people.add_item()
    small.settle()
    item, action = people.ledger.refs()[number]
    was = small.outline.items[item].due
    small.strategy.edit(action, due="2031-02-02")
    small.outline.edit(item, due_date="2031-01-01")
    small.settle()
    name = f"strategy:{action}"
    assert told(small, "explain", name, code=0, shape=EXPLAIN)["fields"]["due"]["value"] == "2031-01-01"
    cycles = told(small, "log", "--task", name, code=0, shape=LOG)["cycles"]
    (lost,) = [row for cycle in cycles for row in cycle["changes"] if row["rule"] == "lost"]
    assert (lost["side"], lost["old"]) == ("strategy", "2031-02-02")
    out = small.tasksync("explain", name, "due").out
    (command,) = [line.split("tasksync ")[1] for line in out.splitlines() if "to bring it back" in line]
    assert small.tasksync(*command.split()).code == 0
    small.settle()
    assert (small.outline.items[item].due, small.strategy.actions[action]["due"]) == ("2031-02-02",) * 2
    document = told(small, "undo", "last", code=0, shape={**UNDO, **PLAN})
    done = small.tasksync("undo", str(document["undo"]), "--yes", "--json")
    assert (done.code, misfits(done.json, {**UNDO, **RUN})) == (0, [])
    assert (small.outline.items[item].due, small.strategy.actions[action]["due"]) == ("2031-01-01",) * 2
    assert small.tasksync("undo", str(cycles[0]["cycle"]), "--yes").code == 3
    assert was != "2031-01-01"
    small.stay_quiet()


@pytest.mark.torture
def test_undoing_a_first_sync_deletes_what_was_made_and_nothing_of_peoples(small: Group, people: People):
    items, actions = [people.add_item() for _ in range(3)], [people.add_action() for _ in range(2)]
    theirs = (set(small.outline.items), set(small.strategy.actions))
    small.run()
    assert small.tasksync("undo", "last", "--yes").code == 0
    assert (set(small.outline.items), set(small.strategy.actions)) == theirs
    small.stay_quiet()
    assert small.tasksync("undo", "last", "--yes").code == 0
    small.settle()
    assert len(small.outline.items) == len(small.strategy.actions) == len(items) + len(actions)


def test_ties_by_hand_over_http(small: Group, people: People):
    number = people.add_item()
    small.settle()
    item, action = people.ledger.refs()[number]
    assert small.tasksync("unlink", f"outline:{item}", "strategy").code == 0
    small.outline.edit(item, due_date="2031-01-01")
    small.stay_quiet()
    assert small.strategy.actions[action]["due"] != "2031-01-01"
    assert small.tasksync("link", f"outline:{item}", "strategy", str(action)).code == 0
    small.settle()
    assert small.strategy.actions[action]["due"] == "2031-01-01"
    assert told(small, "doctor", code=0, shape=DOCTOR)["findings"] == []


@pytest.mark.torture
def test_ties_move_to_another_store(small: Group, people: People):
    people.fill(6)
    small.settle()
    lines = small.tasksync("export").out
    assert {len(json.loads(line)["refs"]) for line in lines.splitlines()} == {2}
    (small.folder / "ties").write_text(lines, encoding="utf-8")
    lose(small)
    assert small.tasksync("import", "ties").code == 0
    report = small.run()
    assert (report["created"], report["deleted"], report["adopted"]) == (0, 0, 6)
    small.settle()
    assert small.tasksync("export").out == lines
    told(small, "export", code=2, shape=ERROR)
