"""Stage 2 and 3: read every side at once, each under its own budget, into observations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final, Protocol

from connectors.budget import Rank
from connectors.contract import Changes, Clock, Connector, Cursor, Discovery, Entry, Recognise, Record, Verb
from connectors.errors import ConnectorError, ContractBroken, RateLimited, SideDown
from connectors.limiter import ranked
from connectors.nameless import is_nameless
from connectors.task import Kind, Ref
from sync.core.cursor import ask_from
from sync.core.evidence import may_stand
from sync.core.facts import Observation, Read
from sync.core.intents import open_creates, open_requests, unshown
from sync.core.model import Intent, Link, Side, SideName, State
from sync.core.owners import rides
from sync.core.recover import unseen_creates
from sync.core.standing import decided, named_by_a_person, renew, standing, uncompared, unread
from sync.doubts import look_up
from sync.events import bound
from sync.gathering import Gathered
from sync.progress import Progress
from sync.rest import Rest
from sync.rounds import Round, ask
from sync.spool import Spooling
from sync.store import plain
from sync.together import Together, in_threads

PROBES: Final = 50
"""Tasks asked for by ref in one cycle because a listing lacks them, or could not be read.

A bound on requests, not on deletes, which need two cycles anyway.
"""

HOURLY: Final = timedelta(hours=1)
DAILY: Final = timedelta(days=1)
"""How often everything is read where the configuration does not say: hourly where that is one request."""

SETTLING: Final = 2.0
"""Seconds between two complete reads that must both lack a create.

