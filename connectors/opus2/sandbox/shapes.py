"""What is in the world, as one server's JSON, and its lists in one server's pages."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.opus2.sandbox.reading import Reading
from connectors.opus2.sandbox.world import Document, FieldDefinition, Refused, World
from connectors.task import JsonValue

PAGE: Final = 20
"""Documents on a page."""
_FORMATS: Final = {
    "iso": ("%Y-%m-%dT%H:%M:%SZ", "yyyy-MM-dd'T'HH:mm:ss'Z'"),
    "millis": ("%Y-%m-%dT%H:%M:%S.%fZ", "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'"),
    "day": ("%Y-%m-%d", "yyyy-MM-dd"),
    "british": ("%d/%m/%Y %H:%M:%S", "dd/MM/yyyy HH:mm:ss"),
    "mute": ("%Y-%m-%d", "xxxxx"),
}


def document(world: World, one: Document, *, listed: bool) -> dict[str, JsonValue]:
    """A document."""
    reading = world.reading
    identity, place = _id(reading, one.id), _id(reading, one.folder) if one.folder else None
    shown: dict[str, JsonValue]
    if reading.members == "long":
        folder: JsonValue = (
            {"id": place, "name": world.folders[one.folder]} if one.folder else {"id": 0, "name": "Root"}
        )
        shown = {"documentId": identity, "fileName": one.name, "folder": folder, "modifiedDate": _stamp(one.changed)}
    else:
        shown = {"id": identity, "name": one.name, "modified": _stamp(one.changed)}
        if reading.members == "short":
            shown["folderId"] = place if one.folder else _id(reading, "0" if reading.ids == "number" else "root")
    return shown if listed and reading.listed == "bare" else {**shown, "fields": _values(world, one)}


def field(reading: Reading, one: FieldDefinition) -> dict[str, JsonValue]:
    """A metadata field."""
    shown: dict[str, JsonValue] = {"id": _id(reading, one.id), "name": one.name, "type": one.type}
    return {**shown, "options": list(one.choices)} if one.choices else shown


def folder(reading: Reading, identity: str, name: str) -> dict[str, JsonValue]:
    """A folder."""
    return {"id": _id(reading, identity), "name": name}


def since(text: str, documents: Sequence[Document], reading: Reading) -> list[Document]:
    """The documents after a moment. Raises ``Refused`` for one in another format."""
    moment = _moment(text, reading)

    def is_after(one: Document) -> bool:
        stamp = one.changed if reading.after == "changes" else one.uploaded
        stamp = stamp.replace(microsecond=0)
        if reading.moment in ("day", "mute") and reading.bound == "excluded":
            return stamp >= moment + timedelta(days=1)
        return stamp >= moment if reading.bound == "included" else stamp > moment

    return [one for one in documents if is_after(one)]


def paged(
    things: Sequence[JsonValue], query: Mapping[str, str], reading: Reading, member: str, url: str
) -> tuple[JsonValue, dict[str, str]]:
    """One page of a list: the answer, and its headers. Raises ``Refused``."""
    style, total = reading.paging, len(things)
    page = _whole_number(query, "page", 0 if style == "pages0" else 1)
    start = _start(query, style, page)
    shown: list[JsonValue] = list(things[start : None if style == "none" else start + PAGE])
    more = start + PAGE < total
    beside: dict[str, JsonValue] = {}
    headers: dict[str, str] = {}
    if style in ("page", "pages0"):
        beside = {"page" if style == "page" else "number": page, "totalPages": -(-total // PAGE)}
        beside |= {"total": total} if style == "page" else {"last": not more}
    elif style == "offset":
        beside = {"offset": start, "limit": PAGE, "total": total}
    elif style == "cursor":
        beside = {"nextCursor": _closed(start + PAGE) if more else None}
    elif style == "next":
        beside = {"links": {"next": _with(url, "cursor", _closed(start + PAGE)) if more else None}}
    elif style == "link" and more:
        headers = {"Link": f'<{_with(url, "page", str(page + 1))}>; rel="next"'}
    elif style == "cut":
        headers = {"X-Total-Count": str(total)}
    return ({"content" if style == "pages0" else member: shown, **beside} if beside else shown), headers


def _start(query: Mapping[str, str], style: str, page: int) -> int:
    if style in ("none", "cut"):
        return 0
    if style in ("offset", "silent_offset"):
        return _whole_number(query, "offset", 0)
    if style in ("cursor", "next"):
        return _opened(query.get("cursor", ""))
    return (page if style == "pages0" else max(page, 1) - 1) * PAGE


def _with(url: str, name: str, value: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{name}={value}"


def _values(world: World, one: Document) -> JsonValue:
    reading, definitions = world.reading, world.fields.values()
    nothing: JsonValue = "" if reading.empty == "blank" else None
    told = [
        (definition, one.values.get(definition.id, nothing))
        for definition in definitions
        if definition.id in one.values or reading.empty != "absent"
    ]
    if reading.values == "by_id":
        return {definition.id: value for definition, value in told}
    if reading.values == "by_name":
        return {definition.name: value for definition, value in told}
    return [{"id": _id(reading, definition.id), "name": definition.name, "value": value} for definition, value in told]


def _id(reading: Reading, text: str) -> JsonValue:
    return int(text) if reading.ids == "number" and text.isdigit() else text


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str, reading: Reading) -> datetime:
    if reading.moment == "epoch":
        if not text.isdigit():
            raise Refused(400, "Invalid timestamp format. Use format epoch milliseconds.")
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    pattern, shown = _FORMATS[reading.moment]
    try:
        return datetime.strptime(text, pattern).replace(tzinfo=UTC)
    except ValueError:
        raise Refused(400, f"Invalid timestamp format. Use format {shown}.") from None


def _whole_number(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else default


def _closed(start: int) -> str:
    return base64.urlsafe_b64encode(f"from {start}".encode()).decode("ascii")


def _opened(cursor: str) -> int:
    if not cursor:
        return 0
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("from "))
    except ValueError:
        raise Refused(400, "Invalid cursor") from None
