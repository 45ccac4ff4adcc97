"""The members of a task, one by one: what a value of Trackops's means, and how a canonical value is told there. Pure.

Reading gives the value, or raises :class:`NoOpinion` for what can not be understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final

from connectors.projection import one_line
from connectors.task import JsonValue, Native, Person, Value

PEOPLE: Final = ("users_list", "users", "Users", "User")
"""Where the assigned staff may stand: as it is sent, and as related records stand elsewhere in the vendor's answers."""
COMPLETED: Final = ("completed_at", "complete_at", "completed_on")
"""Where the time of completion may stand: the filter for it is ``complete_from``, the member is not documented."""
ADDRESS: Final = ("address_1", "address_2", "address_3", "city", "state", "zip", "country")
"""The parts of an address ("Address Field Object Reference")."""

_SHOWN: Final = 100
_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:[T ][0-9:.]{5,15}(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?")
_ZERO: Final = "0000-00-00"


class NoOpinion(ValueError):
    """A member that says nothing that can be understood; the text is what it says instead, for a person."""


def read_title(member: JsonValue) -> str:
    """A title, on one line."""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return str(one_line(member))


def read_body(member: JsonValue) -> str:
    """A text, whose lines end in a line feed; null is none."""
    if member is None:
        return ""
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    return unix_lines(member)


def read_day(member: JsonValue) -> date | None:
    """A day, with or without a time that says nothing; null, an empty text and a day of zeros are none."""
    if member is None or member == "":
        return None
    match = _DAY.fullmatch(member) if isinstance(member, str) else None
    if match is None:
        raise NoOpinion(shown(member))
    if match[1] == _ZERO:
        return None
    try:
        return date.fromisoformat(match[1])
    except ValueError:
        raise NoOpinion(shown(member)) from None


def read_moment(member: JsonValue) -> datetime | None:
    """A timestamp; without a zone it is in UTC ("All timestamp parameters are queried and returned in UTC")."""
    if member is None or member == "":
        return None
    if not isinstance(member, str):
        raise NoOpinion(shown(member))
    if member.startswith(_ZERO):
        return None
    try:
        moment = datetime.fromisoformat(member)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise NoOpinion(shown(member)) from None


def read_address(member: JsonValue) -> Native | None:
    """The parts of an address that say something; None when none does."""
    if member is None or member in ("", []):
        return None
    if not isinstance(member, Mapping):
        raise NoOpinion(shown(member))
    return {name: member[name] for name in ADDRESS if member.get(name) not in (None, "")} or None


def read_people(task: Native) -> tuple[Person, ...] | None:
    """Who is assigned, in the order told; None when the task does not say.

    A single object is not a list of people: it may be whoever made the task.
    """
    lists = [told for name in PEOPLE if isinstance(told := task.get(name), list)]
    if not lists:
        if any(task.get(name, ()) is None for name in PEOPLE[:1]):
            return ()
        return None
    details: dict[str, Person] = {}
    for told in lists:
        for member in told:
            person = person_of(member)
            known = details.get(person.id)
            details[person.id] = person if known is None else _completed(known, person)
    return tuple(dict.fromkeys(details[person_of(member).id] for member in lists[0]))


def person_of(member: JsonValue) -> Person:
    """One of the staff: an id, or an object with an id. Raises ``NoOpinion``."""
    identity = member.get("id") if isinstance(member, Mapping) else member
    if isinstance(identity, bool) or not isinstance(identity, int | str) or not str(identity).strip():
        raise NoOpinion(shown(member))
    if not isinstance(member, Mapping):
        return Person(id=str(identity))
    return Person(id=str(identity), name=name_of(member), email=email_of(member))


def name_of(staff: Native) -> str:
    """A person's name as it is shown."""
    name = staff.get("name")
    parts = [name] if isinstance(name, str) else [staff.get("first_name"), staff.get("last_name")]
    return str(one_line(" ".join(part for part in parts if isinstance(part, str))))


def email_of(staff: Native) -> str:
    """A person's e-mail address; empty when there is none."""
    email = staff.get("email")
    return email.strip() if isinstance(email, str) and "@" in email else ""


def tell_day(value: Value) -> str | None:
    """A day; null clears it."""
    return value.isoformat() if isinstance(value, date) else None


def tell_address(value: Value) -> JsonValue:
    """An address: its parts as text, so that leading zeros of a postal code survive."""
    address = value.get("address") if isinstance(value, Mapping) else None
    return {name: str(part) for name, part in _parts(address) if part is not None}


def unix_lines(text: str) -> str:
    """A text whose lines end in a line feed."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def shown(member: JsonValue) -> str:
    """A member as a person may read it, cut."""
    text = member if isinstance(member, str) else repr(member)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _parts(address: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    if isinstance(address, Mapping):
        yield from ((name, address[name]) for name in ADDRESS if name in address)


def _completed(known: Person, person: Person) -> Person:
    return Person(id=known.id, name=known.name or person.name, email=known.email or person.email)
