"""What a person is asked about a read: entries that can not be read, and reads that a guard stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from connectors.nameless import is_nameless
from connectors.task import Ref
from sync.core.facts import Decision, Observation, Read
from sync.core.gather import Verdict, digest_of, held_guard, missing_links
from sync.core.model import Held, HeldKind, Side, State
from sync.core.owners import counted
from sync.core.standing import BY_COMMAND, ENTRIES, adopting, is_adoption, kept, wanted


@dataclass(slots=True)
class Questions:
    """Adds questions to the state, and withdraws those that have answered themselves."""

    state: State
    now: datetime

    def hold_unreadable(self, observation: Observation) -> None:
        """An entry that can not be read is held, and what is known of it stays (rule 16)."""
        state = self.state
        known = {held.key for held in state.held}
        bad: set[str] = set()
        for ref, entry in observation.entries.items():
            if not entry.problem:
                continue
            key = f"entry:{observation.side}:{ref}"
            bad.add(key)
            if key not in known:
                state.held.append(
                    Held(
                        kind=HeldKind.ENTRY,
                        key=key,
                        why=entry.problem,
                        choices=(),
                        side=observation.side,
                        ref=ref,
                        since=self.now,
                        data={ENTRIES: kept([entry])},
                    )
                )
        state.held = [held for held in state.held if held.key in bad or not _is_answered(held, observation)]

    def hold_missing(self, decision: Decision, observation: Observation, configured: Collection[Ref]) -> None:
        """What a person wants taken in by its ref (rule 17): done once it is linked, held while it is not there."""
        state, side = self.state, observation.side
        refs = wanted(state, side, configured)
        links = {link.ref: link for link in state.of_side(side)} if refs else {}
        for ref in refs:
            row = next((one for one in state.held if one.side == side and one.ref == ref and is_adoption(one)), None)
            if row is None and ref in observation.gone:
                row = adopting(ref, side, self.now)
                state.held.append(row)
            if row is None:
                continue
            link = links.get(ref)
            if link is not None or (BY_COMMAND not in row.data and ref not in configured):
                state.held.remove(row)
                if link is not None and not link.live:
                    decision.warnings.append(f"{ref} on {side} is not taken in: it was let go ({link.reason})")
            elif ref in observation.gone:
                row.decision = ""
                row.why = f"{side} has no task {ref}, which is to be taken in: {_way_out(row)}"

    def ask_about(self, decision: Decision, side: Side, observation: Observation, verdict: Verdict | None) -> None:
        """One open question per guard that stopped a read; questions about reads that passed are withdrawn."""
        asks = verdict is not None and verdict.asks
        links = counted(self.state, observation)
        key = f"guard:{verdict.guard}:{side.name}" if verdict is not None and asks else ""
        self.state.held = [
            held
            for held in self.state.held
            if not (held.kind is HeldKind.GUARD and held.side == side.name and held.key != key)
        ]
        if verdict is None:
            return
        hint = (
            "tasksync held shows the choices"
            if asks
            else f"two more equal reads let it pass, or --allow {verdict.guard}"
        )
        decision.warnings.append(f"{verdict.why}: the read was set aside; {hint}")
        if not asks or any(held.key == key for held in self.state.held):
            return
        missing = missing_links(links, observation) if verdict.guard == "emptied" else []
        if side.refused_guard != digest_of(observation, missing):
            self.state.held.append(held_guard(side, observation, verdict, links, self.now))


def _is_answered(held: Held, observation: Observation) -> bool:
    """Whether an entry that could not be read was read now.

    Listed and not among the entries is what is as it was when it could be read last.
    """
    if held.kind is not HeldKind.ENTRY or held.side != observation.side:
        return False
    if observation.read is Read.COMPLETE or is_nameless(held.ref):
        return True
    return not is_adoption(held) and observation.tells_of(held.ref)


def _way_out(row: Held) -> str:
    if BY_COMMAND in row.data:
        return f"`tasksync adopt {row.side} {row.ref} --forget` takes that back"
    return f"check that id in adopt of [sides.{row.side}]"
