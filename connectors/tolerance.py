r"""JSON that is broken in places: what can be read of it, and a mark where it can not.

Servers cut texts in the middle of a character (``"\ud83d"``), write NaN for a number that they do not have, or pass
bytes on that are no UTF-8. All of that is no JSON, and one such member must not stop the tasks beside it (rule 21). It
is replaced by a mark that is a value of no field: a connector reads it as *no opinion*, or holds the entry.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from connectors.task import JsonValue

_SIGN: Final = "could not be read"
_DIGITS: Final = 20
_WHOLE: Final = range(-(2**63), 2**64)
"""Whole numbers that fit into 64 bits, with a sign or without; any other becomes a float, as for the strict reader."""
_SHOWN: Final = 40
"""Characters of what could not be read that are kept."""


def mark(what: str) -> JsonValue:
    """What stands where something could not be read. A list with an object: no member of a task means that."""
    return [{_SIGN: what.encode("ascii", "backslashreplace").decode()[:_SHOWN]}]


def is_mark(value: JsonValue) -> bool:
    """Whether a value is a mark itself."""
    first = value[0] if isinstance(value, list) and len(value) == 1 else None
    return isinstance(first, Mapping) and first.keys() == {_SIGN}


def is_marked(value: JsonValue) -> bool:
    """Whether there is a mark anywhere in a value: it must not be sent back."""
    if isinstance(value, Mapping):
        return _SIGN in value or any(is_marked(inner) for inner in value.values())
    return isinstance(value, list | tuple) and any(is_marked(inner) for inner in value)


def read_in_part(body: bytes, *, deepest: int) -> JsonValue:
    """A body that the strict reader refused, with marks. Raises ``ValueError`` if it is no JSON even so.

    ``deepest`` is how many levels it may nest.
    """
    try:
        # What is no UTF-8 becomes half characters, which are marked like those that were escaped.
        value = json.loads(
            body.decode("utf-8", "surrogateescape"), parse_constant=mark, parse_float=_float, parse_int=_int
        )
    except RecursionError:
        raise ValueError("it nests too deep") from None
    return _marked(value, deepest)


def _marked(value: JsonValue, deepest: int) -> JsonValue:
    if deepest < 0:
        raise ValueError("it nests too deep")
    if isinstance(value, str):
        return value if _is_whole(value) else mark(value)
    if isinstance(value, dict):
        return {
            name if _is_whole(name) else name.encode("ascii", "backslashreplace").decode(): _marked(inner, deepest - 1)
            for name, inner in value.items()
        }
    return [_marked(inner, deepest - 1) for inner in value] if isinstance(value, list) else value


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _int(text: str) -> JsonValue:
    number = int(text) if len(text.lstrip("-")) <= _DIGITS else None  # longer ones take long, and fit nowhere
    return number if number is not None and number in _WHOLE else _float(text)


def _float(text: str) -> JsonValue:
    number = float(text)
    return mark(text) if number in {float("inf"), float("-inf")} else number
