"""What ``check`` shows: the table field × side, in as many parts as the screen needs; then what each side is like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.task import Field
from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen, cell, rows, table
from sync.cli.views.words import clean, counted
from sync.report import CheckReport, FieldCheck, GroupCheck, SideCheck

STYLES: Final[Mapping[str, str]] = {
    "two-way": GOOD,
    "read-only": WARN,
    "when made": WARN,
    "lossy": WARN,
    "no opinion": BAD,
    "not held": FAINT,
}
WHEN_MADE: Final = "when made"
"""The word for a field that is written when the task is made, and read only afterwards."""

FIELD_WIDTH: Final = max(len(field.value) for field in Field)
STATE_WIDTH: Final = max(map(len, STYLES))
SIDE_WIDTH: Final = 18
"""Columns of one side at most; a longer name is folded over several lines."""
GAP: Final = 2


def show_check(screen: Screen, report: CheckReport) -> None:
    """Sides that can not be reached first, then what each side holds, group by group, and how they are."""
    for name, one in report.sides.items():
        if one.why or one.state != "ok":
            screen.parts((f"{name} is {one.state}: ", BAD), (clean(one.why or ""), ""))
    groups = report.groups or {"": GroupCheck(sides=tuple(report.sides))}
    for name, group in groups.items():
        if len(groups) > 1:
            screen.line(name, style="bold")
        for names in _parts(group.sides, screen.width):
            _show_part(screen, {side: report.sides[side] for side in names})
        for side in group.sides:
            _show_side(screen, side, report.sides[side])
        _show_block(screen, "together", group.notes, {})
    down = sum(1 for side in report.sides.values() if side.state != "ok")
    screen.line(
        f"{counted(down, 'side')} cannot take part" if down else "All sides answer.", style=BAD if down else GOOD
    )


def _parts(names: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """As many sides at once as fit beside the column of fields."""
    widest = max(STATE_WIDTH, min(SIDE_WIDTH, max(map(len, names), default=0)))
    room = max(1, (width - FIELD_WIDTH) // (widest + GAP))
    for start in range(0, len(names), room):
        yield names[start : start + room]


def _show_part(screen: Screen, sides: Mapping[str, SideCheck]) -> None:
    shown = table("field", *sides)
    shown.padding = (0, GAP - 1, 0, 0)
    shown.columns[0].no_wrap = True
    for column in shown.columns[1:]:
        column.max_width = SIDE_WIDTH
    for field in Field:
        cells = [side.fields.get(field) for side in sides.values()]
        if any(cells):
            words = [_word(one) if one is not None else "" for one in cells]
            shown.add_row(field.value, *(cell(word, STYLES.get(word, "")) for word in words))
    screen.table(shown)
    screen.line()


def _word(one: FieldCheck) -> str:
    return WHEN_MADE if one.at_create else one.state


def _show_side(screen: Screen, name: str, side: SideCheck) -> None:
    """What a person should know of a side: as a whole, then field by field."""
    told = {field.value: _said(one) for field, one in side.fields.items()}
    _show_block(screen, name, side.notes, {field: said for field, said in told.items() if said})


def _said(one: FieldCheck) -> str:
    """Why a field is as it is, and what else is to be known of it, once each."""
    why = "" if one.at_create or one.told else one.why
    known = [clean(text) for text in dict.fromkeys((why, *one.notes)) if text]
    return "; ".join([f"{_word(one)}: {known[0]}", *known[1:]] if why or one.told else known)


def _show_block(screen: Screen, heading: str, notes: Sequence[str], told: Mapping[str, str]) -> None:
    if not notes and not told:
        return
    screen.line(heading, style="bold")
    if notes:
        screen.table(rows((note,) for note in notes), indent=2)
    if told:
        screen.table(rows(told.items()), indent=2)
    screen.line()
