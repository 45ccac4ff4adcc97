"""Reports as the program hands them to the command line, for the tests of how they are shown."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta

from connectors.task import Field, Status
from sync.cli.views.screen import Screen
from sync.core.facts import Action, Change, Note, Read
from sync.core.model import Do, Held, HeldKind
from sync.report import (
    BudgetStatus,
    CheckReport,
    FieldCheck,
    GroupPlan,
    GroupReport,
    GroupStatus,
    PlanReport,
    Result,
    RunReport,
    SideCheck,
    SideReport,
    SideStatus,
    WindowStatus,
)

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LONG = "a-side-whose-name-is-much-longer-than-anybody-would-think-sensible"
"""A name that the configuration takes, and that no table has room for."""
EVIL = "\x1b[2J\x1b]0;owned\x07 two\nlines \u202egnp.exe"
"""A title that would clear a terminal, rename its window, and read backwards."""


def shown(show, *arguments: object, **named: object) -> list[str]:
    """What a view prints where there is no terminal: lines, without trailing blanks."""
    stream = io.StringIO()
    show(Screen(stream), *arguments, **named)
    return [line.rstrip() for line in stream.getvalue().splitlines()]


def side(state="ok", why=None, read=Read.COMPLETE) -> SideReport:
    return SideReport(state=state, why=why, read=read)


def note(
    why="it was not found there in 1 of 3 complete reads", *, title="Call Anna", field=None, name="canvas"
) -> Note:
    return Note(task=0x4F2, title=title, side=name, ref="77", field=field, why=why)


def held(**changed: object) -> Held:
    facts = {
        "kind": HeldKind.CONFLICT,
        "key": "conflict:1266:due",
        "why": "due was changed on outline and canvas",
        "choices": ("take outline", "take canvas", "set VALUE"),
        "id": 12,
        "task": 0x4F2,
        "title": "Call Anna",
        "field": Field.DUE,
        "since": NOW - timedelta(hours=3),
        "data": {"outline": "2026-03-05", "canvas": "2026-03-06"},
    }
    return Held(**(facts | changed))


def action(do=Do.UPDATE, changes=None, **changed: object) -> Action:
    facts = {"task": 0x4F2, "title": "Call Anna", "side": "canvas", "ref": "77"}
    changes = changes or {}
    return Action(
        do=do, **(facts | changed), changes=changes, fields={name: change.after for name, change in changes.items()}
    )


def change(before, after, *, by="outline", rule="edit", minutes: int | None = 2) -> Change:
    at = None if minutes is None else NOW - timedelta(minutes=minutes)
    return Change(before=before, after=after, by=by, rule=rule, at=at)


def plan_report(**groups: GroupPlan) -> PlanReport:
    return PlanReport(groups=groups, now=NOW)


def full_plan(name="outline", other="canvas", title="Call Anna") -> PlanReport:
    """One of everything that a plan can say."""
    plan = GroupPlan(
        actions=[
            action(
                Do.CREATE,
                {Field.TITLE: change(None, title, by=name), Field.DUE: change(None, date(2026, 3, 9), by=name)},
                title=title,
                side=other,
                ref=None,
            ),
            action(
                Do.UPDATE,
                {Field.TITLE: change("a", "b", by=name), Field.DESCRIPTION: change("one\ntwo", "one\n2", by=name)},
                title=title,
                side=other,
            ),
            action(Do.DELETE, title=title, side=other, why=f"deleted on {name}"),
            action(Do.ARCHIVE, title=title, side=other),
            action(Do.CLOSE, {Field.STATUS: change(Status.NEEDS_ACTION, Status.CANCELLED)}, title=title, side=other),
            action(Do.ADOPT, title=title, side=other),
            action(Do.LET_GO, title=title, side=other),
        ],
        held=[held(title=title, side=other), held(id=0, title=title)],
        waiting=[note(title=title, name=other)],
        undeliverable=[note("it can not change it", title=title, field=Field.DUE, name=other)],
        sides={name: side(), other: side("down", "the server does not answer; is it up?", Read.NONE)},
        notes=["a remark about the cycle"],
    )
    return plan_report(work=plan)


def run_report(name="outline", other="canvas", **changed: object) -> RunReport:
    facts = {
        "result": Result.CHANGED,
        "created": 3,
        "updated": 1,
        "adopted": 2,
        "sides": {name: side(), other: side(read=Read.SINCE)},
        "requests": {name: 4, other: 12},
        "seconds": 2.44,
        "cycle": 7,
    }
    group = GroupReport(**(facts | changed))
    return RunReport(groups={"work": group}, exit=group.code)


def group_status(name="outline", other="canvas", **changed: object) -> GroupStatus:
    facts = {
        "name": "work",
        "tasks": 120,
        "last_cycle": NOW - timedelta(minutes=5),
        "last_result": "changed",
        "sides": [
            SideStatus(
                name=name,
                connector="checkvist",
                state="ok",
                why="",
                links=119,
                last_complete=NOW - timedelta(minutes=5),
                budget=BudgetStatus(windows=(WindowStatus(limit=50, per=60.0, used=50),), spacing=0.5, free_in=33.2),
            ),
            SideStatus(
                name=other,
                connector="ogsm",
                state="paused",
                why="the password was refused; check username and password",
                links=118,
                last_complete=None,
                unknown=('status: "on hold" (3 tasks): add it to [sides.canvas.statuses]',),
            ),
        ],
    }
    return GroupStatus(**(facts | changed))


def check_report(*names: str, state="ok", why=None) -> CheckReport:
    fields = {
        Field.TITLE: FieldCheck(state="two-way"),
        Field.DUE: FieldCheck(state="lossy", why="the day only"),
        Field.PERCENT_COMPLETE: FieldCheck(state="not held"),
        Field.STATUS: FieldCheck(state="no opinion", why='"on hold" (3 tasks)'),
    }
    sides = {
        name: SideCheck(state=state, why=why, fields=dict(fields), notes=["tags keep their case"]) for name in names
    }
    return CheckReport(sides=sides, exit=0 if state == "ok" else 4)
