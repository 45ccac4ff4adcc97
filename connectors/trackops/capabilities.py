"""What a Trackops side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget
from connectors.contract import (
    NOT_HELD,
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
from connectors.projection import SAME, DayIn, Through, View, Words, one_line
from connectors.task import Field, Status, Value
from connectors.trackops.mapping import DEFAULT_WORDS
from connectors.trackops.members import unix_lines
from connectors.trackops.settings import TrackopsSettings

BUDGET: Final = RateBudget(
    spacing=2.0,
    burst=1,
    source="no figure published; the vendor's client for PHP sleeps 2 s between calls, to prevent throttling (2019-06)",
)
PER_PAGE: Final = 100
"""Tasks on a page: as the vendor's client for PHP asks in its example. The most that a server gives is unknown."""
OVERLAP: Final = timedelta(minutes=10)
"""How far back an incremental read goes beyond the last one: how soon an edit is found by the filter is unknown."""

_READS: Final = frozenset({Verb.CHECK, Verb.CHANGES, Verb.GET, Verb.CREATE, Verb.DISCOVER})
_ONLY_READ: Final = "made there as none; changed by people there alone"
_NOTES: Final[Mapping[Field, str]] = {
    Field.ASSIGNEES: "staff are known by their ids, and found by e-mail; whom the staff lacks is left out",
}


def own(side: SideSettings) -> TrackopsSettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(TrackopsSettings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The status words that are known, in the order in which they are preferred."""
    return side.words(DEFAULT_WORDS)


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    changes = own(side).update
    return Capabilities(
        verbs=_READS | ({Verb.UPDATE, Verb.DELETE} if changes else frozenset()),
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.INCREMENTAL,
        # "Updated on or after the date" (API Reference, "Tasks"); that it is told in seconds is a guess, and what is an
        # update is not said.
        increment=Increment(granularity=timedelta(seconds=1), skew=OVERLAP, inclusive=True, sure=False),
        deletion_sign=DeletionSign.GONE_ON_GET,
        delete_means=DeleteMeans.DELETE if changes else DeleteMeans.NOTHING,
        create_help=CreateHelp.LISTING,
        person_key=PersonKey.EMAIL,
        page_size=PER_PAGE,
        sweep_requests=None,
        budget=BUDGET,
        family="trackops",
    )


def held(side: SideSettings) -> frozenset[Field]:
    """The fields that are synced."""
    return capabilities(side).held


def _field(field: Field, side: SideSettings) -> FieldCapability:
    view = _views(side).get(field)
    if view is None or side.fields.get(field) is False:
        return NOT_HELD
    settings = own(side)
    written = Holding.TWO_WAY if settings.update else Holding.AT_CREATE
    note = _NOTES.get(field, "")
    if field is Field.COMPLETED:
        written = Holding.READ_ONLY
    elif field is Field.STATUS and not settings.update:
        written, note = Holding.READ_ONLY, _ONLY_READ
    elif field is Field.DUE:
        note = _due_note(settings)
    required = field is Field.TITLE or (field is Field.DUE and settings.default_due is None)
    made_up = field is Field.DUE and not required
    return FieldCapability(holding=written, view=view, required=required, made_up=made_up, note=note)


def _due_note(settings: TrackopsSettings) -> str:
    if settings.default_due is None:
        return "needed there: without default_due, a task that has none is not made"
    return f"needed there: a task that has none gets one {settings.default_due.days} days ahead, there alone"


def _views(side: SideSettings) -> Mapping[Field, View]:
    """The views of the fields that a task has."""
    return {
        Field.TITLE: Through(one_line, ""),
        Field.DESCRIPTION: Through(_text, ""),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.DUE: DayIn(side.timezone),
        Field.COMPLETED: SAME,
        Field.ASSIGNEES: SAME,
        Field.CUSTOM: SAME,
    }


def _text(value: Value) -> Value:
    return unix_lines(value) if isinstance(value, str) else value
