"""The JSON documents, to the letter."""

from __future__ import annotations

from datetime import UTC, date, datetime

from connectors.task import Field, Person, Status
from sync.cli.views.documents import check_document, held_document, plan_document, status_document
from sync.core.facts import Read
from sync.core.model import Do, Held, HeldKind
from sync.report import GroupPlan
from tests.cli.samples import (
    NOW,
    action,
    change,
    check_report,
    full_plan,
    group_status,
    held,
    note,
    plan_report,
    run_report,
    side,
)


def nulls(document, path="") -> list[str]:
    """Where a document has a null."""
    if isinstance(document, dict):
        return [found for key, value in document.items() for found in nulls(value, f"{path}.{key}")]
    if isinstance(document, list):
        return [found for value in document for found in nulls(value, f"{path}[]")]
    return [path] if document is None else []


def test_run():
    report = run_report(sides={"outline": side(), "canvas": side("down", "no answer", Read.NONE)}, code=4)
    assert report.as_json() == {
        "groups": {
            "work": {
                "result": "changed",
                "created": 3,
                "updated": 1,
                "deleted": 0,
                "adopted": 2,
                "conflicts": 0,
                "held": 0,
                "owed": 0,
                "waiting": 0,
                "undeliverable": 0,
                "sides": {
                    "outline": {"state": "ok", "why": None, "read": "complete"},
                    "canvas": {"state": "down", "why": "no answer", "read": "none"},
                },
                "requests": {"outline": 4, "canvas": 12},
                "seconds": 2.44,
            }
        },
        "exit": 4,
    }


def test_plan():
    report = plan_report(
        work=GroupPlan(
            actions=[action(changes={Field.TITLE: change("a", "b", rule="newest")})],
            held=[held()],
            waiting=[note("seen last an hour ago")],
            undeliverable=[note("it can not change it", field=Field.DUE)],
            sides={"outline": side()},
        )
    )
    assert plan_document(report) == {
        "plan": report.hash,
        "groups": {
            "work": {
                "actions": [
                    {
                        "do": "update",
                        "task": "t4f2",
                        "title": "Call Anna",
                        "side": "canvas",
                        "ref": "77",
                        "fields": {"title": {"from": "a", "to": "b", "by": "outline", "rule": "newest"}},
                    }
                ],
                "held": [held_document([("work", held())])["held"][0]],
                "waiting": [
                    {
                        "task": "t4f2",
                        "title": "Call Anna",
                        "side": "canvas",
                        "ref": "77",
                        "field": "",
                        "why": "seen last an hour ago",
                    }
                ],
                "undeliverable": [
                    {
                        "task": "t4f2",
                        "title": "Call Anna",
                        "side": "canvas",
                        "ref": "77",
                        "field": "due",
                        "why": "it can not change it",
                    }
                ],
                "sides": {"outline": {"state": "ok", "why": None, "read": "complete"}},
            }
        },
    }


def test_values_are_text_or_figures_or_lists_of_text():
    changes = {
        Field.TITLE: change("", "b"),
        Field.STATUS: change(Status.NEEDS_ACTION, Status.IN_PROGRESS),
        Field.DUE: change(None, date(2026, 3, 2)),
        Field.START: change(None, datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        Field.LABELS: change((), ("a", "b")),
        Field.ASSIGNEES: change((), ("anna", Person(email="ben@example.com"), "canvas:77")),
        Field.PARENT: change(None, 0x4F2),
        Field.PRIORITY: change(0, 3),
        Field.ARCHIVED: change(False, True),
    }
    document = plan_document(plan_report(work=GroupPlan(actions=[action(Do.UPDATE, changes)])))
    fields = document["groups"]["work"]["actions"][0]["fields"]
    assert {name: (one["from"], one["to"]) for name, one in fields.items()} == {
        "title": ("", "b"),
        "status": ("needs_action", "in_progress"),
        "due": ("", "2026-03-02"),
        "start": ("", "2026-03-02T09:30:00+00:00"),
        "labels": ([], ["a", "b"]),
        "assignees": ([], ["anna", "ben@example.com", "canvas:77"]),
        "parent": ("", "t4f2"),
        "priority": (0, 3),
        "archived": (False, True),
    }


def test_held():
    assert held_document([("work", held())]) == {
        "held": [
            {
                "id": "h12",
                "kind": "conflict",
                "group": "work",
                "task": "t4f2",
                "title": "Call Anna",
                "side": "",
                "field": "due",
                "since": "2026-03-02T06:00:00+00:00",
                "why": "due was changed on outline and canvas",
                "choices": ["take outline", "take canvas", "set VALUE"],
            }
        ]
    }


def test_what_a_held_row_does_not_have_is_empty_text():
    row = Held(
        kind=HeldKind.GUARD,
        key="guard:emptied:canvas",
        why="it lists none of 12",
        choices=("approve", "refuse"),
        side="canvas",
    )
    assert held_document([("work", row)])["held"][0] == {
        "id": "",
        "kind": "guard",
        "group": "work",
        "task": "",
        "title": "",
        "side": "canvas",
        "field": "",
        "since": "",
        "why": "it lists none of 12",
        "choices": ["approve", "refuse"],
    }


def test_check():
    report = check_report("outline", state="paused", why="refused password")
    assert check_document(report) == {
        "sides": {
            "outline": {
                "state": "paused",
                "why": "refused password",
                "fields": {
                    "title": {"state": "two-way", "why": ""},
                    "due": {"state": "lossy", "why": "the day only"},
                    "percent_complete": {"state": "not held", "why": ""},
                    "status": {"state": "no opinion", "why": '"on hold" (3 tasks)'},
                },
            }
        },
        "exit": 4,
    }


def test_status():
    status = group_status(owed=[note()], waiting=[note()], undeliverable=[note()], held=[held()])
    row = plan_document(plan_report(work=GroupPlan(waiting=[note()])))["groups"]["work"]["waiting"][0]
    assert status_document([status], NOW) == {
        "groups": {
            "work": {
                "tasks": 120,
                "last_cycle": "2026-03-02T08:55:00+00:00",
                "last_result": "changed",
                "sides": {
                    "outline": {
                        "connector": "checkvist",
                        "state": "ok",
                        "why": None,
                        "links": 119,
                        "last_complete": "2026-03-02T08:55:00+00:00",
                        "unknown": [],
                        "budget": {
                            "windows": [{"limit": 50, "per": 60.0, "used": 50}],
                            "spacing": 0.5,
                            "free": "2026-03-02T09:00:33.200000+00:00",
                        },
                    },
                    "canvas": {
                        "connector": "ogsm",
                        "state": "paused",
                        "why": "the password was refused; check username and password",
                        "links": 118,
                        "last_complete": "",
                        "unknown": ['status: "on hold" (3 tasks): add it to [sides.canvas.statuses]'],
                    },
                },
                "owed": [row],
                "waiting": [row],
                "undeliverable": [row],
                "held": [held_document([("work", held())])["held"][0]],
            }
        }
    }


def test_nothing_but_a_sides_why_is_null():
    documents = [
        run_report().as_json(),
        plan_document(full_plan()),
        held_document([("work", held(field=None, task=None, since=None))]),
        check_document(check_report("outline")),
        status_document([group_status(last_cycle=None)], NOW),
    ]
    assert {path for document in documents for path in nulls(document) if not path.endswith(".why")} == set()
