"""A CalDAV server that nobody here wrote, behind a proxy that can fail, and people who use it directly."""

from __future__ import annotations

import base64
import http.client
import secrets
from collections.abc import Callable
from functools import cache
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree as ET

from connectors.caldav.sandbox import SERVERS, Server
from tests.system.stranger import Answer, Call, Stranger

USER, PASSWORD = "user", "stranger-dav-48151623"
XML = {"Content-Type": "application/xml; charset=utf-8"}
PASSED = {"authorization", "content-type", "depth", "if-match", "if-none-match"}
LEFT_OUT = {"connection", "transfer-encoding", "content-length", "content-encoding", "date", "server"}
SPACES = 'xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"'
MAKE = f"""<c:mkcalendar {SPACES}><d:set><d:prop><c:supported-calendar-component-set><c:comp name="VTODO"/>
<c:comp name="VEVENT"/></c:supported-calendar-component-set></d:prop></d:set></c:mkcalendar>"""
QUERY = f"""<c:calendar-query {SPACES}><d:prop><c:calendar-data/></d:prop><c:filter>
<c:comp-filter name="VCALENDAR"><c:comp-filter name="VTODO"/></c:comp-filter></c:filter></c:calendar-query>"""
TODO = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Somebody//EN\r\nBEGIN:VTODO\r\n{}END:VTODO\r\nEND:VCALENDAR\r\n"


@cache
def running(kind: str) -> Server:
    """One server of a kind for all tests of this process; it ends with it."""
    return SERVERS[kind](USER, PASSWORD)


class Dav(Stranger):
    """One collection on a server of some kind. What people do there does not go through the proxy.

    ``meanwhile`` is called before a request is passed on: what somebody does at that moment. ``cut`` chooses answers
    that break off.
    """

    user, password = USER, PASSWORD

    def __init__(self, kind: str, seed: int = 0) -> None:
        super().__init__(seed)
        self.kind = kind
        self.place = f"{running(kind).home.format(USER)}work-{secrets.token_hex(6)}/"
        self.meanwhile: Callable[[Call], None] = lambda _: None
        self.cut: Callable[[Call], bool] = lambda _: False
        self.ask("MKCALENDAR", self.place, MAKE, XML)

    @property
    def address(self) -> str:
        """The collection, through the proxy."""
        return self.url + self.place

    def _applied(self, call: Call) -> Answer:
        self.meanwhile(call)
        told = {name: text for name, text in call.headers.items() if name.lower() in PASSED}
        status, headers, body = self._sent(call.method, call.path, told, call.body)
        kept = [(name, text) for name, text in headers if name.lower() not in LEFT_OUT]
        if self.cut(call) and body:
            return Answer(status, body[: len(body) // 2], (*kept, ("Content-Length", str(len(body)))))
        return Answer(status, body, tuple(kept))

    # What people do

    def ask(self, method: str, path: str, body: str = "", headers: dict[str, str] | None = None) -> str:
        """Ask the server; the answer's body. A refusal fails."""
        token = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        told = {"Authorization": f"Basic {token}", **(headers or {})}
        status, _, content = self._sent(method, path, told, body.encode())
        assert status < 400, (method, path, status, content)
        return content.decode()

    def texts(self) -> dict[str, str]:
        """The texts of all tasks by the names of their resources."""
        found = ET.fromstring(self.ask("REPORT", self.place, QUERY, {**XML, "Depth": "1"}))
        return {
            unquote(urlsplit(one.findtext("{DAV:}href", "")).path).removeprefix(self.place): one.findtext(
                ".//{urn:ietf:params:xml:ns:caldav}calendar-data", ""
            ).replace("\r\n", "\n")
            for one in found.iter("{DAV:}response")
        }

    def write(self, name: str, text: str) -> None:
        """Write a resource."""
        self.ask("PUT", self.place + quote(name), text, {"Content-Type": "text/calendar; charset=utf-8"})

    def add(self, *lines: str, name: str = "") -> str:
        """Make a task of these properties; the name of its resource."""
        uid = secrets.token_hex(8)
        told = (f"UID:{uid}", "DTSTAMP:20260101T000000Z", *lines)
        self.write(name or f"{uid}.ics", TODO.format("".join(f"{line}\r\n" for line in told)))
        return name or f"{uid}.ics"

    def edit(self, name: str, old: str, new: str) -> None:
        """Write a resource again, with ``new`` in the place of ``old``."""
        text = self.texts()[name]
        assert old in text, (old, text)
        self.write(name, text.replace(old, new))

    def remove(self, name: str) -> None:
        """Delete a resource."""
        self.ask("DELETE", self.place + quote(name))

    def named(self, title: str) -> str:
        """The name of the one resource with a title."""
        (name,) = (name for name, text in self.texts().items() if f"\nSUMMARY:{title}\n" in text)
        return name

    @staticmethod
    def titles_of(texts: dict[str, str]) -> list[str]:
        """The titles, sorted."""
        return sorted(text.partition("\nSUMMARY:")[2].partition("\n")[0] for text in texts.values())

    @property
    def titles(self) -> list[str]:
        """The titles of all tasks, sorted: short ones, which no server folds."""
        return self.titles_of(self.texts())

    def _sent(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", running(self.kind).port, timeout=60)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.getheaders(), answer.read()
        finally:
            connection.close()
