"""What an Opus 2 side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from connectors.budget import RateBudget, Window
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
from connectors.opus2.mapping import DEFAULT_WORDS
from connectors.opus2.members import HOLD
from connectors.opus2.names import LONGEST, as_name
from connectors.opus2.settings import Opus2Settings
from connectors.opus2.wire import VOLATILE
from connectors.projection import SAME, DayIn, Through, View, Words, one_line
from connectors.task import Field, Status, Value, label_set

BUDGET: Final = RateBudget(
    windows=(Window(limit=50, per=60.0),),
    source='"initial default rate limit of 50 requests per minute", per client (the vendor\'s article "Using the '
    'Inbound Documents API", "API rate limiting", read 2026-11)',
)
INCREMENT: Final = Increment(granularity=timedelta(seconds=1), skew=timedelta(minutes=2), inclusive=False, sure=False)
"""Of ``afterDate``: whether the bound is included, what its times are, and whether an edit of a field counts or a new
version only, is not documented; taken with room."""

_NOTES: Final[Mapping[Field, str]] = {
    Field.TITLE: "a document's name, which can not be changed: give fields.title a metadata field, then it can",
    Field.LABELS: "in one text, parted by commas",
    Field.ASSIGNEES: "in one text, parted by commas; people are known by their names, or by their e-mail addresses",
}


@dataclass(frozen=True, slots=True)
class NeverEmpty:
    """The view of a title: as ``inner`` has it, and never none, because a document's name would be taken for it."""

    inner: View

    @property
    def loss(self) -> str:
        """That of the inner view."""
        return self.inner.loss

    def view(self, value: Value) -> Value:
        """As the inner view has it."""
        return self.inner.view(value)

    def lift(self, seen: Value, current: Value) -> Value:
        """As the inner view has it."""
        return self.inner.lift(seen, current)

    def refuses(self, value: Value) -> str:
        """Why an empty title can not be told."""
        return "" if self.inner.view(value) else "a document needs a title"


def own(side: SideSettings) -> Opus2Settings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(Opus2Settings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The status words that are known, in the order in which they are preferred."""
    return side.words(DEFAULT_WORDS)


def named(side: SideSettings) -> Mapping[Field, str]:
    """The canonical fields that have a metadata field, and its name or id."""
    return {field: name for field, name in side.fields.items() if isinstance(name, str) and field in HOLD}


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    archive = own(side).archive_folder is not None
    return Capabilities(
        verbs=frozenset(Verb) - {Verb.FIND_MARKER} - (frozenset() if archive else {Verb.DELETE}),
        fields={field: _field(field, side) for field in Field},
        discovery=Discovery.INCREMENTAL,
        increment=INCREMENT,
        deletion_sign=DeletionSign.TOMBSTONE if archive else DeletionSign.GONE_ON_GET,
        delete_means=DeleteMeans.ARCHIVE if archive else DeleteMeans.NOTHING,
        create_help=CreateHelp.DUPLICATE_REFUSAL,  # `rejectDuplicate=true` (article, "Documents")
        person_key=PersonKey.NAME,
        sweep_requests=None,  # pages, and a request for each document where lists lack the values
        volatile=VOLATILE,
        budget=BUDGET,
        family="opus2",
    )


def _field(field: Field, side: SideSettings) -> FieldCapability:
    if side.fields.get(field) is False:
        return NOT_HELD
    if field in named(side):
        note = "" if field is Field.TITLE else _NOTES.get(field, "")
        return FieldCapability(
            holding=Holding.TWO_WAY, view=_view(field, side), required=field is Field.TITLE, note=note
        )
    if field is Field.TITLE:
        view = Through(as_name, f'no / \\ : * ? " < > |, at most {LONGEST} characters')
        return FieldCapability(holding=Holding.AT_CREATE, view=NeverEmpty(view), required=True, note=_NOTES[field])
    return NOT_HELD


def _view(field: Field, side: SideSettings) -> View:
    """The view of a field that stands in a metadata field."""
    views: Mapping[Field, View] = {
        Field.TITLE: NeverEmpty(Through(one_line, "")),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.START: DayIn(side.timezone),
        Field.DUE: DayIn(side.timezone),
        Field.LABELS: Through(_labels, "a comma in a label is a blank"),
    }
    return views.get(field, SAME)


def _labels(value: Value) -> Value:
    return label_set(str(label).replace(",", " ") for label in value) if isinstance(value, tuple) else value
