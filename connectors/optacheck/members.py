"""The members of a task, one by one: what a value of OptaCheck's means, and how a canonical value is told. Pure.

Reading gives the value, or raises :class:`NoOpinion` for what can not be understood.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from connectors.optacheck.wire import DATA, data_fields, id_of
from connectors.projection import one_line
from connectors.task import JsonValue, Native

TITLE: Final = 100
DESCRIPTION: Final = 255
"""Characters (the vendor's API page, "Tasks", read 2026-11). How it counts is not said: code points here."""

_NUL: Final = "\x00"
"""What databases behind such servers can not store, and so refuse."""
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)", re.ASCII)


class NoOpinion(ValueError):
    """A member that says nothing that can be understood; the text is what it says instead, for a person."""


def short_title(text: str) -> str:
    """A title as it can be held: one line of 100 characters."""
    return str(one_line(text.replace(_NUL, "")))[:TITLE].rstrip()


def short_description(text: str) -> str:
    """A description as it can be held: 255 characters, no blanks around it, lines that end in a line feed."""
    lines = text.replace(_NUL, "").replace("\r\n", "\n").replace("\r", "\n")
    return lines.strip()[:DESCRIPTION].rstrip()


def read_title(member: JsonValue) -> str:
    """A title, on one line."""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return short_title(member)


def read_description(member: JsonValue) -> str:
    """A description; null is none."""
    if member is None:
        return ""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return short_description(member)


def read_user(member: JsonValue) -> str:
    """The id of the person who is assigned; empty for nobody."""
    if member is None or member == "":
        return ""
    identity = id_of(member)
    if not identity:
        raise NoOpinion(shown(member))
    return identity


def read_moment(member: JsonValue) -> datetime | None:
    """An instant; None for anything that is none. It is a hint, never an opinion."""
    if not isinstance(member, str) or not _MOMENT.fullmatch(member):
        return None
    try:
        return datetime.fromisoformat(member).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_data(native: Native) -> dict[str, JsonValue]:
    """The fields of ``data`` by name: the title where only one field bears it, else the id."""
    titles = Counter(_title(field) for field in data_fields(native))
    return {_name(field, titles): field.get("value") for field in data_fields(native)}


def tell_data(native: Native, custom: Mapping[str, JsonValue]) -> JsonValue:
    """The ``data`` that was read, with other values where ``custom`` has them, and every other member as it is.

    Raises ``KeyError`` for a name that no field has.
    """
    titles = Counter(_title(field) for field in data_fields(native))
    fields = [dict(field) for field in data_fields(native)]
    missing = set(custom) - {_name(field, titles) for field in fields}
    if missing:
        raise KeyError(min(missing))
    for field in fields:
        if (name := _name(field, titles)) in custom:
            field["value"] = custom[name]
    before = native.get(DATA)
    told: list[JsonValue] = [*fields]
    return {**(before if isinstance(before, Mapping) else {}), "fields": told}


def shown(member: JsonValue) -> str:
    """A member as a person may read it, cut."""
    text = member if isinstance(member, str) else repr(member)
    return text if len(text) <= TITLE else f"{text[:TITLE]}…"


def _title(field: Mapping[str, JsonValue]) -> str:
    title = field.get("title")
    return title if isinstance(title, str) else ""


def _name(field: Mapping[str, JsonValue], titles: Counter[str]) -> str:
    title = _title(field)
    return title if title and (titles[title] == 1 or not id_of(field)) else id_of(field)
