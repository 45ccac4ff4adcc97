"""The values of metadata fields, one by one: what a document's value means, and how a canonical one is told. Pure.

The vendor's article says that a project's fields can be read, and not of what types they are: a type is understood by
its usual names, and one that is not known is taken for a text. Reading gives the value, or raises :class:`NoOpinion`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, tzinfo
from enum import StrEnum
from typing import Final

from connectors.errors import Unmappable
from connectors.opus2 import moments
from connectors.projection import one_line
from connectors.task import EMPTY, Field, JsonValue, Person, Value, label_set

SHOWN: Final = 100
"""Characters of a value that a person is shown."""
_HIGHEST: Final[Mapping[Field, int]] = {Field.PRIORITY: 9, Field.PERCENT_COMPLETE: 100}
_MILLISECONDS: Final = 100_000_000_000
_NUMBER: Final = re.compile(r"([0-9]{1,3})(?:\.0{1,9})?\s*%?")
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class NoOpinion(ValueError):
    """A value that says nothing that can be understood; the text is what it says instead, for a person."""


class Kind(StrEnum):
    """What a metadata field holds."""

    TEXT = "text"
    DAY = "date"
    INSTANT = "date and time"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "list"
    PEOPLE = "list of people"
    FLAG = "yes or no"
    UNKNOWN = "unknown"


HOLD: Final[Mapping[Field, frozenset[Kind]]] = {
    Field.TITLE: frozenset({Kind.TEXT, Kind.UNKNOWN}),
    Field.DESCRIPTION: frozenset({Kind.TEXT, Kind.UNKNOWN}),
    Field.STATUS: frozenset({Kind.TEXT, Kind.CHOICE, Kind.UNKNOWN}),
    Field.START: frozenset({Kind.DAY, Kind.INSTANT, Kind.TEXT, Kind.UNKNOWN}),
    Field.DUE: frozenset({Kind.DAY, Kind.INSTANT, Kind.TEXT, Kind.UNKNOWN}),
    Field.PRIORITY: frozenset({Kind.NUMBER, Kind.TEXT, Kind.CHOICE, Kind.UNKNOWN}),
    Field.PERCENT_COMPLETE: frozenset({Kind.NUMBER, Kind.TEXT, Kind.UNKNOWN}),
    Field.LABELS: frozenset({Kind.TEXT, Kind.CHOICES, Kind.UNKNOWN}),
    Field.ASSIGNEES: frozenset({Kind.TEXT, Kind.CHOICES, Kind.PEOPLE, Kind.UNKNOWN}),
}
"""The canonical fields that a metadata field can stand for, and what it must hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One metadata field of the project. ``pattern`` is how it wants times written, where that is known."""

    id: str
    name: str
    kind: Kind = Kind.UNKNOWN
    choices: tuple[str, ...] = ()
    pattern: str = ""


def read(field: Field, member: Member, value: JsonValue, zone: tzinfo) -> Value:
    """What a value means; nothing is empty. Raises ``NoOpinion``. Of a status, its word."""
    if is_nothing(value):
        return EMPTY.get(field)
    if field in (Field.START, Field.DUE):
        return _day(member, value, zone)
    if field in _HIGHEST:
        return _number(value, _HIGHEST[field])
    if field is Field.LABELS:
        return label_set(text_of(one) for one in _several(value))
    if field is Field.ASSIGNEES:
        return _people(value)
    text = text_of(value)
    return text.replace("\r\n", "\n").replace("\r", "\n") if field is Field.DESCRIPTION else one_line(text)


def tell(field: Field, member: Member, value: Value, before: JsonValue, zone: tzinfo) -> JsonValue:
    """A canonical value as this member holds it; None for nothing. Raises ``Unmappable``."""
    if field in (Field.START, Field.DUE):
        return _told_day(member, value, before, zone)
    if isinstance(value, tuple):
        return _told_list(field, member, value)
    if isinstance(value, int):
        return value if member.kind in (Kind.NUMBER, Kind.UNKNOWN) else str(value)
    if isinstance(value, str):
        return value
    raise Unmappable(field, f"a metadata field can not be told {field.value} {value!r}")


def is_nothing(value: JsonValue) -> bool:
    """Whether a value says that there is none."""
    return value is None or value in ("", [], {})


def text_of(value: JsonValue) -> str:
    """A text, a number as one, or the name in an object. Raises ``NoOpinion``."""
    if isinstance(value, Mapping):
        names = (value.get(name) for name in ("name", "label", "value", "text", "displayName"))
        value = next((name for name in names if isinstance(name, str)), None)
    if isinstance(value, list) and len(value) == 1:
        return text_of(value[0])
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise NoOpinion(shown(value))
    return str(value)


def shown(value: JsonValue) -> str:
    """A value as a person may read it, cut."""
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def _several(value: JsonValue) -> Sequence[JsonValue]:
    """Several values: those of a list, or what commas part in a text."""
    if isinstance(value, list):
        return value
    return [part.strip() for part in text_of(value).split(",")]


def _people(value: JsonValue) -> tuple[Person, ...]:
    people = (_person(one) for one in _several([value] if isinstance(value, Mapping) else value))
    return tuple(dict.fromkeys(person for person in people if person.handle))


def _person(value: JsonValue) -> Person:
    if not isinstance(value, Mapping):
        text = str(one_line(text_of(value)))
        return Person(email=text) if "@" in text else Person(name=text)
    given = {name: value.get(name) for name in ("email", "name", "displayName", "fullName")}
    email, *names = (str(one_line(text)) if isinstance(text, str) else "" for text in given.values())
    return Person(name=next(filter(None, names), ""), email=email)


def _number(value: JsonValue, highest: int) -> int:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        number: int | None = value
    else:
        found = _NUMBER.fullmatch(text_of(value).strip())
        number = int(found[1]) if found else None
    if number is None or not 0 <= number <= highest:
        raise NoOpinion(shown(value))
    return number


def _day(member: Member, value: JsonValue, zone: tzinfo) -> date:
    found = _moment(member, value)
    if found is None:
        raise NoOpinion(shown(value))
    if not isinstance(found, datetime):
        return found
    # A midnight in a field for days is the day as it is written; in a field for times it is a moment like any other.
    if found.tzinfo is None or (member.kind is not Kind.INSTANT and found.time() == time()):
        return found.date()
    try:
        return found.astimezone(zone).date()
    except OverflowError:
        return found.date()


def _moment(member: Member, value: JsonValue) -> date | datetime | None:
    """The day or moment that a value names: ISO 8601, a number since 1970, or in the field's own pattern."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _since_1970(value)
    text = value.strip() if isinstance(value, str) else ""
    if re.fullmatch(r"[0-9]{9,13}", text):
        return _since_1970(int(text))
    if not _DAY.match(text):
        return moments.day_in(text, member.pattern) if member.pattern else moments.either_way(text)
    try:
        return date.fromisoformat(text) if _DAY.fullmatch(text) else datetime.fromisoformat(text)
    except ValueError:
        return None


