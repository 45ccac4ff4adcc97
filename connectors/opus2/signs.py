"""What an answer says of the rest of its list. Pure.

"Pagination is supported on all the endpoints that can return significant volumes of data" is all that the vendor's
article says of it. So the usual signs are looked for: in the answer's headers, beside its list, and in an object beside
it that is named for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from connectors.opus2.wire import Malformed
from connectors.task import JsonValue

_AROUND: Final = ("page", "paging", "pagination", "pageInfo", "meta", "links", "_links", "pageable")
_NEXT: Final = ("next", "nextPage", "nextLink", "nextUrl", "next_page", "next_url", "next_link", "@odata.nextLink")
_CURSORS: Final[Mapping[str, str]] = {
    "nextCursor": "cursor",
    "next_cursor": "cursor",
    "nextPageToken": "pageToken",
    "next_page_token": "page_token",
    "nextToken": "nextToken",
    "continuationToken": "continuationToken",
    "endCursor": "after",
}
"""The members that hold a cursor, and the parameters that take it."""
_MORE: Final = ("hasMore", "has_more", "hasNext", "hasNextPage", "more")
_PAGES: Final = ("totalPages", "total_pages", "pageCount", "pages", "lastPage", "last_page")
_TOTALS: Final = ("total", "totalCount", "total_count", "totalElements", "totalItems", "totalRecords", "totalResults")
_PAGE: Final[Mapping[str, str]] = {
    "page": "page",
    "number": "page",
    "currentPage": "page",
    "current_page": "page",
    "pageNumber": "pageNumber",
    "pageIndex": "pageIndex",
}
_OFFSETS: Final = ("offset", "skip", "start", "startIndex")
_TOTAL_HEADERS: Final = ("X-Total-Count", "X-Total", "Total-Count")
_PAGES_HEADERS: Final = ("X-Total-Pages", "Total-Pages")
_LINK: Final = re.compile(r"<([^>]*)>([^<]*)")
_RELATION: Final = re.compile(r""";\s*rel\s*=\s*"?([^";,]*)""", re.IGNORECASE)

Params = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What was found: the parameters of the next page, or that there is none, and figures.

    ``style`` is how ``following`` was told: "next" by a link, "cursor", or "page". ``page`` and ``offset`` are where
    this answer says that it is, with the name of the parameter; ``more`` whether it says that there is more.
    """

    style: str = ""
    following: Params | None = None
    more: bool | None = None
    total: int | None = None
    pages: int | None = None
    page: tuple[str, int] | None = None
    offset: tuple[str, int] | None = None


def signs(answer: JsonValue, headers: Mapping[str, str], path: str) -> Signs:
    """The signs in one answer to ``path``. Raises ``Malformed`` for a next page that can not be followed."""
    beside = dict(_beside(answer))
    style, following = _following(answer, headers, beside, path)
    last = next((beside[name] for name in ("last", "isLast") if isinstance(beside.get(name), bool)), None)
    more = next((beside[name] for name in _MORE if isinstance(beside.get(name), bool)), None)
    ended = not last if isinstance(last, bool) else more if isinstance(more, bool) else None
    if ended is None and following is None and _says_none(beside, headers):
        ended = False
    return Signs(
        style=style,
        following=following,
        more=True if following is not None else ended,
        total=_number(beside, _TOTALS, headers, _TOTAL_HEADERS),
        pages=_number(beside, _PAGES, headers, _PAGES_HEADERS),
        page=_told(beside, _PAGE),
        offset=_told(beside, {name: name for name in _OFFSETS}),
    )


def _beside(answer: JsonValue) -> Iterator[tuple[str, JsonValue]]:
    """The members beside a list that say something, those in an object for it too; the outer ones count."""
    if not isinstance(answer, Mapping):
        return
    for name in _AROUND:
        inner = answer.get(name)
        if isinstance(inner, Mapping):
            yield from ((key, value) for key, value in inner.items() if not isinstance(value, list))
    for name, value in answer.items():
        if not (isinstance(value, list) or (name in _AROUND and isinstance(value, Mapping))):
            yield name, value


def _following(
    answer: JsonValue, headers: Mapping[str, str], beside: Mapping[str, JsonValue], path: str
) -> tuple[str, Params | None]:
    for target, parameters in _LINK.findall(headers.get("Link", "")):
        relation = _RELATION.search(parameters)
        if relation and "next" in relation.group(1).casefold().split():
            return "next", _query(target, path)
    for member, parameter in _CURSORS.items():
        if isinstance(cursor := beside.get(member), str | int) and not isinstance(cursor, bool) and cursor != "":
            return "cursor", {parameter: str(cursor)}
    for name in _NEXT:
        value = beside.get(name)
        value = value.get("href", value.get("url")) if isinstance(value, Mapping) else value
        if isinstance(value, int) and not isinstance(value, bool):
            return "page", {"page": str(value)}
        if isinstance(value, str) and value.strip():
            return ("next", _query(value, path)) if re.search(r"[/?=]", value) else ("cursor", {"cursor": value})
    number = headers.get("X-Next-Page", "").strip()
    if number and not re.fullmatch(r"[0-9]{1,9}", number):
        raise Malformed(f'a next page named "{number[:80]}"')
    del answer
    return ("page", {"page": number}) if number else ("", None)


def _says_none(beside: Mapping[str, JsonValue], headers: Mapping[str, str]) -> bool:
    """Whether the place for a next page is there, and empty."""
    named = any(name in beside for name in (*_NEXT, *_CURSORS))
    return named or "X-Next-Page" in headers or "rel=" in headers.get("Link", "")


def _query(target: str, path: str) -> Params:
    """The query of a link to another page of this list; its host, which a proxy may have put there, does not count."""
    link = urlsplit(target)
    query = dict(parse_qsl(link.query, keep_blank_values=True))
    if not query or (link.path and not link.path.rstrip("/").endswith(path.rstrip("/"))):
        raise Malformed(f'a next page at "{target[:200]}", which is not a page of {path}')
    return query


def _told(beside: Mapping[str, JsonValue], names: Mapping[str, str]) -> tuple[str, int] | None:
    for name, parameter in names.items():
        value = beside.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return parameter, value
    return None


def _number(
    beside: Mapping[str, JsonValue], names: tuple[str, ...], headers: Mapping[str, str], others: tuple[str, ...]
) -> int | None:
    for name in names:
        value = beside.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    texts = (headers.get(name, "").strip() for name in others)
    return next((int(text) for text in texts if re.fullmatch(r"[0-9]{1,9}", text)), None)
