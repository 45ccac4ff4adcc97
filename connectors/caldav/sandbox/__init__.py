"""A CalDAV server to try things against: a real one as a process of its own, with switches before it.

No copy is written here, as for the vendors: servers of the protocol are free to have. It is a tool, and no part of
tasksync imports it.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote

from starlette.types import ASGIApp, Receive, Scope, Send

from connectors.caldav.sandbox.process import Server
from connectors.caldav.sandbox.proxy import Proxy
from connectors.caldav.sandbox.reading import Reading
from connectors.caldav.sandbox.servers import SERVERS, Radicale

__all__ = ["SERVERS", "Reading", "Sandbox", "Server"]

USERNAME: Final = "user"
PASSWORD: Final = "caldav-password"  # noqa: S105 - the sandbox's own
_MAKE: Final = """<?xml version="1.0" encoding="utf-8"?>
<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop><displayname>{name}</displayname>
<c:supported-calendar-component-set>{kinds}</c:supported-calendar-component-set></prop></set></c:mkcalendar>"""
_TASK: Final = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Somebody//A telephone//EN
BEGIN:{kind}
UID:{uid}
DTSTAMP:20260101T000000Z
{lines}
END:{kind}
END:VCALENDAR
"""


class Sandbox:
    """One collection on a server: serve :attr:`app`, and act on it as people would.

    ``server`` is one that runs, or will when it is needed; without it, one is started for this sandbox alone.
    """

    username = USERNAME
    password = PASSWORD

    def __init__(self, reading: Reading | None = None, server: Server | None = None) -> None:
        self.reading = reading or Reading()
        self._server = server or SERVERS[self.reading.server](USERNAME, PASSWORD)
        self._proxy = Proxy(self._server, self.reading)
        self._name = f"tasks-{secrets.token_hex(6)}"
        self._made = False
        self._lock = threading.RLock()
        self.app: ASGIApp = self._served

    @staticmethod
    def missing() -> str:
        """What is to be done before this can be served; empty when it can."""
        return Radicale.missing()

    @property
    def place(self) -> str:
        """The path of the collection on the server."""
        return f"{self._server.home.format(USERNAME)}{self._name}/"

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {"username": USERNAME, "password": PASSWORD, "auth": self.reading.login}

    def make(self, name: str, kinds: str = "VTODO VEVENT") -> str:
        """A person makes a collection; its path."""
        told = "".join(f'<c:comp name="{kind}"/>' for kind in kinds.split())
        path = f"{self._server.home.format(USERNAME)}{name}/"
        self.ask("MKCALENDAR", path, _MAKE.format(name=name, kinds=told).encode(), {"content-type": "text/xml"})
        return path

    def add(self, title: str, *lines: str, uid: str = "", name: str = "", kind: str = "VTODO") -> str:
        """A person makes a task: its UID. ``lines`` are further properties, ``name`` is what its resource is named."""
        uid = uid or secrets.token_hex(8)
        self.store(
            name or f"{uid}.ics", _TASK.format(kind=kind, uid=uid, lines="\n".join((f"SUMMARY:{title}", *lines)))
        )
        return uid

    def store(self, name: str, text: str) -> None:
        """A person's program writes a resource."""
        self.ask("PUT", self._path(name), text.encode(), {"content-type": "text/calendar"})

    def text(self, name: str) -> str:
        """A resource's text, with line feeds."""
        return self.ask("GET", self._path(name)).decode().replace("\r\n", "\n")

    def edit(self, name: str, old: str, new: str) -> None:
        """A person changes a resource: ``new`` in the place of ``old``."""
        text = self.text(name)
        if old not in text:
            raise ValueError(f"{old!r} is not in {name}")
        self.store(name, text.replace(old, new))

    def rename(self, name: str, new: str) -> None:
        """A person's program gives a resource another name."""
        text = self.text(name)
        self.remove(name)
        self.store(new, text)

    def remove(self, name: str) -> None:
        """A person deletes a resource."""
        self.ask("DELETE", self._path(name))

    def texts(self) -> dict[str, str]:
        """The texts of all resources by their names."""
        body = b'<?xml version="1.0"?><propfind xmlns="DAV:"><prop><getetag/></prop></propfind>'
        listed = self.ask("PROPFIND", self._path(""), body, {"depth": "1", "content-type": "text/xml"}).decode()
        names = [part.partition("</")[0] for part in listed.split(f"{self.place}")[1:]]
        return {unquote(name): self.text(unquote(name)) for name in names if name.endswith(".ics")}

    def ask(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> bytes:
        """Ask the server as the account; the answer's body. Raises ``RuntimeError`` for a refusal."""
        told = {"authorization": self._proxy.basic, **(headers or {})}
        status, _, content = self._proxy.asked(method, path, told, body)
        if status >= 400:  # noqa: PLR2004 - the first refusal
            raise RuntimeError(f"{method} {path}: {status} {content.decode(errors='replace')[:200]}")
        return content

    def _path(self, name: str) -> str:
        with self._lock:
            if not self._made:
                self._made = True
                self.make(self._name)
        return f"{self.place}{quote(name)}"

    async def _served(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server, once the collection is there."""
        await asyncio.to_thread(self._path, "")
        await self._proxy(scope, receive, send)
