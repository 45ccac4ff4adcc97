"""An OptaCheck, from its API page: the tasks of one workspace, each read by its id, and no list of them."""

from __future__ import annotations

import json
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Final, Literal

from tests.system.stranger import Call, Json, Reading, Refuse, Stranger

LENGTHS: Final = {"title": 100, "description": 255}
KINDS: Final[dict[str, type]] = {"forms": list, "data": dict}
"""What is not text."""
WORDS: Final = ("assigned", "in_progress", "active", "completed", "cancelled", "review")
"""What the workspace knows: the first three stand on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OptaCheckReading(Reading):
    """What the page leaves open, or shows in two ways."""

    put: Literal["merges", "replaces", "demands"] = "merges"  # what is not named stays, is emptied, is missed
    long: Literal["refused", "cut"] = "refused"
    slash: Literal["redirected", "missed"] = "redirected"
    ids: Literal["uuid", "number"] = "uuid"
    users: Literal["text", "number"] = "text"
    unset: Literal["null", "empty", "missing"] = "null"
    emptied: Literal["either", "null", "blank"] = "either"  # how a description is cleared
    data: Literal["left out", "told"] = "left out"  # in answers to writes
    edited: Literal["moves", "stays"] = "moves"
    history: Literal["all", "behind"] = "all"
    strips: Literal["yes", "no"] = "yes"
    strangers: Literal["refused", "passed over"] = "refused"  # addresses that nobody has
    deleted: Literal[204, 200, 202] = 204
    token: Literal[401, 403] = 401
    key: Literal[403, 401] = 403


class OptaCheck(Stranger):
    """One workspace. ``users`` is who has an account: e-mail address → id."""

    user, password, key, workspace = "me@example.com", "stranger-password-9001", "stranger-workspace-key", "ws-77"

    def __init__(self, seed: int = 0, reading: OptaCheckReading | None = None) -> None:
        super().__init__(seed)
        self.reading = reading or OptaCheckReading.drawn(seed)
        self.tasks: dict[str, dict[str, Json]] = {}
        self.users: dict[str, Json] = {}
        self._ids = count(70_001)
        self._people = count(501)
        self._token = f"token-{self.draw.random():.9f}"
        for address in (self.user, "crew@example.com"):
            self.join(address)

    def answer(self, call: Call) -> tuple[int, Json]:
        if call.path.rstrip("/") in {"/api-token-auth", f"/v1.0/workspaces/{self.workspace}/assignments"}:
            self._slash(call)
        if call.path == "/api-token-auth/":
            return self._login(call)
        match = re.fullmatch(r"/v1\.0/workspaces/([^/]+)/assignments(?:/([^/]+))?(/?)", call.path)
        if match is None:
            raise Refuse(404, {"detail": "Not found."})
        self._admit(call, match[1])
        self._slash(call)
        if match[2] is None:
            if call.method != "POST":
                raise Refuse(405, {"detail": f'Method "{call.method}" not allowed.'})
            return 201, self._told(self._create(self._said(call)))
        return self._one(call, match[2])

    def _slash(self, call: Call) -> None:
        if call.path.endswith("/"):
            return
        if self.reading.slash == "missed" or call.method != "GET":
            raise Refuse(404, {"detail": "Not found."})
        raise Refuse(301, Location=f"{call.path}/")

    def _login(self, call: Call) -> tuple[int, Json]:
        if call.method != "POST":
            raise Refuse(405, {"detail": "Method not allowed."})
        said = self._said(call)
        if (said.get("username"), said.get("password")) != (self.user, self.password):
            raise Refuse(400, {"non_field_errors": ["Unable to log in with provided credentials."]})
        return 200, {"token": self._token}

    def _admit(self, call: Call, workspace: str) -> None:
        if call.headers.get("Authorization") != f"Token {self._token}":
            raise Refuse(self.reading.token, {"detail": "Invalid token."})
        if call.headers.get("x-api-key") != self.key or workspace != self.workspace:
            raise Refuse(self.reading.key, {"detail": "This key is not one of this workspace."})

    @staticmethod
    def _said(call: Call) -> dict[str, Json]:
        if call.headers.get_content_type() != "application/json":
            raise Refuse(415, {"detail": "Unsupported media type in request."})
        try:
            said = json.loads(call.body)
        except ValueError:
            raise Refuse(400, {"detail": "JSON parse error"}) from None
        if not isinstance(said, dict):
            raise Refuse(400, {"non_field_errors": ["Invalid data. Expected a dictionary."]})
        return said

    def _one(self, call: Call, ref: str) -> tuple[int, Json]:
        task = self.tasks.get(ref)
        if task is None:
            raise Refuse(404, {"detail": "Not found."})
        match call.method:
            case "GET":
                return 200, self._shown(task)
            case "PUT":
                self._put(task, self._said(call))
                return 200, self._told(task)
            case "DELETE":
                del self.tasks[ref]
                return self.reading.deleted, None if self.reading.deleted == 204 else {}
        raise Refuse(405, {"detail": f'Method "{call.method}" not allowed.'})

    # What it keeps

    def _create(self, said: dict[str, Json]) -> dict[str, Json]:
        self._demand(said)
        number = self.reading.ids == "number"
        ref: Json = next(self._ids) if number else str(uuid.UUID(int=self.draw.getrandbits(128), version=4))
        now = datetime.now(UTC)
        task = {
            **self._empty(),
            "id": ref,
            "user": None,
            "by_user": self.users[self.user],
            "date_edited": now - timedelta(microseconds=10),
            "date_created": now,
            "status_history": [],
        }
        self._change(task, said)
        self.tasks[str(ref)] = task
        return task

    def _put(self, task: dict[str, Json], said: dict[str, Json]) -> None:
        if self.reading.put == "demands":
            self._demand(said)
        changed = dict(task)
        if self.reading.put != "merges":
            changed |= self._empty()
            changed["user"] = None if said.get("user_email") is None else task["user"]
            said = {"status": task["status"], "title": task["title"], **said}
        self._change(changed, said)
        if self.reading.edited == "moves":
            changed["date_edited"] = datetime.now(UTC)
        task.update(changed)

    @staticmethod
    def _empty() -> dict[str, Json]:
        return {"description": None, "forms": [], "project": None, "client": None, "data": {"fields": []}}

    @staticmethod
    def _demand(said: dict[str, Json]) -> None:
        missing = [name for name in ("status", "title", "user_email") if not said.get(name)]
        if missing:
            raise Refuse(400, {name: ["This field is required."] for name in missing})

    def _change(self, task: dict[str, Json], said: dict[str, Json]) -> None:
        for name in ("status", "title", "description", "forms", "project", "client", "data"):
            if name in said:
                value = self._checked(name, said[name])
                if name == "status" and value != task.get("status"):
                    self._note(task, value)
                task[name] = value
        address = said.get("user_email")
        if address in self.users:
            task["user"] = self.users[address]
        elif address is not None and (self.reading.strangers == "refused" or task["user"] is None):
            raise Refuse(400, {"user_email": ["There is no user with this email."]})

    def _checked(self, name: str, value: Json) -> Json:
        if value is None and name not in {"status", "title", "forms"}:
            if name == "description" and self.reading.emptied == "blank":
                raise Refuse(400, {name: ["This field may not be null."]})
            return self._empty()[name]
        if not isinstance(value, KINDS.get(name, str)):
            raise Refuse(400, {name: ["Not valid."]})
        if name in LENGTHS:
            return self._text(name, value)
        if name == "status" and value not in WORDS:
            raise Refuse(400, {name: [f'"{value}" is not a valid choice.']})
        return value

    def _text(self, name: str, value: str) -> str | None:
        value = value.strip() if self.reading.strips == "yes" else value
        if len(value) > LENGTHS[name]:
            if self.reading.long == "refused":
                raise Refuse(400, {name: [f"Ensure this field has no more than {LENGTHS[name]} characters."]})
            value = value[: LENGTHS[name]]
        if value or (name == "description" and self.reading.emptied != "null"):
            return value or None
        raise Refuse(400, {name: ["This field may not be blank."]})

    def _note(self, task: dict[str, Json], word: str) -> None:
        now = datetime.now(UTC)
        last = {"status": word, "date_status": _stamp(now), "status_name": word.replace("_", " ").capitalize()}
        history = task["status_history"]
        if self.reading.history == "behind" and history:
            last["status"] = task["status"]
        task["status_history"] = [*history, last]

    # What it tells

    def _told(self, task: dict[str, Json]) -> Json:
        shown = self._shown(task)
        if self.reading.data == "left out":
            del shown["data"]
        return shown

    def _shown(self, task: dict[str, Json]) -> dict[str, Json]:
        shown = {name: _stamp(value) if isinstance(value, datetime) else value for name, value in task.items()}
        for name in ("description", "project", "client"):
            if shown[name] is None and self.reading.unset != "null":
                shown[name] = ""
                if self.reading.unset == "missing":
                    del shown[name]
        return shown

    # What people do

    def join(self, address: str) -> Json:
        """Give somebody an account. Its id."""
        number = next(self._people)
        self.users[address] = number if self.reading.users == "number" else f"user-{number}"
        return self.users[address]

    def add(self, title: str, *, status: str = "assigned", user: str = "crew@example.com", **members: Json) -> str:
        """Make a task in the vendor's own pages. Its id."""
        with self.lock:
            return str(self._create({"title": title, "status": status, "user_email": user, **members})["id"])

    def edit(self, ref: str, **members: Json) -> None:
        """Change what stands in a task; ``user`` is an address."""
        with self.lock:
            task, user = self.tasks[ref], members.pop("user", None)
            if "status" in members and members["status"] != task["status"]:
                self._note(task, members["status"])
            task |= {**members, "date_edited": datetime.now(UTC)}
            if user is not None:
                task["user"] = self.users[user]

    def remove(self, ref: str) -> None:
        """Delete a task."""
        with self.lock:
            del self.tasks[ref]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
