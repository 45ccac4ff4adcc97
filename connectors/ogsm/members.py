"""The members of an action, one by one: what a value of OGSM's means, and how a canonical value is told there. Pure.

Reading gives the value, or raises :class:`NoOpinion` for what can not be understood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from connectors.ogsm.richtext import to_markdown
from connectors.projection import one_line
from connectors.task import JsonValue, Person, Value, label_set

FULL: Final = 100
"""The highest progress."""

_NUMBER = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,9})?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class NoOpinion(ValueError):
    """A member that says nothing that can be understood; the text is what it says instead, for a person."""


def read_title(member: JsonValue) -> str:
    """A title, on one line."""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return str(one_line(member))


def read_description(member: JsonValue) -> str:
    """A description as Markdown."""
    if member is None:
        return ""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return to_markdown(member)


def read_day(member: JsonValue) -> date | None:
    """A day; null and an empty text are none."""
    if member is None or member == "":
        return None
    if not isinstance(member, str) or not _DAY.fullmatch(member):
        raise NoOpinion(shown(member))
    try:
        return date.fromisoformat(member)
    except ValueError:
        raise NoOpinion(shown(member)) from None


def read_progress(member: JsonValue) -> int:
    """Percent; null is none. A number as text is one too."""
    if member is None:
        return 0
    number = float(member) if isinstance(member, str) and _NUMBER.fullmatch(member) else member
    if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= FULL:
        raise NoOpinion(shown(member))
    if number != int(number):
        raise NoOpinion(shown(member))
    return int(number)


def read_labels(member: JsonValue) -> tuple[str, ...]:
    """The names of the labels; null is none."""
    if member is None:
        return ()
    if not isinstance(member, list):
        raise NoOpinion(shown(member))
    return label_set(name_of(label) for label in member)


def read_assignee(member: JsonValue) -> tuple[Person, ...]:
    """The person, whom OGSM tells by name only."""
    if names_nothing(member):
        return ()
    name = name_of(member)
    return (Person(name=name),) if name.strip() else ()


def read_archived(member: JsonValue) -> bool:
    """Whether it is archived; null is not."""
    if member is None:
        return False
    if not isinstance(member, bool):
        raise NoOpinion(shown(member))
    return member


def names_nothing(member: JsonValue) -> bool:
    """Whether a member names nothing: null, or ``{"name": null}``."""
    return member is None or (isinstance(member, Mapping) and "name" in member and member["name"] is None)


def name_of(member: JsonValue) -> str:
    """The name in ``{"name": "…"}``, or a name that stands there by itself. Raises ``NoOpinion``."""
    name = member.get("name") if isinstance(member, Mapping) else member
    if not isinstance(name, str):
        raise NoOpinion(shown(member))
    return name


def tell_labels(labels: Sequence[str], member: JsonValue) -> list[JsonValue]:
    """The whole list of labels: those that are there and stay as they are, with all their members, then the new ones.

    A list in a PATCH replaces the one that was there, as far as the document tells.
    """
    wanted = {label.casefold(): label for label in labels}
    kept: list[JsonValue] = []
    for label in member if isinstance(member, list) else []:
        try:
            names = label_set([name_of(label)])
        except NoOpinion:
            kept.append(label)
            continue
        if names and wanted.pop(names[0].casefold(), None) is not None:
            kept.append(label)
    return [*kept, *({"name": label} for label in wanted.values())]


def tell_day(value: Value) -> str | None:
    """A day; null clears it."""
    return value.isoformat() if isinstance(value, date) else None


def shown(member: JsonValue) -> str:
    """A member as a person may read it, cut."""
    name = member.get("name") if isinstance(member, Mapping) else None
    text = member if isinstance(member, str) else name if isinstance(name, str) else repr(member)
    return text if len(text) <= FULL else f"{text[:FULL]}…"
