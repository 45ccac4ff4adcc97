"""What people did, kept apart from the program: what must stand on both sides in the end, task by task.

Each task has a number in front of its title, which tells it from all others whatever becomes of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from tests.system.group import Group

DONE = "done"


@dataclass(slots=True, kw_only=True)
class Kept:
    """A task as its people left it.

    ``written``: by side.field, a title or text exactly as its last author's server keeps it: there no sign may move.
    ``stuck``: by side.field, what a vendor's API does not let go of.
    """

    title: str
    text: str = ""
    due: str = ""
    tags: frozenset[str] = frozenset()
    status: str = "todo"
    parent: int | None = None
    priority: int = 0
    progress: int = 0
    written: dict[str, object] = field(default_factory=dict)
    stuck: dict[str, object] = field(default_factory=dict)
    derives: bool = False  # it is, or was, above others on the outline: its status there is not its own


@dataclass(slots=True)
class Ledger:
    """All tasks by number."""

    group: Group
    tasks: dict[int, Kept] = field(default_factory=dict)

    def refs(self) -> dict[int, tuple[int, int]]:
        """Number → item and action, of the tasks that are on both sides."""
        items, actions = self.items(), self.actions()
        return {number: (items[number], actions[number]) for number in items.keys() & actions.keys()}

    def problems(self) -> list[str]:
        """What is missing, doubled, left over or different; nothing when both sides are as people left them."""
        left, right = self.items(), self.actions()
        found = [f"{number} is not on outline" for number in sorted(self.tasks.keys() - left.keys())]
        found += [f"{number} is not on strategy" for number in sorted(self.tasks.keys() - right.keys())]
        found += [f"{number} was deleted and is on outline" for number in sorted(left.keys() - self.tasks.keys())]
        found += [f"{number} was deleted and is on strategy" for number in sorted(right.keys() - self.tasks.keys())]
        found += self._doubled()
        for number in sorted(self.tasks.keys() & left.keys()):
            found += self._differs("outline", number, self._of_item(left[number], left))
        for number in sorted(self.tasks.keys() & right.keys()):
            found += self._differs("strategy", number, self._of_action(right[number]))
        return found

    def note_parents(self) -> None:
        """Remember who is above others: to be called after each change of the tree."""
        for number, item in self.items().items():
            if number in self.tasks and self.group.outline.children(item):
                self.tasks[number].derives = True

    def items(self) -> dict[int, int]:
        """Number → item."""
        return {number_of(one.content): item for item, one in self.group.outline.items.items()}

    def actions(self) -> dict[int, int]:
        """Number → action."""
        return {number_of(one["title"]): action for action, one in self.group.strategy.actions.items()}

    def _doubled(self) -> list[str]:
        sides = {
            "outline": [number_of(one.content) for one in self.group.outline.items.values()],
            "strategy": [number_of(one["title"]) for one in self.group.strategy.actions.values()],
        }
        return [
            f"{number} is {numbers.count(number)} times on {side}"
            for side, numbers in sides.items()
            for number in sorted(set(numbers))
            if numbers.count(number) > 1
        ]

    def _of_item(self, item: int, numbers: dict[int, int]) -> dict[str, object]:
        one = self.group.outline.items[item]
        title, _, text = one.content.partition("\n")
        parents = {ref: number for number, ref in numbers.items()}
        return {
            "title": title,
            "text": text,
            "due": one.due,
            "tags": frozenset(tag.casefold() for tag in one.tags),
            "status": {0: "open", 1: DONE, 2: "cancelled"}[one.status],
            "parent": None if one.parent is None else parents[one.parent],
            "priority": one.priority,
        }

    def _of_action(self, action: int) -> dict[str, object]:
        one = self.group.strategy.actions[action]
        return {
            "title": one["title"],
            "text": one["description"] or "",
            "due": one["due"] or "",
            "tags": frozenset(label["name"].casefold() for label in one["labels"]),
            "status": one["status"]["name"].lower(),
            "progress": one["progress"],
        }

    def _differs(self, side: str, number: int, seen: dict[str, object]) -> list[str]:
        kept = self.tasks[number]
        wanted = {name: kept.stuck.get(f"{side}.{name}", getattr(kept, name)) for name in seen}
        wanted["status"] = self._status(side, kept, seen["status"])
        for name, view in (("title", one_line), ("text", bare)):
            if view(str(wanted[name])) == view(str(seen[name])):
                wanted[name] = kept.written.get(f"{side}.{name}", seen[name])
        return [
            f"{number}: {name} on {side} is {seen[name]!r}, not {wanted[name]!r}"
            for name in seen
            if seen[name] != wanted[name]
        ]

    @staticmethod
    def _status(side: str, kept: Kept, seen: object) -> object:
        if kept.derives:
            return seen
        return kept.status if side == "strategy" or kept.status == DONE else "open"


def number_of(title: str) -> int:
    """The number in front of a title."""
    match = re.match(r"(\d+)(?!\d)", title)
    assert match is not None, f"a title without its number: {title!r}"
    return int(match[1])


def one_line(title: str) -> str:
    """A title without the blanks that say nothing."""
    return " ".join(title.split())


def bare(text: str) -> str:
    """Letters and digits only, without the addresses of links: a text has the same in Markdown and in HTML."""
    text = re.sub(r"</?[a-z][^>]*>", " ", text)
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text)
    for entity, sign in {"&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&amp;": "&"}.items():
        text = text.replace(entity, sign)
    return re.sub(r"[\W_]+", "", text)
