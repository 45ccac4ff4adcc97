"""What a side can do, from its settings."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

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
    SideSettings,
    Verb,
)
from connectors.memory.members import unix_lines
from connectors.memory.settings import MemorySettings
from connectors.memory.wire import VOLATILE
from connectors.projection import SAME, Chain, DayIn, FirstOnly, Said, Through, View, Words, cut, one_line
from connectors.task import Field, Status

_TREE = frozenset({Field.PARENT, Field.POSITION})
_READ_ONLY = frozenset({Field.COMPLETED, Field.URL})  # the vault sets one of them, people the other


def own(side: SideSettings) -> MemorySettings:
    """The side's own settings. Raises ``TypeError`` when they are another connector's."""
    return side.own_as(MemorySettings)


def words(side: SideSettings) -> Mapping[str, Status]:
    """The vault's words for a status, in the order in which they are preferred."""
    if side.statuses is not None:
        return side.statuses
    settings = own(side)
    table = {status.value: status for status in Status if status in settings.states}
    return {**table, "active": Status.IN_PROGRESS} if settings.two_words else table


def capabilities(side: SideSettings) -> Capabilities:
    """What a side with these settings can do."""
    settings = own(side)
    verbs = _verbs(settings)
    return Capabilities(
        verbs=verbs,
        fields={field: _field(field, side, verbs) for field in Field},
        discovery=_discovery(settings, verbs),
        increment=Increment(granularity=timedelta(0), skew=timedelta(0), inclusive=False)
        if settings.incremental
        else None,
        deletion_sign=_deletion_sign(settings, verbs),
        delete_means=_delete_means(settings, verbs),
        delete_cascades=settings.cascades,
        create_help=_create_help(settings, verbs),
        preconditions=settings.etags,
        modified_granularity=timedelta(seconds=1) if settings.times else None,
        derived_from_children=frozenset({Field.STATUS}) if settings.derives else frozenset(),
        page_size=settings.page_size,
        sweep_requests=1 if settings.page_size is None and Verb.CHANGES in verbs else None,
        volatile=VOLATILE,
        parallel=settings.parallel,
        budget=RateBudget(source="none: the vault is in this process"),
        family="memory",
    )


def _verbs(settings: MemorySettings) -> frozenset[Verb]:
    helps = settings.client_ids or settings.markers
    return frozenset(Verb) - set(settings.without) - (frozenset() if helps else {Verb.FIND_MARKER})


def _discovery(settings: MemorySettings, verbs: frozenset[Verb]) -> Discovery:
    if Verb.CHANGES not in verbs:
        return Discovery.POINT
    return Discovery.INCREMENTAL if settings.incremental else Discovery.SNAPSHOT


def _deletion_sign(settings: MemorySettings, verbs: frozenset[Verb]) -> DeletionSign:
    if settings.archive_deletes or (settings.incremental and Verb.CHANGES in verbs):
        return DeletionSign.TOMBSTONE
    return DeletionSign.GONE_ON_GET if Verb.GET in verbs else DeletionSign.ABSENCE


def _delete_means(settings: MemorySettings, verbs: frozenset[Verb]) -> DeleteMeans:
    if Verb.DELETE not in verbs:
        return DeleteMeans.NOTHING
    return DeleteMeans.ARCHIVE if settings.archive_deletes else DeleteMeans.DELETE


def _create_help(settings: MemorySettings, verbs: frozenset[Verb]) -> CreateHelp:
    if Verb.FIND_MARKER in verbs:
        return CreateHelp.CLIENT_ID if settings.client_ids else CreateHelp.MARKER
    return CreateHelp.LISTING if Verb.CHANGES in verbs else CreateHelp.NONE


def _field(field: Field, side: SideSettings, verbs: frozenset[Verb]) -> FieldCapability:
    settings = own(side)
    missing = {*settings.not_held}
    if not settings.parents:
        missing |= _TREE
    if settings.archive_deletes:
        missing.add(Field.ARCHIVED)
    if field in missing or side.fields.get(field) is False:
        return NOT_HELD
    return FieldCapability(holding=_holding(field, settings, verbs), view=_view(field, side))


def _holding(field: Field, settings: MemorySettings, verbs: frozenset[Verb]) -> Holding:
    if field in _READ_ONLY or field in settings.read_only or not verbs & {Verb.CREATE, Verb.UPDATE}:
        return Holding.READ_ONLY
    if field in settings.at_create or Verb.UPDATE not in verbs:
        return Holding.AT_CREATE
    return Holding.TWO_WAY


def _view(field: Field, side: SideSettings) -> View:
    settings = own(side)
    line = Through(one_line, "")
    views: dict[Field, View] = {
        Field.TITLE: line if settings.title_limit is None else Chain(line, cut(settings.title_limit)),
        Field.DESCRIPTION: Through(unix_lines, ""),
        Field.STATUS: Words(frozenset(words(side).values())),
        Field.COMMENTS: Said(unix_lines),
    }
    if settings.days_only:
        views |= dict.fromkeys((Field.START, Field.DUE), DayIn(side.timezone))
    if settings.one_assignee:
        views[Field.ASSIGNEES] = FirstOnly()
    return views.get(field, SAME)
