"""The signs of a list that is longer than its answer.

No paging is documented ("This will return an array of action objects"). A server that pages all the same is followed,
or it is said that it can not be: half a list must never pass for a whole one. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from connectors.ogsm.wire import Malformed

_TOTALS: Final = ("X-Total", "X-Total-Count", "Total-Count")
_PAGES: Final = ("X-Total-Pages", "Total-Pages")
_LINK = re.compile(r"<([^>]*)>([^<]*)")
_RELATION = re.compile(r""";\s*rel\s*=\s*"?([^";,]*)""", re.IGNORECASE)


def next_page(headers: Mapping[str, str], path: str) -> Mapping[str, str] | None:
    """The parameters that fetch the next page of the list at ``path``; None when there is no sign of one.

    Raises ``Malformed`` for a sign that can not be followed.
    """
    for target, parameters in _LINK.findall(headers.get("Link", "")):
        relation = _RELATION.search(parameters)
        if relation and "next" in relation.group(1).casefold().split():
            return _parameters(target, path)
    number = headers.get("X-Next-Page", "").strip()
    if not number:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", number):
        raise Malformed(f'a next page named "{number[:80]}"')
    return {"page": number}


def check_whole(headers: Mapping[str, str], *, received: int, pages: int) -> None:
    """Raise ``Malformed`` if the answer says that there are more actions, or more pages, than were received."""
    for name in _TOTALS:
        total = _number(headers, name)
        if total is not None and total > received:
            raise Malformed(f"{received} actions, while {name} says that there are {total}, and no way to the others")
    for name in _PAGES:
        count = _number(headers, name)
        if count is not None and count > pages:
            raise Malformed(f"page {pages} of {count}, and no way to the others")


def _parameters(target: str, path: str) -> Mapping[str, str]:
    """The query of a link to another page of the list; its host, which a proxy may have put there, does not count."""
    link = urlsplit(target)
    query = dict(parse_qsl(link.query, keep_blank_values=True))
    if not query or (link.path and not link.path.endswith(path)):
        raise Malformed(f'a next page at "{target[:200]}", which is not a page of {path}')
    return query


def _number(headers: Mapping[str, str], name: str) -> int | None:
    text = headers.get(name, "").strip()
    return int(text) if re.fullmatch(r"[0-9]{1,9}", text) else None
