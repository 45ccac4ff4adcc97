"""A small Trackops server to try things against: the documented calls over HTTP, the tasks in memory.

It is written from the vendor's API Reference ("Tasks", "Staff", "Cases") and from what the vendor's client for PHP
shows of paging. What these leave open is a switch of :class:`Reading`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from starlette.applications import Starlette

from connectors.task import JsonValue
from connectors.trackops.sandbox.account import Account
from connectors.trackops.sandbox.app import Api
from connectors.trackops.sandbox.reading import Reading
from connectors.trackops.sandbox.shapes import Json, task_as_json
from connectors.trackops.sandbox.world import World

__all__ = ["Reading", "Sandbox"]

STAFF: Final[tuple[Mapping[str, JsonValue], ...]] = (
    {"id": 1, "name": "Anna Berg", "first_name": "Anna", "last_name": "Berg", "email": "anna@example.com"},
    {"id": 2, "name": "Ben Çelik", "first_name": "Ben", "last_name": "Çelik", "email": "ben@example.com"},
    {"id": 3, "name": "Chris de Vries", "first_name": "Chris", "last_name": "de Vries", "email": "Chris@example.com"},
)


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a server has a clock of its own


class Sandbox:
    """One company's Trackops: serve :attr:`app`, and act on it as people would."""

    username = "api@example.com"
    token = "trackops-company-token"  # noqa: S105 - the sandbox's own
    case = 245
    other_case = 246
    calendar = 1
    subject = 209
    case_service = 1
    people = tuple(int(str(one["id"])) for one in STAFF)

    def __init__(self, reading: Reading | None = None, now: Callable[[], datetime] = _clock) -> None:
        self.reading = reading or Reading()
        account = Account(
            reading=self.reading,
            cases={self.case: "2026-0245", self.other_case: "2026-0246"},
            subjects={self.subject: self.case, 210: self.other_case},
            calendars=frozenset({self.calendar, 2}),
            services=frozenset({self.case_service}),
            staff=STAFF,
        )
        self._world = World(account, now)
        self.app: Starlette = Api(world=self._world, username=self.username, token=self.token).app()

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {
            "username": self.username,
            "token": self.token,
            "case": str(self.case),
            "calendar": str(self.calendar),
            "default_due": "14d",
        }

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> int:
        """A person makes a task, in the case unless they say otherwise; its id. Raises ``Refused``."""
        place: Json = {"casefile_id": self.case, "calendar_id": self.calendar}
        return self._world.make({"title": title, **place, **(members or {})}).id

    def edit(self, identity: int, members: Mapping[str, JsonValue]) -> None:
        """A person changes a task. Raises ``Refused``, ``Unknown``."""
        self._world.change(identity, members)

    def move(self, identity: int, case: int | None) -> None:
        """A person moves a task to another case, or out of every case. Raises ``Unknown``."""
        with self._world.lock:
            self._world.tasks[identity].members["casefile_id"] = case
            self._world.tasks[identity].updated = self._world.now()

    def remove(self, identity: int) -> None:
        """A person deletes a task. Raises ``Unknown``."""
        self._world.remove(identity)

    def tasks(self) -> list[Json]:
        """Every task there is as the server tells it, by id."""
        listed = self._world.listed(case=None, since=None, newest=False)
        return [task_as_json(self._world.account, task) for task in listed]

    def stored(self, identity: int) -> Mapping[str, JsonValue]:
        """A task's members as they are stored, whatever an answer tells. Raises ``Unknown``."""
        return self._world.find(identity).members
