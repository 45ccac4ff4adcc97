"""Addresses: of a vendor, and of the store."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import SplitResult, urlsplit, urlunsplit

from sync.config.problems import BadValue, kind, shown

BASE_URL_HINT = 'scheme, host and perhaps a prefix: "https://tenant.example.com"'
STORE_HINT = '"sqlite:///tasksync.db" or "postgresql+psycopg://user@host/database"'
_SQLITE = "sqlite:///"
_POSTGRESQL = "postgresql+psycopg://"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def base_url(value: object, *, allow_http: bool) -> str:
    """A vendor's address without a trailing slash; scheme and host in lower case.

    Only https, unless the host is this machine or ``allow_http`` is set. No message repeats an address that may hold a
    password.
    """
    if not isinstance(value, str):
        raise BadValue(f"must be text, not {kind(value)}", BASE_URL_HINT)
    parts = _split(value)
    if parts.scheme == "http" and not (allow_http or _loopback(parts.hostname or "")):
        raise BadValue(
            f"{shown(value)} would send the password in the clear",
            "write https://, or allow_http = true on a network that you trust",
        )
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = "" if parts.port in {None, _DEFAULT_PORTS[parts.scheme]} else f":{parts.port}"
    return urlunsplit((parts.scheme, f"{host}{port}", parts.path.rstrip("/"), "", ""))


def _split(value: str) -> SplitResult:
    if re.search(r"[\s\x00-\x1f\x7f\\]", value):
        raise BadValue("has a blank, a line break or a backslash in it", BASE_URL_HINT)
    try:
        parts = urlsplit(value)
        whole = bool(parts.hostname) and parts.port != 0
    except ValueError:
        parts, whole = SplitResult("", "", "", "", ""), False
    if "@" in parts.netloc or (not whole and "@" in value):
        raise BadValue("has a user or a password in it", "leave them out: username and the secret have their own keys")
    if not whole or parts.scheme not in _DEFAULT_PORTS:
        raise BadValue(f"{shown(value)} is not an address of a server", BASE_URL_HINT)
    if "?" in value or "#" in value:
        raise BadValue("has a query or a fragment in it", "end the address before the ? or #")
    return parts


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def store_url(value: object, folder: Path) -> str:
    """The store's address, the path of an SQLite file made absolute against ``folder``.

    No message repeats it: it may hold a password.
    """
    if not isinstance(value, str):
        raise BadValue(f"must be text, not {kind(value)}", STORE_HINT)
    if value.startswith(_POSTGRESQL) and len(value) > len(_POSTGRESQL):
        return value
    if not value.startswith(_SQLITE):
        scheme = re.match(r"[A-Za-z0-9+.-]{1,40}(?=:)", value)
        what = f'"{scheme[0]}" is not a kind of store' if scheme else "is not the address of a store"
        raise BadValue(what, STORE_HINT)
    file = value.removeprefix(_SQLITE)
    if not file or file.endswith("/") or file.startswith((":memory:", "file:")):
        raise BadValue("names no file", 'the store is a file that stays: "sqlite:///tasksync.db"')
    path = str(folder / file)
    if re.search(r"[?\x00-\x1f]", path):
        raise BadValue("has a question mark or a control character in its path", STORE_HINT)
    return f"{_SQLITE}{path}"
