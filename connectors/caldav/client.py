"""The calls of CalDAV (RFC 4791, 6578) on one collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from connectors.caldav.webdav import Partial, WebDav, refused
from connectors.caldav.wire import (
    CAL,
    DAV,
    RADICALE,
    SERVER,
    Response,
    as_text,
    asked,
    hrefs,
    is_task,
    native_of,
    properties,
    refusal,
)
from connectors.task import Native, Ref

BATCH: Final = 100
"""Resources that one calendar-multiget names: an answer of some 150 KB."""
_DATA: Final = ("d:getetag", "c:calendar-data")
_TODOS: Final = '<c:comp-filter name="VCALENDAR"><c:comp-filter name="VTODO">{}</c:comp-filter></c:comp-filter>'
_EQUAL: Final = '<c:prop-filter name="UID"><c:text-match collation="i;octet">{}</c:text-match></c:prop-filter>'
_OTHER: Final = frozenset({401, 404, 408, 423, 425, 429})
"""Refusals of a sync-collection that are about something else than its token."""
_NOT_DONE: Final = frozenset({405, 501})
_UNKNOWN_REPORT: Final = "supported-report"
"""What a refusal names where the server does not know a report (RFC 3253, 3.6)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a collection says of itself; ``kinds`` are the components that it takes, none if it does not say.

    ``modified`` is an HTTP date, as it was told, ``is_radicale`` whether the server knows a property of Radicale's own.
    What was not asked for is empty.
    """

    token: str
    tag: str
    modified: str
    is_radicale: bool
    is_calendar: bool
    kinds: tuple[str, ...]
    server_time: datetime | None
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What changed since a token: names of resources, the new token, and whether there is more to ask for.

    Those that are there stand with their entity tags, empty where the server does not tell.
    """

    changed: Mapping[str, str]
    removed: tuple[str, ...]
    token: str
    more: bool


class NoReport(Exception):
    """The server has sync-tokens, and does not answer to them."""


