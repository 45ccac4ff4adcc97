"""Settled tasks: those about which nothing is open on any side, so that a cycle leaves them where they are.

=====================================================  ===========================================================
a task is settled when                                 for else
=====================================================  ===========================================================
it is alive, with a live link on every side            it is made, deleted, matched or let go
each link has nothing owed, refused, missed, unread    it is written, reported, asked for or read again
each shadow is of the mapping that holds now           views may have moved with it
each entry stands where its task does                  who loads its relatives would not find it there
a plan has nothing to do for it, nothing to say of it  it is owed, or undeliverable
nobody is asked about it                               a person decides
=====================================================  ===========================================================

What a cycle would do for such a task is nothing, unless a read touches it: then it is loaded, with its relatives.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from hashlib import blake2b

from connectors.contract import Discovery
from connectors.task import Field, Ref
from sync.core.facts import Action, Note, Observation, Read
from sync.core.model import HeldKind, Link, SideName, State, TaskId, TaskLife
from sync.core.policy import GroupPolicy
from sync.core.standing import ENTRIES


def basis_of(policy: GroupPolicy) -> str:
    """What it depends on that a task is settled: the sides, their containers, and how each is read and written."""
    sides = [
        [spec.name, spec.fingerprint, spec.mapping, spec.access.value, sorted(field.value for field in spec.unsynced)]
        for spec in policy.sides
    ]
    return blake2b(repr(sides).encode(), digest_size=12).hexdigest()


def settled_tasks(state: State, policy: GroupPolicy, busy: Iterable[Action | Note]) -> set[TaskId]:
    """The settled ones of the tasks that are loaded. ``busy``: what is still to be done, and what can not be."""
    open_ = {one.task for one in busy} | {held.task for held in state.held} | {intent.task for intent in state.intents}
    mappings = {spec.name: spec.mapping for spec in policy.sides}
    return {
        task.id
        for task in state.tasks.values()
        if task.life is TaskLife.ALIVE
        and task.id not in open_
        and all(_is_settled(state.link(task.id, side), mapping) for side, mapping in mappings.items())
    }


def _is_settled(link: Link | None, mapping: str) -> bool:
    if link is None or not link.live or link.ref is None or not link.raw_hash or link.mapping != mapping:
        return False
    owed = link.acked or link.refused or link.reasons or link.uncertain
    missed = link.misses or link.gone or link.missed_at or link.outside or link.absent
    special = link.reason or link.joined or link.former
    if owed or missed or special or not all(pair.confirmed for pair in link.pairs.values()):
        return False
    above = link.pairs.get(Field.PARENT)
    return above is None or above.stored == above.sent


def may_be_partial(state: State, policy: GroupPolicy) -> bool:
    """Whether a cycle can leave settled tasks where they are. ``state`` has its sides, and all that is open.

    Not where a question is about tasks that nobody names: a request in doubt, an entry that may be any task, a side
    that was not met yet or has no list, a decision that may mean any of them. Where no side was met yet, nothing is
    known, or a first meeting is under way: what is settled then has a link on every side.
    """
    basis = basis_of(policy)
    sides = [state.sides.get(spec.name) for spec in policy.sides]
    begun = [side is not None and side.met for side in sides]
    nothing = not (any(begun) or state.tasks or state.settled)
    known = all(
        side is not None and (side.basis == basis or nothing) and not (side.lost or side.restored) for side in sides
    ) and (all(begun) or not any(begun))
    tied = any(side is not None and side.ties for side in sides)
    listed = all(spec.capabilities.discovery is not Discovery.POINT for spec in policy.sides)
    asked = any(held.decision or held.kind is HeldKind.MATCH for held in state.held)
    return known and listed and not (tied or asked or state.intents)


def is_flat(policy: GroupPolicy) -> bool:
    """Whether a task concerns its relatives only, and not whatever stands beside it: positions rank all siblings.

    What a cascade takes along, and what a status follows from, are relatives as far as anybody has read. What people
    have put there since is loaded when an answer names it.
    """
    ordered = sum(1 for spec in policy.sides if spec.reads(Field.POSITION))
    return ordered < 2  # noqa: PLR2004 - an order is exchanged between two


def is_deep(policy: GroupPolicy) -> bool:
    """Whether a side deletes or computes along a tree: it is met whole, with all that stands below anything."""
    capabilities = [spec.capabilities for spec in policy.sides]
    return any(one.delete_cascades or one.derived_from_children for one in capabilities)


def touched(observation: Observation, every: Collection[Ref]) -> set[Ref]:
    """The refs of a side that a read says something of: what it tells anew, what that is under, and what it lacks.

    ``every``: all refs that are linked there; needed of a complete read only.
    """
    refs = set(observation.entries) | observation.gone
    for entry in observation.entries.values():
        parent = entry.fields.get(Field.PARENT)
        refs.update([parent] if isinstance(parent, str) else [], entry.children)
    if observation.read is Read.COMPLETE:
        refs.update(ref for ref in every if ref not in observation.listed)
    return refs


def above(state: State) -> dict[SideName, set[Ref]]:
    """The refs under which the loaded entries stand, as far as those are not loaded, by side."""
    loaded = {(link.side, link.ref) for link in state.links.values()}
    refs: dict[SideName, set[Ref]] = {}
    for link in state.links.values():
        pair = link.pairs.get(Field.PARENT)
        if pair is not None and isinstance(pair.stored, str) and (link.side, pair.stored) not in loaded:
            refs.setdefault(link.side, set()).add(pair.stored)
    return refs


def asked_about(state: State) -> dict[SideName, set[Ref]]:
    """The refs that open questions name, by side."""
    refs: dict[SideName, set[Ref]] = {}
    for held in state.held:
        kept = held.data.get(ENTRIES)
        named = set(kept) if isinstance(kept, Mapping) else set()
        refs.setdefault(held.side, set()).update(named, {held.ref} - {""})
    return refs
