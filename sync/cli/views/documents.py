"""The JSON documents that scripts rely on: their members are documented and change only with a new major version.

Values are text, numbers, or lists of text, never null; what there is not is "". The one exception is a side's ``why``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from connectors.task import Field, JsonValue, Value
from sync.cli.views.log import value
from sync.core.codec import short, shown
from sync.core.facts import Action, Change, Note
from sync.core.model import Held, TaskId
from sync.looking import Diagnosis, Told
from sync.notifying import held_row
from sync.report import BudgetStatus, CheckReport, GroupPlan, GroupStatus, PlanReport, SideStatus, sides_json
from sync.tracing import Explanation, Traced


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


def status_document(groups: Sequence[GroupStatus], now: datetime) -> dict[str, JsonValue]:
    """``status --json``. A budget's ``free`` is when the next request may go out: "" is now."""
    return {"groups": {group.name: _status(group, now) for group in groups}}


def log_document(cycles: Iterable[Told]) -> dict[str, JsonValue]:
    """``log --json``."""
    return {"cycles": [_cycle(told) for told in cycles]}


def explain_document(told: Explanation) -> dict[str, JsonValue]:
    """``explain --json``."""
    return {
        "task": short(told.task),
        "title": told.title,
        "fields": {name.value: _traced(name, one) for name, one in told.fields.items()},
    }


def undo_document(number: int, report: Mapping[str, JsonValue], skipped: Iterable[Note]) -> dict[str, JsonValue]:
    """``undo --json``: what ``plan --json`` says, or with ``--yes`` ``run --json``; and what is skipped."""
    return {"undo": number, "skipped": _notes(skipped), **report}


def doctor_document(found: Diagnosis, code: int) -> dict[str, JsonValue]:
    """``doctor --json``."""
    rows: list[JsonValue] = [
        {"where": one.where, "what": one.what, "do": one.do, "asks": one.asks} for one in found.findings
    ]
    return {"findings": rows, "tasks": found.tasks, "links": found.links, "exit": code}


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


def _cycle(told: Told) -> dict[str, JsonValue]:
    cycle = told.cycle
    changes: list[JsonValue] = [
        {
            "task": short(row.task),
            "title": row.title,
            "side": row.side,
            "field": row.field.value,
            "old": value_of(row.field, value(row.field, row.old)),
            "new": value_of(row.field, value(row.field, row.new)),
            "rule": row.rule,
        }
        for row in told.moved
    ]
    actions: list[JsonValue] = [
        {
            "do": row.do.value,
            "task": short(row.task),
            "side": row.side,
            "ref": row.ref or "",
            "outcome": row.outcome,
        }
        for row in told.acted
    ]
    return {
        "cycle": cycle.cycle,
        "group": cycle.group,
        "started": moment(cycle.started),
        "seconds": round(cycle.seconds or 0.0, 3),
        "result": cycle.result,
        "changes": changes,
        "actions": actions,
    }


def _traced(name: Field, one: Traced) -> dict[str, JsonValue]:
    return {
        "value": value_of(name, one.value),
        "version": one.version,
        "by": one.by,
        "cycle": one.cycle,
        "rule": one.rule,
        "sides": {
            side: {"stored": value_of(name, how.stored), "state": how.stand.value} for side, how in one.sides.items()
        },
    }


def _status(group: GroupStatus, now: datetime) -> dict[str, JsonValue]:
    return {
        "tasks": group.tasks,
        "last_cycle": moment(group.last_cycle),
        "last_result": group.last_result,
        "sides": {side.name: _side(side, now) for side in group.sides},
        "owed": _notes(group.owed),
        "waiting": _notes(group.waiting),
        "undeliverable": _notes(group.undeliverable),
        "held": [held_row(group.name, held) for held in group.held],
    }


def _side(side: SideStatus, now: datetime) -> dict[str, JsonValue]:
    return {
        "connector": side.connector,
        "state": side.state,
        "why": side.why or None,
        "links": side.links,
        "last_complete": moment(side.last_complete),
        "unknown": list(side.unknown),
        **({"budget": _budget(side.budget, now)} if side.budget is not None else {}),
        **({"looked": side.looked} if side.looked else {}),
    }


def _budget(budget: BudgetStatus, now: datetime) -> dict[str, JsonValue]:
    free = now + timedelta(seconds=budget.free_in or 0.0)
    return {
        "windows": [{"limit": one.limit, "per": one.per, "used": one.used} for one in budget.windows],
        "spacing": budget.spacing,
        "free": "" if budget.free_in == 0.0 else moment(free),
    }
