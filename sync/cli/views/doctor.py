"""What ``doctor`` shows: each finding with what to do about it."""

from __future__ import annotations

from typing import Final

from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen
from sync.cli.views.words import clean, counted
from sync.looking import Diagnosis

ROWS: Final = 40
"""Findings that are shown: two screenfuls. The JSON document has all of them."""


def show_diagnosis(screen: Screen, found: Diagnosis) -> None:
    """All findings, then how much was looked at."""
    for finding in found.findings[:ROWS]:
        screen.parts((f"{finding.where}: ", BAD if finding.asks else WARN), (clean(finding.what), ""))
        screen.line(f"    {clean(finding.do)}", style=FAINT)
    if len(found.findings) > ROWS:
        screen.line(f"… and {len(found.findings) - ROWS} more (--json lists all)")
    looked = f"{counted(found.tasks, 'task')} and {counted(found.links, 'link')} were looked at"
    if found.findings:
        screen.line(f"{counted(len(found.findings), 'finding')}; {looked}. Nothing was repaired.")
    else:
        screen.line(f"The store agrees with itself, and with the sides; {looked}.", style=GOOD)