class CaldavClient:
    """One collection, as the account. Each call raises ``RetryLater``, ``SideDown``; those that write, more."""

    def __init__(self, dav: WebDav) -> None:
        self.dav = dav

    def state(self, *, token: bool = True) -> State:
        """What the collection says of itself; the ``token`` is asked for only where it is wanted."""
        names = [
            "d:resourcetype",
            "s:getctag",
            "c:supported-calendar-component-set",
            "d:getlastmodified",
            "r:displayname",
        ]
        return self._state([*names, *(["d:sync-token"] if token else ())])

    def modified(self) -> State:
        """When the collection was last changed, and nothing else."""
        return self._state(["d:getlastmodified"])

    def _state(self, names: Iterable[str]) -> State:
        answer, found = self.dav.ask("PROPFIND", asked("d:propfind", properties(*names)), depth="0")
        own = next((one for one in found.responses if not self.dav.name(one.href)), None)
        if own is None:
            raise self.dav.broken("nothing about itself")
        kinds = own.properties.get(f"{CAL}supported-calendar-component-set")
        return State(
            token=own.said(f"{DAV}sync-token"),
            tag=own.said(f"{SERVER}getctag"),
            modified=own.said(f"{DAV}getlastmodified"),
            is_radicale=own.said(f"{RADICALE}displayname") != "",
            is_calendar=is_of_type(own, f"{CAL}calendar"),
            kinds=() if kinds is None else tuple(one.attributes.get("name", "").upper() for one in kinds.children),
            server_time=answer.server_time,
            received=answer.received,
        )

    def todos(self) -> dict[str, Native]:
        """Every task of the collection by its name; by pieces where the server does not tell all at once."""
        try:
            return self._query("")
        except Partial:
            names = sorted(self.tags())
        found: dict[str, Native] = {}
        for start in range(0, len(names), BATCH):
            found |= self.some(names[start : start + BATCH])[0]
        return found

    def with_uid(self, uid: Ref) -> dict[str, Native]:
        """The tasks with a UID, and perhaps others whose UID has it as a part."""
        try:
            return self._query(_EQUAL.format(as_text(uid)))
        except Partial:
            raise self.dav.broken("less than it was asked for") from None

    def since(self, token: str) -> Changed | None:
        """What changed since a token; None when the server does not take it any more. Raises ``NoReport``."""
        inner = f"<d:sync-token>{as_text(token)}</d:sync-token><d:sync-level>1</d:sync-level>{properties('d:getetag')}"
        body = asked("d:sync-collection", inner)
        answer = self.dav.sent("REPORT", body, depth="0", ok=_about_the_token)
        if _about_the_token(answer.status):
            if answer.status in _NOT_DONE or refusal(answer.body).condition == _UNKNOWN_REPORT:
                raise NoReport
            return None
        found = self.dav.understood(answer)
        if not found.token:
            raise self.dav.broken("no sync-token to sync-collection")
        rows = self.dav.named(found, whole=False)
        return Changed(
            changed={name: one.said(f"{DAV}getetag") for name, one in rows.items() if not one.gone},
            removed=tuple(name for name, one in rows.items() if one.gone),
            token=found.token,
            more=any(one.status == HTTPStatus.INSUFFICIENT_STORAGE for one in found.responses),
        )

    def tags(self) -> dict[str, str]:
        """The entity tags of all resources, of whatever kind, by their names."""
        body = asked("d:propfind", properties("d:getetag", "d:resourcetype"))
        _, found = self.dav.ask("PROPFIND", body, depth="1")
        try:
            rows = self.dav.named(found)
        except Partial:
            raise self.dav.broken("less than all resources") from None
        return {
            name: one.said(f"{DAV}getetag") for name, one in rows.items() if not is_of_type(one, f"{DAV}collection")
        }

    def some(self, names: Iterable[str]) -> tuple[dict[str, Native], tuple[str, ...]]:
        """Resources by their names: those that are tasks, and the names of those that are not there any more.

        Servers on sabre/dav (Nextcloud, Baïkal) leave out what is not there, in the place of telling so (RFC 4791,
        7.9): each that is left out is asked for by itself.
        """
        wanted = tuple(names)
        paths = [f"{self.dav.path}{quote(name, safe='')}" for name in wanted]
        _, found = self.dav.ask("REPORT", asked("c:calendar-multiget", properties(*_DATA) + hrefs(paths)), depth="1")
        rows = self.dav.named(found, whole=False)
        left_out = [name for name in wanted if name not in rows]
        for name in left_out:
            if self.dav.has(name):
                raise self.dav.broken(f"nothing about {name!r}, which it was asked for and has")
        gone = [name for name, one in rows.items() if one.gone]
        return self._natives(rows), (*gone, *left_out)

    def put(self, name: str, text: str, etag: str | None, what: str) -> str:
        """Write a resource: a new one, or in the place of the one with an entity tag.

        Returns its new tag; nothing where the server tells none that vouches for every byte (RFC 4791, 5.3.4). Raises
        ``Stale`` where what is there is not what was meant, ``TaskRefused``.
        """
        condition = {"If-None-Match": "*"} if etag is None else {"If-Match": _strong(etag)}
        headers = {"Content-Type": "text/calendar; charset=utf-8", **condition}
        tag = self.dav.write("PUT", name, what, headers, text.encode()).headers.get("ETag", "").strip()
        return "" if tag.startswith("W/") else tag

    def delete(self, name: str, etag: str, what: str) -> None:
        """Delete the resource with an entity tag. Raises ``Gone``, ``Stale``, ``TaskRefused``."""
        self.dav.write("DELETE", name, what, {"If-Match": _strong(etag)}, None)

    def _query(self, more: str) -> dict[str, Native]:
        body = asked("c:calendar-query", f"{properties(*_DATA)}<c:filter>{_TODOS.format(more)}</c:filter>")
        _, found = self.dav.ask("REPORT", body, depth="1", in_parts=True)
        return self._natives(self.dav.named(found))

    def _natives(self, rows: Mapping[str, Response]) -> dict[str, Native]:
        natives = {}
        for name, one in rows.items():
            data = one.properties.get(f"{CAL}calendar-data")
            if one.gone or (data is not None and not is_task(data.text)):
                continue
            # Without a text it may be any task: a person looks at it, and the others go on.
            natives[name] = native_of(name, one.said(f"{DAV}getetag"), "" if data is None else data.text)
        return natives


def is_of_type(one: Response, name: str) -> bool:
    """Whether a resource is of a type ("calendar", "collection")."""
    kind = one.properties.get(f"{DAV}resourcetype")
    return kind is not None and kind.child(name) is not None


def _about_the_token(status: int) -> bool:
    """Whether a refusal of a sync-collection is one of the token, or of the report itself."""
    too_much = (
        status == HTTPStatus.INSUFFICIENT_STORAGE
    )  # and no part of it: all is read then, in parts (RFC 6578, 3.6)
    return (refused(status) and status not in _OTHER) or status in _NOT_DONE or too_much


def _strong(etag: str) -> str:
    """An entity tag as If-Match takes it: a proxy that packs answers calls them weak, and the server does not."""
    return etag.removeprefix("W/")
