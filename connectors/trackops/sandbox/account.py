"""What an account has beside its tasks, and what a request may say of a task, member by member."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from connectors.task import JsonValue
from connectors.trackops.sandbox.reading import Reading

STATUSES: Final = ("none", "needs_action", "in_progress", "complete")
_ADDRESS: Final = ("address_1", "address_2", "address_3", "city", "state", "zip", "country")


class Refused(Exception):
    """A request that is refused with 422: the member, and why."""

    def __init__(self, member: str, why: str) -> None:
        super().__init__(f"{member} {why}")
        self.member = member
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Cases with their subjects, calendars, staff: what ids in a request may name."""

    reading: Reading
    cases: Mapping[int, str]
    subjects: Mapping[int, int]  # subject to the case that it belongs to
    calendars: frozenset[int]
    services: frozenset[int]
    staff: tuple[Mapping[str, JsonValue], ...]

    def stored(self, said: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
        """What is stored of the members that a request sends; others are passed over. Raises ``Refused``."""
        found = {name: _RULES[name](self, name, value) for name, value in said.items() if name in _RULES}
        subject, case = found.get("subject_id"), found.get("casefile_id")
        if isinstance(subject, int) and case is not None and self.subjects.get(subject) != case:
            raise Refused("subject_id", "must be connected to the same casefile_id")
        return found

    def person(self, identity: int) -> Mapping[str, JsonValue] | None:
        """One of the staff; None if nobody has this id."""
        return next((one for one in self.staff if one["id"] == identity), None)


def _case(account: Account, name: str, value: JsonValue) -> JsonValue:
    return _known(name, value, account.cases)


def _calendar(account: Account, name: str, value: JsonValue) -> JsonValue:
    return _known(name, value, account.calendars)


def _subject(account: Account, name: str, value: JsonValue) -> JsonValue:
    return None if value is None else _known(name, value, account.subjects)


def _service(account: Account, name: str, value: JsonValue) -> JsonValue:
    return None if value is None else _known(name, value, account.services)


def _known(name: str, value: JsonValue, known: Mapping[int, object] | frozenset[int]) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int) or value not in known:
        raise Refused(name, "does not exist")
    return value


def _day(account: Account, name: str, value: JsonValue) -> JsonValue:
    del account
    if value is None:
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise Refused(name, "is not a date")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Refused(name, "is not a date") from None


def _title(account: Account, name: str, value: JsonValue) -> JsonValue:
    if not isinstance(value, str) or not value.strip():
        raise Refused(name, "can not be blank")
    return _text(account, name, value)


def _text(account: Account, name: str, value: JsonValue) -> JsonValue:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Refused(name, "is not a text")
    return value.strip() if account.reading.texts == "trimmed" else value


def _status(account: Account, name: str, value: JsonValue) -> JsonValue:
    del account
    if value not in STATUSES:
        raise Refused(name, "is not included in the list")
    return value


def _address(account: Account, name: str, value: JsonValue) -> JsonValue:
    del account
    if value is None:
        return None
    if not isinstance(value, Mapping):
        raise Refused(name, "is not an address")
    state, country = value.get("state") or "", value.get("country") or ""
    if len(str(state)) not in {0, 2, 3} or len(str(country)) not in {0, 2}:
        raise Refused(name, "has an unknown state or country")
    return {part: value[part] for part in _ADDRESS if part in value}


def _people(account: Account, name: str, value: JsonValue) -> JsonValue:
    if not isinstance(value, list):
        raise Refused(name, "is not a collection")
    found: list[JsonValue] = []
    for identity in value:
        if not isinstance(identity, int) or account.person(identity) is None:
            if account.reading.strangers == "reject":
                raise Refused(name, f"has {identity!r}, who is not on the staff")
        elif identity not in found:
            found.append(identity)
    return found


_RULES: Final[Mapping[str, Callable[[Account, str, JsonValue], JsonValue]]] = {
    "casefile_id": _case,
    "calendar_id": _calendar,
    "subject_id": _subject,
    "case_service_id": _service,
    "due_on": _day,
    "alert_at": _day,
    "title": _title,
    "body": _text,
    "status": _status,
    "address": _address,
    "users_list": _people,
}
