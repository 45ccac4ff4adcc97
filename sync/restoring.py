"""``restore``: an older copy in the store's place, marked so that nothing that happened since is doubled or reverted.

The store that was there knows the ties that were made since, if it can still be read; else the ledger knows those of
sides without a list. Each side is read whole before anything is made there, and what a copy can not tell is held
(``sync.core.restored``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from connectors.contract import Clock
from sync.core.model import Do, Intent, LinkLife, Restored, SideName, State, TaskLife
from sync.core.restored import last_seen
from sync.core.standing import is_adoption
from sync.ledger import Ledger
from sync.store import Condition, Copy, Lease, Owner, Store, StoreError, copies
from sync.ties import Reading, Taking, Tie, ties_of

INSTEAD: Final = "Stop tasksync and use pg_restore; what was made since may be doubled: run `tasksync plan` first."
ROOM: Final = 1 << 16
"""Numbers of tasks that are left out where nobody knows which were given since: more than a few days can need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """What was done. ``kept``: where the store that was there is now; ``tied``: tasks tied again that came since."""

    copy: Copy
    kept: Path | None
    tied: int
    blind: tuple[str, ...]  # sides (group/side) of which the ties that were made since are not known


@dataclass(slots=True)
class _Known:
    """What is known of a group besides the copy."""

    state: State | None = None
    ties: list[Tie] = field(default_factory=list)
    named: frozenset[SideName] = frozenset()  # sides whose ties are all among them


def restore(url: str, file: Path, clock: Clock) -> Restoration:
    """Put a copy in the place of a store. Raises ``StoreError``, ``LeaseHeld``; then the store is as it was."""
    store = copies.file_of(url, doing="restore", instead=INSTEAD)
    copy = copies.look_at(file)
    if store.exists() and file.samefile(store):
        raise StoreError(f"The file {file} is the store itself.", "Name a file that `tasksync backup` made.")
    condition = copies.condition_of(store)
    try:
        with ExitStack() as stack:
            present = _present(store, condition, clock, stack)
            draft = stack.enter_context(copies.draft_beside(store))
            copies.copy_pages(file, draft)
            tied, blind = _set_back(draft, present, Ledger.beside(store), clock)
            copies.free_leases(draft, copies.highest_epoch(store))
            kept = _keep(store, condition, clock.now())
            if present is not None:
                copies.copy_pages(draft, store)
            else:
                draft.replace(store)
    except OSError as error:
        raise StoreError(
            f"The store {store} cannot be replaced: {error.strerror}.", "Let tasksync write in its folder."
        ) from error
    return Restoration(copy=copy, kept=kept, tied=tied, blind=blind)


def _present(store: Path, condition: Condition, clock: Clock, stack: ExitStack) -> Store | None:
    """The store that is there, with all its groups' leases: nobody works on it meanwhile. Raises ``LeaseHeld``."""
    if condition is not Condition.OURS:
        if condition is not Condition.NOTHING:
            copies.refuse_if_held(store, clock)
        return None
    present = Store.open(f"sqlite:///{store}", clock=clock)
    stack.callback(present.close)
    for group in present.groups():
        lease = present.acquire(group, owner=Owner.here())
        stack.callback(_release, present, lease)
        stack.enter_context(present.keep(lease))
    return present


def _release(store: Store, lease: Lease) -> None:
    store.release(lease)  # writes nothing once the copy, with leases of its own, is in place


def _keep(store: Path, condition: Condition, now: datetime) -> Path | None:
    """Keep the store that is there beside its place."""
    if condition is Condition.NOTHING:
        return None
    kept = store.with_name(f"{store.name}.before-restore-{now:%Y%m%dT%H%M%SZ}")
    number = 1
    while kept.exists():
        number += 1
        kept = store.with_name(f"{store.name}.before-restore-{now:%Y%m%dT%H%M%SZ}-{number}")
    if condition is Condition.OURS:
        copies.back_up(store, kept, overwrite=False)
    else:
        copies.put_aside(store, kept)
    return kept


