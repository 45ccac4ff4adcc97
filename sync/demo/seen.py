"""What a person sees of a task on each side, in one form, so that sides can be laid beside each other."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from markdown_it import MarkdownIt

from connectors.task import Field, JsonValue, Native
from sync.demo.people import Cases, Matter, Outline, Strategy
from sync.demo.people import Field as Workspace

OUTLINE_WORDS: Final = {0: "open", 1: "closed", 2: "invalidated"}
"""Checkvist's status numbers (API page, "Task representation")."""

STATES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("doing", "in progress", "in_progress", "active"), "doing"),
    **dict.fromkeys(("closed", "done", "complete", "completed"), "done"),
    "invalidated": "cancelled",
}
"""What the vendors' words mean, in small letters; any other one is open."""
DONE: Final = frozenset({"done", "cancelled"})

_INLINE: Final = re.compile(r"</?(?:a|b|code|del|em|i|s|span|strong|u)\b[^>]*>")
_TAG: Final = re.compile(r"<[^>]*>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A task as one side shows it; None: the side has no place for it.

    ``status`` is the side's own word, ``due`` YYYY-MM-DD or "", ``notes`` the text without its mark-up.
    """

    title: str
    status: str
    due: str | None
    labels: tuple[str, ...] | None
    notes: str
    parent: str | None = None

    @property
    def state(self) -> str:
        """What the word means: open, doing, done, cancelled."""
        return STATES.get(self.status.casefold(), "open")

    @property
    def closed(self) -> bool:
        """Whether nothing is left to do."""
        return self.state in DONE

    def unlike(self, other: Seen) -> frozenset[Field]:
        """The fields that both have room for and show otherwise. Of a status it counts whether the task is closed."""
        pairs: Mapping[Field, tuple[object, object]] = {
            Field.TITLE: (self.title, other.title),
            Field.STATUS: (self.closed, other.closed),
            Field.DUE: (self.due, other.due),
            Field.LABELS: (self.labels, other.labels),
            Field.DESCRIPTION: (self.notes, other.notes),
        }
        return frozenset(name for name, (one, two) in pairs.items() if None not in (one, two) and one != two)

    def differences(self, now: Seen) -> list[tuple[str, str, str]]:
        """What became otherwise on one side: name, value before, value now."""
        pairs: list[tuple[str, str, str]] = [
            ("title", self.title, now.title),
            ("status", self.state, now.state),
            ("due", self.due or "", now.due or ""),
            ("labels", ", ".join(self.labels or ()), ", ".join(now.labels or ())),
            ("notes", self.notes, now.notes),
            ("parent", self.parent or "", now.parent or ""),
        ]
        return [(name, before or "nothing", after or "nothing") for name, before, after in pairs if before != after]


def of_outline(side: Outline) -> dict[str, Seen]:
    """A Checkvist list by ref."""
    items = side.tasks()
    titles = {str(item["id"]): _first_line(item["content"]) for item in items}
    return {str(item["id"]): _of_item(item, titles) for item in items}


def _of_item(item: Native, titles: Mapping[str, str]) -> Seen:
    tags = item["tags"]
    return Seen(
        title=_first_line(item["content"]),
        status=OUTLINE_WORDS[int(str(item["status"]))],
        due=str(item["due"] or "").replace("/", "-"),
        labels=tuple(sorted(tags)) if isinstance(tags, Mapping) else (),
        notes=_of_markdown(str(item["content"]).partition("\n")[2]),
        parent=titles.get(str(item["parent_id"]), ""),
    )


def of_strategy(side: Strategy) -> dict[str, Seen]:
    """An OGSM canvas by ref."""
    return {str(action["id"]): _of_action(action) for action in side.actions() if not action["archived"]}


def _of_action(action: Native) -> Seen:
    labels, status = action["labels"], action["status"]
    names = [str(label["name"]) for label in labels if isinstance(label, Mapping)] if isinstance(labels, list) else []
    return Seen(
        title=str(action["title"]),
        status=str(status["name"]) if isinstance(status, Mapping) else "",
        due=str(action["due"] or ""),
        labels=tuple(sorted(names)),
        notes=_plain(str(action["description"] or "")),
    )


def of_matter(side: Matter) -> dict[str, Seen]:
    """The documents of a folder at Opus 2 by ref."""
    return {document.id: _of_values(side.values(document.id)) for document in side.documents()}


def _of_values(values: Mapping[str, JsonValue]) -> Seen:
    labels = str(values.get("labels") or "")
    return Seen(
        title=str(values.get("title") or ""),
        status=str(values.get("status") or ""),
        due=str(values.get("due") or "")[:10],
        labels=tuple(sorted(label.strip() for label in labels.split(",") if label.strip())),
        notes=_of_markdown(str(values.get("description") or "")),
    )


def of_cases(side: Cases) -> dict[str, Seen]:
    """A case at Trackops by ref."""
    return {str(task["id"]): _of_case_task(task) for task in side.tasks()}


def _of_case_task(task: Native) -> Seen:
    return Seen(
        title=str(task["title"]),
        status=str(task["status"] or "none"),
        due=str(task["due_on"] or "")[:10],
        labels=None,
        notes=_of_markdown(str(task["body"] or "")),
    )


def of_field(side: Workspace) -> dict[str, Seen]:
    """A workspace of OptaCheck by ref."""
    return {str(task["id"]): _of_assignment(task) for task in side.tasks()}


def _of_assignment(task: Native) -> Seen:
    notes = _of_markdown(str(task["description"] or ""))
    return Seen(title=str(task["title"]), status=str(task["status"]), due=None, labels=None, notes=notes)


def _first_line(content: JsonValue) -> str:
    return str(content).partition("\n")[0]


def _of_markdown(text: str) -> str:
    return _plain(MarkdownIt().render(text))


def _plain(page: str) -> str:
    """HTML as its words."""
    return " ".join(html.unescape(_TAG.sub(" ", _INLINE.sub("", page))).split())
