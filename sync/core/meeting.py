"""What the sides of a group can and can not tell each other, from their capabilities alone.

Which fields never meet, what a side demands that others do not have, which states a side has no word for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from connectors.contract import Verb
from connectors.task import Field, Status
from sync.core.model import SideName
from sync.core.policy import AccessPolicy, SideSpec

EXCHANGED: Final = tuple(name for name in Field if name not in {Field.COMPLETED, Field.CUSTOM, Field.URL})
"""The fields that people exchange, each by itself."""


def never_meet(specs: Sequence[SideSpec]) -> list[str]:
    """The fields that no edit can carry from one side to another, a sentence for each reason."""
    alone: dict[SideName, list[str]] = {}
    unwritten: dict[str, list[str]] = {}
    nowhere: list[str] = []
    for field in EXCHANGED:
        holders = [spec.name for spec in specs if spec.reads(field)]
        if not holders:
            nowhere.append(field.value)
        elif len(holders) == 1:
            alone.setdefault(holders[0], []).append(field.value)
        elif not any(_reaches(field, source, target) for source in specs for target in specs):
            unwritten.setdefault(_listed(holders), []).append(field.value)
    return [
        *(f"{_listed(fields)}: {side} alone, nothing to exchange with" for side, fields in alone.items()),
        *(f"{_listed(fields)}: nothing moves between {sides}" for sides, fields in unwritten.items()),
        *([f"{_listed(nowhere)}: no side"] if nowhere else []),
    ]


def demands(specs: Sequence[SideSpec]) -> list[str]:
    """Fields without which a side makes no task, where a task of another side may have none."""
    lines: list[str] = []
    for spec in specs:
        if spec.access is AccessPolicy.READ or not spec.capabilities.can(Verb.CREATE):
            continue
        for field, how in spec.capabilities.fields.items():
            if field is Field.TITLE or not how.required:
                continue
            never = [other.name for other in specs if _tells(other) and not other.reads(field)]
            which = f"a task without {field.value} is undeliverable there"
            lines.append(f"{spec.name} makes no task without {field.value}: {which}{_so(never)}")
    return lines


def words(spec: SideSpec, specs: Sequence[SideSpec]) -> list[str]:
    """What becomes, on this side, of the states that others can show and it has no word for."""
    if spec.access is AccessPolicy.READ or not spec.reads(Field.STATUS):
        return []
    if not spec.sets(Field.STATUS):
        return ["what is set elsewhere is undeliverable; a closed task is not made there"]
    view = spec.of(Field.STATUS).view
    lines: list[str] = []
    for status in Status:
        shown_by = [other.name for other in specs if _shows(other, status)]
        refused, seen = view.refuses(status), view.view(status)
        if not shown_by or (not refused and seen is status):
            continue
        what = "is undeliverable" if refused else f"is written as {seen.value}" if isinstance(seen, Status) else ""
        lines.append(f"{status.value} (of {_listed(shown_by)}) {what}")
    return lines


def _reaches(field: Field, source: SideSpec, target: SideSpec) -> bool:
    """Whether a value of one side can get to another one."""
    if source is target or not source.reads(field) or not _tells(source) or target.access is AccessPolicy.READ:
        return False
    changed = target.writes(field) and target.capabilities.can(Verb.UPDATE)
    return changed or (target.sets(field) and target.capabilities.can(Verb.CREATE))


def _shows(spec: SideSpec, status: Status) -> bool:
    """Whether a task of this side can be in a state."""
    view = spec.of(Field.STATUS).view
    return _tells(spec) and spec.reads(Field.STATUS) and view.view(status) is status and not view.refuses(status)


def _tells(spec: SideSpec) -> bool:
    """Whether what is on a side moves anything elsewhere."""
    return spec.access is not AccessPolicy.WRITE


def _so(sides: Sequence[SideName]) -> str:
    return f", and so is each that is made on {_listed(sides)}" if sides else ""


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
