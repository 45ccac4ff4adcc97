"""What people did at five vendors, kept apart from the program: what must stand on every side in the end.

Each task has a number in front of its title, which tells it from all others whatever becomes of it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from tests.system.five import CLOSED, PEOPLE, SIDES, WORDS, Five
from tests.system.ledger import bare, number_of, one_line
from tests.system.standing import what_stands
from tests.system.stranger import Json

FIELDS: Final = {
    "title": "title", "text": "description", "status": "status", "due": "due", "tags": "labels", "people": "assignees",
}  # fmt: skip
"""What is kept, and what it is called in reports."""
HOLDS: Final = {
    "outline": ("title", "text", "status", "due", "tags", "people"),
    "field": ("title", "text", "status", "people"),
    "matter": ("title", "text", "status", "due", "tags", "people"),
    "cases": ("title", "text", "status", "due", "people"),
    "strategy": ("title", "text", "status", "due", "tags", "people"),
}
Row: TypeAlias = tuple[int, str, str]
"""Number, side, field."""
TITLE, TEXT = 100, 255
"""Characters that OptaCheck takes."""


@dataclass(slots=True, kw_only=True)
class Kept:
    """A task as its people left it.

    ``status`` is canonical, ``people`` are keys of PEOPLE. ``written``: by (side, name), a title or text exactly as its
    last author's server keeps it: there no sign may move. ``odd``: by side, a status word that no table has. ``first``:
    what a Trackops without PUT was told, and what people there made of it.
    """

    title: str
    text: str = ""
    status: str = "needs_action"
    due: str = ""
    tags: frozenset[str] = frozenset()
    people: tuple[str, ...] = ()
    origin: str = ""
    written: dict[tuple[str, str], str] = field(default_factory=dict)
    odd: dict[str, str] = field(default_factory=dict)
    first: dict[str, Json] = field(default_factory=dict)
    derives: bool = False  # it is, or was, above others on the outline: its status there is not its own


@dataclass(slots=True)
class Register:
    """All tasks by number. ``gone``: those that people deleted."""

    at: Five
    tasks: dict[int, Kept] = field(default_factory=dict)
    gone: dict[int, Kept] = field(default_factory=dict)

    def refs(self, side: str) -> dict[int, Json]:
        """Number → what the side calls that task; the first one, should there be several."""
        return {number_of(title): ref for ref, title in reversed(self._titles(side))}

    def problems(self) -> list[str]:
        """What is missing, doubled, left over, different, or not told of."""
        return self.differences() + self._untold()

    def differences(self) -> list[str]:
        """What is missing, doubled, left over or different."""
        self._note_first()
        found = self._doubled()
        for side in SIDES:
            refs = self.refs(side)
            found += [
                f"{one} is not on {side}" for one in sorted(self.tasks.keys() - refs.keys()) if self._fits(one, side)
            ]
            left = refs.keys() - self.tasks.keys() - (self.gone.keys() if self._stays(side) else set())
            found += [f"{one} was deleted and is on {side}" for one in sorted(left)]
            for number in sorted(self.tasks.keys() & refs.keys()):
                found += self._differs(side, number, refs[number])
        return found

    def seen(self, side: str, ref: Json) -> dict[str, Json]:
        """What stands on a side, as the side writes it."""
        return what_stands(self.at, side, ref)

    def wanted(self, side: str, kept: Kept) -> dict[str, Json]:
        """What a side that can be told everything should hold."""
        word = kept.odd.get(side, WORDS[side].get(kept.status))
        whole = {
            "title": kept.title,
            "text": kept.text,
            "status": word,
            "due": kept.due,
            "tags": kept.tags,
            "people": kept.people,
        }
        whole["people"] = self._people(side, kept)
        return {name: whole[name] for name in HOLDS[side]}

    # What is where

    def _titles(self, side: str) -> list[tuple[Json, str]]:
        at = self.at
        match side:
            case "outline":
                return [(ref, one.content) for ref, one in at.outline.items.items()]
            case "field":
                return [(ref, one["title"]) for ref, one in at.field.tasks.items()]
            case "matter":
                return [
                    (ref, at.matter.told(ref)["title"] or one.name)
                    for ref, one in at.matter.here(at.matter.folder).items()
                ]
            case "cases":
                return [(ref, one["title"]) for ref, one in at.cases.tasks.items()]
        return [(ref, one["title"]) for ref, one in at.strategy.actions.items()]

    def _fits(self, number: int, side: str) -> bool:
        """Whether a side must hold a task: one that can not be told a status takes none that is closed."""
        kept = self.tasks[number]
        return side != "cases" or self.at.cases.updates or not (kept.status in CLOSED or kept.derives)

    def _stays(self, side: str) -> bool:
        """Whether a side keeps what is deleted elsewhere, because it has no delete."""
        return side == "cases" and not self.at.cases.updates

    def _doubled(self) -> list[str]:
        found = []
        for side in SIDES:
            titles = [title for _, title in self._titles(side)]
            if side == "matter":
                titles += [
                    self.at.matter.told(ref)["title"] or one.name
                    for ref, one in self.at.matter.here(self.at.matter.archive).items()
                ]
            counts = Counter(map(number_of, titles))
            found += [f"{number} is {count} times on {side}" for number, count in sorted(counts.items()) if count > 1]
        return found

    def _people(self, side: str, kept: Kept) -> Json:
        known = [PEOPLE[key] for key in kept.people]
        match side:
            case "outline":
                return [one.outline for one in known]
            case "field":
                return self.at.field.users[next((one.email for one in known if one.cases), "crew@example.com")]
            case "matter":
                return [one.name for one in known]
            case "cases":
                return [one.cases for one in known if one.cases]
        return known[0].name if known else ""

    # Comparing

    def _note_first(self) -> None:
        """What a Trackops without PUT was told of a task that is there for the first time."""
        if self.at.cases.updates:
            return
        for number, ref in self.refs("cases").items():
            kept = self.tasks.get(number)
            if kept is not None and not kept.first:
                kept.first = self.wanted("cases", kept) | {"status": "none"}
                kept.first["due"] = kept.due or self.seen("cases", ref)["due"]

    def _differs(self, side: str, number: int, ref: Json) -> list[str]:
        kept, seen = self.tasks[number], self.seen(side, ref)
        wanted = self.wanted(side, kept) | (kept.first if side == "cases" else {})
        if side == "cases" and not kept.due and not kept.first:
            wanted["due"] = seen["due"]  # an invented one
        if kept.derives or wanted["status"] is None:
            wanted["status"] = seen["status"]
        if side == "field" and self._stranger(kept):
            wanted["people"] = seen["people"]
        for name, alike in (("title", self._same_title), ("text", self._same_text)):
            if alike(side, str(wanted[name]), str(seen[name])):
                wanted[name] = kept.written.get((side, name), seen[name])
        return [
            f"{number}: {name} on {side} is {seen[name]!r}, not {wanted[name]!r}"
            for name in seen
            if seen[name] != wanted[name]
        ]

    @staticmethod
    def _same_title(side: str, wanted: str, seen: str) -> bool:
        wanted = one_line(wanted)
        return one_line(seen) == (wanted[:TITLE].rstrip() if side == "field" else wanted)

    @staticmethod
    def _same_text(side: str, wanted: str, seen: str) -> bool:
        if side == "field" and len(wanted) > TEXT - 10:
            return len(seen) > TEXT - 10 and bare(wanted).startswith(bare(seen))
        return bare(wanted) == bare(seen)

    # Telling

    def _untold(self) -> list[str]:
        """What a Trackops without PUT does not have, and nobody was told; and what was told without need."""
        rows = self.at.undeliverable()
        found = [f"no reason: {row}" for row in rows if not row["why"]]
        told = {(number_of(row["title"]), row["side"], row["field"]) for row in rows}
        must, may = self._to_tell()
        found += [f"not told: {one}" for one in sorted(must - told)]
        return found + [f"told without need: {one}" for one in sorted(told - must - may)]

    def _to_tell(self) -> tuple[set[Row], set[Row]]:
        """What can not be delivered: what must be told, and what else may."""
        refs, must, may = self.refs("cases"), set[Row](), set[Row]()
        for number, kept in self.tasks.items():
            behind = self._behind(kept) if number in refs else {"status"}
            must |= {(number, "cases", FIELDS[name]) for name in behind if name != "status" or not kept.derives}
            if kept.derives:
                may.add((number, "cases", "status"))
            if "dora" in kept.people:
                may.add((number, "cases", "assignees"))
            if self._stranger(kept):
                (must if self.at.field.reading.strangers == "refused" else may).add((number, "field", "assignees"))
        return must, may

    @staticmethod
    def _stranger(kept: Kept) -> bool:
        """Whether it belongs to somebody who has an address, and no account at OptaCheck."""
        return next((PEOPLE[key] for key in kept.people if PEOPLE[key].email), PEOPLE["anna"]).cases == 0

    def _behind(self, kept: Kept) -> set[str]:
        wanted = self.wanted("cases", kept)
        if wanted["status"] is None:
            return {"status"}
        invented = set() if kept.due else {"due"}
        return {name for name, value in kept.first.items() if wanted[name] != value} - invented

    def note_parents(self) -> None:
        """Remember who is above others: to be called after each change of the tree."""
        for number, item in self.refs("outline").items():
            if number in self.tasks and self.at.outline.children(item):
                self.tasks[number].derives = True
