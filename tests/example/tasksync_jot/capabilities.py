"""What a Jot side can do, as data: the engine reads this and asks for nothing else."""

from __future__ import annotations

from connectors.budget import RateBudget
from connectors.contract import Capabilities, CreateHelp, DeleteMeans, DeletionSign, Discovery, SideSettings, Verb
from connectors.projection import SAME, DayIn, Through, View, Words, one_line
from connectors.task import Field, Status


def capabilities(side: SideSettings) -> Capabilities:
    """Everything in one list, get by id, no times, no assignees."""
    views: dict[Field, View] = {
        Field.TITLE: Through(one_line, ""),
        Field.DESCRIPTION: SAME,
        Field.STATUS: Words(frozenset({Status.NEEDS_ACTION, Status.COMPLETED})),
        Field.DUE: DayIn(side.timezone),
    }
    return Capabilities(
        verbs=frozenset(Verb) - {Verb.FIND_MARKER},
        fields={field: side.two_way(field, views.get(field)) for field in Field},
        discovery=Discovery.SNAPSHOT,
        deletion_sign=DeletionSign.GONE_ON_GET,
        delete_means=DeleteMeans.DELETE,
        create_help=CreateHelp.LISTING,
        budget=RateBudget(spacing=1.0, burst=5, source="Jot's page, 'Fair use': one call in a second (read 2026-11)"),
        family="jot",
    )
