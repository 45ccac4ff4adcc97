"""What a person sees of a task on each side, in one form, so that the two can be laid side by side."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Final

from markdown_it import MarkdownIt

from connectors.task import JsonValue, Native

OUTLINE_WORDS: Final = {0: "open", 1: "closed", 2: "invalidated"}
"""Checkvist's status numbers (API page, "Task representation")."""

CLOSED_WORDS: Final = frozenset({"closed", "invalidated", "done"})

_INLINE: Final = re.compile(r"</?(?:a|b|code|del|em|i|s|span|strong|u)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A task as one side shows it. ``due`` is YYYY-MM-DD or ""; ``notes`` is the text without its mark-up."""

    title: str
    status: str
    due: str
    labels: tuple[str, ...]
    notes: str
    parent: str

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.status in CLOSED_WORDS

    def agrees(self, other: Seen) -> bool:
        """Whether two sides show the same task: all that both can hold (a canvas has no tree, a list no "doing")."""
        mine = (self.title, self.closed, self.due, self.labels, self.notes)
        return mine == (other.title, other.closed, other.due, other.labels, other.notes)

    def differences(self, other: Seen) -> list[tuple[str, str, str]]:
        """The fields in which this is not the other: name, value here, value there."""
        pairs = ((field.name, getattr(self, field.name), getattr(other, field.name)) for field in fields(self))
        return [(name, _word(mine), _word(yours)) for name, mine, yours in pairs if mine != yours]


def of_items(items: Sequence[Native]) -> dict[str, Seen]:
    """A Checkvist list by ref."""
    titles = {str(item["id"]): _first_line(item["content"]) for item in items}
    return {str(item["id"]): _of_item(item, titles) for item in items}


def of_actions(actions: Sequence[Native]) -> dict[str, Seen]:
    """An OGSM canvas by ref."""
    return {str(action["id"]): _of_action(action) for action in actions if not action["archived"]}


def _of_item(item: Native, titles: Mapping[str, str]) -> Seen:
    tags = item["tags"]
    return Seen(
        title=_first_line(item["content"]),
        status=OUTLINE_WORDS[int(str(item["status"]))],
        due=str(item["due"] or "").replace("/", "-"),
        labels=tuple(sorted(tags)) if isinstance(tags, Mapping) else (),
        notes=_plain(MarkdownIt().render(str(item["content"]).partition("\n")[2])),
        parent=titles.get(str(item["parent_id"]), ""),
    )


def _of_action(action: Native) -> Seen:
    labels, status = action["labels"], action["status"]
    names = [str(label["name"]) for label in labels if isinstance(label, Mapping)] if isinstance(labels, list) else []
    return Seen(
        title=str(action["title"]),
        status=str(status["name"]) if isinstance(status, Mapping) else "",
        due=str(action["due"] or ""),
        labels=tuple(sorted(names)),
        notes=_plain(str(action["description"] or "")),
        parent="",
    )


def _first_line(content: JsonValue) -> str:
    return str(content).partition("\n")[0]


def _plain(page: str) -> str:
    """HTML as its words."""
    return " ".join(html.unescape(_TAG.sub(" ", _INLINE.sub("", page))).split())


def _word(value: str | tuple[str, ...]) -> str:
    return (value if isinstance(value, str) else ", ".join(value)) or "nothing"
