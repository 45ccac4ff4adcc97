"""The documents for scripts, to the letter: their keys, the types of their values, and that standard output has one."""

from __future__ import annotations

import re

import pytest

from tests.system.faults import instead, said
from tests.system.group import Group, group
from tests.system.people import People
from tests.system.stranger import RESET, Json

TEXT, NUMBER = str, int
SIDE = {"state": {"ok", "down", "paused", "dormant"}, "why": (str, type(None)), "read": set()}
SIDE["read"] = {"complete", "since", "polled", "still reading", "set aside", "none"}
NOTE = {"task": str, "title": str, "side": str, "ref": str, "field": str, "why": str}
HELD = {
    "id": str,
    "kind": {"conflict", "create", "delete", "match", "entry", "guard"},
    "group": str,
    "task": str,
    "title": str,
    "side": str,
    "field": str,
    "since": str,
    "why": str,
    "choices": [str],
}
VALUE = (str, int, list)
CHANGE = {"from": VALUE, "to": VALUE, "by": str, "rule": str}
ACTION = {
    "do": {"create", "update", "delete", "archive", "close", "adopt", "let go"},
    "task": str,
    "title": str,
    "side": str,
    "ref": str,
    "fields": {str: CHANGE},
}
RUN = {
    "groups": {
        str: {
            "result": {"failed", "owed", "held", "waiting", "changed", "quiet"},
            "created": int,
            "updated": int,
            "deleted": int,
            "adopted": int,
            "conflicts": int,
            "held": int,
            "owed": int,
            "waiting": int,
            "undeliverable": int,
            "sides": {str: SIDE},
            "requests": {str: int},
            "seconds": float,
        }
    },
    "exit": int,
}
PLAN = {
    "plan": str,
    "groups": {
        str: {"actions": [ACTION], "held": [HELD], "waiting": [NOTE], "undeliverable": [NOTE], "sides": {str: SIDE}}
    },
}
CELL = {"state": {"two-way", "read-only", "lossy", "not held", "no opinion"}, "why": str}
CHECK = {"sides": {str: {"state": SIDE["state"], "why": SIDE["why"], "fields": {str: CELL}}}, "exit": int}
ERROR = {
    "error": {
        "kind": {"config", "usage", "store", "failure"},
        "message": str,
        "problems": [{"file": str, "line": int, "key": str, "message": str, "hint": str}],
    }
}
FIELDS = {
    "title", "description", "status", "start", "due", "priority", "percent_complete", "labels", "assignees", "parent",
    "position", "archived", "comments",
}  # fmt: skip


def misfits(document: Json, shape: Json, path: str = "$") -> list[str]:
    """Where a document is not as its shape says: members that are missing or too many, and other types."""
    if isinstance(shape, set):
        return [] if document in shape else [f"{path}: {document!r}"]
    if isinstance(shape, list):
        if not isinstance(document, list):
            return [f"{path}: no list"]
        return [found for row in document for found in misfits(row, shape[0], f"{path}[]")]
    if isinstance(shape, dict):
        return _members(document, shape, path)
    fits = isinstance(document, shape) and (isinstance(document, bool) is (shape is bool) or shape is VALUE)
    return [] if fits else [f"{path}: {document!r} is no {shape}"]


def _members(document: Json, shape: dict[Json, Json], path: str) -> list[str]:
    if not isinstance(document, dict):
        return [f"{path}: no object"]
    if list(shape) == [str]:
        return [found for key, value in document.items() for found in misfits(value, shape[str], f"{path}.{key}")]
    if document.keys() != shape.keys():
        return [f"{path}: {sorted(document.keys() ^ shape.keys())}"]
    return [found for key, value in document.items() for found in misfits(value, shape[key], f"{path}.{key}")]


def told(at: Group, *arguments: str, code: int, shape: Json) -> Json:
    """A command's document, which fits its shape and is all that is on standard output."""
    done = at.tasksync(*arguments, "--json")
    assert done.code == code, done.err
    assert done.out.endswith("}\n")
    assert done.out.count("\n") == 1 or done.out.startswith("{\n")
    assert misfits(done.json, shape) == []
    if "exit" in shape:
        assert done.json["exit"] == code
    return done.json


def test_the_comparison_sees_what_does_not_fit():
    good = {"error": {"kind": "usage", "message": "", "problems": []}}
    assert misfits(good, ERROR) == []
    for bad in (
        {"error": {"kind": "other", "message": "", "problems": []}},
        {"error": {"kind": "usage", "message": None, "problems": []}},
        {"error": {"kind": "usage", "message": "", "problems": [{}]}},
        {"error": {"kind": "usage", "message": "", "problems": [], "more": 1}},
        {"error": {"kind": "usage", "message": ""}},
    ):
        assert misfits(bad, ERROR) != []


