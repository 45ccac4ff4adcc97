"""Sides that leave, come, return, and miss what happened meanwhile (rule 20)."""

from __future__ import annotations

from datetime import datetime

from sync.core.model import Side, SideName, State
from sync.core.policy import GroupPolicy


def meet(state: State, policy: GroupPolicy) -> None:
    """Make the state's sides those of the group, in their order. To be done before anything is read.

    A side whose account or container changed is one that left and one that came: its refs, hashes and cursor mean
    nothing to the other one.
    """
    for spec in policy.sides:
        side = state.sides.get(spec.name)
        if side is not None and side.fingerprint not in ("", spec.fingerprint):
            _forget(state, spec.name)
            side = None
        if side is None:
            side = Side(name=spec.name)
        side.fingerprint = spec.fingerprint
        state.sides = {**{name: one for name, one in state.sides.items() if name != spec.name}, spec.name: side}


def _forget(state: State, name: SideName) -> None:
    state.links = {key: link for key, link in state.links.items() if link.side != name}
    state.intents = [intent for intent in state.intents if intent.side != name]
    state.held = [held for held in state.held if held.side != name]


def trust_again(state: State, side: Side, *, complete: bool) -> None:
    """After an absence nothing is deleted because of a side before one complete sweep: misses count from then."""
    for link in state.of_side(side.name):
        link.misses, link.gone, link.missed_at = 0, 0, None
    side.distrusted &= not complete


def welcome_back(state: State, policy: GroupPolicy, now: datetime) -> None:
    """Distrust what a side lacks after a long absence, and owe it the values that moved while it took no part."""
    for spec in policy.sides:
        side = state.sides[spec.name]
        if side.left is not None and now - side.left > policy.guards.returned:
            side.distrusted = True
        for link in state.of_side(spec.name):
            if not link.live:
                continue
            for name, version in state.tasks[link.task].versions.items():
                if version.cycle > side.read_cycle and spec.reads(name):
                    link.acked.setdefault(name, version.number - 1)
