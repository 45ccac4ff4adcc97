"""What ``plan`` shows: a diff per task, then what is not done and why, then how to carry it out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.task import Field
from sync.cli.views.held import show_row
from sync.cli.views.open import show_notes
from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen
from sync.cli.views.sides import show_reasons
from sync.cli.views.values import contrast, is_long, line_diff, one_line
from sync.cli.views.words import ago, clean, listed, quoted, typed
from sync.core.codec import short
from sync.core.facts import Action, Change
from sync.core.model import Do
from sync.report import GroupPlan, PlanReport

SIGNS: Final = {
    Do.CREATE: ("+", GOOD),
    Do.UPDATE: ("~", WARN),
    Do.DELETE: ("-", BAD),
    Do.ARCHIVE: ("-", BAD),
    Do.CLOSE: ("-", BAD),
    Do.ADOPT: ("=", GOOD),
    Do.LET_GO: ("/", FAINT),
}

PLAIN_RULES: Final = frozenset({"", "edit", "explained", "new"})
"""Rules that say no more than who changed it."""

REASONS: Final = {"newest": "the newest", "priority": "which has priority"}
"""Why an edit won over another one."""


def show_plan(screen: Screen, report: PlanReport, *, groups: Sequence[str], config: Path | None) -> None:
    """All groups, and the command that carries the plan out."""
    show_groups(screen, report, config=config)
    if any(plan.actions for plan in report.groups.values()):
        screen.line("Nothing was written. To carry out this plan, and only if nothing moves meanwhile:")
        screen.line(f"  {typed('run', *groups, '--once', '--plan', report.hash, config=config)}")


def show_groups(screen: Screen, report: PlanReport, *, config: Path | None) -> None:
    """All groups of a plan."""
    for name, plan in report.groups.items():
        _show_group(screen, name, plan, report.now, config)


def _show_group(screen: Screen, name: str, plan: GroupPlan, now: datetime | None, config: Path | None) -> None:
    screen.parts((name, "bold"), (f": {_summary(plan)}", ""))
    show_reasons(screen, plan.sides, plan.notes)
    for action in plan.actions:
        _show_action(screen, action, now)
    for held in plan.held:
        show_row(screen, name, held, now=now, config=config)
    show_notes(screen, "waiting", plan.waiting)
    show_notes(screen, "undeliverable", plan.undeliverable)
    screen.line()


def _summary(plan: GroupPlan) -> str:
    counts = Counter(action.do for action in plan.actions)
    words = [f"{counts[do]} to {do.value}" for do in Do if counts[do]]
    open_ones: dict[str, Sequence[object]] = {
        "held": plan.held,
        "waiting": plan.waiting,
        "undeliverable": plan.undeliverable,
    }
    words += [f"{len(rows)} {word}" for word, rows in open_ones.items() if rows]
    if not plan.actions:
        words.insert(0, "nothing to do")
    return listed(words)


def _show_action(screen: Screen, action: Action, now: datetime | None) -> None:
    sign, style = SIGNS[action.do]
    why = f" ({clean(action.why)})" if action.why else ""
    creating = action.do is Do.CREATE
    if creating and not why:
        sources = dict.fromkeys(change.by for change in action.changes.values() if change.by)
        why = f" (new on {next(iter(sources))})" if len(sources) == 1 else ""
    screen.parts(
        (f"{sign} {action.do.value} ", style),
        (quoted(action.title), "bold"),
        (f" on {action.side}{why}", ""),
        (f"  {short(action.task)}", FAINT),
    )
    for field, change in action.changes.items():
        if not (creating and field is Field.TITLE):
            _show_change(screen, field, change, now, creating=creating)


def _show_change(screen: Screen, field: Field, change: Change, now: datetime | None, *, creating: bool) -> None:
    source = "" if creating else f"  ({_source(change, now)})"
    if is_long(change.before, change.after):
        screen.parts((f"    {field.value}:", ""), (source, FAINT))
        for sign, line in line_diff(change.before, change.after):
            screen.line(f"      {sign} {line}", style={"-": BAD, "+": GOOD}.get(sign, FAINT))
        return
    what = one_line(field, change.after) if creating else contrast(field, change.before, change.after)
    screen.parts((f"    {field.value}: {what}", ""), (source, FAINT))


def _source(change: Change, now: datetime | None) -> str:
    """Whose edit it is, when it was made if its side tells times, and why it won if somebody else had one."""
    who = f"changed on {change.by}" if change.by else "by a person"
    when = f" {ago(change.at, now)}" if change.at is not None and now is not None else ""
    if change.rule in PLAIN_RULES:
        return f"{who}{when}"
    otherwise = f"rule: {clean(change.rule)}" if change.by else clean(change.rule)
    return f"{who}{when}, {REASONS.get(change.rule, otherwise)}"
