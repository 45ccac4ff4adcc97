"""What a vendor answered, and its JSON: taken only if all of it can be trusted and kept."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast

import orjson

from connectors.errors import Applied, ConnectorError, ContractBroken, Transient
from connectors.task import JsonValue
from connectors.tolerance import read_in_part

BASE_URL_HINT: Final = "is base_url the address of the vendor's API?"
_LABELS: Final = re.compile(r"(|text/.*|.*json.*|.*javascript.*)", re.DOTALL)
"""Content types that may hold JSON. Labels are often wrong or missing: whether the body is JSON decides."""
_HTML: Final = re.compile(rb"\s*<(!doctype\s+html|html)\b", re.IGNORECASE)
_JSON: Final = re.compile(rb'\s*[{\["]')
_BOM: Final = b"\xef\xbb\xbf"
_DEPTH: Final = 254
"""Levels that an answer may nest: as many as the encoder of stored documents writes. No vendor's document nests ten."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What a request is about, for errors: its name for a person, the server, whether it may change something."""

    what: str = "the answer"
    where: str = ""
    changing: bool = False

    def __str__(self) -> str:
        return f"{self.what} at {self.where}" if self.where else self.what

    @property
    def lost(self) -> Applied:
        """Whether the request can have been applied when its answer is of no use."""
        return Applied.UNKNOWN if self.changing else Applied.NO


class _Unread:
    """Stands for JSON that was not decoded yet: None is a value."""


_UNREAD: Final = _Unread()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One complete answer: its body decoded from gzip, its address without secrets.

    ``headers`` ignore case. ``server_time`` is the ``Date`` header, ``received`` our clock when the body was complete.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    server_time: datetime | None
    received: datetime
    subject: Subject = Subject()
    _value: JsonValue | _Unread = field(default=_UNREAD, init=False, repr=False, compare=False)

    def json(self) -> JsonValue:
        """The body as JSON; whole numbers beyond 64 bits become floats.

        A member that is NaN, an infinite number, half a character or no UTF-8 is replaced by a mark that means nothing
        (:mod:`connectors.tolerance`). Raises ``Transient`` for a body that is empty or breaks off, ``ContractBroken``
        for one that is no JSON: an HTML page, another content type, more than 254 levels. After a changing request it
        is then unknown whether that was applied.
        """
        if isinstance(self._value, _Unread):
            object.__setattr__(self, "_value", decode(self.body, content_type=self.content_type, subject=self.subject))
        return cast("JsonValue", self._value)

    @property
    def content_type(self) -> str:
        """The content type in small letters, without its parameters; empty if there is none."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def is_html(self) -> bool:
        """Whether the body is a page for people, whatever its label says."""
        return _HTML.match(self.body.removeprefix(_BOM)) is not None

    @property
    def looks_like_json(self) -> bool:
        """Whether the body begins as a JSON object, array or text does."""
        return _JSON.match(self.body.removeprefix(_BOM)) is not None


def decode(body: bytes, *, content_type: str, subject: Subject) -> JsonValue:
    """A body as JSON, or the error that :meth:`Answer.json` promises."""
    text = body.removeprefix(_BOM)
    if not text.strip():
        raise _lost(subject, "the answer is empty where JSON is needed")
    if _HTML.match(text):
        raise page(subject)
    if not _LABELS.fullmatch(content_type):
        raise _no_json(subject, f"its type is {content_type[:60]!r}")
    try:
        value: JsonValue = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        value = _in_part(text, error, subject)
    if text.count(b"[") + text.count(b"{") > _DEPTH:
        try:
            for part in ([one] for one in value) if isinstance(value, list) else (value,):  # of a list each by itself
                orjson.dumps(part)
        except TypeError:
            raise _no_json(subject, f"it nests deeper than {_DEPTH} levels") from None
    return value


def _in_part(text: bytes, error: orjson.JSONDecodeError, subject: Subject) -> JsonValue:
    """What can be read of a body that is broken in places. Raises as :func:`decode` does if it is broken as a whole."""
    broken = _unreadable(text, error, subject)
    if isinstance(broken, Transient) or not _JSON.match(text):
        raise broken
    try:
        return read_in_part(text, deepest=_DEPTH)
    except ValueError:
        raise broken from None


def page(subject: Subject) -> ContractBroken:
    """The error for an HTML page in the place of data."""
    return ContractBroken(f"{subject} answered an HTML page instead of JSON", hint=BASE_URL_HINT, applied=subject.lost)


def _unreadable(text: bytes, error: orjson.JSONDecodeError, subject: Subject) -> ConnectorError:
    if "unexpected end" in error.msg or _cut_in_a_character(text):
        return _lost(subject, f"the JSON of the answer breaks off after {len(text)} bytes")
    return _no_json(subject, error.msg if _JSON.match(text) else "it is other text")


def _cut_in_a_character(text: bytes) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def _lost(subject: Subject, what: str) -> Transient:
    return Transient(f"{subject}: {what}", hint="is the server healthy?", applied=subject.lost)


def _no_json(subject: Subject, why: str) -> ContractBroken:
    return ContractBroken(f"{subject}: the answer is not JSON ({why})", hint=BASE_URL_HINT, applied=subject.lost)
