"""A person's command on a side, as the configuration of the group has it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from sync.adopting import Adopter
from sync.config import GroupConfig, MatchPolicy, SideConfig
from sync.core.policy import AccessPolicy, ConflictPolicy, DeletePolicy, EvidencePolicy, GuardPolicy
from sync.store import Store
from tests.simulation.places.place import Place


def adopter(store: Store, places: Mapping[str, Place], side: str) -> Adopter:
    """What ``tasksync adopt`` makes of a configuration with these sides."""
    place = places[side]
    own = SideConfig(
        name=side,
        connector=place.manifest.name,
        base_url=place.settings.base_url,
        allow_http=False,
        timeout=timedelta(seconds=30),
        ca_file=None,
        timezone="Europe/Berlin",
        access=AccessPolicy.TWO_WAY,
        rate=None,
        poll=None,
        statuses=place.settings.statuses,
        fields=place.settings.fields,
        settings=place.settings.own,  # type: ignore[arg-type]
        group="work",
    )
    group = GroupConfig(
        name="work",
        sides=tuple(places),
        interval=timedelta(minutes=5),
        sweep=None,
        conflict=ConflictPolicy.NEWEST,
        conflict_by_field={},
        deletes=DeletePolicy.PROPAGATE,
        match=MatchPolicy.TITLE,
        completed="all",
        on_held=(),
        guards=GuardPolicy(),
        evidence=EvidencePolicy(),
    )
    return Adopter(store=store, side=own, group=group, capabilities=place.eyes.capabilities)
