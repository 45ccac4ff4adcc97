"""The JSON documents that scripts rely on: their members are documented and change only with a new major version.

Values are text, numbers, or lists of text, never null; what there is not is "". The one exception is a side's ``why``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from connectors.task import Field, JsonValue, Value
from sync.core.codec import short, shown
from sync.core.facts import Action, Change, Note
from sync.core.model import Held, TaskId
from sync.report import CheckReport, GroupPlan, GroupStatus, PlanReport, SideStatus, sides_json


def plan_document(report: PlanReport) -> dict[str, JsonValue]:
    """``plan --json``."""
    return {"plan": report.hash, "groups": {name: _plan(name, plan) for name, plan in report.groups.items()}}


def held_document(rows: Iterable[tuple[str, Held]]) -> dict[str, JsonValue]:
    """``held --json``."""
    return {"held": [held_row(group, held) for group, held in rows]}


def check_document(report: CheckReport) -> dict[str, JsonValue]:
    """``check --json``."""
    sides: dict[str, JsonValue] = {}
    for name, side in report.sides.items():
        fields: dict[str, JsonValue] = {
            field.value: {"state": cell.state, "why": cell.why} for field, cell in side.fields.items()
        }
        sides[name] = {"state": side.state, "why": side.why, "fields": fields}
    return {"sides": sides, "exit": report.exit}


def status_document(groups: Sequence[GroupStatus]) -> dict[str, JsonValue]:
    """``status --json``."""
    return {"groups": {group.name: _status(group) for group in groups}}


def held_row(group: str, held: Held) -> dict[str, JsonValue]:
    """What waits for a person. ``id`` is "" for what a plan would hold and no cycle has held yet."""
    return {
        "id": held_id(held),
        "kind": held.kind.value,
        "group": group,
        "task": task_id(held.task),
        "title": held.title,
        "side": held.side,
        "field": held.field.value if held.field is not None else "",
        "since": moment(held.since),
        "why": held.why,
        "choices": list(held.choices),
    }


def held_id(held: Held) -> str:
    """The id that ``resolve`` takes: h12."""
    return f"h{held.id}" if held.id else ""


def task_id(task: TaskId | None) -> str:
    """The short id of a task, or ""."""
    return "" if task is None else short(task)


def moment(when: datetime | None) -> str:
    """RFC 3339, or ""."""
    return "" if when is None else when.isoformat()


def value_of(field: Field, value: Value) -> JsonValue:
    """A value as the documents show it; a parent is a short id."""
    return short(value) if field is Field.PARENT and isinstance(value, int) else shown(value)


def _plan(name: str, plan: GroupPlan) -> dict[str, JsonValue]:
    return {
        "actions": [_action(action) for action in plan.actions],
        "held": [held_row(name, held) for held in plan.held],
        "waiting": _notes(plan.waiting),
        "undeliverable": _notes(plan.undeliverable),
        "sides": sides_json(plan.sides),
    }


def _action(action: Action) -> dict[str, JsonValue]:
    return {
        "do": action.do.value,
        "task": short(action.task),
        "title": action.title,
        "side": action.side,
        "ref": action.ref or "",
        "fields": {field.value: _change(field, change) for field, change in action.changes.items()},
    }


def _change(field: Field, change: Change) -> dict[str, JsonValue]:
    return {
        "from": value_of(field, change.before),
        "to": value_of(field, change.after),
        "by": change.by,
        "rule": change.rule,
    }


def _notes(notes: Iterable[Note]) -> list[JsonValue]:
    return [
        {
            "task": short(note.task),
            "title": note.title,
            "side": note.side,
            "ref": note.ref or "",
            "field": note.field.value if note.field is not None else "",
            "why": note.why,
        }
        for note in notes
    ]


def _status(group: GroupStatus) -> dict[str, JsonValue]:
    return {
        "tasks": group.tasks,
        "last_cycle": moment(group.last_cycle),
        "last_result": group.last_result,
        "sides": {side.name: _side(side) for side in group.sides},
        "owed": _notes(group.owed),
        "waiting": _notes(group.waiting),
        "undeliverable": _notes(group.undeliverable),
        "held": [held_row(group.name, held) for held in group.held],
    }


def _side(side: SideStatus) -> dict[str, JsonValue]:
    return {
        "connector": side.connector,
        "state": side.state,
        "why": side.why or None,
        "links": side.links,
        "last_complete": moment(side.last_complete),
        "unknown": list(side.unknown),
    }
