"""What a CalDAV side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget
from connectors.caldav.mapping import DEFAULT_WORDS
from connectors.caldav.members import plain, plain_labels, plain_line, whole_seconds
from connectors.caldav.settings import CaldavSettings
from connectors.contract import (
    Capabilities,
    CreateHelp,
    DeleteMeans,
    DeletionSign,
    Discovery,
    FieldCapability,
    Holding,
    Increment,
    PersonKey,
    SideSettings,
    Verb,
)
from connectors.projection import SAME, Through, View, Words
from connectors.task import Field, Status

BUDGET: Final = RateBudget(source="a protocol, not a vendor: limits are the server's own, which says so by 429 or 503")
PARALLEL: Final = 4
"""Requests that may be under way at once: half of what Radicale takes by default (max_connections), for two sides."""
_NOTES: Final[Mapping[Field, str]] = {
    Field.ASSIGNEES: "attendees, known by their e-mail; who is new there is sent no invitation",
    Field.COMPLETED: "follows the status",
}


def own(side: SideSettings) -> CaldavSettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(CaldavSettings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The status words that are known, in the order in which they are preferred."""
    return side.words(DEFAULT_WORDS)


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    return Capabilities(
        verbs=frozenset(Verb) - {Verb.FIND_MARKER},
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.INCREMENTAL,
        # A token or an entity tag is no time: it misses nothing and needs no overlap (RFC 6578, 3.2).
        increment=Increment(granularity=timedelta(0), skew=timedelta(0), inclusive=False),
        deletion_sign=DeletionSign.TOMBSTONE,
        delete_means=DeleteMeans.DELETE,
        create_help=CreateHelp.CLIENT_ID,
        preconditions=True,
        person_key=PersonKey.EMAIL,
        sweep_requests=2,
        parallel=PARALLEL,
        budget=BUDGET,
        family="caldav",
    )


def held(side: SideSettings) -> frozenset[Field]:
    """The fields that are synced."""
    return capabilities(side).held


def _field(field: Field, side: SideSettings) -> FieldCapability:
    how = side.two_way(field, _views(side).get(field), _NOTES.get(field, ""))
    if field is Field.COMPLETED and how.holding is Holding.TWO_WAY:
        return FieldCapability(holding=Holding.READ_ONLY, view=how.view, note=how.note)
    return how


def _views(side: SideSettings) -> Mapping[Field, View]:
    return {
        Field.TITLE: Through(plain_line, ""),
        Field.DESCRIPTION: Through(plain, ""),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.START: Through(whole_seconds, "whole seconds"),
        Field.DUE: Through(whole_seconds, "whole seconds"),
        Field.COMPLETED: SAME,
        Field.PRIORITY: SAME,
        Field.PERCENT_COMPLETE: SAME,
        Field.LABELS: Through(plain_labels, ""),
        Field.ASSIGNEES: SAME,
        Field.PARENT: SAME,
    }