Long enough for a request that was on its way when we died.
"""


@dataclass(slots=True)
class Reader:
    """Reads one side."""

    name: SideName
    mapping: str
    connector: Connector
    clock: Clock
    progress: Progress
    sweep: timedelta | None = None  # how often everything is read; None: as the capabilities suggest
    poll: int | None = None  # tasks that are looked at in one cycle, on a side without a list; None: all
    adopt: tuple[Ref, ...] = ()  # refs that the settings want taken in there
    rest: Rest | None = None  # the tasks that are not loaded; None: all are
    spooling: Spooling | None = None  # where very many new entries go

    def observe(self, state: State, *, sweep: bool, stop: Callable[[], bool]) -> Observation:
        """Everything that this cycle learns of the side. Never raises for what a vendor does."""
        try:
            with bound(side=self.name):
                return self._observe(state, sweep=sweep, stop=stop)
        except ConnectorError as error:
            where = error.state if isinstance(error, SideDown) else "down"
            limited = isinstance(error, RateLimited)
            return Observation(side=self.name, read=Read.NONE, state=where, why=str(error), limited=limited)
        finally:
            self.progress.stop(self.name)

    def _observe(self, state: State, *, sweep: bool, stop: Callable[[], bool]) -> Observation:
        if self.connector.capabilities.discovery is Discovery.POINT:
            poll = None if sweep or state.sides[self.name].restored else self.poll
            asked = Round(self.name, self.mapping, self.connector, self.progress, poll, self.adopt)
            with ranked(Rank.SWEEP if sweep else Rank.POLL):
                observation = asked.observe(state, stop=stop)
            self._stand_in(observation, state)
            self._look_back(observation, state)
            return observation
        links = by_ref(state, self.name)
        everything = sweep or self._is_due(state.sides.get(self.name)) or self._needs_everything(state, links)
        observation = self._read(state.sides.get(self.name), links, sweep=everything)
        unseen = unseen_creates(state, observation)
        silent = [] if self.connector.capabilities.can(Verb.GET) else unshown(state, observation)
        if (unseen or silent) and not stop():
            self._wait_for([*unseen, *silent])
            observation = self._read(state.sides.get(self.name), links, sweep=everything)
            observation.unseen = frozenset(intent.id for intent in unseen)
        if self.rest is not None:
            links = self.rest.touch(observation, lacking=True)
        self._probe(state, observation, links)
        self._stand_in(observation, state)
        if self.rest is not None:
            self.rest.touch(observation)
        self._look_back(observation, state)
        if observation.read is Read.SINCE and not self.connector.capabilities.names_changes:
            observation.looked = frozenset(observation.entries) | observation.listed | observation.gone
        return observation

    def _look_back(self, observation: Observation, state: State) -> None:
        """What another mapping has read, as this one has it: only what differs from that was edited (rule 20)."""
        for link in state.of_side(self.name):
            if link.live and link.native and link.mapping not in ("", self.mapping) and link.ref in observation.entries:
                last = Record(ref=str(link.ref), raw_hash=link.raw_hash, native=plain(link.native))
                observation.former[last.ref] = self.connector.normalise(last)

    def _is_due(self, side: Side | None) -> bool:
        """Whether the last complete read is so long ago that a filter is to be checked (rule 16)."""
        if side is None or side.last_complete is None:
            return True
        usual = HOURLY if self.connector.capabilities.sweep_requests == 1 else DAILY
        return self.clock.now() - side.last_complete >= (self.sweep or usual)

    def _needs_everything(self, state: State, links: Mapping[str, Link]) -> bool:
        """Whether "changed since" can not answer: what never arrived, and what counts misses, needs complete reads."""
        if open_creates(state, self.name) or state.sides[self.name].ties:
            return True
        if any(link.live and link.mapping not in ("", self.mapping) for link in links.values()):
            return (
                True  # what it means now is compared with what it meant, before anything is written over it (rule 20)
            )
        increment = self.connector.capabilities.increment
        if (
            increment is not None
            and increment.whole
            and any(link.live and not link.raw_hash for link in links.values())
        ):
            return True  # to be looked at again: it would not be named while nothing else changes
        if self.connector.capabilities.can(Verb.GET):
            return False
        return bool(open_requests(state, self.name)) or any(link.live and link.misses for link in links.values())

    def _stand_in(self, observation: Observation, state: State) -> None:
        """What an incremental read does not name again, and what a person named: known entries for open questions."""
        look_up(self.connector, state, observation)
        if observation.read is Read.SINCE:
            moved = uncompared(state, observation, sure=self.connector.capabilities.names_changes)
            for ref in (*unread(state, observation)[:PROBES], *moved):
                ask(self.connector, observation, ref)
        if observation.read is not Read.COMPLETE:
            self._ask_anew(observation, decided(state, self.name))
        renew(state, observation)
        if observation.read is Read.SINCE:
            for record in standing(state, self.name):
                if not observation.tells_of(record.ref):
                    observation.entries[record.ref] = self.connector.normalise(record)
        for ref in (*named_by_a_person(state, self.name), *open_requests(state, self.name)):
            if not observation.tells_of(ref):
                ask(self.connector, observation, ref)

    def _ask_anew(self, observation: Observation, refs: Iterable[Ref]) -> None:
        """What a person has decided on goes by how it is now, not by how it was when it was asked about.

        Raises what went wrong: the decision waits.
        """
        for ref in refs:
            error = None if observation.tells_of(ref) else ask(self.connector, observation, ref)
            if error is not None:
                raise error

    def _wait_for(self, intents: Sequence[Intent]) -> None:
        opened = max((intent.opened for intent in intents if intent.opened is not None), default=None)
        if opened is None or (self.clock.now() - opened).total_seconds() < 60:  # noqa: PLR2004 - no request lives longer
            self.clock.sleep(SETTLING)

    def _read(self, side: Side | None, links: Mapping[str, Link], *, sweep: bool) -> Observation:
        capabilities = self.connector.capabilities
        if not isinstance(self.connector, Changes):
            message = f"the connector of {self.name} says that it has a list, and has no way to read it"
            raise ContractBroken(message, hint="tell its author")
        since = None
        if side is not None and side.cursor and side.met and side.filter_trusted:
            since = Cursor(value=side.cursor, began=ask_from(side.began, capabilities.increment))
        self.progress.start(self.name, "reading", side.links if side is not None and side.links else None)
        if since is None or not sweep:
            return self._gather(self.connector, side, links, since)
        return self._audit(self.connector, side, links, since)

    def _gather(
        self, source: Changes, side: Side | None, links: Mapping[str, Link], since: Cursor | None
    ) -> Observation:
        others = self.rest.others(self.name, whole=since is None) if self.rest is not None else None
        gathered = Gathered(self.name, self.mapping, self.connector, links, others, spooling=self.spooling)
        if isinstance(self.connector, Recognise):
            self.connector.recognise(gathered.known)
        sweeping = since is None and self.connector.capabilities.discovery is Discovery.INCREMENTAL
        with ranked(Rank.SWEEP if sweeping else Rank.POLL):
            for page in source.changes(since):
                gathered.add(page)
                self.progress.advance(self.name, len(page.records))
        return gathered.observation(side.began if side is not None else None, everything=since is None)

    def _audit(self, source: Changes, side: Side | None, links: Mapping[str, Link], since: Cursor) -> Observation:
        """A sweep that also asks the filter, before and after.

        What it shows and the filter does not name was omitted.
        """
        asked = self._gather(source, side, links, since)
        if asked.read is Read.COMPLETE:
            return asked  # the cursor has expired, or a filter of the whole side found it changed
        swept = self._gather(source, side, links, None)
        if self.rest is not None:
            links = self.rest.touch(swept)
        increment = self.connector.capabilities.increment
        kinds = set(Kind) if increment is None or increment.comments else {Kind.TASK}
        tokens = self.connector.capabilities.preconditions
        news = (
            ref
            for ref, entry in swept.entries.items()
            if entry.kind in kinds and is_news(links.get(ref), entry, tokens=tokens)
        )
        suspects = {ref for ref in news if not is_nameless(ref)} if asked.looked is None else set()
        suspects -= asked.entries.keys() | asked.listed
        if suspects:
            again = self._gather(source, side, links, Cursor(value=asked.cursor, began=asked.began))
            suspects -= again.entries.keys() | again.listed
        swept.omitted = frozenset(suspects)
        if increment is not None and increment.whole:
            swept.cursor, swept.began = asked.cursor, asked.began  # it has just told when the side was changed last
        tombstones = {ref: entry for ref, entry in asked.entries.items() if entry.deleted and ref not in swept.listed}
        swept.entries = {**tombstones, **swept.entries}
        return swept

    def _probe(self, state: State, observation: Observation, links: Mapping[str, Link]) -> None:
        """Ask by ref for what a complete listing lacks, or lacked before: gone, moved, or there after all.

        What was let go and should have stayed there is asked for too: one bad listing is no restore.
        """
        if not self.connector.capabilities.can(Verb.GET):
            return
        observation.answers = True
        complete = observation.read is Read.COMPLETE
        missing = [
            ref
            for ref, link in links.items()
            if (link.live or may_stand(link, self.connector.capabilities))
            and (complete or link.gone)
            and ref not in observation.listed
            and ref not in observation.entries
            and not rides(state, link, observation)
        ]
        missing.sort(key=lambda ref: not links[ref].live)
        for ref in missing[:PROBES]:
            ask(self.connector, observation, ref)
        observation.found |= observation.listed.intersection(missing) if complete else set()


def by_ref(state: State, side: SideName) -> dict[Ref, Link]:
    """The links of a side that are loaded."""
    return {str(link.ref): link for link in state.of_side(side)}


def is_news(link: Link | None, entry: Entry, *, tokens: bool = False) -> bool:
    """Whether a complete read shows what the reads before it can not have shown.

    It is new, or not what was last read. Where ``tokens`` tell versions, the one that was last seen is no news,
    however it is told now: a vendor may write down what it was sent in words of its own.
    """
    if link is None:
        return True
    same = tokens and bool(entry.token) and entry.token == link.token
    return link.live and not same and link.raw_hash not in ("", entry.raw_hash)


class Observe(Protocol):
    """Reads sides: an observation for each of them."""

    def __call__(
        self,
        readers: Sequence[Reader],
        state: State,
        *,
        sweep: bool,
        stop: Callable[[], bool],
        together: Together = in_threads,
    ) -> dict[SideName, Observation]:
        """See :func:`observe_all`."""
        ...


def observe_all(
    readers: Sequence[Reader],
    state: State,
    *,
    sweep: bool,
    stop: Callable[[], bool],
    together: Together = in_threads,
) -> dict[SideName, Observation]:
    """All sides at once."""
    work = [partial(reader.observe, state, sweep=sweep, stop=stop) for reader in readers]
    return {observation.side: observation for observation in together(work, "read")}
