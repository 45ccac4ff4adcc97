"""A small OptaCheck server to try things against: the documented calls over HTTP, the tasks in memory.

It is written from the vendor's API page. What that page leaves open is a switch of :class:`Reading`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from starlette.applications import Starlette

from connectors.optacheck.sandbox.app import Api, Tokens
from connectors.optacheck.sandbox.members import Workspace
from connectors.optacheck.sandbox.reading import Reading
from connectors.optacheck.sandbox.world import Task, World
from connectors.task import JsonValue

__all__ = ["Reading", "Sandbox", "Task"]


def _clock() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - a server has a clock of its own


def _new_id() -> str:
    return str(uuid.uuid4())


class Sandbox:
    """One workspace: serve :attr:`app`, and act on it as people would."""

    workspace = "ws-1"
    api_key = "workspace-key"
    username = "api@example.com"
    password = "optacheck-password"  # noqa: S105 - the sandbox's own
    crew = "crew@example.com"
    people: Mapping[str, str] = {
        "api@example.com": "5d0e4c1a-0000-4000-8000-0000000000a1",
        "crew@example.com": "5d0e4c1a-0000-4000-8000-0000000000c1",
        "anna@example.com": "5d0e4c1a-0000-4000-8000-0000000000a2",
        "ben@example.com": "5d0e4c1a-0000-4000-8000-0000000000b2",
    }
    words = ("assigned", "in_progress", "active", "completed", "cancelled")

    def __init__(
        self,
        reading: Reading | None = None,
        now: Callable[[], datetime] = _clock,
        new_id: Callable[[], str] = _new_id,
    ) -> None:
        self.reading = reading or Reading()
        workspace = Workspace(reading=self.reading, words=self.words, people=self.people, me=self.people[self.username])
        self._world = World(workspace, now, new_id)
        self._tokens = Tokens()
        self.app: Starlette = Api(
            world=self._world,
            workspace=self.workspace,
            username=self.username,
            password=self.password,
            key=self.api_key,
            tokens=self._tokens,
        ).app()

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {
            "workspace": self.workspace,
            "api_key": self.api_key,
            "username": self.username,
            "password": self.password,
            "user_email": self.crew,
        }

    def add(self, title: str, members: Mapping[str, JsonValue] | None = None) -> str:
        """A person makes a task; its id. ``user`` is an id, or nobody's. Raises ``Refused``."""
        return str(self._world.create({"title": title, **(members or {})}, demands=False)["id"])

    def edit(self, identity: str, members: Mapping[str, JsonValue]) -> None:
        """A person changes a task. Raises ``Refused``, ``Unknown``."""
        self._world.edit(identity, members)

    def remove(self, identity: str) -> None:
        """A person deletes a task. Raises ``Unknown``."""
        self._world.remove(identity)

    def tasks(self) -> list[Task]:
        """Every task there is, whole, in the order in which they were made."""
        return self._world.everything()

    def end_tokens(self) -> None:
        """Every token that was given out is over."""
        self._tokens.end()
