"""``discover``: what a configuration may refer to on a side, while it is still being written."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Final

from connectors.contract import Acquaint, Clock, Connector, Discover, Found, Manifest, Remarks, Verb
from connectors.errors import ConnectorError
from connectors.redact import Redactor
from connectors.task import Person
from sync.choices import UnknownName
from sync.config import ConfigError, SideConfig, Unfinished
from sync.core.model import SideName
from sync.core.people import acquaintances
from sync.core.proposal import Known, propose
from sync.progress import Progress
from sync.report import DiscoverReport
from sync.sharing import Sharing
from sync.sides import SideMaker, secrets_of, settings_of
from sync.store import Budgets, Store
from sync.together import in_threads

PERSON: Final = "person"
"""The kind of what is found that ``[people]`` is about."""
_INTERVAL: Final = timedelta(minutes=5)
"""A side that is in no group yet has no interval; nothing here depends on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Looked:
    """What a side answered: things and remarks, or why there are none."""

    found: tuple[Found, ...] = ()
    remarks: tuple[str, ...] = ()
    why: str | None = None


class Discoverer:
    """A configuration, finished or not, and what its sides can name."""

    def __init__(self, config: Unfinished, manifest: Callable[[str], Manifest], clock: Clock) -> None:
        self.config = config
        self.redactor = Redactor(secrets_of(config.sides.values(), config.store))
        self._manifest = manifest
        self._clock = clock
        store = config.store.url if config.store is not None else f"sqlite:///{config.path.parent / 'tasksync.db'}"
        self._sharing = Sharing(Budgets(store, clock), clock, lenient=True)
        self._maker = SideMaker(clock=clock, redactor=self.redactor, sharing=self._sharing, people=config.people)

    def close(self) -> None:
        """Close what is open."""
        self._sharing.close()

    def discover(self, side: SideName, *, progress: Progress) -> DiscoverReport:
        """What is on a side, and a proposal of who is who on all sides that answer.

        Raises ``UnknownName`` for a side that is not configured, or that can not tell; ``ConfigError`` where more of it
        is wrong than what is looked for; ``SideDown`` and ``RetryLater`` of this side.
        """
        chosen = self._chosen(side)
        looked = {side: self._look(chosen, progress)}
        others = [other for name, other in self.config.sides.items() if name != side]
        work = [partial(self._look_at_other, other, progress) for other in others]
        answers = zip((other.name for other in others), in_threads(work, "discover"), strict=True)
        looked |= {name: answer for name, answer in answers if answer is not None}
        asked: dict[SideName, str | None] = {name: one.why for name, one in looked.items()}
        for name in self.config.problems.keys() - self.config.sides.keys():
            asked[name] = str(self.config.problems[name][0]) if self.config.problems[name] else None
        in_order = [name for name in self.config.problems if name in asked]
        return DiscoverReport(
            side=side,
            connector=chosen.connector,
            found=looked[side].found,
            remarks=looked[side].remarks,
            lacking=tuple(str(problem) for problem in self.config.problems[side]),
            people=propose(_people(looked, in_order), self.config.people),
            asked={name: asked[name] for name in in_order},
        )

    def _chosen(self, side: SideName) -> SideConfig:
        if side not in self.config.problems:
            known = ", ".join(self.config.problems) or "none"
            raise UnknownName(f"there is no side {side}", hint=f"the configuration has: {known}")
        if side not in self.config.sides:
            raise ConfigError(self.config.problems[side])
        chosen = self.config.sides[side]
        if not self._can(chosen):
            hint = "its page in the documentation says where the ids are shown"
            raise UnknownName(f"{side}: the connector {chosen.connector} can not tell what is there", hint=hint)
        return chosen

    def _can(self, side: SideConfig) -> bool:
        return self._manifest(side.connector).capabilities(settings_of(side)).can(Verb.DISCOVER)

    def _look_at_other(self, side: SideConfig, progress: Progress) -> _Looked | None:
        """What another side answers, if only why it does not; None for one that has nothing to be asked for."""
        try:
            return self._look(side, progress) if self._can(side) else None
        except ConnectorError as error:
            return _Looked(why=str(error))

    def _look(self, side: SideConfig, progress: Progress) -> _Looked:
        progress.start(side.name, "looking", None)
        try:
            with ExitStack() as stack:
                connector = self._connector(side, stack)
                if isinstance(connector, Acquaint):
                    connector.acquaint(acquaintances(side.name, self._seen(side), self.config.people))
                found = connector.discover() if isinstance(connector, Discover) else ()
                remarks = connector.remarks if isinstance(connector, Remarks) else ()
                return _Looked(found=tuple(map(self._masked, found)), remarks=tuple(map(self.redactor.mask, remarks)))
        finally:
            progress.stop(side.name)

    def _masked(self, found: Found) -> Found:
        """The same without secrets: a server may repeat what it was sent."""
        mask = self.redactor.mask
        texts = {"id": found.id, "name": found.name, "remark": found.remark, "email": found.email}
        return replace(found, **{name: mask(text) for name, text in texts.items()})

    def _connector(self, side: SideConfig, stack: ExitStack) -> Connector:
        made, _ = self._maker.make(side, self._manifest(side.connector), stack, interval=_INTERVAL)
        return made.connector

    def _seen(self, side: SideConfig) -> Mapping[str, Person]:
        """Whom a side has named in former cycles."""
        if self.config.store is None or not side.group:
            return {}
        with closing(Store.open(self.config.store.url, clock=self._clock, read_only=True)) as store:
            kept = store.load(side.group, [side.name]).sides.get(side.name)
        return kept.people if kept is not None else {}


def _people(looked: Mapping[SideName, _Looked], order: Iterable[SideName]) -> list[Known]:
    return [
        Known(side=name, id=one.id, name=one.name, email=one.email)
        for name in order
        if name in looked
        for one in looked[name].found
        if one.kind == PERSON
    ]
