"""Carrying out what a person decided about held rows (``resolve``)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.contract import Entry
from connectors.projection import one_line
from connectors.task import Field, Status, Value, label_set
from sync.core.codec import decode, encode_fields, parse_short
from sync.core.evidence import let_go
from sync.core.facts import Acted, Observation
from sync.core.guards import APPROVED
from sync.core.merge import Merge
from sync.core.model import Do, Held, HeldKind, Intent, Link, SideName
from sync.core.settle import filled_in, found_again
from sync.core.standing import is_adoption
from sync.core.ties import decide_lost, lost_key

BY_A_PERSON = "a person decided"

_MOST: Final = {Field.PRIORITY: 9, Field.PERCENT_COMPLETE: 100}
"""The largest number that a field takes (RFC 5545, 3.8.1.9 and 3.8.1.8)."""


@dataclass(slots=True)
class Decisions:
    """Applies decided rows to the state of the merge; undecided ones stay."""

    merge: Merge
    now: datetime
    observations: Mapping[SideName, Observation]
    placed: dict[tuple[SideName, str], str] = field(default_factory=dict)  # unplaced entry to SIDE:REF, or "new"
    vanished: list[Link] = field(default_factory=list)  # approved: take it for deleted
    acted: list[Acted] = field(default_factory=list)

    def carry_out(self) -> None:
        """All decided rows; those that are done leave the state."""
        state = self.merge.lenses.state
        for held in list(state.held):
            if held.decision and self._one(held):
                state.held.remove(held)

    def _one(self, held: Held) -> bool:
        if is_adoption(held):
            return False  # it ends when the task is linked
        word, _, rest = held.decision.partition(" ")
        if held.kind is HeldKind.CONFLICT:
            return self._conflict(held, word, rest)
        if held.kind is HeldKind.GUARD:
            self._guard(held, word)
            return True
        if held.kind is HeldKind.MATCH:
            return self._place(held, word, rest)
        if word in {"exists", "absent"}:
            return self._create_in_doubt(held, word, rest)
        return self._guarded(held, word)

    def _conflict(self, held: Held, word: str, rest: str) -> bool:
        task = self.merge.lenses.state.tasks.get(held.task or 0)
        if task is None or held.field is None:
            return True
        chosen = decode(held.field, held.data.get(rest)) if word == "take" else value_from_text(held.field, rest)
        for side, data in held.data.items():
            if word != "take" or side != rest:
                self.merge.lose(task, held.field, side, decode(held.field, data), chosen)
        self.merge.advance(task, held.field, chosen, side=rest if word == "take" else "", rule=BY_A_PERSON)
        return True

    def _place(self, held: Held, word: str, name: str) -> bool:
        """Where an entry belongs; carried out when it is read, and not before."""
        entry = self._entry(held.side, held.ref)
        if entry is None:
            return False
        state = self.merge.lenses.state
        side, _, ref = name.partition(":")
        task = self.merge.lenses.refs.get((side, ref))
        fits = task is not None and state.tasks[task].kind is entry.kind and state.live(task, held.side) is None
        if word == "same" and not fits:
            held.decision = ""
            held.why = f"{name} is not there, or has another entry on {held.side}"
            return False
        self.placed[held.side, held.ref] = name if word == "same" else "new"
        return True

    def _guard(self, held: Held, word: str) -> None:
        side = self.merge.lenses.state.sides.get(held.side)
        read = str(held.data.get("read", ""))
        if side is not None and word == APPROVED:
            side.allowed_guard = read
        elif side is not None:
            side.refused_guard = read

    def _create_in_doubt(self, held: Held, word: str, ref: str) -> bool:
        lenses = self.merge.lenses
        intents = [
            one
            for one in lenses.state.intents
            if one.do is Do.CREATE and (one.task, one.side) == (held.task, held.side)
        ]
        if not intents:
            return True
        if word == "exists":
            entry = self._entry(held.side, ref)
            known = lenses.refs.get((held.side, ref)) is not None
            if entry is None or known or entry.kind is not lenses.state.tasks[intents[0].task].kind:
                held.decision = ""
                held.why = f"{ref} is not there, is of another kind, or belongs to another task"
                return False
            filled = filled_in(lenses.of(intents[0]), intents[0])
            sent = {name: value for name, value in intents[0].patch.items() if name not in filled}
            found_again(lenses, intents[0], sent, entry)
            self._note(intents[0], ref)
        lenses.state.intents = [one for one in lenses.state.intents if one not in intents]
        return True

    def _note(self, intent: Intent, ref: str) -> None:
        fields = encode_fields(intent.patch)
        outcome = f"done: {BY_A_PERSON}"
        row = Acted(do=intent.do, task=intent.task, side=intent.side, ref=ref, outcome=outcome, fields=fields)
        self.acted.append(row)

    def _entry(self, side: SideName, ref: str) -> Entry | None:
        observation = self.observations.get(side)
        entry = observation.entries.get(ref) if observation is not None else None
        return entry if entry is not None and not entry.problem else None

    def _guarded(self, held: Held, word: str) -> bool:
        state = self.merge.lenses.state
        if held.key == lost_key(held.side):
            decide_lost(state, held, approved=word == APPROVED)
            return True
        if word == APPROVED:
            link = state.live(held.task or 0, held.side)
            if held.key.startswith("vanished:") and link is not None:
                self.vanished.append(link)
                return True
            return False  # the approval lasts until the action was carried out
        link = state.link(held.task or 0, held.side)
        if link is None:
            link = Link(task=held.task or 0, side=held.side, ref=None)
            state.links[link.key] = link
        self.merge.lenses.untie(link)
        let_go(link, BY_A_PERSON)
        self.merge.act(link, Do.LET_GO, BY_A_PERSON)
        return True


def value_from_text(name: Field, text: str) -> Value:
    """The VALUE of ``set VALUE``: JSON if it parses, else text. Raises ``ValueError`` with what the field takes."""
    try:
        data = json.loads(text)
    except ValueError:
        data = text
    try:
        value = _typed(name, data)
    except (ValueError, TypeError) as error:
        message = f"{name.value} can not be {text!r}"
        raise ValueError(message) from error
    return value


def _typed(name: Field, data: object) -> Value:
    match name, data:
        case ((Field.TITLE | Field.DESCRIPTION), _):
            text = data if isinstance(data, str) else str(data)
            value: Value = one_line(text) if name is Field.TITLE else text
        case Field.STATUS, str():
            value = Status(data)
        case ((Field.START | Field.DUE | Field.PARENT), ("" | None)):
            value = None
        case ((Field.START | Field.DUE), _):
            value = _day_or_instant(name, str(data))
        case Field.PARENT, str() if parse_short(data) is not None:
            value = parse_short(data)
        case ((Field.LABELS | Field.ASSIGNEES), _):
            value = _several(name, data)
        case Field.ARCHIVED, bool():
            value = data
        case ((Field.PRIORITY | Field.PERCENT_COMPLETE), int()) if type(data) is int and 0 <= data <= _MOST[name]:
            value = data
        case _:
            raise ValueError(name)
    return value


def _several(name: Field, data: object) -> Value:
    if name is Field.LABELS:
        return label_set(map(str, data if isinstance(data, list) else str(data).split(",")))
    if isinstance(data, list):
        return tuple(map(str, data))
    return (str(data).strip(),) if str(data).strip() else ()


def _day_or_instant(name: Field, text: str) -> Value:
    value = decode(name, text)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(text)  # whose noon is not said
    return value
