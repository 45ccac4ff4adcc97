"""What ``explain`` shows: per field its value, whose it is and why it stands; how each side has it; what lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from connectors.task import Field, is_empty
from sync.cli.views.screen import BAD, FAINT, WARN, Screen
from sync.cli.views.values import one_line
from sync.cli.views.words import clean, listed, quoted, typed
from sync.core.codec import short
from sync.tracing import Explanation, OnSide, Stand, Traced

STANDS: Final[Mapping[Stand, str]] = {
    Stand.OWED: WARN,
    Stand.UNDELIVERABLE: BAD,
    Stand.NO_OPINION: WARN,
    Stand.NOT_HELD: FAINT,
}

RULES: Final[Mapping[str, str]] = {
    "new": "as it was first seen",
    "edit": "an edit, and no other",
    "explained": "it explains what every side shows",
    "merged": "merged from several edits",
    "newest": "the newest of several edits",
    "priority": "of several edits the one of the side that stands first",
    "filled": "it was empty before",
    "first opinion": "the first opinion on it",
    "derived": "a status that follows from others does not count against it",
}
"""What a rule says, where its own words say too little."""


def show_explanation(screen: Screen, told: Explanation, *, whole: bool, config: Path | None) -> None:
    """One task. ``whole``: every field was asked for, and those that say nothing are named in one line."""
    screen.parts(
        (f"{short(told.task)} ", FAINT),
        (quoted(told.title, 56), "bold"),
        (f"  [{told.group}]{', deleted' if told.deleted else ''}", FAINT),
    )
    for side, ref in told.refs.items():
        screen.line(f"  {side}: {clean(ref)}", style=FAINT)
    silent = [name for name, one in told.fields.items() if whole and _says_nothing(name, one)]
    for name, one in told.fields.items():
        if name not in silent:
            _show_field(screen, told, name, one, config)
    if silent:
        screen.line()
        screen.line(f"  empty on every side: {listed(name.value for name in silent)}", style=FAINT)
    if not told.fields:
        screen.line("  no side has an opinion on it", style=FAINT)


def _says_nothing(name: Field, one: Traced) -> bool:
    quiet = all(side.stand in {Stand.AGREES, Stand.NOT_HELD} and not side.why for side in one.sides.values())
    quiet = quiet or all(side.stand in {Stand.AGREES, Stand.NOT_HELD} for side in one.sides.values())
    return is_empty(name, one.value) and quiet and one.version == 1 and not one.losers


def _show_field(screen: Screen, told: Explanation, name: Field, one: Traced, config: Path | None) -> None:
    screen.line()
    screen.parts((f"  {name.value}: ", "bold"), (one_line(name, one.value, 56), ""))
    screen.line(f"    {_source(one)}")
    agreeing = [side for side, how in one.sides.items() if how.stand is Stand.AGREES and not how.why]
    if agreeing:
        screen.line(f"    agrees: {listed(agreeing)}")
    for side, how in one.sides.items():
        if side not in agreeing:
            _show_side(screen, name, side, how)
    if one.held:
        screen.parts(("    held: ", WARN), (f"h{one.held} asks which value stands: {typed('held', config=config)}", ""))
    for loser in one.losers:
        where = f" on {loser.side}" if loser.side else ""
        screen.parts(("    lost: ", WARN), (f"{one_line(name, loser.value, 40)}{where}, in cycle {loser.cycle}", ""))
        if not told.deleted:
            command = typed("resolve", f"l{loser.number}", "take", loser.side, config=config)
            screen.line(f"      to bring it back: {command}", style=FAINT)


def _source(one: Traced) -> str:
    who = f"from {one.by}" if one.by else "decided by a person"
    when = f" in cycle {one.cycle}" if one.cycle else ""
    return f"{who}{when}, version {one.version}: {RULES.get(one.rule, clean(one.rule))}"


def _show_side(screen: Screen, name: Field, side: str, how: OnSide) -> None:
    has = ""
    if how.stand is not Stand.NOT_HELD and (how.stored is not None or how.stand is Stand.AGREES):
        has = f", there it is {one_line(name, how.stored, 40)}"
    why = f" ({clean(how.why)})" if how.why else ""
    screen.parts((f"    {side}: ", ""), (how.stand.value, STANDS.get(how.stand, "")), (f"{has}{why}", ""))
