"""What was measured, as text: a line for each program, and one with the ratios."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from benchmarks.dav.measuring import Figures

HEAD = (
    "tasks",
    "work",
    "ms each",
    "program",
    "wall s",
    "CPU s",
    "MB",
    "requests",
    "KB down",
    "unpacked",
    "KB up",
    "at once",
    "by verb",
)
WIDTHS = (6, 18, 7, 11, 8, 8, 7, 8, 9, 9, 8, 7, 0)
LEFT = {1, 3, 12}
NAMES = ("tasksync", "vdirsyncer")


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of work: ours, then the peer's if it was measured. ``delay`` is in seconds for each request."""

    size: int
    work: str
    delay: float
    figures: list[Figures]


def table(rows: Iterable[Row], *, head: bool = True) -> str:
    """The lines of some rows."""
    lines = [line(HEAD), line("-" * (width or 7) for width in WIDTHS)] if head else []
    for row in rows:
        first = (str(row.size), row.work, f"{row.delay * 1000:g}")
        for name, one in zip(NAMES, row.figures, strict=False):
            verbs = " ".join(f"{verb} {count}" for verb, count in sorted(one.verbs.items()))
            figures = (f"{one.wall:.2f}", f"{one.processor:.2f}", f"{one.memory:.0f}", str(one.requests))
            lines.append(
                line(
                    (
                        *first,
                        name,
                        *figures,
                        f"{one.down:.1f}",
                        f"{one.plain:.1f}",
                        f"{one.up:.1f}",
                        str(one.most),
                        verbs,
                    )
                )
            )
            first = ("", "", "")
        if len(row.figures) > 1:
            lines.append(line((*first, "ratio", *ratios(*row.figures), "", "")))
    return "\n".join(lines)


def ratios(ours: Figures, theirs: Figures) -> list[str]:
    """Ours for one of theirs."""
    pairs = [
        (ours.wall, theirs.wall),
        (ours.processor, theirs.processor),
        (ours.memory, theirs.memory),
        (ours.requests, theirs.requests),
        (ours.down, theirs.down),
        (ours.plain, theirs.plain),
        (ours.up, theirs.up),
    ]
    return [f"{one / other:.3f}" if other else "-" for one, other in pairs]


def line(cells: Iterable[str]) -> str:
    """Cells under each other, text to the left and figures to the right."""
    placed = zip(range(len(WIDTHS)), cells, WIDTHS, strict=True)
    return "  ".join(cell.ljust(width) if at in LEFT else cell.rjust(width) for at, cell, width in placed).rstrip()
