"""Elements of a list that have no id: they stop nobody, and nothing is missed because of them (rules 11, 16, 21).

Such an element may be any of the tasks that the list seems to lack. So it is a record with a problem, which the engine
holds for a person, and a list that has one covers less than everything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Final

from connectors.entries import Coverage, Record
from connectors.task import JsonValue, Native, Ref

PREFIX: Final = "without id, "
"""How the ref of such a record begins: no vendor's ref has blanks."""
_SIGNS: Final = 8
"""Hexadecimal digits that tell such elements of one side apart, in each read alike."""


def as_object(element: JsonValue) -> Native:
    """An element of a list as something that has members."""
    return element if isinstance(element, Mapping) else {"element": element}


def are_few(nameless: int, elements: int) -> bool:
    """Whether a list of so many elements is still a list of tasks: more than half of them have an id."""
    return 2 * nameless < elements


def ref_without(native: Native) -> Ref:
    """What stands for the ref of an element without id."""
    text = json.dumps(native, sort_keys=True, default=str)
    return f"{PREFIX}{hashlib.sha256(text.encode('ascii')).hexdigest()[:_SIGNS]}"


def coverage(records: Iterable[Record]) -> Coverage:
    """What a whole list covers."""
    return Coverage.SINCE if any(is_nameless(record.ref) for record in records) else Coverage.EVERYTHING


def is_nameless(ref: Ref) -> bool:
    """Whether a ref stands for an element without id."""
    return ref.startswith(PREFIX)


PROBLEM: Final = "it has no id: until it can be read, nothing counts as deleted on this side because it is not listed"
"""Why such an entry is held."""
