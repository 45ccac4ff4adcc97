"""What a Checkvist side can do, from its settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget
from connectors.checkvist.content import plain
from connectors.checkvist.members import plain_labels
from connectors.checkvist.notes import VIEW
from connectors.checkvist.settings import CheckvistSettings
from connectors.checkvist.since import INCREMENT
from connectors.checkvist.states import DEFAULT_WORDS, State, state_named
from connectors.checkvist.wire import VOLATILE
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
from connectors.projection import SAME, DayIn, Through, View, Words, one_line
from connectors.task import Field, Status, Value

BUDGET: Final = RateBudget(
    spacing=0.5, burst=5, source="none published; courtesy default (the vendor's API page, 2026-11)"
)

_NOTES: Final[Mapping[Field, str]] = {
    Field.TITLE: "the first line of the item",
    Field.DESCRIPTION: "the item's lines after the first",
    Field.STATUS: "of an item with children: theirs, never written",
    Field.ASSIGNEES: "people are known by their ids only",
    Field.COMMENTS: "notes; a new one is seen when its list changes, or by a sweep",
}


@dataclass(frozen=True, slots=True)
class FirstLine:
    """The view of a title: one line, and never none, because the next line would be taken for it."""

    loss: str = ""

    def view(self, value: Value) -> Value:
        """On one line."""
        return one_line(value)

    def lift(self, seen: Value, current: Value) -> Value:
        """``current`` while this is how it is seen; else what is seen."""
        return current if one_line(current) == seen else seen

    def refuses(self, value: Value) -> str:
        """Why an empty title can not be told."""
        return "" if one_line(value) else "an item needs a text in its first line"


def own(side: SideSettings) -> CheckvistSettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(CheckvistSettings)


def words(side: SideSettings) -> Mapping[State, Status]:
    """The states that are known, in the order in which they are preferred."""
    if side.statuses is None:
        return DEFAULT_WORDS
    told = ((state_named(word), status) for word, status in side.statuses.items())
    return {state: status for state, status in told if state is not None}


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    return Capabilities(
        verbs=frozenset(Verb) - {Verb.FIND_MARKER},
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.INCREMENTAL,
        increment=INCREMENT,
        deletion_sign=DeletionSign.GONE_ON_GET,
        delete_means=DeleteMeans.DELETE,
        delete_cascades=True,  # "Deletes the task including its children" (API page, "Delete task")
        create_help=CreateHelp.LISTING,
        modified_granularity=timedelta(seconds=1),  # as the page writes times
        person_key=PersonKey.ID,
        derived_from_children=frozenset({Field.STATUS}),  # (API page, "Close/open/invalidate")
        sweep_requests=1,
        volatile=VOLATILE,
        budget=BUDGET,
        family="checkvist",
    )


def held(side: SideSettings) -> frozenset[Field]:
    """The fields that are synced."""
    return capabilities(side).held


def _field(field: Field, side: SideSettings) -> FieldCapability:
    return side.two_way(field, _view(field, side), _NOTES.get(field, ""))


def _view(field: Field, side: SideSettings) -> View | None:
    """The view of a field; None for one that an item does not have."""
    views: Mapping[Field, View] = {
        Field.TITLE: FirstLine(),
        Field.DESCRIPTION: Through(_description, "no blank lines at its ends"),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.DUE: DayIn(side.timezone),
        Field.PRIORITY: SAME,
        Field.LABELS: Through(_labels, "a comma in a label is a blank"),
        Field.ASSIGNEES: SAME,
        Field.PARENT: SAME,
        Field.POSITION: SAME,
        Field.COMMENTS: VIEW,
    }
    return views.get(field)


def _description(value: Value) -> Value:
    return plain(value) if isinstance(value, str) else value


def _labels(value: Value) -> Value:
    return plain_labels(_texts(value)) if isinstance(value, tuple) else value


def _texts(values: Iterable[object]) -> Iterable[str]:
    return (str(value) for value in values)
