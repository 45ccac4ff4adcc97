"""What was made: every entry that is linked and was not made by a person has the row of its create (rule 22)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sync.core.model import Do
from sync.core.recover import FOUND_DONE
from tests.simulation.deeds import number_of
from tests.simulation.oracle.end import End


def wrong(end: End) -> Iterator[str]:
    """The entries of which the history does not tell."""
    made = {(row.side, row.ref) for row in end.acted}
    people = {(edit.side, edit.ref) for edit in end.ledger.edits}
    mistaken = _mistaken_twins(end)
    for link in end.state.links.values():
        if not link.live or (link.side, link.ref) in made | people:
            continue
        twin = (link.side, number_of(end.state.tasks[link.task].title))
        mistaken[twin] -= 1
        if mistaken[twin] < 0:
            yield f"{link.side}:{link.ref} was made, and no row of the history says so"


def _mistaken_twins(end: End) -> Counter:
    """By side and number: a person's entries that were found for an unanswered create of ours (rule 7).

    Where both were alike nobody could tell which was which. Ours then has no row, as if that person had made it.
    """
    by_people = {(edit.side, edit.ref): edit.number for edit in end.ledger.edits if edit.made}
    found = {(row.side, row.ref) for row in end.acted if row.do is Do.CREATE and row.outcome == FOUND_DONE}
    return Counter((key[0], by_people[key]) for key in found & by_people.keys() if by_people[key] in end.ledger.twins)
