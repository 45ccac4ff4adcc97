"""What ``check`` shows: a table of fields and sides, in as many parts as the screen needs, and remarks on it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.task import Field
from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen, cell, table
from sync.cli.views.words import clean, counted
from sync.report import CheckReport, SideCheck

STYLES: Final[Mapping[str, str]] = {
    "two-way": GOOD,
    "read-only": WARN,
    "lossy": WARN,
    "no opinion": BAD,
    "not held": FAINT,
}

FIELD_WIDTH: Final = max(len(field.value) for field in Field)
SIDE_WIDTH: Final = 18
"""Columns of one side at most; a longer name is folded over several lines."""
GAP: Final = 3


def show_check(screen: Screen, report: CheckReport) -> None:
    """Sides that can not be reached first, then what each side holds."""
    for name, side in report.sides.items():
        if side.why or side.state != "ok":
            screen.parts((f"{name} is {side.state}: ", BAD), (clean(side.why or ""), ""))
    for names in _parts(list(report.sides), screen.width):
        _show_part(screen, {name: report.sides[name] for name in names})
    for name, side in report.sides.items():
        _show_remarks(screen, name, side)
    down = sum(1 for side in report.sides.values() if side.state != "ok")
    screen.line()
    screen.line(
        f"{counted(down, 'side')} cannot take part" if down else "All sides answer.", style=BAD if down else GOOD
    )


def _parts(names: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """As many sides at once as fit beside the column of fields."""
    room = max(1, (width - FIELD_WIDTH) // (min(SIDE_WIDTH, max(map(len, names), default=0)) + GAP))
    room = max(1, min(room, (width - FIELD_WIDTH) // (len("no opinion") + GAP)))
    for start in range(0, len(names), room):
        yield names[start : start + room]


def _show_part(screen: Screen, sides: Mapping[str, SideCheck]) -> None:
    shown = table("field", *sides)
    shown.columns[0].no_wrap = True
    for column in shown.columns[1:]:
        column.max_width = SIDE_WIDTH
    for field in Field:
        cells = [side.fields.get(field) for side in sides.values()]
        if any(cells):
            words = [one.state if one is not None else "" for one in cells]
            shown.add_row(field.value, *(cell(word, STYLES.get(word, "")) for word in words))
    screen.table(shown)
    screen.line()


def _show_remarks(screen: Screen, name: str, side: SideCheck) -> None:
    for field, one in side.fields.items():
        if one.why:
            screen.parts(
                (f"  {name}.{field.value} ", ""), (one.state, STYLES.get(one.state, "")), (f": {clean(one.why)}", "")
            )
    for note in side.notes:
        screen.line(f"  {name}: {clean(note)}")
