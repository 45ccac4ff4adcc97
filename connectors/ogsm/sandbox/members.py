"""What a request may say of an action, member by member, and what the server makes of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from connectors.ogsm.sandbox.reading import Reading
from connectors.ogsm.sandbox.tidy import strict, tidy
from connectors.task import JsonValue

LIGHTS: Final = ("green", "orange", "red")
FULL: Final = 100


class Refused(Exception):
    """A request that is refused with 422; the text says why."""


@dataclass(slots=True, kw_only=True)
class Tenant:
    """What a customer has set up: words for a status, people, canvases, strategies."""

    reading: Reading
    words: list[str]
    people: list[str]
    canvases: list[int]
    strategies: list[int]

    def member(self, name: str, value: JsonValue, before: JsonValue) -> JsonValue:
        """What is stored of a member when a request sends it. Raises ``Refused``."""
        if value is None and name in _CLEARED:
            return _CLEARED[name] if self.reading.nulls == "clear" else before
        return _RULES[name](self, value, before) if name in _RULES else before


def _title(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del tenant, before
    if not isinstance(value, str) or not value.strip():
        raise Refused("title can't be blank")
    return value


def _description(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del before
    if not isinstance(value, str):
        raise Refused("description is not a text")
    if tenant.reading.html == "none":
        return value
    return tidy(value) if tenant.reading.html == "tidy" else strict(value)


def _day(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del tenant, before
    if value == "":
        return None
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII):
        raise Refused(f"{value!r} is not a date")
    try:
        return date.fromisoformat(value).isoformat()
    except ValueError:
        raise Refused(f"{value!r} is not a date") from None


def _status(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del before
    name = _name(value, "status")
    for word in tenant.words:
        if word.casefold() == name.casefold():
            return {"name": word}
    if tenant.reading.statuses == "closed":
        raise Refused(f"status {name!r} is not included in the list")
    tenant.words.append(name)
    return {"name": name}


def _person(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    name = _name(value, "person")
    if name not in tenant.people:
        if tenant.reading.people == "reject":
            raise Refused(f"person {name!r} not found")
        if tenant.reading.people == "ignore":
            return before
        tenant.people.append(name)
    return {"name": name}


def _persons(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    told = [_person(tenant, person, None) for person in _list(value, "involved")]
    return _listed(tenant, [person for person in told if person], before, "name")


def _labels(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    told: list[JsonValue] = [{"name": _name(label, "label")} for label in _list(value, "labels")]
    return _listed(tenant, told, before, "name")


def _strategies(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    told: list[JsonValue] = [{"id": _id(one, tenant.strategies, "strategy")} for one in _list(value, "strategies")]
    return _listed(tenant, told, before, "id")


def _canvases(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    told: list[JsonValue] = []
    for place in _list(value, "ogsm_canvases"):
        row = place.get("row_order") if isinstance(place, Mapping) else None
        told.append({"id": _id(place, tenant.canvases, "canvas"), "row_order": row if isinstance(row, int) else 1})
    return _listed(tenant, told, before, "id")


def _light(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del tenant, before
    if value not in LIGHTS:
        raise Refused(f"traffic_light {value!r} is not one of {', '.join(LIGHTS)}")
    return value


def _progress(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del tenant, before
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= FULL:
        raise Refused(f"progress must be between 0 and {FULL}")
    return value


def _archived(tenant: Tenant, value: JsonValue, before: JsonValue) -> JsonValue:
    del tenant, before
    if not isinstance(value, bool):
        raise Refused("archived is not true or false")
    return value


def _listed(tenant: Tenant, told: list[JsonValue], before: JsonValue, key: str) -> JsonValue:
    """The list that is stored: each name or id once."""
    kept = list(before) if tenant.reading.lists == "merge" and isinstance(before, list) else []
    unique: dict[str, JsonValue] = {}
    for element in [*kept, *told]:
        if isinstance(element, Mapping):
            unique.setdefault(str(element[key]), element)
    return list(unique.values())


def _name(value: JsonValue, what: str) -> str:
    name = value.get("name") if isinstance(value, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        raise Refused(f"{what} has no name")
    return name


def _id(value: JsonValue, known: list[int], what: str) -> int:
    identity = value.get("id") if isinstance(value, Mapping) else None
    if isinstance(identity, bool) or not isinstance(identity, int) or identity not in known:
        raise Refused(f"{what} {identity!r} not found")
    return identity


def _list(value: JsonValue, what: str) -> list[JsonValue]:
    if not isinstance(value, list):
        raise Refused(f"{what} is not a list")
    return value


_CLEARED: Final[Mapping[str, JsonValue]] = {
    "description": "",
    "assignee": None,
    "start": None,
    "due": None,
    "traffic_light": None,
    "progress": 0,
    "labels": [],
    "involved": [],
    "strategies": [],
    "ogsm_canvases": [],
}
_RULES: Final[Mapping[str, Callable[[Tenant, JsonValue, JsonValue], JsonValue]]] = {
    "title": _title,
    "description": _description,
    "labels": _labels,
    "strategies": _strategies,
    "assignee": _person,
    "involved": _persons,
    "start": _day,
    "due": _day,
    "status": _status,
    "ogsm_canvases": _canvases,
    "traffic_light": _light,
    "progress": _progress,
    "archived": _archived,
}
