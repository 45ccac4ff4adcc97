"""What an OptaCheck side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget
from connectors.contract import (
    Capabilities,
    CreateHelp,
    DeleteMeans,
    DeletionSign,
    Discovery,
    FieldCapability,
    PersonKey,
    SideSettings,
    Verb,
)
from connectors.optacheck.mapping import DEFAULT_WORDS
from connectors.optacheck.members import DESCRIPTION, TITLE, short_description, short_title
from connectors.optacheck.settings import OptaCheckSettings
from connectors.optacheck.wire import VOLATILE
from connectors.projection import SAME, FirstOnly, Through, View, Words
from connectors.task import Field, Status, Value

BUDGET: Final = RateBudget(
    spacing=1.0,
    burst=5,
    source="a courtesy: the vendor's API page (read 2026-11) publishes no limit; a public client waits 0.1 s",
)
GRANULARITY: Final = timedelta(seconds=1)
"""Of ``date_edited``: it has microseconds, and in the page's samples lies 10 µs before ``date_created``."""

_VERBS: Final = frozenset({Verb.CHECK, Verb.GET, Verb.CREATE, Verb.UPDATE, Verb.DELETE, Verb.DISCOVER})
_NOTES: Final[Mapping[Field, str]] = {
    Field.ASSIGNEES: "told by e-mail address and shown by id: who is not known yet is kept and not sent elsewhere",
    Field.STATUS: "the vendor names three words only; others must stand in [statuses]",
}


def own(side: SideSettings) -> OptaCheckSettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(OptaCheckSettings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The status words that are known, in the order in which they are preferred."""
    return side.words(DEFAULT_WORDS)


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    return Capabilities(
        verbs=_VERBS,
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.POINT,
        deletion_sign=DeletionSign.GONE_ON_GET,
        delete_means=DeleteMeans.DELETE,
        create_help=CreateHelp.NONE,
        preconditions=True,  # each write reads first, and is refused here when what it would overwrite has moved
        modified_granularity=GRANULARITY,
        person_key=PersonKey.EMAIL,
        sweep_requests=None,
        volatile=VOLATILE,
        budget=BUDGET,
        family="optacheck",
    )


def held(side: SideSettings) -> frozenset[Field]:
    """The fields that are synced."""
    return capabilities(side).held


def _field(field: Field, side: SideSettings) -> FieldCapability:
    return side.two_way(field, _view(field, side), _NOTES.get(field, ""))


def _view(field: Field, side: SideSettings) -> View | None:
    """The view of a field; None for one that a task there does not have."""
    views: dict[Field, View] = {
        Field.TITLE: Through(_title, f"cut at {TITLE} characters"),
        Field.DESCRIPTION: Through(_description, f"cut at {DESCRIPTION} characters"),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.ASSIGNEES: FirstOnly(),
        Field.CUSTOM: SAME,
    }
    return views.get(field)


def _title(value: Value) -> Value:
    return short_title(value) if isinstance(value, str) else value


def _description(value: Value) -> Value:
    return short_description(value) if isinstance(value, str) else value
