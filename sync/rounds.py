"""Tasks looked at one by one: in rounds where a side has no list (rule 17), elsewhere what is in question."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from connectors.contract import Connector, Get
from connectors.errors import ConnectorError, Gone, RateLimited, SideDown, TaskRefused
from connectors.task import Ref
from sync.core.facts import Observation, Read
from sync.core.model import Link, SideName, State
from sync.core.polling import turn
from sync.core.standing import wanted
from sync.progress import Progress

PATIENCE: Final = 3
"""Tasks in a row that may fail to be read before a round ends: two are bad luck, three are an outage."""

WITNESSES: Final = 3
"""Tasks that are asked for besides, at most, when one is gone and none that is there has answered (rule 11)."""


def ask(connector: Connector, observation: Observation, ref: Ref) -> ConnectorError | None:
    """Ask for one entry, into an observation. Gives what went wrong when nothing can be said of it.

    Raises ``SideDown``.
    """
    if not isinstance(connector, Get):
        return None
    try:
        entry = connector.get(ref)
    except Gone:
        observation.gone.add(ref)
    except SideDown:
        raise
    except ConnectorError as error:
        return error  # no answer is no evidence; the entry stays waiting
    else:
        observation.answers = True
        observation.entries[ref] = entry
        if observation.looked is not None:
            observation.looked |= {ref}
        if not (entry.container or entry.deleted):
            observation.listed |= {ref}
    return None


@dataclass(slots=True)
class Round:
    """One round of looks on one side: what is to be taken in, and the tasks whose turn it is."""

    name: SideName
    mapping: str
    connector: Connector
    progress: Progress
    poll: int | None
    adopt: Iterable[Ref]

    def observe(self, state: State, *, stop: Callable[[], bool]) -> Observation:
        """What was seen. A round that an outage or a quota ends goes on there in the next cycle.

        Raises what went wrong, where nothing was answered.
        """
        side = state.sides.get(self.name)
        refs = wanted(state, self.name, self.adopt)
        poll = None if self.poll is None else max(1, self.poll - len(refs))
        now = turn(state.of_side(self.name), state.tasks, poll=poll, cursor=side.cursor if side is not None else "")
        asking = list(dict.fromkeys((*refs, *(str(link.ref) for link in now.links))))
        observation = Observation(side=self.name, read=Read.POLLED)
        self.progress.start(self.name, "looking", len(asking))
        asked = self._ask_all(observation, asking, frozenset(refs), stop)
        observation.cursor = now.cursor(asked - len(refs))
        if observation.gone and not observation.answers:
            self._call_witnesses(observation, state.of_side(self.name))
        observation.looked = frozenset(observation.entries) | observation.gone
        for link in now.links:
            entry = observation.entries.get(str(link.ref))
            if entry is not None and link.raw_hash == entry.raw_hash and link.mapping == self.mapping:
                del observation.entries[entry.ref]  # as it was: not compared again
        return observation

    def _ask_all(
        self, observation: Observation, refs: Iterable[Ref], named: frozenset[Ref], stop: Callable[[], bool]
    ) -> int:
        """Ask for one after the other. How many had their turn: one that a spent quota stopped had not."""
        asked = 0
        failed: list[ConnectorError] = []
        for ref in refs:
            if stop() or len(failed) >= PATIENCE:
                break
            error = ask(self.connector, observation, ref)
            if isinstance(error, TaskRefused) and ref in named:  # what a person typed may be no id at all
                observation.gone.add(ref)
                error = None
            failed = [*failed, error] if error is not None else []
            if isinstance(error, RateLimited):
                break
            asked += 1
            self.progress.advance(self.name)
        if failed and not (observation.entries or observation.gone):
            raise failed[-1]
        return asked

    def _call_witnesses(self, observation: Observation, links: Iterable[Link]) -> None:
        """Whether the side itself is there: somebody else's turn comes early."""
        others = [str(link.ref) for link in links if link.live and link.ref not in observation.gone]
        for ref in others[:WITNESSES]:
            ask(self.connector, observation, ref)
            if observation.answers:
                return
