"""What people do on the sides, as they see them; each edit is noted in the books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from connectors.task import Field, Status, Value, same
from tests.simulation.deeds import TOLD, Edit, Removal, number_of
from tests.simulation.ground import PersonsStore, ground
from tests.simulation.ledger import Ledger
from tests.simulation.places import Place
from tests.simulation.places.configured import adopter
from tests.simulation.points import Points

WATCHED = (*TOLD, Field.STATUS, Field.ASSIGNEES, Field.PARENT)
VERBS = frozenset({"add", "edit", "remove", "restore", "move", "swap", "twins", "same", "adopt"})


@dataclass
class People:
    """The people of a group, on all its sides."""

    places: dict[str, Place]
    ledger: Ledger
    points: Points
    running: bool = False  # whether a cycle is on its way
    strangers: set[str] = field(default_factory=set)  # sides on which somebody is named whom no other side knows
    renamed: set[tuple[str, str]] = field(default_factory=set)  # while it was not known to be ours
    wanted: list[tuple[str, str]] = field(default_factory=list)  # side and ref: what a person wants taken in

    def act(self, word: str, *rest: object) -> None:
        """One of the verbs."""
        getattr(self, f"_{word}")(*rest)

    def adopt_all(self) -> None:
        """Somebody has everything taken in that people made where nothing lists it."""
        for side, place in self.places.items():
            for ref in [one for one in place.entries() if (side, one) in self.wanted]:
                self._take_in(side, ref)

    def _adopt(self, side: str, number: int) -> None:
        ref = self.ref(side, number)
        if ref is not None and (side, ref) in self.wanted:
            self._take_in(side, ref)

    def _take_in(self, side: str, ref: str) -> None:
        self.wanted.remove((side, ref))
        for told in adopter(PersonsStore(ground(), self.points), self.places, side).adopt([ref]):
            self.points.note(told)
            if " belonged to " in told:  # a person may tie it again; this one leaves it there
                self.ledger.left.add((side, number_of(self.places[side].entries()[ref][Field.TITLE])))

    def _add(self, side: str, number: int, fields: dict) -> None:
        place = self.places[side]
        told = {Field(name): self._told(side, Field(name), value) for name, value in fields.items()}
        told = {name: value for name, value in told.items() if place.takes(name) or name is Field.TITLE}
        ref = place.add(told)
        if not place.lists:
            self.wanted.append((side, ref))
        self._note_edits(side, number, ref, {}, place.entries().get(ref, {}))

    def _twins(self, number: int, sides: Sequence[str], fields: dict) -> None:
        self.ledger.twins[number] = len(sides)
        for side in sides:
            self._add(side, number, fields)

    def _same(self, number: int, sides: Sequence[str], fields: dict) -> None:
        """Two people make the same task, in one field more than the title: it is one."""
        due = self._new(Field.DUE, None, fields["due"])
        # A day that nobody else could read either is no opinion, and the title alone makes nothing one (rule 15).
        if not all(self.places[side].takes(Field.DUE) and self.places[side].is_plain(due) for side in sides):
            sides = sides[:1]
        self.ledger.same[number] = list(sides)
        for side in sides:
            self._add(side, number, fields)

    def _edit(self, side: str, number: int, name: str, value: object) -> None:
        place, ref = self.places[side], self.ref(side, number)
        member = Field(name)
        if ref is None or not place.takes(member):
            return
        before = place.entries()[ref]
        if (
            member is Field.STATUS
            and member in place.eyes.capabilities.derived_from_children
            and self._below(side, ref)
        ):
            return
        typed = f"{number} {value}" if member is Field.TITLE else value
        new = self._new(member, before.get(member), typed)
        if member is Field.STATUS and new is not None and not self._has_word(place, new):
            return
        if member is Field.ASSIGNEES and "carla" in new:
            if place.app is not None:
                return  # a vault takes anybody
            self.strangers.add(side)
        place.edit(ref, member, new)
        self._note_edits(side, number, ref, before, place.entries().get(ref, {}))

    def _swap(self, side: str, one: int, two: int) -> None:
        """Two tasks exchange what their titles say after the number."""
        refs = self.ref(side, one), self.ref(side, two)
        if None in refs or one == two:
            return
        shown = self.places[side].entries()
        titles = [str(shown[ref][Field.TITLE]).partition(" ")[2] for ref in refs]
        for number, ref, text in zip((one, two), refs, reversed(titles), strict=True):
            self.places[side].edit(ref, Field.TITLE, f"{number} {text}")
            self._note_edits(side, number, ref, shown[ref], self.places[side].entries()[ref])

    def _remove(self, side: str, number: int) -> None:
        place, ref = self.places[side], self.ref(side, number)
        if ref is None:
            return
        before = place.entries()
        place.remove(ref)
        after = place.entries()
        for gone in before.keys() - after.keys():
            which = number_of(before[gone][Field.TITLE])
            early = self.ledger.arrivals.in_doubt(side, gone)
            removal = Removal(self.points.baton.ticks, which, side, before[gone], early=early)
            self.ledger.removals.append(removal)
            place.gone[which] = gone

    def _restore(self, side: str, number: int) -> None:
        place = self.places[side]
        ref = place.gone.pop(number, None)
        there = self.numbers(side)
        if ref is None or number in there or not place.restore(ref):
            return
        for back in {number, *(self.numbers(side) - there)}:  # what went along comes back along
            self.ledger.restored[side, back] = len(self.ledger.removals)
        if not place.lists:  # nothing shows it to anybody: whoever brought it back has it taken in, as if it were new
            self.wanted.append((side, ref))
        if self.running or not place.lists:  # nobody has seen it: it may be on its way there a second time
            self.ledger.twins[number] = 2

    def _move(self, side: str, number: int, under: int | None) -> None:
        place, ref = self.places[side], self.ref(side, number)
        above = self.ref(side, under) if under is not None else None
        if ref is None or not place.takes(Field.PARENT) or (under is not None and above is None):
            return
        if above is not None and (above == ref or above in self._all_below(side, ref)):
            return
        before = place.entries()[ref]
        place.edit(ref, Field.PARENT, above)
        self._note_edits(side, number, ref, before, place.entries().get(ref, {}))

    # How it is told

    def numbers(self, side: str) -> Counter:
        """How often each task is on a side."""
        return Counter(number_of(shown[Field.TITLE]) for shown in self.places[side].entries().values())

    def ref(self, side: str, number: int | None) -> str | None:
        for ref, shown in self.places[side].entries().items():
            if number_of(shown[Field.TITLE]) == number:
                return ref
        return None

    def _below(self, side: str, ref: str) -> list[str]:
        return [one for one, shown in self.places[side].entries().items() if shown.get(Field.PARENT) == ref]

    def _all_below(self, side: str, ref: str) -> set[str]:
        found: set[str] = set()
        pending = [ref]
        while pending:
            fresh = [one for one in self._below(side, pending.pop()) if one not in found]
            found.update(fresh)
            pending += fresh
        return found

    def _note_edits(self, side: str, number: int, ref: str, before, after) -> None:
        for name in WATCHED:
            old, new = before.get(name), after.get(name)
            # A field that is cleared, and is told no more when it is empty, is edited too.
            told = name in after or (old and after)
            if not told or (same(name, old, new) if before else not new):
                continue
            fresh = any(one.made for one in self.ledger.unread(side, ref))
            self.ledger.edits.append(
                Edit(self.points.baton.ticks, number, side, ref, name, old, new, not before, fresh=fresh)
            )
            if name is Field.TITLE and (side, ref) in self.ledger.arrivals.fresh - self.renamed:
                # Renamed before it was known to be ours it can not be told any more: each such one is one more.
                self.renamed.add((side, ref))
                self.ledger.twins[number] = self.ledger.twins.get(number, 1) + 1
            self.points.note(f"edited {self.ledger.edits[-1]}")
        parent = after.get(Field.PARENT)
        shown = self.places[side].entries()
        while parent is not None and str(parent) in shown:
            above = shown[str(parent)]
            self.ledger.family.setdefault(number_of(above[Field.TITLE]), set()).add(number)
            parent = above.get(Field.PARENT)

    def _told(self, side: str, name: Field, value: object) -> Value:
        if name is Field.PARENT:
            return self.ref(side, value)
        return self._new(name, None, value)

    def _new(self, name: Field, old: Value, value: object) -> Value:
        """What a person types, who sees ``old``."""
        if name is Field.DUE:
            if not value:
                return None
            return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
        if name is Field.STATUS:
            return Status(value)
        if name is Field.ASSIGNEES:
            return tuple(value)
        if name is Field.LABELS:
            return _labels(tuple(old or ()), value)
        return _text(str(old or ""), value) if name is Field.DESCRIPTION else value

    def _has_word(self, place: Place, status: Value) -> bool:
        return not place.eyes.capabilities.of(Field.STATUS).view.refuses(status)


def _labels(old: tuple, value: object) -> tuple:
    word, what = value if isinstance(value, tuple) else ("set", value)
    if word == "add":
        return (*old, what)
    if word == "drop":
        return tuple(label for place, label in enumerate(old) if place != what % len(old)) if old else ()
    return tuple(what)


def _text(old: str, value: object) -> str:
    """A text whose paragraphs are changed; a plain text is one that replaces it."""
    if isinstance(value, str):
        return value
    parts = [part for part in old.split("\n\n") if part]
    word, *rest = value
    if word == "append":
        parts.append(rest[0])
    elif word == "first":
        parts.insert(0, rest[0])
    elif parts:
        parts[rest[0] % len(parts)] = rest[1]
    else:
        parts = [rest[1]]
    return "\n\n".join(parts)
