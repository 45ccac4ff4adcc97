"""Edits: each one stands, or was superseded by one that had seen it, or is a recorded loser."""

from __future__ import annotations

from collections.abc import Iterator

from connectors.contract import Holding, Verb
from sync.core.model import TaskLife
from sync.core.recover import FOUND_DONE
from sync.store import MovedRow
from tests.simulation.deeds import TOLD, Edit, Removal, number_of, words
from tests.simulation.oracle.end import End, said_in


def wrong(end: End, *, told: bool = False) -> Iterator[str]:
    """The edits that are nowhere.

    ``told``: less those that a filter may omit until everything is read, or that a listing lacked without a word.
    """
    for edit in end.ledger.edits:
        if told and (end.places[edit.side].omits or edit.side in end.ledger.shortened):
            continue
        if edit.field in TOLD and not (edit.blind or _is_unknown(end, edit)):
            lost = _lost_words(end, edit)
            if lost:
                yield f"the edit {edit} is nowhere: {sorted(lost)}"


def saw(end: End, removal: Removal, edit: Edit) -> bool:
    """Whether whoever deleted a task had seen an edit of it, or what superseded that."""
    if edit.added <= words(removal.shown.get(edit.field)):
        return True
    return edit.added <= _superseded(end, edit) and not _stands_again(end, removal, edit)


def _stands_again(end: End, removal: Removal, edit: Edit) -> bool:
    """Whether an edit was sent once more, over what superseded it: a write of it was in doubt there (rule 7)."""
    return any(
        row.lost
        and (row.side, row.field, number_of(row.title)) == (removal.side, edit.field, edit.number)
        and edit.added <= said_in(row, row.new)
        and _was_in_doubt(end, row)
        for row in end.moved
    )


def _is_unknown(end: End, edit: Edit) -> bool:
    """Whether its side shows it in words that its connector does not know: no opinion, which `status` lists.

    Nor does such an edit keep its task from being deleted: nobody knows that it is one.
    """
    return any(link.ref == edit.ref and edit.field in link.unknown for link in end.links(edit.number, edit.side))


def _lost_words(end: End, edit: Edit) -> frozenset[str]:
    """The words of an edit that neither stand, nor were superseded, nor lost to what is recorded."""
    missing = edit.added - _superseded(end, edit)
    if not missing:
        return missing
    for task in end.tasks(edit.number):
        if task.life is TaskLife.ALIVE or any(link.live for link in end.state.of_task(task.id)):
            missing -= words(task.values.get(edit.field))
    for row in end.moved:
        if row.field is edit.field and row.lost and _may_lose(end, edit, row):
            missing -= said_in(row, row.old)
    if missing and any(_went_along(end, removal, edit, missing) for removal in end.ledger.removals):
        return frozenset()
    return missing


def _may_lose(end: End, edit: Edit, row: MovedRow) -> bool:
    """Whether it lost to what it had not seen; or it was the third value where a write was in doubt (rule 7)."""
    stands = said_in(row, row.new)
    return (
        not stands or bool(stands - edit.removed) or _is_typed_elsewhere(end, edit, stands) or _was_in_doubt(end, row)
    )


def _went_along(end: End, removal: Removal, edit: Edit, missing: frozenset[str]) -> bool:
    """Whether an edit is gone with its task, and need not have kept it alive (rule 12)."""
    if removal.number != edit.number:
        return False
    can = end.capabilities(removal.side)
    updates = can.can(Verb.UPDATE) and can.of(edit.field).holding is Holding.TWO_WAY
    # What a side refused counts as little as what it can not be told (rule 12).
    updates &= not any(edit.field in link.refused for link in end.links(edit.number, removal.side))
    # What a task was made with is no edit that wins, though it was still on its way there (rule 12).
    return (
        words(removal.shown.get(edit.field)) >= missing
        or removal.side == edit.side
        or not end.places[removal.side].takes(edit.field)
        or not updates
        or not end.deletes(edit.side)  # let go there when it was deleted elsewhere
        or edit.made
        or edit.fresh
    )


def _is_typed_elsewhere(end: End, edit: Edit, stands: frozenset[str]) -> bool:
    """Whether somebody on another side typed the same, as twins have it: who replaced his own has not seen that."""
    others = [one for one in end.ledger.edits if one.number == edit.number and one.field is edit.field]
    return any(one.side != edit.side and stands <= one.added for one in others)


def _was_in_doubt(end: End, lost: MovedRow) -> bool:
    """Whether a write to this entry had no answer when the value was found there."""
    return any(
        row.outcome == FOUND_DONE and (row.task, row.side, row.cycle) == (lost.task, lost.side, lost.cycle)
        for row in end.acted
    )


def _superseded(end: End, edit: Edit) -> frozenset[str]:
    """The words that somebody else's edits of the same field took away, having seen them."""
    others = [one for one in end.ledger.edits if one.number == edit.number and one.field is edit.field]
    return frozenset().union(*(one.removed for one in others if one is not edit))