def _set_back(draft: Path, present: Store | None, ledger: Ledger, clock: Clock) -> tuple[int, tuple[str, ...]]:
    """Mark a copy as one that is older than its sides; how many ties it was told, and which sides it is blind on."""
    tied, blind = 0, list[str]()
    with ExitStack() as stack:
        copy = Store.open(f"sqlite:///{draft}", clock=clock)
        stack.callback(copy.close)
        there = present.groups() if present is not None else {}
        for group, sides in copy.groups().items():
            names = list(dict.fromkeys([*sides, *there.get(group, ())]))
            state = copy.load(group, names)
            known = _known(group, names, present if group in there else None, ledger)
            tied += _tie(state, known)
            _mark(state, known)
            blind += [f"{group}/{name}" for name, side in state.sides.items() if side.restored is Restored.BLIND]
            copy.record(state, cycle=state.cycle, moved=(), acted=(), lease=None)
    return tied, tuple(blind)


def _known(group: str, sides: Sequence[SideName], present: Store | None, ledger: Ledger) -> _Known:
    if present is not None:
        state = present.load(group, sides)
        return _Known(state=state, ties=list(ties_of(state)), named=frozenset(sides))
    named, lines = ledger.of_group(group)
    reading = Reading(file=str(ledger.file), groups={group: sides})
    reading.read("\n".join(lines).encode())
    return _Known(ties=reading.ties, named=frozenset(named))


def _tie(state: State, known: _Known) -> int:
    """Tell a state the ties that were made since; what contradicts it is left to be matched."""
    if known.state is not None:
        _rename_refs(state, known.state)
    taking = Taking(state, Reading(file="", groups={state.group: list(state.sides)}))
    for tie in known.ties:
        taking.take(tie)
    return taking.added


def _rename_refs(state: State, present: State) -> None:
    """A task that was made again since has another ref."""
    taken = {(link.side, link.ref) for link in state.links.values()}
    for key, now in present.links.items():
        link = state.links.get(key)
        if link is None or link.ref is None or state.tasks[link.task].life is not TaskLife.ALIVE:
            continue
        if now.live and now.ref != link.ref and (now.side, now.ref) not in taken:
            former = (*link.former, str(link.ref))
            again = replace(link, ref=now.ref, former=former, life=LinkLife.LIVE, reason="", absent=False)
            state.links[key] = replace(again, token="", native={}, modified=None, own_modified=None)


def _mark(state: State, known: _Known) -> None:
    """Everything is read anew before anything is written; what was decided or on its way is asked again."""
    doubtful = _in_flight(known.state.intents, state) if known.state is not None else frozenset()
    for name, side in state.sides.items():
        tied = name in known.named and name not in doubtful
        side.restored = Restored.TIED if tied else Restored.BLIND
        side.met = side.met and tied
        side.cursor, side.began, side.last_complete, side.shrink = "", None, None, None
        side.distrusted = True
    for link in state.links.values():
        now = known.state.links.get(link.key) if known.state is not None else None
        link.raw_hash = ""
        if now is not None and now.ref == link.ref:
            link.raw_hash = last_seen(now.raw_hash) if now.raw_hash else ""
            link.modified, link.own_modified, link.token = now.modified, now.own_modified, now.token
    open_now = {(one.task, one.side, one.opened) for one in known.state.intents} if known.state is not None else set()
    state.intents = [
        one for one in state.intents if one.do is Do.CREATE and (one.task, one.side, one.opened) in open_now
    ]
    state.held = [held for held in state.held if not held.key.startswith("lost:") or not held.decision]
    for held in state.held:
        held.decision = held.decision if is_adoption(held) else ""
    state.next_task = max(state.next_task, known.state.next_task if known.state is not None else 0)
    if known.state is None:
        state.next_task += ROOM


def _in_flight(intents: Iterable[Intent], state: State) -> frozenset[SideName]:
    """The sides on which a task that the copy does not know was being made."""
    return frozenset(one.side for one in intents if one.do is Do.CREATE and one.task not in state.tasks)
