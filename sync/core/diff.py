"""What changed on a side: its entries against its own shadows, never against the canonical task (rule 1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from connectors.contract import Entry
from connectors.task import Field, Kind, Value, is_empty, same
from sync.core.facts import Observation
from sync.core.lens import NO_OPINION, Lens, Lenses
from sync.core.likely import is_likely_stored
from sync.core.model import Link, Pair, State, Task, TaskId

UNMERGED = frozenset({Field.COMPLETED, Field.POSITION, Field.URL, Field.CUSTOM})
"""Fields that no merge decides: one follows status, positions have their own rule, the rest is not exchanged."""


FIRST_OPINION: Final = "first opinion"
"""The rule of a value that a side was the first to have: there was nothing to compare it with, so it is no edit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delta:
    """One field that differs from its shadow: what was stored, what is seen now, and the vendor's (corrected) time."""

    link: Link
    field: Field
    old: Value
    new: Value
    at: datetime | None
    derived: bool = False


@dataclass(slots=True)
class LinkDiff:
    """What one entry says against its link.

    Deltas, pairs that a read completes, first opinions, and the words not known.
    """

    link: Link
    entry: Entry
    seen: Mapping[Field, Value]
    deltas: list[Delta] = field(default_factory=list)
    pairs: dict[Field, Pair] = field(default_factory=dict)
    first: dict[Field, Value] = field(default_factory=dict)
    # views that another mapping moved, and what no longer follows from the children
    owed: list[Field] = field(default_factory=list)


def diff_link(  # the two sides of a comparison, and what is known of the moment
    link: Link, task: Task, entry: Entry, lens: Lens, *, at: datetime | None, thawed: bool, former: Entry | None = None
) -> LinkDiff:
    """Compare one entry with its shadow.

    ``thawed``: a derived field may have moved because of our own writes, or the entry became or ceased to be a
    parent: the shadow takes it without a delta. ``former``: what another mapping has read, as this one has it.
    """
    told = lens.take(former) if former is not None else {}
    found = LinkDiff(link=link, entry=entry, seen=lens.take(entry))
    other_mapping = bool(link.mapping) and link.mapping != lens.spec.mapping
    for name, value in found.seen.items():
        if name in UNMERGED:
            continue
        pair = link.pairs.get(name)
        remapped = other_mapping and _is_unchanged(link, entry, name, value, told)
        derived = name in entry.derived or name in link.derived
        if pair is None:
            _first_opinion(found, task, name, value, lens)
        elif (remapped and name not in link.unknown) or (derived and thawed):
            found.pairs[name] = Pair(pair.sent if same(name, pair.stored, value) else value, value)
            free = name not in entry.derived  # a leaf again: it can be told what it should be
            if (remapped or free) and not same(name, lens.view(name, task.values.get(name)), found.pairs[name].sent):
                found.owed.append(name)
        elif not pair.confirmed and (is_likely_stored(name, pair, value) or lens.is_opaque(name, value)):
            found.pairs[name] = Pair(pair.sent, value)
        elif not same(name, pair.stored, value):
            found.deltas.append(Delta(link=link, field=name, old=pair.stored, new=value, at=at, derived=derived))
    return found


def _is_unchanged(link: Link, entry: Entry, name: Field, value: Value, told: Mapping[Field, Value]) -> bool:
    """Whether a vendor sends of a field what it sent last: by the hash of all, else as today's tables read both.

    ``told`` is what it sent last. An answer that did not carry the field tells nothing of it.
    """
    if link.raw_hash and link.raw_hash == entry.raw_hash:
        return True
    if not link.raw_hash and name is not Field.STATUS:
        return False  # it was sent in the answer to a write, and an edit that it showed was compared with nothing yet
    pair = link.pairs.get(name)
    return pair is not None and pair.confirmed and name in told and same(name, told[name], value)


def _first_opinion(found: LinkDiff, task: Task, name: Field, value: Value, lens: Lens) -> None:
    """A field without a shadow: owed, agreed, or to be joined as at a first meeting.

    Where we made the entry, what is owed replaces what its server made of it; where people did, it is theirs, and kept.
    What names an entry that is not linked yet waits, whoever made this one: it is joined once it can be said.
    """
    link, number = found.link, task.version(name).number
    theirs = link.side == task.born or not link.wrote
    cleared = number > 1 and task.version(name).rule != FIRST_OPINION and is_empty(name, task.values.get(name))
    if lens.lift(name, value, task.values.get(name)) is NO_OPINION:
        found.first[name] = value
    elif link.acked.get(name, number) < number and (cleared or not theirs):
        found.pairs[name] = Pair(value, value)
    elif name in task.values and same(name, view := lens.view(name, task.values[name]), value):
        found.pairs[name] = Pair(view, value)
    else:
        found.first[name] = value


def edit_time(link: Link, entry: Entry, offset: float) -> datetime | None:
    """When a person changed an entry, by our clock.

    None when the vendor does not say, or our own write moved the time.
    """
    if entry.modified is None or entry.modified in (link.own_modified, link.modified):
        return None
    return entry.modified + timedelta(seconds=offset)


def is_thawed(state: State, link: Link, entry: Entry, below: Mapping[TaskId, Sequence[TaskId]]) -> bool:
    """Whether a derived value may have moved without a person.

    A write of ours under it since the last read, or a new shape.

    ``below`` maps a task to its children.
    """
    if entry.derived != link.derived:
        return True
    if not entry.derived:
        return False
    read_cycle = state.sides[link.side].read_cycle
    pending, passed = [link.task], {link.task}
    while pending:
        task = pending.pop()
        other = state.link(task, link.side)
        if other is not None and other.wrote and other.wrote >= read_cycle:
            return True
        fresh = [child for child in below.get(task, ()) if child not in passed]
        passed.update(fresh)
        pending += fresh
    return False


def diff_side(lenses: Lenses, observation: Observation) -> list[LinkDiff]:
    """The deltas of one side; entries without a live link are left to ``match``."""
    found: list[LinkDiff] = []
    state = lenses.state
    below = children_by_parent(state)
    by_ref = {link.ref: link for link in state.of_side(observation.side) if link.live}
    for ref, entry in observation.entries.items():
        link = by_ref.get(ref)
        if link is None or entry.deleted or entry.container or entry.problem:
            continue
        at = edit_time(link, entry, observation.offset)
        thawed = is_thawed(state, link, entry, below)
        task, former = state.tasks[link.task], observation.former.get(ref)
        found.append(diff_link(link, task, entry, lenses.of(link), at=at, thawed=thawed, former=former))
    return found


def children_by_parent(state: State) -> dict[TaskId, list[TaskId]]:
    """The children of each task that has any; comments are none."""
    below: dict[TaskId, list[TaskId]] = {}
    for task in state.tasks.values():
        parent = task.values.get(Field.PARENT)
        if isinstance(parent, int) and task.kind is Kind.TASK:
            below.setdefault(parent, []).append(task.id)
    return below
