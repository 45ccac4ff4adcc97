"""People at five vendors: they make tasks on every side, edit and delete them; their register keeps what they meant."""

from __future__ import annotations

import random
from collections.abc import Collection
from typing import Final

from tests.system.five import ODD, PEOPLE, SIDES, WORDS, Five
from tests.system.people import HTML, TEXTS
from tests.system.people import WORDS as TITLES
from tests.system.register import Kept, Register
from tests.system.stranger import Json

LONG: Final = (
    "a title that goes on and on until OptaCheck has no room for it, because somebody wrote a whole story there"
)
ESSAY: Final = "words and words " * 24
DUES: Final = ("", "2027-01-15", "2028-02-29")
TAGS: Final = ((), ("home",), ("work", "urgent"), ("two words",))
MEMBERS: Final = {
    "outline": {"due": "due_date", "status": "status"},
    "field": {"text": "description"},
    "matter": {"text": "notes"},
    "cases": {"text": "body", "due": "due_on"},
    "strategy": {"text": "description"},
}
"""What the sides' own pages call things, where it is another word."""


class Crowd:
    """What they do is drawn from a seed; each edit of one round is on a task of its own."""

    def __init__(self, at: Five, seed: int = 0) -> None:
        self.at = at
        self.register = Register(at)
        self.draw = random.Random(seed)
        self._last = 0
        self._adopted: list[str] = []

    # Making

    def fill(self, tasks: int) -> None:
        """Make so many tasks, on each side in turn; those that were made at OptaCheck are named to the program."""
        for _ in range(tasks):
            self.add(SIDES[self._last % len(SIDES)])
        self.adopt()

    def adopt(self) -> None:
        """Name the tasks that were made at OptaCheck."""
        if self._adopted:
            done = self.at.tasksync("adopt", "field", *self._adopted)
            assert done.code == 0, done.err
            self._adopted.clear()

    def add(self, side: str) -> int:
        """Make a task on a side. Its number."""
        self._last += 1
        kept = self._drawn(self._last, side)
        ref = getattr(self, f"_add_{side}")(kept)
        self.register.tasks[self._last] = kept
        self._wrote(side, kept, ref, "title", "text")
        self.register.note_parents()
        return self._last

    def _drawn(self, number: int, side: str) -> Kept:
        draw = self.draw
        long = LONG if draw.random() < 0.2 and side != "field" else ""
        kept = Kept(title=f"{number} {draw.choice(TITLES)} {long}".rstrip(), origin=side)
        kept.text = draw.choice(HTML if side == "strategy" else (*TEXTS, *([] if side == "field" else [ESSAY.strip()])))
        kept.status = draw.choice(sorted(set(WORDS[side]) - ({"in_progress"} if side == "outline" else set())))
        kept.due = "" if side == "field" else draw.choice(DUES[side == "cases" :])
        kept.tags = frozenset() if side in {"field", "cases"} else frozenset(draw.choice(TAGS))
        known = [key for key, one in PEOPLE.items() if one.cases or side not in {"field", "cases"}]
        known = known if side != "field" or self.at.introduced else []
        most = len(known) and draw.choice((0, 1, 1, 2) if side not in {"field", "strategy"} else (0, 1))
        kept.people = tuple(draw.sample(known, most))
        return kept

    def _add_outline(self, kept: Kept) -> int:
        parents = sorted(number for number, one in self.register.tasks.items() if one.origin == "outline")
        above = self.register.refs("outline")[self.draw.choice(parents)] if parents and self.draw.random() < 0.3 else 0
        item = self.at.outline.add(
            f"{kept.title}\n{kept.text}" if kept.text else kept.title,
            due_date=kept.due,
            tags=",".join(sorted(kept.tags)),
            assignee_ids=[PEOPLE[key].outline for key in kept.people],
            parent_id=above,
        )
        if WORDS["outline"][kept.status]:
            self.at.outline.tick(item, WORDS["outline"][kept.status])
        return item

    def _add_field(self, kept: Kept) -> str:
        user = PEOPLE[kept.people[0]].email if kept.people else "crew@example.com"
        word = WORDS["field"][kept.status]
        ref = self.at.field.add(kept.title, status=word, user=user, **({"description": kept.text} if kept.text else {}))
        kept.text = self.at.field.tasks[ref]["description"] or ""
        self._adopted.append(ref)
        return ref

    def _add_matter(self, kept: Kept) -> int:
        names = ", ".join(PEOPLE[key].name for key in kept.people)
        return self.at.matter.add(
            f"{kept.title}.txt",
            title=kept.title,
            status=WORDS["matter"][kept.status],
            due=kept.due,
            notes=kept.text,
            labels=", ".join(sorted(kept.tags)),
            assignees=names,
        )

    def _add_cases(self, kept: Kept) -> int:
        people = [PEOPLE[key].cases for key in kept.people]
        status = WORDS["cases"][kept.status]
        ref = self.at.cases.add(kept.title, kept.due, body=kept.text or None, users_list=people, status=status)
        if not self.at.cases.updates:
            kept.first = self.register.seen("cases", ref)
        return ref

    def _add_strategy(self, kept: Kept) -> int:
        return self.at.strategy.add(
            kept.title,
            description=kept.text or None,
            due=kept.due or None,
            labels=[{"name": tag} for tag in sorted(kept.tags)],
            status={"name": WORDS["strategy"][kept.status]},
            assignee={"name": PEOPLE[kept.people[0]].name} if kept.people else None,
        )

    # Editing

    def edit(self, edits: int) -> list[int]:
        """Edit so many tasks, each once, on one of its sides. Their numbers."""
        numbers = self.draw.sample(sorted(self.register.tasks), min(edits, len(self.register.tasks)))
        for number in numbers:
            kept = self.register.tasks[number]
            sides = [side for side in SIDES if number in self.register.refs(side)]
            side = self.draw.choice(sides)
            names = [name for name in ("title", "text", "status", "due", "people") if self._may(side, kept, name)]
            if names:
                self.change(number, side, self.draw.choice(names))
        return numbers

    def _may(self, side: str, kept: Kept, name: str) -> bool:
        """Whether an edit there has one meaning: not of what is cut, not of what the side was never told."""
        if name == "status" and (kept.derives or side in kept.odd or kept.status not in WORDS[side]):
            return False
        if name == "people" and side in {"field", "cases"} and not all(PEOPLE[key].cases for key in kept.people):
            return False  # whom a side does not know stays, whatever is done there
        if side == "field":
            cut = len(getattr(kept, name)) > 90 if name in {"title", "text"} else False
            people = self.at.introduced and len(kept.people) < 2
            return name != "due" and not cut and (name != "people" or people)
        if side == "cases" and not self.at.cases.updates:
            return name in kept.first and kept.first[name] == self.register.wanted("cases", kept)[name]
        return name != "people" or side != "strategy" or len(kept.people) < 2

    def change(self, number: int, side: str, name: str) -> None:
        """Change one thing about a task on one side."""
        kept, ref = self.register.tasks[number], self.register.refs(side)[number]
        getattr(self, f"_new_{name}")(number, kept, side)
        word = kept.odd.get(side) if name == "status" else None
        values = self.register.wanted(side, kept) | ({"status": word} if word else {})
        self._put(side, ref, name, values[name], kept)
        if side == "cases" and kept.first:
            kept.first[name] = self.register.seen("cases", ref)[name]
        if name in {"title", "text"}:
            self._wrote(side, kept, ref, name)

    def _new_title(self, number: int, kept: Kept, side: str) -> None:
        long = f" {LONG}" if side != "field" and self.draw.random() < 0.2 else ""
        kept.title = f"{number} {self.draw.choice(TITLES)} renamed{long}"

    def _new_text(self, number: int, kept: Kept, side: str) -> None:
        html, plain = f"<p>new <u>words</u> {number}</p>", f"new text {number}\n\n- of *several* lines"
        kept.text = self.draw.choice((html if side == "strategy" else plain, ""))

    def _new_status(self, number: int, kept: Kept, side: str) -> None:
        del number
        if side in ODD and self.draw.random() < 0.25:
            kept.odd[side] = ODD[side]
            return
        words = {status for status in WORDS[side] if WORDS[side][status] != WORDS[side].get(kept.status)}
        kept.status = self.draw.choice(sorted(words - ({"in_progress"} if side == "outline" else set())))

    def _new_due(self, number: int, kept: Kept, side: str) -> None:
        del number, side
        kept.due = self.draw.choice(("2029-03-04", "2030-05-06"))

    def _new_people(self, number: int, kept: Kept, side: str) -> None:
        del number
        names = ("anna", "ben") if side in {"field", "cases"} else ("anna", "ben", "dora")
        kept.people = (self.draw.choice([key for key in names if (key,) != kept.people]),)

    def _put(self, side: str, ref: Json, name: str, value: Json, kept: Kept) -> None:
        """As the side's own pages do it."""
        if side == "outline":
            self._put_item(ref, name, value, kept)
        elif side == "field":
            address = next((one for one, user in self.at.field.users.items() if user == value), None)
            self.at.field.edit(
                ref, **({"user": address} if name == "people" else {MEMBERS[side].get(name, name): value})
            )
        elif side == "matter":
            text = ", ".join(value) if name == "people" else value
            self.at.matter.edit(ref, **{{"people": "assignees"}.get(name, MEMBERS[side].get(name, name)): text})
        elif side == "cases":
            self.at.cases.edit(ref, **{{"people": "users_list"}.get(name, MEMBERS[side].get(name, name)): value})
        else:
            members = {"people": ("assignee", {"name": value}), "status": ("status", {"name": value})}
            member, whole = members.get(name, (MEMBERS[side].get(name, name), value or None))
            self.at.strategy.edit(ref, **{member: whole})

    def _put_item(self, item: int, name: str, value: Json, kept: Kept) -> None:
        if name == "status":
            self.at.outline.tick(item, value)
        elif name in {"title", "text"}:
            title, _, text = self.at.outline.items[item].content.partition("\n")
            title, text = (kept.title, text) if name == "title" else (title, kept.text)
            self.at.outline.edit(item, content=f"{title}\n{text}" if text else title)
        else:
            self.at.outline.edit(item, **{{"people": "assignee_ids", "due": "due_date"}[name]: value})

    # Deleting

    def delete(self, deletes: int, *, but: Collection[int] = ()) -> None:
        """Delete so many tasks, none of them above another; where there is no delete, they go into the archive."""
        sides = [side for side in SIDES if side != "cases" or self.at.cases.updates]
        for _ in range(deletes):
            side = self.draw.choice(sides)
            refs = self.register.refs(side)
            tasks = {
                number: kept for number, kept in self.register.tasks.items() if number in refs and number not in but
            }
            number = self.draw.choice([number for number, kept in tasks.items() if not kept.derives])
            if side == "matter":
                self.at.matter.put_into(refs[number], self.at.matter.archive)
            else:
                getattr(self.at, side).remove(refs[number])
            self.register.gone[number] = self.register.tasks.pop(number)

    # What they keep in mind

    def _wrote(self, side: str, kept: Kept, ref: Json, *names: str) -> None:
        """No sign of it may move on the side of its author."""
        stored = self.register.seen(side, ref)
        for name in names:
            setattr(kept, name, stored[name])
            kept.written = {key: text for key, text in kept.written.items() if key[1] != name} | {
                (side, name): stored[name]
            }
