"""What was read and could not be absorbed.

Kept with its question, it stands for the entry until it is read again (rule 16).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Final

from connectors.contract import Entry, Record
from connectors.nameless import is_nameless
from connectors.task import JsonValue, Ref
from sync.core.facts import Observation, Read
from sync.core.model import Held, HeldKind, Link, SideName, State, TaskLife

ENTRIES: Final = "entries"
ADOPT: Final = "adopt"
BY_COMMAND: Final = "by command"
MISSES: Final = "misses"
FILTER_DISTRUSTED: Final = 'its "changed since" is trusted no more, everything is read each time'
"""What is said of a side whose filter was found to omit changes (rule 16)."""


def kept(entries: Iterable[Entry]) -> dict[str, JsonValue]:
    """Entries as a held row keeps them: what the vendor sent, by ref."""
    return {entry.ref: {"hash": entry.raw_hash, "native": entry.native} for entry in entries}


def standing(state: State, side: SideName) -> Iterator[Record]:
    """The entries of a side that stand until they are read again. What is tied meanwhile has a shadow, a newer one.

    Not one without id: the cursor did not move past it, and the next read names it, by its id or as before.
    """
    tied = {link.ref for link in state.of_side(side) if link.live}
    for held in state.held:
        entries = held.data.get(ENTRIES) if held.side == side else None
        for ref, data in entries.items() if isinstance(entries, Mapping) else ():
            native = data.get("native") if isinstance(data, Mapping) else None
            known = ref in tied or is_nameless(ref)
            if isinstance(data, Mapping) and isinstance(native, Mapping) and not known:
                yield Record(ref=ref, raw_hash=str(data.get("hash", "")), native=native)


def decided(state: State, side: SideName) -> list[Ref]:
    """What a person has decided on: the entries that stand on a side, and where that task was let go there.

    The decision may bring the task back, and what people did with the entry meanwhile was nobody's edit.
    """
    rows = [held for held in state.held if held.decision]
    kept_there = [held.data.get(ENTRIES) for held in rows if held.side == side]
    refs = [ref for entries in kept_there if isinstance(entries, Mapping) for ref in entries]
    links = [state.link(held.task, side) for held in rows if held.task is not None]
    refs += [link.ref for link in links if link is not None and not link.live and link.ref is not None]
    return [ref for ref in dict.fromkeys(refs) if not is_nameless(ref)]


def unread(state: State, observation: Observation) -> list[Ref]:
    """What could not be read before and was not read now.

    It may have been the answer that was bad, not the entry, and a filter names only what changes there.
    """
    held = (one for one in state.held if one.kind is HeldKind.ENTRY and one.side == observation.side)
    refs = [one.ref for one in held if not is_adoption(one) and not is_nameless(one.ref)]
    return [ref for ref in refs if not observation.tells_of(ref)]


def uncompared(state: State, observation: Observation, *, sure: bool) -> list[Ref]:
    """What was written since the last read, whose answer showed more than was compared, and that is not named now.

    What a write changes, a filter is to name. One that passes over some kind of change would leave it until a sweep,
    and what people had there before could be written over unseen. So it is with what a look before a write found moved,
    where the filter is not ``sure``: what is still to be written there waits for it.
    """
    read_cycle = state.sides[observation.side].read_cycle
    unread_ = [link for link in state.of_side(observation.side) if link.live and not link.raw_hash]
    written = (link for link in unread_ if 0 < link.wrote >= read_cycle or (not sure and _is_owed(state, link)))
    return [ref for link in written if not observation.tells_of(ref := str(link.ref))]


def _is_owed(state: State, link: Link) -> bool:
    return bool(link.acked) or state.tasks[link.task].life is TaskLife.DELETED


def renew(state: State, observation: Observation) -> None:
    """What was read again stands as it was read last."""
    for held in state.held:
        entries = held.data.get(ENTRIES) if held.side == observation.side else None
        if isinstance(entries, Mapping):
            again = [entry for ref in entries if (entry := observation.entries.get(ref)) is not None]
            held.data[ENTRIES] = {**entries, **kept(again)}


def withdraw_gone(state: State, observation: Observation, misses: int) -> None:
    """End the questions where an entry belongs when it is gone.

    A tombstone, another container, or so many complete reads.
    """
    for held in [one for one in state.held if one.kind is HeldKind.MATCH and one.side == observation.side]:
        entry = observation.entries.get(held.ref)
        if entry is None and observation.read is not Read.COMPLETE:
            continue
        before = held.data.get(MISSES)
        count = (before if isinstance(before, int) else 0) + 1 if entry is None else 0
        if before is not None or count:
            held.data[MISSES] = count
        if count >= misses or (entry is not None and (entry.deleted or entry.container)):
            state.held.remove(held)


def omitted_changes(state: State, observation: Observation, *, own: bool) -> list[Ref]:
    """What a sweep found and the filter should have named. ``own``: what people make on this side is not taken in."""
    links = [link for link in state.links.values() if link.side == observation.side]
    linked = {link.ref for link in links}
    known = {ref for link in links for ref in link.former}
    known |= {held.ref for held in state.held if held.side == observation.side}
    return [ref for ref in observation.omitted if ref in linked or not (own or ref in known)]


def adopting(ref: Ref, side: SideName, now: datetime | None, *, decision: str = "") -> Held:
    """The row of a task that a person wants taken in by its ref: held, or decided and waiting for the next cycle."""
    return Held(
        kind=HeldKind.ENTRY,
        key=f"adopt:{side}:{ref}",
        why="",
        choices=(),
        side=side,
        ref=ref,
        since=now,
        data={BY_COMMAND: True} if decision else {},
        decision=decision,
    )


def wanted(state: State, side: SideName, configured: Iterable[Ref]) -> list[Ref]:
    """The refs that a person wants taken in: by the command, and those of the settings that were never linked."""
    asked = [held.ref for held in state.held if held.side == side and is_adoption(held)]
    configured = tuple(configured)
    links = [link for link in state.links.values() if link.side == side] if configured else []
    known = {link.ref for link in links} | {ref for link in links for ref in link.former}
    return list(dict.fromkeys([*asked, *(ref for ref in configured if ref not in known)]))


def is_adoption(held: Held) -> bool:
    """Whether a row is about a task that is to be taken in."""
    return held.key.startswith("adopt:")


def named_by_a_person(state: State, side: SideName) -> list[Ref]:
    """The refs that a person gave for creates in doubt, or imported, on a side: they are read, wherever a list ends."""
    decisions = (held.decision.partition(" ") for held in state.held if held.side == side)
    return [*(ref for word, _, ref in decisions if word == "exists" and ref), *state.sides[side].ties]
