"""The ways in which a long list may go on."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlencode

from tests.system.stranger import Json

PAGE: Final = 12
"""Rows on a page."""


def page_of(style: str, query: dict[str, str], found: list[Json], name: str, url: str) -> tuple[Json, str | None]:
    """What a request of a list gets, and the address of what follows, if anything does."""
    first = 0 if style == "last" else 1
    page, total = int(query.get("page", first)) - first, len(found)
    asked = {"offset": query.get("offset", "0"), "cursor": query.get("cursor", "c0")[1:]}
    start = int(asked.get(style, page * PAGE))
    rows, more = found[start : start + PAGE], start + PAGE < total
    following = f"{url}?{urlencode({**query, 'page': page + first + 1})}" if more else None
    shown = {
        "none": found,
        "page": {name: rows, "page": page + 1, "pageSize": PAGE, "totalPages": -(-total // PAGE), "total": total},
        "offset": {"items": rows, "offset": start, "limit": PAGE, "total": total},
        "cursor": {name: rows, "nextCursor": f"c{start + PAGE}" if more else None},
        "next": {"data": rows, "links": {"next": following}},
        "last": {"content": rows, "number": page, "size": PAGE, "totalElements": total, "last": not more},
        "link": rows,
    }
    return shown[style], following
