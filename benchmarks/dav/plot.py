"""The ratios of wall times as a plot in SVG: a bar for each piece of work, and a line where both are equal."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from benchmarks.dav.tables import Row

BAR, GAP, LEFT, WIDTH, TOP = 16, 6, 250, 400, 60
FULL = 1.5
"""The ratio at the right edge; a longer bar is cut there, and says its figure all the same."""
COLOURS = {0.0: "#4477aa", 0.02: "#ee6677"}


def drawn(rows: Sequence[Row]) -> str:
    """The plot's text. Rows without a peer are left out."""
    rows = [row for row in rows if len(row.figures) > 1]
    height = TOP + len(rows) * (BAR + GAP) + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" height="{height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{LEFT + WIDTH + 70}" height="{height}" fill="white"/>',
        '<text x="10" y="22" style="font-size: 15px">Wall time of tasksync for one second of vdirsyncer</text>',
        '<text x="10" y="42" fill="#555">two Radicale collections; the start of the process included</text>',
    ]
    for at, row in enumerate(rows):
        parts += bar(row, TOP + at * (BAR + GAP))
    end = TOP + len(rows) * (BAR + GAP)
    for ratio in (0.0, 0.5, 1.0, 1.5):
        x = LEFT + ratio / FULL * WIDTH
        dashes = "" if ratio == 1.0 else ' stroke-dasharray="2 4"'
        parts.append(f'<line x1="{x}" y1="{TOP - 6}" x2="{x}" y2="{end}" stroke="#555"{dashes}/>')
        parts.append(f'<text x="{x}" y="{end + 16}" text-anchor="middle">{ratio:g}</text>')
    return "\n".join([*parts, "</svg>", ""])


def bar(row: Row, y: int) -> list[str]:
    """One bar with its words."""
    ours, theirs = row.figures
    ratio = ours.wall / theirs.wall
    width = min(ratio, FULL) / FULL * WIDTH
    words = escape(f"{row.size:,} tasks, {row.work}, {row.delay * 1000:g} ms")
    colour = COLOURS.get(row.delay, "#999999")
    return [
        f'<text x="{LEFT - 8}" y="{y + BAR - 4}" text-anchor="end">{words}</text>',
        f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{colour}"/>',
        f'<text x="{LEFT + width + 6:.1f}" y="{y + BAR - 4}">{ratio:.2f}</text>',
    ]
