"""The members of an item, one by one: what a value of Checkvist's means, and how a canonical value is told there. Pure.

Reading gives the value, or raises :class:`NoOpinion` for what can not be understood. The names and forms are those
of the vendor's API page, "Task representation" and "Update list item", and of public clients where it is silent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from connectors.checkvist.content import description_of, title_of
from connectors.checkvist.wire import identity, parent_of, ref_of
from connectors.errors import Unmappable
from connectors.task import Field, JsonValue, Native, Person, Ref, Value, label_set

_SHOWN: Final = 100
"""Characters of a strange value that a person is shown."""
_DIGITS: Final = 9

LOWEST: Final = 9
"""The lowest priority; 1 is the highest, 0 is none (newer copy of the API page)."""

_DAY: Final = re.compile(r"([0-9]{4})[/-]([0-9]{1,2})[/-]([0-9]{1,2})(?:[ T].*)?", re.DOTALL)
_TIME: Final = re.compile(
    r"([0-9]{4})[/-]([0-9]{2})[/-]([0-9]{2})[ T]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.[0-9]+)?"
    r" ?(Z|UTC|(?:[+-][0-9]{2}:?[0-9]{2}))?"
)


class NoOpinion(ValueError):
    """A member that says nothing that can be understood; the text is what it says instead, for a person."""


def read_title(item: Native) -> str:
    """The first line of the text."""
    return title_of(_content(item))


def read_description(item: Native) -> str:
    """The text after its first line."""
    return description_of(_content(item))


def read_due(item: Native) -> date | None:
    """A day, written with slashes or dashes, with or without a time; null and an empty text are none.

    A date may also be a word ("asap"), which has no day.
    """
    member = item["due"] if "due" in item else item.get("due_date")
    if member is None or member == "":
        return None
    day = _DAY.fullmatch(member) if isinstance(member, str) else None
    if day is None:
        raise NoOpinion(shown(member))
    try:
        return date(*map(int, day.groups()))
    except ValueError:
        raise NoOpinion(shown(member)) from None


def read_priority(item: Native) -> int:
    """0 … 9; null is 0."""
    member = item.get("priority")
    number = 0 if member is None else _number(member)
    if not 0 <= number <= LOWEST:
        raise NoOpinion(shown(member))
    return number


def read_labels(item: Native) -> tuple[str, ...]:
    """The tags: a hash from tag to whether it is private, an array of them, or a text with commas."""
    member = item.get("tags")
    if member is None:
        member = item.get("tags_as_text")
    if member is None:
        return ()
    if isinstance(member, str):
        return label_set(member.split(","))
    if not isinstance(member, Mapping | list):
        raise NoOpinion(shown(member))
    return plain_labels(_names(member))


def plain_labels(labels: Iterable[str]) -> tuple[str, ...]:
    """Labels as a text with commas between them can tell them: a comma inside a label is a blank."""
    return label_set(label.replace(",", " ") for label in labels)


def read_parent(item: Native) -> Ref | None:
    """The parent's ref; 0, null, an empty text and nothing are the root."""
    member = item.get("parent_id")
    parent = parent_of(item)
    if parent is None and not (member is None or member in ("", "0") or (member == 0 and not isinstance(member, bool))):
        raise NoOpinion(shown(member))
    return parent


def read_position(item: Native) -> int:
    """The rank among siblings, from 1."""
    return _number(item.get("position"))


def read_assignees(item: Native) -> tuple[Person, ...]:
    """The people, whom Checkvist tells by id only; null is nobody."""
    member = item.get("assignee_ids")
    if member is None:
        return ()
    if not isinstance(member, list):
        raise NoOpinion(shown(member))
    people: dict[str, Person] = {}
    for element in member:
        person = identity(element) or ref_of(element)
        if person is None:
            raise NoOpinion(shown(member))
        people.setdefault(person, Person(id=person))
    return tuple(people.values())


def read_modified(item: Native) -> datetime | None:
    """When the item was changed, in UTC, to the second; None where the vendor writes nothing ("never updated")."""
    member = item.get("updated_at")
    match = _TIME.fullmatch(member.strip()) if isinstance(member, str) else None
    if match is None:
        return None
    *parts, zone = match.groups()
    try:
        return datetime(*map(int, parts), tzinfo=_zone(zone)).astimezone(UTC)  # type: ignore[arg-type, misc]  # six numbers
    except (ValueError, OverflowError):
        return None


def tell_due(value: Value) -> str:
    """A day as ISO writes it, without a caret; an empty text clears it."""
    return date(value.year, value.month, value.day).isoformat() if isinstance(value, date) else ""


def tell_labels(labels: Iterable[str], item: Native) -> str:
    """The whole set, parted by commas; tags that are there keep their spelling, and so whether they are private."""
    member = item.get("tags")
    there = {tag.casefold(): tag for tag in member if "," not in tag} if isinstance(member, Mapping) else {}
    return ",".join(there.get(label.casefold(), label) for label in labels)


def tell_assignees(people: Iterable[str | Person]) -> list[int]:
    """Their ids. Raises ``Unmappable`` for somebody whose id at Checkvist is not known."""
    ids: list[int] = []
    for person in people:
        known = identity(person.id) if isinstance(person, Person) else None
        if known is None:
            raise Unmappable(
                Field.ASSIGNEES, "Checkvist knows people by their ids only", hint="give this person an id in [people]"
            )
        ids.append(int(known))
    return ids


def shown(member: JsonValue) -> str:
    """A member as a person may read it, cut."""
    text = member if isinstance(member, str) else repr(member)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _content(item: Native) -> str:
    member = item.get("content")
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return member


def _number(member: JsonValue) -> int:
    text = member if isinstance(member, str) else str(member) if isinstance(member, int) else ""
    if isinstance(member, bool) or not (text.isascii() and text.isdigit() and len(text) <= _DIGITS):
        raise NoOpinion(shown(member))
    return int(text)


def _names(tags: Mapping[str, JsonValue] | list[JsonValue]) -> Iterable[str]:
    for tag in tags:
        name = tag.get("name") if isinstance(tag, Mapping) else tag
        if not isinstance(name, str):
            raise NoOpinion(shown(tag))
        yield name


def _zone(text: str | None) -> timezone:
    if text is None or not text.startswith(("+", "-")):
        return UTC
    digits = text[1:].replace(":", "")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-offset if text[0] == "-" else offset)
