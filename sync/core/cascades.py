"""Deletes that would take along what is to live, and statuses that would (rule 18)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from connectors.task import Field, Kind, Value
from sync.core.facts import Action, Note
from sync.core.lens import Lenses
from sync.core.model import Do, SideName

FOLLOWS: Final = "it follows from the children there"
"""Why a field of a parent is not told: a Checkvist item with children has no status of its own."""


def without_cascades(lenses: Lenses, deletes: Iterable[Action], undeliverable: list[Note]) -> list[Action]:
    """The deletes less those that would take along a task that lives and can not be moved away there.

    ``deletes`` name children before their parents. ``undeliverable`` has the moves that a side can not make; what is
    left out joins them.
    """
    state = lenses.state
    stuck: dict[tuple[SideName, Value], str] = {}  # entries that are to stay, and why
    for note in undeliverable:
        link = state.live(note.task, note.side) if note.field is Field.PARENT else None
        if link is not None and Field.PARENT in link.pairs:
            why = f'"{note.title}" below it lives and can not be moved: {note.why}'
            stuck[note.side, link.pairs[Field.PARENT].stored] = why
    found: list[Action] = []
    for action in deletes:
        link = state.live(action.task, action.side)
        why = stuck.get((action.side, action.ref), "")
        cascades = lenses[action.side].spec.capabilities.delete_cascades
        if link is None or not (why and cascades) or action.do is Do.LET_GO:
            found.append(action)
            continue
        undeliverable.append(
            Note(
                task=action.task,
                title=action.title,
                side=action.side,
                ref=action.ref,
                field=Field.PARENT,
                why=f"it is not deleted: {why}",
            )
        )
        if Field.PARENT in link.pairs:
            stuck[action.side, link.pairs[Field.PARENT].stored] = why
    return found


def without_derived(
    lenses: Lenses, creates: Sequence[Action], updates: Sequence[Action], undeliverable: list[Note]
) -> list[Action]:
    """The updates less what will follow from the children there: some are made or moved below it before.

    Told all the same it would reach those children, who come with values of their own. What is left out joins
    ``undeliverable``.
    """
    tasks = lenses.state.tasks
    coming = [one for one in (*creates, *updates) if tasks[one.task].kind is Kind.TASK]
    parents = {(one.side, one.fields[Field.PARENT]) for one in coming if Field.PARENT in one.fields}
    found: list[Action] = []
    for action in updates:
        derived = lenses[action.side].spec.capabilities.derived_from_children
        left_out = [name for name in action.fields if name in derived and (action.side, action.ref) in parents]
        kept = {name: value for name, value in action.fields.items() if name not in left_out}
        undeliverable += [
            Note(task=action.task, title=action.title, side=action.side, ref=action.ref, field=name, why=FOLLOWS)
            for name in left_out
        ]
        if kept:
            versions = {name: action.versions[name] for name in kept}
            changes = {name: action.changes[name] for name in kept}
            found.append(replace(action, fields=kept, versions=versions, changes=changes))
    return found
