"""The collections of an account that take tasks (RFC 5397, 6764, 4791 6.2.1): asked for by `discover` alone."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote, urlsplit

from connectors.caldav.client import is_of_type
from connectors.caldav.webdav import WELL_KNOWN, WebDav
from connectors.caldav.wire import CAL, DAV, Response, properties
from connectors.contract import Found
from connectors.errors import BadSettings

_PRINCIPAL: Final = f"{DAV}current-user-principal"
_HOME: Final = f"{CAL}calendar-home-set"
_KINDS: Final = f"{CAL}supported-calendar-component-set"
_ABOUT: Final = properties("d:resourcetype", "d:displayname", "c:supported-calendar-component-set")


def discover(dav: WebDav) -> tuple[Found, ...]:
    """The collections, found from whatever address of the server is configured. Raises ``RetryLater``, ``SideDown``."""
    principal = next(
        filter(None, (_linked(dav, path, "d:current-user-principal", _PRINCIPAL) for path in _starts(dav))), ""
    )
    if not principal:
        message = "the server tells nothing of this account at base_url or at its well-known address"
        raise BadSettings(message, hint="set base_url to the address that the server's manual names for CalDAV")
    home = _linked(dav, principal, "c:calendar-home-set", _HOME)
    found = dav.elsewhere(home, _ABOUT, "1") if home else None
    rows = [] if found is None else [one for one in found.responses if is_of_type(one, f"{CAL}calendar")]
    return tuple(_collection(one) for one in sorted(rows, key=lambda one: one.href) if _takes_tasks(one))


def _starts(dav: WebDav) -> Iterator[str]:
    """Where to ask: the configured address, then those where servers tell the way."""
    yield from dict.fromkeys((dav.path, WELL_KNOWN, "/"))


def _linked(dav: WebDav, path: str, name: str, full: str) -> str:
    """The path that a property of a resource links to; empty where there is none."""
    found = dav.elsewhere(path, properties(name), "0")
    for one in found.responses if found is not None else ():
        element = one.properties.get(full)
        link = "" if element is None else element.said(f"{DAV}href")
        if link:
            return urlsplit(link).path
    return ""


def _takes_tasks(one: Response) -> bool:
    kinds = one.properties.get(_KINDS)
    return kinds is None or "VTODO" in {kind.attributes.get("name", "").upper() for kind in kinds.children}


def _collection(one: Response) -> Found:
    path = urlsplit(one.href).path
    name = one.said(f"{DAV}displayname") or unquote(path.rstrip("/").rpartition("/")[2])
    kinds = one.properties.get(_KINDS)
    named = sorted(kind.attributes.get("name", "").upper() for kind in kinds.children) if kinds is not None else []
    events = " and events" if "VEVENT" in named else ""
    return Found(
        kind="collection",
        id=path,
        name=name,
        remark=f"tasks{events}; base_url is the server with this path",
        key="base_url",
    )
