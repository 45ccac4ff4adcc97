"""A Trackops, from its API page and the vendor's own example: tasks of cases, listed in pages, made and read."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import count
from typing import Final, Literal

from tests.system.stranger import Call, Json, Reading, Refuse, Stranger

STATUSES: Final = ("none", "needs_action", "in_progress", "complete")
MOMENTS: Final = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d")
FILTERS: Final = {"id", "title", "calendar", "case", "subject", "user", "status", "page", "per_page", "dir", "mode"} | {
    f"{name}_{end}"
    for name in ("due", "complete", "alert", "alert_sent", "created", "updated")
    for end in ("from", "to")
}
MEMBERS: Final = {
    "casefile_id", "calendar_id", "subject_id", "case_service_id", "due_on", "alert_at", "title", "body", "address",
    "users_list",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackopsReading(Reading):
    """What the page leaves open."""

    answers: Literal["bare", "wrapped"] = "bare"
    created: Literal[201, 200] = 201
    most: Literal[100, 30, 8] = 100  # tasks on a page, whatever is asked for
    beyond: Literal["empty", 404, "uncounted"] = "empty"  # a page after the last; "uncounted": and no mode=count
    moments: Literal["any", 0, 1, 2] = "any"  # which of MOMENTS a filter takes
    seen: Literal["all", "no staff"] = "all"  # what moves the time that updated_from looks at
    users: Literal["ids", "objects", "Users"] = "ids"
    due: Literal["day", "midnight"] = "day"
    ids: Literal["number", "text"] = "number"
    unset: Literal["null", "empty", "missing"] = "null"
    none: Literal["none", "null"] = "none"
    times: Literal["told", "kept back"] = "told"
    staff: Literal["filtered", "all"] = "filtered"
    strangers: Literal["passed over", "refused"] = "passed over"  # ids of nobody in users_list
    put: Literal["merges", "replaces"] = "merges"  # where there is a PUT at all
    refused: Literal[405, 404] = 405  # where there is none


class Trackops(Stranger):
    """One account with one case. ``updates``: it has PUT and DELETE for tasks, which the page does not know."""

    user, token, case, calendar, subject = "api@example.com", "stranger-token-1999", 245, 3, 209

    def __init__(self, seed: int = 0, reading: TrackopsReading | None = None, *, updates: bool = False) -> None:
        super().__init__(seed)
        self.reading = reading or TrackopsReading.drawn(seed)
        self.updates = updates
        self.tasks: dict[int, dict[str, Json]] = {}
        self.people: dict[int, tuple[str, str]] = {}  # id → name, e-mail address
        self._ids = count(9001)

    def answer(self, call: Call) -> tuple[int, Json]:
        given = f"{self.user}/token:{self.token}".encode()
        if call.headers.get("Authorization") != "Basic " + base64.b64encode(given).decode():
            raise Refuse(401, {"error": "Unauthorized"})
        if call.path == "/api/v1/staff" and call.method == "GET":
            return 200, self._staff(call)
        match = re.fullmatch(r"/api/v1/tasks(?:/(\d+))?", call.path)
        if match is None:
            raise Refuse(404, {"error": "Not Found"})
        if match[1] is not None:
            return self._one(call, int(match[1]))
        if call.method == "POST":
            return self.reading.created, self._wrapped(self._create(self._said(call)))
        if call.method != "GET":
            raise Refuse(405, {"error": "Method Not Allowed"})
        return 200, self._list(call)

    @staticmethod
    def _said(call: Call) -> dict[str, Json]:
        if call.headers.get_content_type() != "application/json":
            raise Refuse(415, {"error": "send JSON"})
        try:
            said = json.loads(call.body)["task"]
        except (ValueError, KeyError, TypeError):
            raise Refuse(400, {"error": "must be nested under a task object"}) from None
        if not isinstance(said, dict):
            raise Refuse(400, {"error": "must be nested under a task object"})
        return said

    def _staff(self, call: Call) -> Json:
        found = [
            {"id": self._id(number), "email": email, "first_name": name.split()[0], "last_name": name.split()[-1]}
            for number, (name, email) in self.people.items()
        ]
        wanted = call.query.get("email") if self.reading.staff == "filtered" else None
        found = [one for one in found if wanted is None or one["email"] == wanted]
        return self._page(call, found)

    def _one(self, call: Call, ref: int) -> tuple[int, Json]:
        task = self.tasks.get(ref)
        if task is None:
            raise Refuse(404, {"error": "Not Found"})
        if call.method == "GET":
            return 200, self._wrapped(task)
        if not self.updates or call.method not in {"PUT", "DELETE"}:
            raise Refuse(self.reading.refused, {"error": "Method Not Allowed"})
        if call.method == "DELETE":
            del self.tasks[ref]
            return 200, {}
        said = self._said(call)
        if self.reading.put == "replaces":
            self._demand(said)
            said = {**self._empty(), "status": "none", **said}
        self._change(task, said)
        return 200, self._wrapped(task)

    # The list

    def _list(self, call: Call) -> Json:
        unknown = call.query.keys() - FILTERS
        if unknown:
            raise Refuse(400, {"error": f"unknown parameter {min(unknown)}"})
        found = [task for task in self.tasks.values() if self._fits(task, call.query)]
        if call.query.get("dir") == "desc":
            found.reverse()
        return self._page(call, [self._shown(task) for task in found])

    def _page(self, call: Call, found: list[Json]) -> Json:
        asked, page = (
            self._number(call.query.get(name, default)) for name, default in (("per_page", "20"), ("page", "1"))
        )
        size = min(asked, self.reading.most)
        if call.query.get("mode") == "count" and self.reading.beyond != "uncounted":
            return {"record_count": len(found), "page_count": -(-len(found) // size)}
        if page > 1 and (page - 1) * size >= len(found) and self.reading.beyond == 404:
            raise Refuse(404, {"error": "no such page"})
        return found[(page - 1) * size : page * size]

    @staticmethod
    def _number(text: str) -> int:
        if not re.fullmatch(r"[1-9]\d*", text):
            raise Refuse(400, {"error": f"{text} is no number"})
        return int(text)

    def _fits(self, task: dict[str, Json], query: dict[str, str]) -> bool:
        equal = {"id": "id", "title": "title", "calendar": "calendar_id", "case": "casefile_id", "status": "status"}
        if any(str(task[member]) != query[name] for name, member in equal.items() if name in query):
            return False
        for name in ("created", "updated"):
            if f"{name}_from" in query and task[f"{name}_at"] < self._moment(query[f"{name}_from"]):
                return False
            if f"{name}_to" in query and task[f"{name}_at"] > self._moment(query[f"{name}_to"]):
                return False
        return True

    def _moment(self, text: str) -> datetime:
        taken = MOMENTS if self.reading.moments == "any" else (MOMENTS[self.reading.moments],)
        for form in taken:
            try:
                return datetime.strptime(text, form).replace(tzinfo=UTC)
            except ValueError:
                continue
        raise Refuse(400, {"error": f"Invalid date: {text}"})

    # What it keeps

    @staticmethod
    def _empty() -> dict[str, Json]:
        return {
            "subject_id": None,
            "case_service_id": None,
            "body": None,
            "address": None,
            "alert_at": None,
            "users_list": [],
        }

    def _demand(self, said: dict[str, Json]) -> None:
        missing = [name for name in ("casefile_id", "calendar_id", "due_on", "title") if not said.get(name)]
        if missing:
            raise Refuse(422, {"errors": {name: ["can't be blank"] for name in missing}})
        if said["casefile_id"] != self.case or said["calendar_id"] != self.calendar:
            raise Refuse(422, {"errors": {"casefile_id": ["is not known"]}})
        if said.get("subject_id") not in {None, self.subject}:
            raise Refuse(422, {"errors": {"subject_id": ["belongs to another case"]}})

    def _create(self, said: dict[str, Json]) -> dict[str, Json]:
        self._demand(said)
        now = datetime.now(UTC).replace(microsecond=0)
        task = {**self._empty(), "status": "none", "created_at": now, "updated_at": now, "completed_at": None}
        self._change(task, {name: value for name, value in said.items() if name != "status"})
        task["id"] = next(self._ids)
        self.tasks[task["id"]] = task
        return task

    def _change(self, task: dict[str, Json], said: dict[str, Json]) -> None:
        kept = {name: self._checked(name, value) for name, value in said.items() if name in {*MEMBERS, "status"}}
        if kept.keys() - {"users_list", "status"} or self.reading.seen == "all":
            task["updated_at"] = datetime.now(UTC).replace(microsecond=0)
        if kept.get("status", task["status"]) != task["status"]:
            done = kept["status"] == "complete"
            task["completed_at"] = datetime.now(UTC).replace(microsecond=0) if done else None
        task.update(kept)

    def _checked(self, name: str, value: Json) -> Json:
        if name == "due_on":
            try:
                date.fromisoformat(value)
            except (TypeError, ValueError):
                raise Refuse(422, {"errors": {name: ["is not a date"]}}) from None
        if name == "users_list":
            if not isinstance(value, list) or any(type(one) is not int for one in value):
                raise Refuse(422, {"errors": {name: ["must be an array of staff IDs"]}})
            if self.reading.strangers == "refused" and set(value) - self.people.keys():
                raise Refuse(422, {"errors": {name: ["has somebody who is not known"]}})
            return [one for one in value if one in self.people]
        if name == "title" and not str(value or "").strip():
            raise Refuse(422, {"errors": {name: ["can't be blank"]}})
        if name == "status" and value not in STATUSES:
            raise Refuse(422, {"errors": {name: ["is not a status"]}})
        return value

    # What it tells

    def _wrapped(self, task: dict[str, Json]) -> Json:
        return {"task": self._shown(task)} if self.reading.answers == "wrapped" else self._shown(task)

    def _id(self, number: int) -> Json:
        return number if self.reading.ids == "number" else str(number)

    def _shown(self, task: dict[str, Json]) -> dict[str, Json]:
        shown = {name: value for name, value in task.items() if name != "users_list"}
        for name in ("id", "casefile_id", "calendar_id"):
            shown[name] = self._id(task[name])
        if self.reading.due == "midnight":
            shown["due_on"] = f"{task['due_on']} 00:00:00"
        if task["status"] == "none" and self.reading.none == "null":
            shown["status"] = None
        for name in ("created_at", "updated_at", "completed_at"):
            moment = shown.pop(name)
            if self.reading.times == "told":
                shown[name] = None if moment is None else moment.strftime(MOMENTS[0])
        for name, value in [*shown.items()]:
            if value is None and name != "status" and self.reading.unset != "null":
                shown[name] = ""
                if self.reading.unset == "missing":
                    del shown[name]
        return shown | self._people(task["users_list"])

    def _people(self, ids: list[int]) -> dict[str, Json]:
        if self.reading.users == "ids":
            return {"users_list": [self._id(one) for one in ids]}
        found = [{"id": self._id(one), "email": self.people[one][1]} for one in ids]
        return {"users_list" if self.reading.users == "objects" else "Users": found}

    # What people do

    def add(self, title: str, due_on: str, **members: Json) -> int:
        """Make a task of the case in the vendor's own pages. Its id."""
        with self.lock:
            task = {"casefile_id": self.case, "calendar_id": self.calendar, "title": title, "due_on": due_on}
            made = self._create(task | {name: value for name, value in members.items() if name != "status"})
            self._change(made, {"status": members.get("status", "none")})
            return int(made["id"])

    def edit(self, ref: int, **members: Json) -> None:
        """Change what stands in a task, in the vendor's own pages."""
        with self.lock:
            self._change(self.tasks[ref], members)

    def remove(self, ref: int) -> None:
        """Delete a task."""
        with self.lock:
            del self.tasks[ref]
