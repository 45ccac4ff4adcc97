"""What an OGSM side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
from connectors.ogsm.mapping import DEFAULT_WORDS
from connectors.ogsm.richtext import lift, view
from connectors.ogsm.settings import OgsmSettings
from connectors.ogsm.wire import VOLATILE
from connectors.projection import SAME, DayIn, FirstOnly, Through, View, Words, one_line
from connectors.task import Field, Status, Value

BUDGET: Final = RateBudget(
    spacing=1.0, burst=3, source="a courtesy: the vendor's API page (read 2026-11) publishes no limit"
)

_VERBS: Final = frozenset(Verb) - {Verb.GET, Verb.FIND_MARKER}  # no get is documented
_NOTES: Final[Mapping[Field, str]] = {
    Field.DESCRIPTION: "HTML there; what does not change keeps its HTML",
    Field.ASSIGNEES: "people are known by their names only",
    Field.LABELS: "the whole list is written, with what it holds",
}


@dataclass(frozen=True, slots=True)
class RichText:
    """The view of a Markdown text on a side that keeps it as HTML: the same text in one form of Markdown."""

    loss: str = "one form of Markdown only"

    def view(self, value: Value) -> Value:
        """The text after it went through HTML."""
        return view(value) if isinstance(value, str) else value

    def lift(self, seen: Value, current: Value) -> Value:
        """What was edited, with the blocks that were not in the form that they had."""
        if isinstance(seen, str) and isinstance(current, str):
            return lift(seen, current)
        return current if self.view(current) == seen else seen

    def refuses(self, value: Value) -> str:
        """Never."""
        del value
        return ""


def own(side: SideSettings) -> OgsmSettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(OgsmSettings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The status words that are known, in the order in which they are preferred."""
    return side.words(DEFAULT_WORDS)


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    return Capabilities(
        verbs=_VERBS,
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.SNAPSHOT,
        deletion_sign=DeletionSign.ABSENCE,
        delete_means=DeleteMeans.DELETE,
        absence_is_ambiguous=own(side).archived == "field",  # whether the list has archived actions is not documented
        create_help=CreateHelp.LISTING,
        person_key=PersonKey.NAME,
        sweep_requests=1,
        volatile=VOLATILE,
        budget=BUDGET,
        family="ogsm",
    )


def held(side: SideSettings) -> frozenset[Field]:
    """The fields that are synced."""
    return capabilities(side).held


def _field(field: Field, side: SideSettings) -> FieldCapability:
    return side.two_way(field, _view(field, side), _NOTES.get(field, ""))


def _view(field: Field, side: SideSettings) -> View | None:
    """The view of a field; None for one that an action does not have."""
    views: dict[Field, View] = {
        Field.TITLE: Through(one_line, ""),
        Field.DESCRIPTION: RichText(),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.START: DayIn(side.timezone),
        Field.DUE: DayIn(side.timezone),
        Field.PERCENT_COMPLETE: SAME,
        Field.LABELS: SAME,
        Field.ASSIGNEES: FirstOnly(),
    }
    if own(side).archived == "field":
        views[Field.ARCHIVED] = SAME
    return views.get(field)
