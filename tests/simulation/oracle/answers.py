"""The person who decides what is held, as somebody would who sees all sides."""

from __future__ import annotations

from dataclasses import dataclass

from connectors.task import Field, Kind, Value
from sync.core.model import Held, HeldKind, State
from sync.core.standing import is_adoption
from tests.simulation.deeds import Shown, number_of, words
from tests.simulation.ground import PersonsStore, ground
from tests.simulation.oracle.end import shown_number, stored
from tests.simulation.places.configured import adopter
from tests.simulation.play import Play
from tests.simulation.remarks import numbers_in


@dataclass
class Answers:
    """Answers questions. ``wrong`` takes what should not have been asked."""

    play: Play
    wrong: list[str]

    def lift(self) -> bool:
        """Answer what is asked; whether anything was."""
        state, _ = stored(self.play)
        store = PersonsStore(ground(), self.play.points)
        asked = [held for held in state.held if not held.decision and held.choices]
        for held in asked:
            store.resolve(held.id, self._answer(state, held))
        amiss = [held for held in state.held if not held.decision and is_adoption(held)]
        for held in amiss:  # it is looked for in each cycle, until whoever wanted it takes that back
            adopter(store, self.play.places, held.side).forget([held.ref])
        return bool(asked or amiss)

    def _answer(self, state: State, held: Held) -> str:
        if held.kind in {HeldKind.GUARD, HeldKind.DELETE} or "approve" in held.choices:
            return "approve"
        if held.kind is HeldKind.CREATE:
            task = state.tasks.get(held.task or 0)
            is_comment = task is not None and task.kind is Kind.COMMENT
            there = self._comments_like(state, held) if is_comment else self._entries_like(state, held)
            return f"exists {there[0]}" if there else "absent"
        return held.choices[-1] if held.kind is HeldKind.MATCH else held.choices[0]

    def _comments_like(self, state: State, held: Held) -> list[str]:
        """The comments on a side that may be the one that was sent."""
        number, known = numbers_in(held.title)[0], {link.ref for link in state.of_side(held.side)}
        said = self.play.places[held.side].comments()
        return [ref for ref, (_, text) in said.items() if ref not in known and numbers_in(text)[0] == number]

    def _entries_like(self, state: State, held: Held) -> list[str]:
        """The entries of a side that may be the one that was sent."""
        linked = {link.ref for link in state.of_side(held.side) if link.live}
        if self._can_tell(held):
            self.wrong.append(f"asked what became of {held.title!r} on {held.side}, where it could be told")
        entries = self.play.places[held.side].entries()
        number, sent = number_of(held.title), self._sent(state, held)
        mine = [ref for ref, shown in entries.items() if shown_number(shown) == number and ref not in linked]
        return [ref for ref in mine if words(self._first_title(held.side, ref, entries[ref])) <= sent]

    def _sent(self, state: State, held: Held) -> frozenset[str]:
        """The words of the title that was sent: of two tasks with one number each has its own."""
        asked = (held.task, held.side)
        titles = [one.patch.get(Field.TITLE) for one in state.intents if (one.task, one.side) == asked]
        return frozenset().union(*map(words, titles)) or words(held.title)

    def _first_title(self, side: str, ref: str, shown: Shown) -> Value:
        """The title that an entry was made with."""
        edits = (one for one in self.play.ledger.edits if (one.side, one.ref, one.field) == (side, ref, Field.TITLE))
        return next((one.after if one.made else one.before for one in edits), shown[Field.TITLE])

    def _can_tell(self, held: Held) -> bool:
        """Whether the list shows what was sent, as nobody has touched it since."""
        place = self.play.places[held.side]
        new = {ref for ref in place.entries() if f"exists {ref}" in held.choices}
        touched = {edit.ref for edit in self.play.ledger.edits if edit.side == held.side}
        return place.knows_again and bool(new) and not new & touched
