"""A request as data, and as what requests sends: its address, its body, whom to trust, which proxy."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import SplitResult, urlencode, urljoin, urlsplit

import orjson
import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import get_environ_proxies

from connectors.answers import Subject
from connectors.errors import BadSettings, Rejected
from connectors.task import JsonValue
from connectors.tolerance import is_marked

_HEADERS: Final = {
    "User-Agent": "tasksync",
    "Accept": "application/json",
    # Only what can be decoded piece by piece: what a small body grows to stays bounded.
    "Accept-Encoding": "gzip, deflate",
}
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS: Final = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request: what :meth:`connectors.transport.Http.send` was asked."""

    method: str
    url: str
    params: Mapping[str, str] | None
    json: JsonValue | None
    form: Sequence[tuple[str, str]] | None
    content: bytes | None
    headers: Mapping[str, str]
    auth: AuthBase | tuple[str, str] | None
    cost: int
    ok: Callable[[int], bool] | None
    subject: Subject

    @property
    def full_url(self) -> str:
        """The address with its parameters, which may be secrets."""
        return f"{self.url}?{urlencode(self.params)}" if self.params else self.url

    def accepts(self, status: int) -> bool:
        """Whether the caller wants to see an answer of this status, whatever it is."""
        return self.ok is not None and self.ok(status)

    def at(self, url: str) -> Request:
        """The same request at another address, which carries its own parameters."""
        return replace(self, url=url, params=None)


def prepared(request: Request) -> requests.PreparedRequest:
    """The request as requests sends it.

    Raises ``Rejected`` for values that neither JSON nor a form can carry, ``BadSettings`` for credentials that no
    header can.
    """
    headers = {**_HEADERS, **request.headers}
    body = _body(request, headers)
    auth = request.auth
    if isinstance(auth, tuple):
        # RFC 7617 leaves the charset to the server, and UTF-8 is what servers expect; requests would take Latin-1.
        auth = HTTPBasicAuth(auth[0].encode(), auth[1].encode())
    try:
        made = requests.Request(
            request.method, request.url, params=request.params, data=body, headers=headers, auth=auth
        )
        ready = made.prepare()
        for value in ready.headers.values():
            str(value).encode("latin-1")  # what a header can hold
    except UnicodeEncodeError:
        message = f"{request.subject}: a value can not be sent in a header or an address"
        raise BadSettings(message, hint="check the credentials and ids of this side for strange characters") from None
    return ready


def _body(request: Request, headers: dict[str, str]) -> bytes | None:
    try:
        if request.content is not None:
            return request.content
        if request.form is not None:
            headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
            return urlencode(list(request.form)).encode("ascii")
        if request.json is None:
            return None
        if is_marked(request.json):
            what = "a member that is to stay as it is could not be read"
            raise Rejected(f"{request.subject} can not be sent: {what}", hint="mend the task at the vendor")
        headers.setdefault("Content-Type", "application/json")
        return orjson.dumps(request.json, default=_plain)
    except UnicodeEncodeError:
        why = "it holds half a character"
    except orjson.JSONEncodeError as error:
        why = str(error)
    raise Rejected(f"{request.subject} can not be sent: {why}", hint="mend the text of the task")


def _plain(value: object) -> object:
    """A mapping or sequence that is no dict or list, as one."""
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, Sequence):
        return list(value)
    raise TypeError


def origin(url: str) -> str:
    """Scheme, host and port of an address, the port only where it is not the usual one: what may be shown of it."""
    parts = _parts(url)
    try:
        port = parts.port
    except ValueError:
        port = None
    host = parts.hostname or ""
    if not parts.scheme or not host:
        return "an address that can not be read"
    host = f"[{host}]" if ":" in host else host
    usual = port is None or port == _PORTS.get(parts.scheme)
    return f"{parts.scheme}://{host}" if usual else f"{parts.scheme}://{host}:{port}"


def target(url: str, location: str) -> str:
    """Where a redirect leads; empty if nobody can tell."""
    try:
        return urljoin(url, location)
    except ValueError:
        return ""


def environment_proxies(base_url: str) -> dict[str, str]:
    """The proxies that the environment names for an address; never one for this machine itself."""
    host = _parts(base_url).hostname
    return {} if host is None or host in _LOOPBACK else dict(get_environ_proxies(base_url))


def _parts(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", "", "", "")


def trusted(ca_file: str | None) -> str | bool:
    """Whom to trust: a file's authorities, or everybody's. Raises ``BadSettings`` for a file without any."""
    if ca_file is None:
        return True
    try:
        ssl.create_default_context(cafile=ca_file)
    except (OSError, ssl.SSLError) as error:
        system = (error.strerror or "it can not be read").lower()
        why = "it holds no certificate" if isinstance(error, ssl.SSLError) else system
        raise BadSettings(f"ca_file {ca_file}: {why}", hint="give a file of certificates in PEM form") from None
    return ca_file
