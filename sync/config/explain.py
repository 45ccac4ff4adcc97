"""Reads a table with Pydantic, and says what is wrong with it in the words of a person who writes TOML."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
import re
import types
import typing
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from sync.config.lines import KeyPath
from sync.config.problems import BadValue, Report, did_you_mean, kind, shown
from sync.config.purposes import purpose

_UNKNOWN = {"extra_forbidden", "unexpected_keyword_argument"}
_MISSING = {"missing", "missing_argument", "missing_keyword_only_argument"}
_CHOICE = {"enum", "literal_error"}
_TABLES = {"dataclass_type", "model_type", "model_attributes_type", "dict_type", "mapping_type"}
_LISTS = {"list_type", "tuple_type", "set_type", "frozen_set_type"}
_TYPES: Mapping[str, tuple[str, str]] = types.MappingProxyType(
    {
        "int_type": ("a whole number", "without quotes and without a point: 10"),
        "int_from_float": ("a whole number", "without quotes and without a point: 10"),
        "float_type": ("a number", "without quotes: 0.5"),
        "bool_type": ("true or false", "without quotes: true"),
        "string_type": ("text", 'in quotes: "…"'),
        **dict.fromkeys(_TABLES, ("a table", "in braces or under a header of its own: { key = … }")),
        **dict.fromkeys(_LISTS, ("a list", 'in brackets: ["…", "…"]')),
    }
)
_SECRET_LENGTH = 4
"""Characters. A shorter secret may occur in a connector's message by chance."""

T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Generic[T]):
    """A table to be read: where it stands, what is in it, the class to read it as.

    ``known``: the keys that the table has beside those of the class. ``hidden``: the keys whose value no message may
    show. ``failed``: the keys that have a problem already. ``secrets``: the texts that must occur in no message.
    """

    path: KeyPath
    raw: Mapping[str, object]
    shape: type[T]
    known: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    secrets: tuple[str, ...] = ()


def read_table(reading: Reading[T], report: Report) -> T | None:
    """The table as an instance of its class; None when something in it is wrong, all of which is noted."""
    if not reading.raw and _needs_nothing(reading.shape):
        return reading.shape()
    dates = [loc for loc, value in _leaves(reading.raw, ()) if isinstance(value, dt.date | dt.time)]
    for loc in dates:
        report.add((*reading.path, *loc), "is a date or time without quotes", 'in quotes: "…"')
    failed = reading.failed | {str(loc[0]) for loc in dates}
    # As JSON, because there the strict mode of Pydantic asks for the types that TOML has, and no others.
    text = json.dumps(reading.raw, default=str)
    try:
        table: T = _adapter(reading.shape).validate_json(text, strict=True)  # type: ignore[arg-type]  # a class is hashable
    except ValidationError as error:
        for found in error.errors(include_url=False, include_input=False):
            loc = tuple(part for part in found["loc"] if part != "[key]")
            if not loc or loc[0] not in failed:
                path, message, hint = _problem(found, loc, reading)
                report.add((*reading.path, *path), message, hint)
        return None
    return table


@lru_cache(maxsize=64)
def _adapter(shape: type) -> TypeAdapter[Any]:
    """What reads a class. To make one takes longer than to read a whole configuration with it."""
    return TypeAdapter(shape)


def _needs_nothing(shape: type) -> bool:
    """Whether a class is what its defaults are, where a file has nothing of it."""
    missing = dataclasses.MISSING
    return dataclasses.is_dataclass(shape) and all(
        field.default is not missing or field.default_factory is not missing for field in dataclasses.fields(shape)
    )


