"""A side from its configuration: settings, transport, connector, and what the core needs to know of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import timedelta
from hashlib import blake2b
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import orjson
from pydantic import BaseModel, SecretStr

from connectors.budget import RateBudget
from connectors.contract import Capabilities, Clock, Manifest, SideSettings
from connectors.limiter import BookLimiter, Limiter
from connectors.redact import Redactor
from connectors.transport import Http, unnoted
from sync.config import Config, GroupConfig, SideConfig, StoreConfig
from sync.config.model import MatchPolicy
from sync.core.mapping import joined
from sync.core.model import SideName
from sync.core.policy import GroupPolicy, PersonRule, SideSpec
from sync.core.polling import allowance
from sync.cycle import Side
from sync.sharing import Sharing, budget_of, credential_of
from sync.watching import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class SideMaker:
    """Makes sides. Every connector and its connections are closed with the stack that is handed in."""

    clock: Clock
    redactor: Redactor
    sharing: Sharing
    people: tuple[PersonRule, ...] = ()
    sharers: Mapping[SideName, int] = field(default_factory=dict)  # see ``sharers_of``

    def make(
        self,
        side: SideConfig,
        manifest: Manifest,
        stack: ExitStack,
        *,
        interval: timedelta,
        may_change: Callable[[], bool] = lambda: False,
        watch: Watch | None = None,
    ) -> tuple[Side, SideSpec]:
        """One side of a group that has a cycle each ``interval``; ``may_change`` is asked before each changing request.

        Raises ``SideDown`` where a connector can tell from its settings alone that they can not work.
        """
        settings = settings_of(side)
        limiter: Limiter | None = self.sharing.limiter(side, settings, manifest.capabilities(settings).budget)
        if watch is not None:
            limiter = watch.limiter(side.name, limiter or BookLimiter(RateBudget(), self.clock))
        http = Http(
            side=side.name,
            base_url=settings.base_url,
            clock=self.clock,
            limiter=limiter,
            timeout=side.timeout.total_seconds(),
            ca_file=str(side.ca_file) if side.ca_file is not None else None,
            secrets=self.redactor,
            may_change=may_change,
            noted=watch.noted(side.name) if watch is not None else unnoted,
        )
        stack.callback(http.close)
        connector = manifest.factory(settings, self.clock, http)
        stack.callback(connector.close)
        spec = SideSpec(
            name=side.name,
            capabilities=connector.capabilities,
            access=side.access,
            unsynced=frozenset(name for name, wanted in side.fields.items() if wanted is False),
            mapping=mapping_fingerprint(side, manifest, self.people),
            fingerprint=container_fingerprint(side, settings),
            adopt=tuple(getattr(side.settings, "adopt", ())),
        )
        poll = poll_of(side, connector.capabilities, interval, self.sharers.get(side.name, 1))
        return Side(connector=connector, mapping=spec.mapping, requests=lambda: http.requests, poll=poll), spec


def poll_of(side: SideConfig, capabilities: Capabilities, interval: timedelta, sharers: int) -> int | None:
    """How many tasks a cycle looks at one by one: as configured, else the side's part of what the rate leaves.

    None: all there are. ``sharers``: how many sides have the same account.
    """
    if side.poll is not None or side.rate == "off":
        return side.poll
    return allowance(budget_of(side, capabilities.budget), interval, sharers)


def sharers_of(sides: Mapping[SideName, SideConfig]) -> dict[SideName, int]:
    """For each side of a group, how many of those there are on its account, itself included: they share its rate."""
    whose = {name: credential_of(side, settings_of(side)) for name, side in sides.items() if side.group}
    counts = Counter(whose.values())
    return {name: counts[credential] for name, credential in whose.items()}


def remembering(config: Config, former: Config) -> Config:
    """A configuration. Sides whose connectors are configured as before keep what these found out, such as a token."""

    def same(one: SideConfig, other: SideConfig) -> bool:
        where = (one.connector, one.base_url, one.group) == (other.connector, other.base_url, other.group)
        return where and dict(one.settings) == dict(other.settings)

    sides = dict(config.sides)
    for name, side in former.sides.items():
        if name in sides and same(sides[name], side):
            sides[name] = replace(sides[name], settings=side.settings)
    return replace(config, sides=sides)


def settings_of(side: SideConfig) -> SideSettings:
    """What a connector gets of a side's configuration."""
    return SideSettings(
        name=side.name,
        own=side.settings,  # type: ignore[arg-type]  # the loader validated it with the manifest's own class
        base_url=side.base_url or "",
        timezone=ZoneInfo(side.timezone),
        statuses=side.statuses,
        fields=side.fields,
    )


def mapping_fingerprint(side: SideConfig, manifest: Manifest, people: Sequence[PersonRule] = ()) -> str:
    """What makes an entry out of an answer: when it changes, shadows are renewed without deltas (rule 20).

    Who is who belongs to it only where the side knows somebody by an id of ``[people]``.
    """
    parts = {
        "connector": [manifest.name, manifest.version],
        "zone": side.timezone,
        "statuses": {word: status.value for word, status in (side.statuses or {}).items()},
        "fields": {name.value: wanted for name, wanted in side.fields.items()},
        "settings": {name: str(value) for name, value in plain_settings(side.settings).items()},
        "people": [[rule.key, rule.email, rule.ids[side.name]] for rule in people if side.name in rule.ids],
    }
    return joined({name: blake2b(orjson.dumps(part), digest_size=4).hexdigest() for name, part in parts.items()})


def plain_settings(settings: BaseModel) -> dict[str, object]:
    """A connector's own settings, less the secrets and those that change nothing about what an answer means."""
    apart: frozenset[str] = getattr(settings, "apart", frozenset())
    plain = {name: value for name, value in dict(settings).items() if name not in apart}
    return {name: value for name, value in plain.items() if not isinstance(value, SecretStr)}


def container_fingerprint(side: SideConfig, settings: SideSettings) -> str:
    """Account and container: another one is another side."""
    account = getattr(side.settings, "username", "")
    text = f"{side.connector}\0{settings.own.container(settings.base_url)}\0{account}"
    return blake2b(text.encode(), digest_size=12).hexdigest()


def policy_of(group: GroupConfig, specs: Sequence[SideSpec], people: tuple[PersonRule, ...]) -> GroupPolicy:
    """What a group's configuration wants, for the core."""
    return GroupPolicy(
        sides=tuple(specs),
        conflict=group.conflict,
        conflict_by_field=group.conflict_by_field,
        deletes=group.deletes,
        match_titles=group.match is MatchPolicy.TITLE,
        completed=group.completed if isinstance(group.completed, timedelta) else None,
        completed_none=group.completed == "none",
        guards=group.guards,
        evidence=group.evidence,
        people=people,
    )


def secrets_of(sides: Iterable[SideConfig], store: StoreConfig | None) -> list[str]:
    """Every secret of a configuration: those of the sides, and the password of the store."""
    settings = [value for side in sides for value in dict(side.settings).values()]
    found = [value.get_secret_value() for value in settings if isinstance(value, SecretStr)]
    password = urlsplit(store.url).password if store is not None else None
    return [secret for secret in (*found, password) if secret]
