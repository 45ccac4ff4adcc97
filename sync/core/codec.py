"""Values as JSON and back, without loss, and as one line of text for people."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from connectors.task import Field, JsonValue, Person, Status, Value

_DATES = frozenset({Field.START, Field.DUE, Field.COMPLETED})
_SETS = frozenset({Field.LABELS, Field.ASSIGNEES})


def encode(value: Value) -> JsonValue:
    """A value of a field as JSON: dates as YYYY-MM-DD, instants as RFC 3339, sets as arrays."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [item.handle if isinstance(item, Person) else item for item in value]
    return value.value if isinstance(value, Status) else value


def decode(field: Field, data: JsonValue) -> Value:
    """The value that :func:`encode` made. Raises ``ValueError`` for what it can not have made."""
    if data is None:
        return None
    if field in _DATES and isinstance(data, str):
        return (datetime if "T" in data else date).fromisoformat(data)
    if field in _SETS and isinstance(data, list):
        return tuple(str(item) for item in data)
    if field is Field.STATUS and isinstance(data, str):
        return Status(data)
    if field is Field.CUSTOM and isinstance(data, Mapping):
        return data
    if isinstance(data, str | int | bool):
        return data
    message = f"no value of {field.value}: {data!r}"
    raise ValueError(message)


def shown(value: Value) -> JsonValue:
    """A value for scripts: as :func:`encode`, and text where there is nothing, so that nothing is null."""
    return "" if value is None else encode(value)


def text(value: Value) -> str:
    """A value as a person reads it, on one line."""
    if value is None or value in ("", (), {}):
        return "nothing"
    match value:
        case tuple():
            shown_text = ", ".join(item.name or item.handle if isinstance(item, Person) else item for item in value)
        case Status():
            shown_text = value.value.replace("_", " ")
        case bool():
            shown_text = "yes" if value else "no"
        case datetime():
            shown_text = value.isoformat(sep=" ", timespec="minutes")
        case str():
            shown_text = f'"{value}"'
        case _:
            shown_text = str(value)
    return shown_text


def encode_fields(fields: Mapping[Field, Value]) -> dict[str, JsonValue]:
    """A mapping of fields as JSON."""
    return {field.value: encode(value) for field, value in fields.items()}


def decode_fields(data: Mapping[str, JsonValue]) -> dict[Field, Value]:
    """The mapping that :func:`encode_fields` made."""
    return {Field(name): decode(Field(name), value) for name, value in data.items()}


def short(task: int) -> str:
    """A task's short id: "t" and its number in lower-case hexadecimal."""
    return f"t{task:x}"


def parse_short(text: str) -> int | None:
    """The number that :func:`short` was given; None for a text that is no short id."""
    digits = text.removeprefix("t")
    if digits == text or not digits or digits.strip("0123456789abcdef") or digits.startswith("0"):
        return None
    return int(digits, 16)