def _leaves(value: object, loc: KeyPath) -> Iterator[tuple[KeyPath, object]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _leaves(item, (*loc, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, (*loc, index))
    else:
        yield loc, value


def _problem(found: ErrorDetails, loc: KeyPath, reading: Reading[T]) -> tuple[KeyPath, str, str]:
    what = found["type"]
    if what in _UNKNOWN:
        names = (*key_names(_shape_at(reading.shape, loc[:-1])), *(reading.known if len(loc) == 1 else ()))
        otherwise = f"the keys here are {', '.join(names)}" if names else "leave it out"
        return loc, "unknown key", did_you_mean(str(loc[-1]), names, otherwise)
    if what in _MISSING:
        return loc, "is missing", f"write {loc[-1]} = …{_purpose(reading.shape, loc)}"
    loc, value = _reached(reading.raw, loc)
    hidden = bool(loc) and loc[0] in reading.hidden
    if what in _CHOICE:
        # What is refused is the key itself where the location says so, else the value.
        word = str(loc[-1]) if found["loc"][-1] == "[key]" else value
        return _choice(found, loc, word, hidden=hidden)
    if what in _TYPES:
        wanted, hint = _TYPES[what]
        return loc, f"must be {wanted}, not {kind(value)}", hint
    return _custom(found, loc, reading, hidden=hidden)


def _choice(found: ErrorDetails, loc: KeyPath, word: object, *, hidden: bool) -> tuple[KeyPath, str, str]:
    choices = re.findall(r"'([^']*)'", str(found.get("ctx", {}).get("expected", "")))
    if not isinstance(word, str):
        return loc, f"must be text, not {kind(word)}", f"one of {', '.join(choices)}"
    what = "the text of the reference" if hidden else shown(word)
    return loc, f"{what} is none of {', '.join(choices)}", did_you_mean(word, choices, "write one of these")


def _custom(found: ErrorDetails, loc: KeyPath, reading: Reading[T], *, hidden: bool) -> tuple[KeyPath, str, str]:
    context = found.get("ctx", {})
    error = context.get("error")
    message = str(error) if isinstance(error, Exception) else found["msg"]
    message = re.sub(r"^(Input|Value|String|List|Tuple|Dictionary) should ", "must ", message)
    hint = error.hint if isinstance(error, BadValue) else str(context.get("hint") or _bound(context))
    key = context.get("key")
    if isinstance(key, str) and not loc:
        loc = (key,)
    if (hidden and isinstance(error, BadValue)) or _tells(message, reading.secrets):
        message = "does not fit; what stands there is not shown"
    return loc, message, _bound({}) if _tells(hint, reading.secrets) else hint


def _tells(text: str, secrets: tuple[str, ...]) -> bool:
    return any(len(secret) >= _SECRET_LENGTH and secret in text for secret in secrets)


def _purpose(shape: type, loc: KeyPath) -> str:
    told = purpose(shape, str(loc[0])) if issubclass(shape, BaseModel) and len(loc) == 1 else ""
    return f": {told}" if told else ""


def _bound(context: Mapping[str, object]) -> str:
    """What to write instead of a value that Pydantic finds too small, too large, too short or too long."""
    bounds = {
        "ge": "the smallest is {}",
        "gt": "more than {}",
        "le": "the largest is {}",
        "lt": "less than {}",
        "min_length": "a length of {} at least",
        "max_length": "a length of {} at most",
    }
    found = (text.format(context[name]) for name, text in bounds.items() if name in context)
    return next(found, "config/tasksync.example.toml shows each key with a value")


def _reached(raw: object, loc: KeyPath) -> tuple[KeyPath, object]:
    """The part of a location that is in the file, and the value there: Pydantic adds the names of what it tried."""
    value = raw
    for end, part in enumerate(loc):
        match value, part:
            case {}, str() if part in value:
                value = value[part]
            case list(), int() if part < len(value):
                value = value[part]
            case _:
                return loc[:end], value
    return loc, value


def key_names(shape: object) -> tuple[str, ...]:
    """The keys that a class reads from the file; none for what is no table."""
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return tuple(field.alias or name for name, field in shape.model_fields.items())
    if isinstance(shape, type) and dataclasses.is_dataclass(shape):
        return tuple(field.name for field in dataclasses.fields(shape))
    return ()


def _shape_at(shape: object, loc: KeyPath) -> object:
    """The class of a table within a table, or None."""
    for part in loc:
        annotation: object = None
        if isinstance(shape, type) and issubclass(shape, BaseModel):
            field = shape.model_fields.get(str(part))
            annotation = field.annotation if field else None
        elif isinstance(shape, type):
            annotation = typing.get_type_hints(shape).get(str(part))
        choices = typing.get_args(annotation) or (annotation,)
        shape = next((choice for choice in choices if key_names(choice)), None)
    return shape