def _since_1970(value: int) -> datetime | None:
    try:
        return datetime.fromtimestamp(value / (1000 if abs(value) > _MILLISECONDS else 1), UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _told_day(member: Member, value: Value, before: JsonValue, zone: tzinfo) -> JsonValue:
    if not isinstance(value, date) or isinstance(value, datetime):
        return None
    if member.kind is not Kind.INSTANT:
        midnight = datetime(value.year, value.month, value.day, tzinfo=UTC)
        return _number_or_text(moments.written(midnight, member.pattern or moments.DAY), member.pattern)
    old = None if is_nothing(before) else _moment(member, before)
    hour = old.astimezone(zone).time() if isinstance(old, datetime) and old.tzinfo is not None else time()
    moment = datetime.combine(value, hour, tzinfo=zone)
    if moment.astimezone(UTC).astimezone(zone).date() != value:  # an hour that the clocks leave out on that day
        moment = datetime.combine(value, time(12), tzinfo=zone)
    return _number_or_text(moments.written(moment, member.pattern or moments.ISO), member.pattern)


def _number_or_text(text: str, pattern: str) -> JsonValue:
    return int(text) if pattern in (moments.EPOCH, moments.EPOCH_MS) else text


def _told_list(field: Field, member: Member, value: tuple[object, ...]) -> JsonValue:
    texts = [_handle(one) if isinstance(one, Person) else str(one) for one in value]
    if member.kind in (Kind.CHOICES, Kind.PEOPLE):
        return list(texts)
    for text in texts:
        if "," in text:
            hint = "give this person a name without one in [people], under ids"
            raise Unmappable(
                field, f'"{text}" has a comma, and commas part the {field.value} in a text field', hint=hint
            )
    return ", ".join(texts)


def _handle(person: Person) -> str:
    return person.name or person.email or person.id
