"""Radicale with collections of ordinary tasks, and a person who works in them without being counted."""

from __future__ import annotations

import base64
import http.client
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count

from connectors.caldav.sandbox.servers import Radicale

USER, PASSWORD = "user", "a-password"
KEY = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode("ascii")
TASK = """BEGIN:VTODO
UID:{uid}
DTSTAMP:20260101T000000Z
CREATED:20260101T000000Z
LAST-MODIFIED:20260101T000000Z
SUMMARY:{title}
DESCRIPTION:The second pallet was damaged. Ask for a replacement and for the
  invoice\\, and say when it is needed.
DUE;VALUE=DATE:{due:%Y%m%d}
PRIORITY:{priority}
CATEGORIES:delivery,supplier
STATUS:NEEDS-ACTION
END:VTODO
"""
WHOLE = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Somebody//A telephone//EN\n{}END:VCALENDAR\n"
EMPTY = """<?xml version="1.0" encoding="utf-8"?>
<c:mkcalendar xmlns="DAV:" xmlns:c="urn:ietf:params:xml:ns:caldav"><set><prop>
<c:supported-calendar-component-set><c:comp name="VTODO"/></c:supported-calendar-component-set>
</prop></set></c:mkcalendar>"""
FIRST_DAY = datetime(2027, 1, 1, tzinfo=UTC)


def uid(number: int) -> str:
    """The identity of a task, as a telephone makes it."""
    return f"6f1a2c3e-0000-4000-8000-{number:012d}"


def task(number: int, again: int = 0, own: str = "") -> str:
    """A task of some 400 bytes; ``again`` is how often somebody renamed it, ``own`` its identity if not the first."""
    title = f"Task {number}: call the supplier about the delivery" + (f" ({again})" if again else "")
    due = FIRST_DAY + timedelta(days=number % 300)
    return TASK.format(uid=own or uid(number), title=title, due=due, priority=number % 10)


def number_of(title: str) -> int:
    """The number of the task with a title."""
    return int(title.split(":", maxsplit=1)[0].removeprefix("Task "))


@dataclass(slots=True)
class Collections:
    """One server, and what is on it."""

    server: Radicale
    made = count(1)

    def make(self, numbers: Iterable[int]) -> str:
        """A collection with these tasks, in one request; its name."""
        name, tasks = f"c{next(self.made)}", "".join(task(number) for number in numbers)
        if tasks:
            self.ask("PUT", f"{name}/", WHOLE.format(tasks))
        else:
            self.ask("MKCALENDAR", f"{name}/", EMPTY)
        return name

    def rename(self, name: str, number: int, own: str, again: int) -> None:
        """A person gives a task another title."""
        self.ask("PUT", f"{name}/{own}.ics", WHOLE.format(task(number, again, own)))

    def delete(self, name: str, own: str) -> None:
        """A person deletes a task."""
        self.ask("DELETE", f"{name}/{own}.ics")

    def titles(self, name: str) -> dict[str, str]:
        """The identities by title: what was made by a program may have one of its own."""
        found: dict[str, str] = {}
        told: dict[str, str] = {}
        for line in self.ask("GET", f"{name}/").splitlines():
            key, _, value = line.partition(":")
            told[key] = value
            if (key, value) == ("END", "VTODO"):
                found[told["SUMMARY"]] = told["UID"]
        return found

    def ask(self, method: str, path: str, text: str = "") -> str:
        """One request. Raises ``RuntimeError`` when it is refused."""
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=600)
        kind = "text/calendar" if method == "PUT" else "application/xml"
        headers = {"Authorization": f"Basic {KEY}", "Content-Type": f"{kind}; charset=utf-8"}
        connection.request(method, f"/{USER}/{path}", text.replace("\n", "\r\n").encode() or None, headers)
        answer = connection.getresponse()
        body = answer.read().decode()
        connection.close()
        if answer.status >= http.client.BAD_REQUEST:
            raise RuntimeError(f"{method} {path}: {answer.status} {body[:200]}")
        return body
