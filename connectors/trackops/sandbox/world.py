"""The tasks of one account, in memory, and what requests and people do to them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from connectors.task import JsonValue
from connectors.trackops.sandbox.account import Account, Refused

REQUIRED: Final = ("casefile_id", "calendar_id", "due_on", "title")
_BLANK: Final[Mapping[str, JsonValue]] = {
    "casefile_id": None,
    "calendar_id": None,
    "subject_id": None,
    "case_service_id": None,
    "due_on": None,
    "alert_at": None,
    "title": "",
    "body": None,
    "status": "none",
    "address": None,
    "users_list": [],
}


class Unknown(Exception):
    """An id that is not there."""


@dataclass(slots=True, kw_only=True)
class Task:
    """One task: its members as they are stored, and the times that filters ask for."""

    id: int
    members: dict[str, JsonValue]
    created: datetime
    updated: datetime
    completed: datetime | None = None


@dataclass(slots=True)
class World:
    """Every task of an account; safe to use from several threads. What it gives are copies."""

    account: Account
    now: Callable[[], datetime]
    lock: threading.RLock = field(default_factory=threading.RLock)
    tasks: dict[int, Task] = field(default_factory=dict)
    last: int = 5000

    def listed(self, *, case: int | None, since: datetime | None, newest: bool) -> list[Task]:
        """The tasks that the filters let through, in their order."""
        with self.lock:
            return [
                copy.deepcopy(task)
                for _, task in sorted(self.tasks.items(), reverse=newest)
                if (case is None or task.members["casefile_id"] == case) and (since is None or task.updated >= since)
            ]

    def find(self, identity: int) -> Task:
        """One task. Raises ``Unknown``."""
        with self.lock:
            return copy.deepcopy(self._own(identity))

    def create(self, said: Mapping[str, JsonValue]) -> Task:
        """Make a task of what a request says; its status is none. Raises ``Refused``."""
        told = {name: value for name, value in said.items() if name != "status"}
        for name in REQUIRED:
            if told.get(name) is None:
                raise Refused(name, "can not be blank")
        return self._make(told)

    def make(self, said: Mapping[str, JsonValue]) -> Task:
        """A person makes a task: neither case nor due date is needed. Raises ``Refused``."""
        return self._make(said)

    def change(self, identity: int, said: Mapping[str, JsonValue], *, whole: bool = False) -> Task:
        """Change the members that are named; ``whole``: the others are emptied. Raises ``Refused``, ``Unknown``."""
        with self.lock:
            task = self._own(identity)
            before = dict(_BLANK) if whole else task.members
            after = {**before, **self.account.stored(said)}
            quiet = {"status", "users_list"} if self.account.reading.filter == "edited" else set()
            moved = {name for name in after if after[name] != task.members[name]}
            if task.members["status"] != "complete" and after["status"] == "complete":
                task.completed = self._time()
            if after["status"] != "complete":
                task.completed = None
            task.members = after
            if moved - quiet:
                task.updated = self._time()
            return copy.deepcopy(task)

    def remove(self, identity: int) -> Task:
        """Delete a task; what it was. Raises ``Unknown``."""
        with self.lock:
            task = self._own(identity)
            del self.tasks[identity]
            return task

    def _make(self, said: Mapping[str, JsonValue]) -> Task:
        with self.lock:
            members = {**copy.deepcopy(dict(_BLANK)), **self.account.stored(said)}
            moment = self._time()
            done = moment if members["status"] == "complete" else None
            self.last += 1
            task = Task(id=self.last, members=members, created=moment, updated=moment, completed=done)
            self.tasks[task.id] = task
            return copy.deepcopy(task)

    def _own(self, identity: int) -> Task:
        if identity not in self.tasks:
            raise Unknown(str(identity))
        return self.tasks[identity]

    def _time(self) -> datetime:
        """Now, in whole seconds."""
        return self.now().astimezone(UTC).replace(microsecond=0)