def test_run_and_plan_through_first_sync_edits_and_deletes(small, people):
    people.fill(8)
    plan = told(small, "plan", code=0, shape=PLAN)
    assert {action["do"] for action in plan["groups"]["work"]["actions"]} == {"create"}
    assert {action["ref"] for action in plan["groups"]["work"]["actions"]} == {""}
    first = told(small, "run", "--once", code=0, shape=RUN)["groups"]["work"]
    assert (first["result"], first["created"]) == ("changed", 8)
    small.settle()
    number = people.add_and_settle()
    item, action = people.ledger.refs()[number]
    small.outline.edit(item, content="99 other", tags="a,b")
    small.strategy.edit(action, due="2031-05-06")
    rows = told(small, "plan", code=0, shape=PLAN)["groups"]["work"]["actions"]
    changes = {(row["do"], row["side"], name): change for row in rows for name, change in row["fields"].items()}
    assert changes["update", "strategy", "title"]["to"] == "99 other"
    assert changes["update", "strategy", "labels"]["to"] == ["a", "b"]
    assert changes["update", "outline", "due"]["to"] == "2031-05-06"
    assert changes["update", "outline", "due"]["by"] == "strategy"
    assert all(re.fullmatch(r"t[0-9a-f]+", row["task"]) for row in rows)
    small.settle()
    small.strategy.remove(action)
    waiting = told(small, "run", "--once", code=0, shape=RUN)["groups"]["work"]
    assert (waiting["result"], waiting["waiting"]) == ("waiting", 1)
    plan = told(small, "plan", code=0, shape=PLAN)["groups"]["work"]
    assert [row["do"] for row in plan["actions"]] == ["delete"]
    assert told(small, "run", "--once", code=0, shape=RUN)["groups"]["work"]["deleted"] == 1
    assert told(small, "run", "--once", code=0, shape=RUN)["groups"]["work"]["result"] == "quiet"


def test_held_of_each_kind_that_this_group_can_have(tmp_path):
    with group(tmp_path, group_keys='conflict = "hold"\n[groups.work.guards]\ncreates = 4') as at:
        people = People(at)
        for _ in range(6):
            people.add_action()
        assert told(at, "run", "--once", code=3, shape=RUN)["groups"]["work"]["held"] == 2
        item, action = next(iter(people.ledger.refs().values()))
        at.outline.edit(item, due_date="2031-01-01")
        at.strategy.edit(action, due="2031-02-02")
        told(at, "run", "--once", code=3, shape=RUN)
        rows = told(at, "held", code=0, shape={"held": [HELD]})["held"]
        assert sorted(row["kind"] for row in rows) == ["conflict", "create", "create"]
        conflict = next(row for row in rows if row["kind"] == "conflict")
        assert (conflict["group"], conflict["field"]) == ("work", "due")
        assert sorted(conflict["choices"]) == ["set VALUE", "take outline", "take strategy"]
        assert all(re.fullmatch(r"h\d+", row["id"]) for row in rows)
        plan = told(at, "plan", code=3, shape=PLAN)["groups"]["work"]
        assert sorted(row["id"] for row in plan["held"]) == sorted(row["id"] for row in rows)


def test_what_can_not_be_delivered_is_named_with_task_side_and_field(small, people):
    number = people.add_item()
    small.outline.tick(people.ledger.items()[number], 2)
    told(small, "run", "--once", code=0, shape=RUN)
    plan = told(small, "plan", code=0, shape=PLAN)["groups"]["work"]
    (row,) = plan["undeliverable"]
    assert (row["side"], row["field"]) == ("strategy", "status")
    assert told(small, "run", "--once", code=0, shape=RUN)["groups"]["work"]["undeliverable"] == 1


def test_check_tells_each_field_of_each_side(small):
    sides = told(small, "check", code=0, shape=CHECK)["sides"]
    assert sides.keys() == {"outline", "strategy"}
    assert all(side["fields"].keys() == FIELDS for side in sides.values())
    assert sides["outline"]["fields"]["title"]["state"] == "two-way"
    assert sides["strategy"]["fields"]["parent"]["state"] == "not held"


def test_sides_that_take_no_part(small, people):
    people.fill(2)
    small.settle()
    small.strategy.fault = instead(said(403))
    report = told(small, "run", "--once", code=4, shape=RUN)["groups"]["work"]
    assert (report["result"], report["sides"]["strategy"]["state"]) == ("owed", "paused")
    outline = report["sides"]["outline"]
    assert outline.pop("read") in {"complete", "since"}  # whether its list is at rest by now
    assert outline == {"state": "ok", "why": None}
    small.outline.fault = instead(RESET)
    report = told(small, "run", "--once", code=4, shape=RUN)["groups"]["work"]
    assert (report["result"], report["sides"]["outline"]["state"]) == ("failed", "down")
    small.outline.fault = instead(said(403))
    told(small, "plan", code=4, shape=PLAN)
    told(small, "check", code=4, shape=CHECK)


@pytest.mark.parametrize(
    ("arguments", "kind"),
    [(("run", "--once", "nosuch"), "usage"), (("plan", "--what"), "usage"), (("run",), "usage")],
)
def test_errors_of_use(small, arguments, kind):
    error = told(small, *arguments, code=2, shape=ERROR)["error"]
    assert (error["kind"], error["problems"]) == (kind, [])


def test_errors_of_configuration_and_store(small):
    small.store.mkdir()
    assert told(small, "run", "--once", code=2, shape=ERROR)["error"]["kind"] == "store"
    small.config.write_text("[groups.work]\nsides = []\n", encoding="utf-8")
    error = told(small, "run", "--once", code=2, shape=ERROR)["error"]
    assert error["kind"] == "config"
    assert error["problems"]
