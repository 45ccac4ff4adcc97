"""What ``discover`` shows: a table for each kind of thing, then ``[people]`` to be pasted."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from connectors.contract import Found
from connectors.task import JsonValue
from sync.cli.views.screen import FAINT, WARN, Screen, cell, table
from sync.cli.views.words import clean, counted, listed
from sync.core.proposal import Proposal, Proposed
from sync.report import DiscoverReport

_KINDS: Final[Mapping[str, str]] = {"person": "people", "strategy": "strategies", "canvas": "canvases"}
"""More than one of a kind, where that is not the kind and an s."""
_PEOPLE_KEY: Final = "ids in [people]"
_HIDDEN: Final = frozenset({"Cc", "Cf", "Zl", "Zp"})


def discover_document(report: DiscoverReport) -> dict[str, JsonValue]:
    """``discover --json``.

    ``{"side", "connector", "found": [{"kind", "id", "name", "email", "key", "remark"}], "remarks": [TEXT],
    "people": {KEY: {"name", "email", "ids": {SIDE: ID}, "guess": [SIDE]}}, "more": {KEY: {SIDE: ID}},
    "alone": [{"side", "id", "name", "email"}], "sides": {SIDE: {"answers", "why"}}}``. ``key`` is the key of the side's
    table that takes the id, empty where none does. ``more``: ids that people who are configured have besides.
    """
    people = report.people
    return {
        "side": report.side,
        "connector": report.connector,
        "found": [
            {
                "kind": one.kind,
                "id": one.id,
                "name": one.name,
                "email": one.email,
                "key": one.key,
                "remark": one.remark,
            }
            for one in report.found
        ],
        "remarks": [*report.lacking, *report.remarks],
        "people": {
            one.key: {"name": one.name, "email": one.email, "ids": dict(one.ids), "guess": [*one.guess]}
            for one in people.people
        },
        "more": {key: dict(ids) for key, ids in people.more.items()},
        "alone": [{"side": one.side, "id": one.id, "name": one.name, "email": one.email} for one in people.alone],
        "sides": {name: {"answers": why is None, "why": why or ""} for name, why in report.asked.items()},
    }


def show_found(screen: Screen, report: DiscoverReport) -> None:
    """What is wrong with the side, what is on it, and the proposal."""
    for line in (*report.lacking, *report.remarks):
        screen.line(clean(line), style=WARN)
    kinds = list(dict.fromkeys(one.kind for one in report.found))
    for kind in kinds:
        _show_kind(screen, kind, [one for one in report.found if one.kind == kind])
    if not kinds:
        screen.line(f"{report.side} answers, and names nothing.")
    for line in people_lines(report.people):
        screen.line(line, style=FAINT if line.startswith("#") else "")
    for name, why in report.asked.items():
        if why is not None:
            screen.parts((f"people of {name} are not in this: ", WARN), (clean(why), ""))


def _show_kind(screen: Screen, kind: str, found: Sequence[Found]) -> None:
    key = _PEOPLE_KEY if kind == "person" else found[0].key
    several = _KINDS.get(kind, f"{kind}s")
    screen.line(f"{several} ({key})" if key else several, style="bold")
    columns = ["id", *(("name",) if any(one.name not in ("", one.id) for one in found) else ())]
    columns += [name for name in ("email", "remark") if any(getattr(one, name) for one in found)]
    shown = table(*(name if name != "remark" else "" for name in columns))
    for one in found:
        shown.add_row(*(cell(getattr(one, name)) for name in columns))
    screen.table(shown)
    screen.line()


def people_lines(people: Proposed) -> Iterator[str]:
    """The proposal as TOML: tables to be pasted, and in comments what a person has to decide."""
    if people.people:
        many = counted(len(people.people), "person", "people")
        yield f"# A proposal for {many}, to be pasted into the configuration:"
        yield ""
    for one in people.people:
        yield from _person(one)
        yield ""
    for key, ids in people.more.items():
        yield f"# people.{key} is configured; its ids lack: {clean(_table(ids))}"
    if people.alone:
        yield "# Named by one side alone; nobody told who that is on the others:"
    for known in people.alone:
        told = ", ".join(part for part in (known.name, known.email) if part and part != known.id)
        yield f"#   {known.side} = {clean(_text(known.id))}{f'  {clean(told)}' if told else ''}"


def _person(one: Proposal) -> Iterator[str]:
    yield f"[people.{one.key}]"
    if one.guess:
        yield f"# a guess for {listed(one.guess)}: the names are equal, and no e-mail address tells"
    if one.name:
        yield f"name = {_text(one.name)}"
    if one.email:
        yield f"email = {_text(one.email)}"
    yield f"ids = {_table(one.ids)}"


def _table(ids: Mapping[str, str]) -> str:
    return f"{{ {', '.join(f'{side} = {_text(known)}' for side, known in ids.items())} }}"


def _text(text: str) -> str:
    """A text as TOML writes it, with whatever can not be seen spelt out."""
    quoted = json.dumps(text.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False)
    return "".join(_spelt(char) if unicodedata.category(char) in _HIDDEN else char for char in quoted)


def _spelt(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) <= 0xFFFF else f"\\U{ord(char):08x}"  # noqa: PLR2004
