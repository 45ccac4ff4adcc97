"""Deletes that would take along what is to live (rule 18)."""

from __future__ import annotations

from collections.abc import Iterable

from connectors.task import Field, Value
from sync.core.facts import Action, Note
from sync.core.lens import Lenses
from sync.core.model import Do, SideName


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
