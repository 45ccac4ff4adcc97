"""JSON documents and texts as the store keeps them: deterministic, and without loss whatever a vendor sent."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final, cast

import orjson

from connectors.task import JsonValue

_WIDE: Final = " "  # starts a document that the fast encoder cannot hold: whole numbers beyond 64 bits, half characters
_ESCAPED: Final = "\x1b"  # starts a text that is kept as JSON, because a database would refuse it as it is


_WINDOW: Final = -12  # deflate without a header, which looks back 4 kB: what many objects have alike lies in that
_ROOM: Final = 4  # of 9: how much a packer works with


class Unread(Mapping[str, JsonValue]):
    """An object that is decoded when somebody looks into it: what most cycles carry along and few look at.

    Packed like another one of its kind it takes a tenth of the memory.
    """

    __slots__ = ("_like", "packed")

    def __init__(self, packed: bytes, like: bytes) -> None:
        self.packed = packed
        self._like = like

    @property
    def document(self) -> bytes:
        """What :func:`dump` made of it, in UTF-8."""
        return zlib.decompressobj(_WINDOW, self._like).decompress(self.packed)

    @property
    def text(self) -> str:
        """What :func:`dump` made of it."""
        return self.document.decode()

    def __getitem__(self, name: str) -> JsonValue:
        return load_object(self.text)[name]

    def __iter__(self) -> Iterator[str]:
        return iter(load_object(self.text))

    def __len__(self) -> int:
        return len(load_object(self.text))

    def __repr__(self) -> str:
        return repr(load_object(self.text))


class Packer:
    """Packs objects of one kind: what they have like the first one is kept once."""

    __slots__ = ("_like", "_start")

    def __init__(self) -> None:
        self._like = b""

    def packed(self, data: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
        """An object for those who carry it along."""
        return data if isinstance(data, Unread) else self.pack(dump(data))

    def pack(self, text: str) -> Mapping[str, JsonValue]:
        """The same, from what :func:`dump` made of it."""
        if text in {"", "{}"}:
            return {}
        told = text.encode()
        if not self._like:
            self._like = told[-(1 << -_WINDOW) :]
            self._start = zlib.compressobj(1, zlib.DEFLATED, _WINDOW, _ROOM, zlib.Z_DEFAULT_STRATEGY, self._like)
        packer = self._start.copy()
        return Unread(packer.compress(told) + packer.flush(), self._like)


def plain(data: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    """An object for those who look at all of it, or ask what type it is."""
    return load_object(data.text) if isinstance(data, Unread) else data


def dump(data: JsonValue) -> str:
    """A document: sorted keys, no spaces, so that equal data are equal texts."""
    if isinstance(data, Unread):
        return data.text
    try:
        return orjson.dumps(data, default=_embedded, option=orjson.OPT_SORT_KEYS).decode()
    except TypeError:
        return _WIDE + json.dumps(data, default=_plain, sort_keys=True, separators=(",", ":"))


def load(text: str) -> JsonValue:
    """What :func:`dump` was given; arrays come back as lists. Raises ``ValueError`` for a text that is no document."""
    return cast("JsonValue", json.loads(text) if text.startswith(_WIDE) else orjson.loads(text))


def load_object(text: str | None) -> dict[str, JsonValue]:
    """A document that is an object; no document is an empty one."""
    data = load(text) if text else {}
    if isinstance(data, dict):
        return data
    raise ValueError(f"not an object: {text!r:.40}")


def dump_object(data: Mapping[str, JsonValue]) -> str | None:
    """A document, or None where there is nothing to say."""
    return dump(data) if data else None


def _embedded(data: object) -> object:
    """What the fast encoder takes for something that it does not know: a document is written as it is."""
    if isinstance(data, Unread) and not (document := data.document).startswith(_WIDE.encode()):
        return orjson.Fragment(document)
    return _plain(data)


def _plain(data: object) -> JsonValue:
    if isinstance(data, Mapping):
        return dict(plain(data))  # at one stroke: each look into what is packed unpacks it
    if isinstance(data, Sequence):
        return list(data)
    raise TypeError(f"not JSON: {type(data).__name__}")


def escape(text: str) -> str:
    """A text that every database takes: half characters and NUL, which vendors can send, are escaped."""
    clean = "\x00" not in text and not text.startswith(_ESCAPED) and (text.isascii() or _encodable(text))
    return text if clean else _ESCAPED + json.dumps(text)


def unescape(text: str) -> str:
    """What :func:`escape` was given."""
    return str(json.loads(text[1:])) if text.startswith(_ESCAPED) else text


def _encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def moment(data: JsonValue) -> datetime | None:
    """A time out of a document."""
    return datetime.fromisoformat(data) if isinstance(data, str) and data else None


def written(time: datetime | None) -> str | None:
    """A time for a document."""
    return time.isoformat() if time is not None else None


def utc(time: datetime | None) -> datetime | None:
    """A vendor's time for a column; none where it lies outside the calendar in UTC, as year 1 can."""
    try:
        return time.astimezone(UTC) if time is not None else None
    except OverflowError:
        return None
