"""What many rows of one read have alike, kept once: a title stands in a task and in its links on all sides. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from connectors.task import Field, JsonValue, Native, Status
from sync.core.codec import decode
from sync.core.model import Pair, SideName
from sync.store.documents import Packer

_USUAL: Final = frozenset({"", *range(10), *(status.value for status in Status)})  # what most fields of most tasks hold


class Once:
    """The values of the rows that are read together; to be dropped after them."""

    def __init__(self) -> None:
        self._pairs: dict[Field, dict[str | tuple[JsonValue, ...], Pair]] = {field: {} for field in Field}
        self._packers: dict[SideName, Packer] = {}

    def pair(self, field: Field, data: JsonValue) -> Pair:
        """The pair of a value that is stored as it was sent. Raises ``ValueError`` for what is none of the field."""
        if data is None or data == [] or (isinstance(data, str | int) and data in _USUAL):
            return _usual(field, type(data).__name__, None if isinstance(data, list) else data)
        if isinstance(data, str):
            key: str | tuple[JsonValue, ...] = data
        elif isinstance(data, list) and all(isinstance(item, str) for item in data):
            key = tuple(data)
        else:
            value = decode(field, data)
            return Pair(value, value)
        known = self._pairs[field]
        found = known.get(key)
        if found is None:
            value = decode(field, data)
            found = known[key] = Pair(value, value)
        return found

    def native(self, side: SideName, text: str) -> Native:
        """What a vendor sent, from the document that it is stored as."""
        packer = self._packers.get(side)
        if packer is None:
            packer = self._packers[side] = Packer()
        return packer.pack(text)


@lru_cache(maxsize=1024)
def _usual(field: Field, kind: str, data: str | int | None) -> Pair:
    """One pair for all links that have it, whenever they are read. ``kind``: true is not 1."""
    value = decode(field, [] if kind == "list" else data)
    return Pair(value, value)
