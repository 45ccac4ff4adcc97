"""The tasks of one workspace, in memory, and what requests and people do to them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.optacheck.sandbox.members import Refused, Workspace
from connectors.task import JsonValue

Task = dict[str, JsonValue]

MEMBERS: Final[Mapping[str, JsonValue]] = {
    "status": "assigned",
    "title": "",
    "description": None,
    "forms": [],
    "project": None,
    "client": None,
    "user": None,
    "data": {"fields": []},
}
"""What a request can tell, and what it is when nobody told it."""
_DEMANDED: Final = ("status", "title", "user_email")
_OPTIONAL: Final = ("description", "project", "client", "user")
_HINT: Final = timedelta(microseconds=10)
"""By how much ``date_edited`` lies before ``date_created``, in the samples."""


class Unknown(Exception):
    """An id that is not there."""


class World:
    """Every task of a workspace; safe to use from several threads. Answers are copies."""

    def __init__(self, workspace: Workspace, now: Callable[[], datetime], new_id: Callable[[], str]) -> None:
        self.workspace = workspace
        self._now = now
        self._new_id = new_id
        self._lock = threading.RLock()
        self._tasks: dict[str, Task] = {}

    def everything(self) -> list[Task]:
        """Every task there is, whole, in the order in which they were made."""
        with self._lock:
            return [copy.deepcopy(task) for task in self._tasks.values()]

    def read(self, identity: str) -> Task:
        """One task. Raises ``Unknown``."""
        with self._lock:
            return self._shown(self._find(identity))

    def create(self, body: Mapping[str, JsonValue], *, demands: bool) -> Task:
        """Make a task of what a request says; a person is not asked for everything. Raises ``Refused``."""
        with self._lock:
            if demands:
                self._demand(body)
            created = self._now()
            task: Task = {
                "id": self._new_id(),
                **copy.deepcopy(dict(MEMBERS)),
                "by_user": self.workspace.me,
                "date_created": _moment(created),
                "date_edited": _moment(created - _HINT),
                "status_history": [],
            }
            self._apply(task, body)
            self._note_status(task)
            self._tasks[str(task["id"])] = task
            return self._answer(task)

    def update(self, identity: str, body: Mapping[str, JsonValue]) -> Task:
        """What a PUT does, all or nothing. Raises ``Refused``, ``Unknown``."""
        with self._lock:
            task = copy.deepcopy(self._find(identity))
            if self.workspace.reading.put == "demand":
                self._demand(body)
            if self.workspace.reading.put != "merge":
                said = body.keys() | ({"user"} if "user_email" in body else set())
                task.update({name: copy.deepcopy(value) for name, value in MEMBERS.items() if name not in said})
            return self._changed(task, body)

    def edit(self, identity: str, body: Mapping[str, JsonValue]) -> Task:
        """What a person does: what they do not touch stays. Raises ``Refused``, ``Unknown``."""
        with self._lock:
            return self._changed(copy.deepcopy(self._find(identity)), body)

    def remove(self, identity: str) -> Task:
        """Delete a task; what it was. Raises ``Unknown``."""
        with self._lock:
            task = self._find(identity)
            del self._tasks[identity]
            return self._answer(task)

    def _find(self, identity: str) -> Task:
        if identity not in self._tasks:
            raise Unknown(identity)
        return self._tasks[identity]

    def _changed(self, task: Task, body: Mapping[str, JsonValue]) -> Task:
        before = task["status"]
        self._apply(task, body)
        if self.workspace.reading.edited == "moves":
            task["date_edited"] = _moment(self._now())
        if task["status"] != before:
            self._note_status(task)
        self._tasks[str(task["id"])] = task
        return self._answer(task)

    def _apply(self, task: Task, body: Mapping[str, JsonValue]) -> None:
        complaints: dict[str, JsonValue] = {}
        for name, value in body.items():
            if name not in MEMBERS and name != "user_email":
                continue
            member = "user" if name == "user_email" else name
            try:
                task[member] = self.workspace.member(name, value, task[member])
            except Refused as refused:
                complaints[name] = [str(refused)]
        if complaints:
            raise Refused(complaints)

    def _demand(self, body: Mapping[str, JsonValue]) -> None:
        missing: dict[str, JsonValue] = {
            name: ["This field is required."] for name in _DEMANDED if body.get(name) in (None, "")
        }
        if missing:
            raise Refused(missing)

    def _note_status(self, task: Task) -> None:
        history = task["status_history"]
        word = str(task["status"])
        entry: JsonValue = {
            "status": word,
            "date_status": _moment(self._now()),
            "status_name": word.replace("_", " ").capitalize(),
        }
        task["status_history"] = [*(history if isinstance(history, list) else []), entry]

    def _answer(self, task: Task) -> Task:
        """A task as the answer to a write tells it."""
        shown = self._shown(task)
        if self.workspace.reading.data == "without":
            shown.pop("data", None)
        return shown

    def _shown(self, task: Task) -> Task:
        reading, shown = self.workspace.reading, copy.deepcopy(task)
        for name in (name for name in _OPTIONAL if not shown[name]):
            shown[name] = None if reading.empty == "null" else ""
            if reading.empty == "absent" and name != "user":
                del shown[name]
        if reading.forms == "form":
            shown["form"] = shown.pop("forms")
        history = shown["status_history"]
        if reading.history == "behind" and isinstance(history, list):
            shown["status_history"] = history[:-1] or history
        return shown


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
