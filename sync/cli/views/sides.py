"""What a person must know of sides that did not take part, and remarks of the cycle: one line each, none twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from sync.cli.views.screen import BAD, FAINT, GOOD, WARN, Screen
from sync.cli.views.words import clean, counted, listed
from sync.core.facts import Read
from sync.report import SideReport

STATES: Final[Mapping[str, str]] = {"ok": GOOD, "down": BAD, "paused": BAD, "dormant": FAINT}

REMARKS: Final = 20
"""Remarks of a cycle that are shown: a screenful."""


def show_reasons(screen: Screen, sides: Mapping[str, SideReport], remarks: Iterable[str]) -> None:
    """Why sides are down, paused or set aside, with what to do next; then the remarks that say something else."""
    told: dict[str, list[str]] = {}
    for name, side in sides.items():
        if side.why:
            told.setdefault(side.why, []).append(name)
    for why, names in told.items():
        states = {_state(sides[name]) for name in names}
        verb = "is" if len(names) == 1 else "are"
        subject = f"{listed(names)} {verb} {listed(sorted(states))}"
        screen.parts((f"  {subject}: ", BAD if states & {"down", "paused"} else WARN), (clean(why), ""))
    others = [remark for remark in dict.fromkeys(remarks) if remark not in told]
    for remark in others[:REMARKS]:
        screen.line(f"  {clean(remark)}")
    if len(others) > REMARKS:
        screen.line(f"  … and {counted(len(others) - REMARKS, 'more remark')} (-v shows each as it happens)")


def _state(side: SideReport) -> str:
    return Read.SET_ASIDE.value if side.read is Read.SET_ASIDE else side.state
