"""What can become of a request: the kinds, and what each makes of an answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from enum import StrEnum
from typing import Any

import orjson


class Fault(StrEnum):
    """What becomes of a request."""

    REFUSED = "refused"
    RESET_BEFORE = "reset before"
    RESET_AFTER = "reset after"
    SLOW = "slow"
    LATE = "too late"
    UNAUTHORIZED = "401"
    REVOKED = "token revoked"
    FORBIDDEN = "403"
    MISSING = "404"
    SLOW_DOWN = "429, 7 s"
    SLOWER = "429, 45 s"
    CLOSED = "429, 1 h"
    DATED = "429, a date"
    FAILED = "500"
    FAILED_AFTER = "500 after"
    BAD_GATEWAY = "502"
    BUSY = "503, 2 s"
    TIMED_OUT = "504"
    TIMED_OUT_AFTER = "504 after"
    ELSEWHERE = "redirected to another host"
    PLAIN = "redirected to http"
    PAGE = "html"
    TRUNCATED = "truncated"
    SHORT = "short"
    EMPTY = "empty body"
    OTHER_TYPE = "wrong type"
    HALF = "half a listing"
    NOTHING = "empty listing"
    REPEATED = "a page for ever"
    TWICE = "an id twice"
    RETYPED = "ids of another type"
    NAMELESS = "without id"
    NOT_A_NUMBER = "NaN"
    BYTES = "no UTF-8"
    SURROGATE = "half a character"


CUT = {Fault.HALF: 0.5, Fault.NOTHING: 0.0}
"""Listings that lack something without a word, and what is left of them."""
REFUSALS = frozenset({Fault.FORBIDDEN, Fault.MISSING})
"""What a server says of a request for good: a write that is refused so is not sent again."""
PROMPT = frozenset(
    {
        Fault.REFUSED,
        Fault.RESET_BEFORE,
        Fault.UNAUTHORIZED,
        Fault.FORBIDDEN,
        Fault.MISSING,
        Fault.SLOW_DOWN,
        Fault.SLOWER,
        Fault.CLOSED,
        Fault.DATED,
        Fault.FAILED,
        Fault.BAD_GATEWAY,
        Fault.BUSY,
        Fault.TIMED_OUT,
        Fault.ELSEWHERE,
        Fault.PLAIN,
        Fault.PAGE,
    }
)
"""Kinds by which nothing is carried out."""
LOST = (Fault.RESET_AFTER, Fault.FAILED_AFTER, Fault.TIMED_OUT_AFTER, Fault.TRUNCATED, Fault.LATE)
"""Kinds by which something is carried out, and its answer does not arrive."""
OF_MEMBERS = frozenset({Fault.NOT_A_NUMBER, Fault.BYTES, Fault.SURROGATE})
"""Kinds that spoil one member of the first task of an answer."""
SPOILT = OF_MEMBERS | {Fault.NAMELESS}
"""Kinds that spoil the first task of an answer."""
OF_BODIES = SPOILT | {Fault.TWICE, Fault.RETYPED, Fault.SHORT, Fault.OTHER_TYPE, Fault.REPEATED}
"""Kinds that need an answer over HTTP, with a body."""
_IDS = ("id", "documentId", "ogsm_id")
_TELLING = ("description", "body", "due", "due_on", "value", "note", "name", "fileName", "content", "title")
"""Members that can be spoilt, what people see least first."""

_PLACE = "tasksync-was-here"


def spoilt(fault: Fault, body: bytes) -> bytes:
    """A body as a fault leaves it."""
    if fault in CUT:
        return _cut(body, CUT[fault])
    if fault is Fault.SHORT:
        return body[: len(body) // 2]
    if fault is Fault.TWICE:
        return _twice(body)
    if fault is Fault.RETYPED:
        return _retyped(body)
    return _unreadable(fault, body) if fault in SPOILT else body


def tasks_in(body: bytes) -> list[Any]:
    """The objects of an answer: those of its list, else itself."""
    return _tasks_of(_parsed(body))


def _tasks_of(told: Any) -> list[Any]:
    if isinstance(told, dict) and not any(name in told for name in _IDS):
        told = next((part for part in told.values() if isinstance(part, list) and part), None) or [told]
    return told if isinstance(told, list) else [told]


def refs_in(body: bytes) -> frozenset[str]:
    """The ids of the tasks that an answer shows."""
    return frozenset(str(one[name]) for one in map(_inner, tasks_in(body)) for name in _IDS if name in one)


def _cut(body: bytes, keep: float) -> bytes:
    """A listing that lacks some of what there is."""
    told = _parsed(body)
    if isinstance(told, dict):
        kept = {name: part[: int(len(part) * keep)] if isinstance(part, list) else part for name, part in told.items()}
        return orjson.dumps(kept)
    return orjson.dumps(told[: int(len(told) * keep)]) if isinstance(told, list) else body


def _twice(body: bytes) -> bytes:
    """An answer that tells its first task twice."""

    def doubled(tasks: list) -> None:
        tasks.append(tasks[0])

    return _changed(body, doubled)


def _retyped(body: bytes) -> bytes:
    """An answer whose ids are texts where they were numbers, and the reverse."""

    def other(tasks: list) -> None:
        for task in map(_inner, tasks):
            for name in _IDS:
                value = task.get(name)
                if isinstance(value, int) and not isinstance(value, bool):
                    task[name] = str(value)
                elif isinstance(value, str) and value.isdigit():
                    task[name] = int(value)

    return _changed(body, other)


def _unreadable(fault: Fault, body: bytes) -> bytes:
    """An answer whose first task can not be read, wholly or in one member."""

    def spoil(tasks: list) -> None:
        task = _inner(tasks[0])
        if fault is Fault.NAMELESS:
            for name in _IDS:
                task.pop(name, None)
        elif name := next((name for name in _TELLING if name in task), ""):
            task[name] = _PLACE

    marks = {Fault.NOT_A_NUMBER: b"NaN", Fault.BYTES: b'"\xff\xfe"', Fault.SURROGATE: b'"\\ud83d"'}
    return _changed(body, spoil).replace(f'"{_PLACE}"'.encode(), marks.get(fault, b""))


def _changed(body: bytes, change: Callable[[list], None]) -> bytes:
    told = _parsed(body)
    tasks = _tasks_of(told)
    if tasks and isinstance(tasks[0], dict):
        change(tasks)
        return json.dumps(told).encode()
    return body


def _inner(task: Any) -> dict:
    """A task as it stands in an answer: alone, or as ``{"task": …}``."""
    if not isinstance(task, dict):
        return {}
    inner = next(iter(task.values())) if len(task) == 1 else None
    return inner if isinstance(inner, dict) else task


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
