"""A Checkvist, from the copies of its API page: one list, its items, token and Basic log-in."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qsl

from tests.system.items import Items
from tests.system.stranger import Call, Json, Reading, Refuse, Stranger, nested


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckvistReading(Reading):
    """What the copies of the page leave open, or say differently."""

    login: Literal["object", "text", "object always"] = "object"  # for version=2 only, never, always
    passing: Literal["header", "parameter"] = "header"  # the oldest page knows no header
    refused: Literal[401, 403] = 401
    single: Literal["array", "object"] = "array"
    actions: Literal["array", "object", "empty"] = "array"
    created: Literal[200, 201] = 200
    parses: Literal["no", "takes out", "leaves in"] = "no"  # smart syntax in a create
    due: Literal["slashes", "dashes"] = "slashes"
    unset: Literal["null", "empty", "missing"] = "null"  # due
    root: Literal[0, "null", "empty", "missing"] = 0
    clears_due: Literal["yes", "ignored"] = "yes"
    clears_tags: Literal["yes", "ignored"] = "yes"
    tags: Literal["hash", "array"] = "hash"
    gone: Literal[404, 403] = 404
    strips: Literal["yes", "no"] = "yes"
    order: Literal["tree", "mixed"] = "tree"
    siblings: Literal["stamped", "left"] = "left"  # whether a move moves the times of those that make room
    deleted: Literal["item", "empty"] = "item"


class Checkvist(Items, Stranger):
    """One account with one list."""

    user, key, checklist = "me@example.com", "stranger-key-48151623", 4711

    def __init__(self, seed: int = 0, reading: CheckvistReading | None = None) -> None:
        Stranger.__init__(self, seed)
        Items.__init__(self)
        self.reading = reading or CheckvistReading.drawn(seed)
        self.tokens: set[str] = set()
        self.given: list[str] = []  # all tokens that there ever were

    def answer(self, call: Call) -> tuple[int, Json]:
        said = self._said(call)
        if call.path == "/auth/login.json":
            return 200, self._login(said)
        if call.path == "/auth/refresh_token.json":
            if said.get("old_token") not in self.tokens:
                raise Refuse(401, {"error": "bad token"})
            self.tokens.discard(said["old_token"])
            return 200, {"token": self._token()}
        self._admit(call, said)
        match = re.fullmatch(r"/checklists(?:/(\d+))?(?:(/tasks)(?:/(\d+))?(?:/(\w+))?)?\.json", call.path)
        if match is None:
            raise Refuse(404, {"message": "no such route"})
        if match[1] is None:
            return 200, [self._list()]
        if int(match[1]) != self.checklist:
            raise Refuse(403, {"message": "The list doesn't exist or is not available to you"})
        if match[2] is None:
            return 200, self._list()
        return self._tasks(call, said) if match[3] is None else self._task(call, said, int(match[3]), match[4])

    def _said(self, call: Call) -> dict[str, Json]:
        if "json" in call.headers.get("Content-Type", ""):
            return {**call.query, **json.loads(call.body or b"{}")}
        return {**call.query, **nested(parse_qsl(call.body.decode(), keep_blank_values=True))}

    def _tasks(self, call: Call, said: dict[str, Json]) -> tuple[int, Json]:
        if call.method == "POST":
            parses = self.reading.parses if self.reading.parses != "no" else ""
            return self.reading.created, self.show(self.create(said.get("task"), parses))
        found = sorted(self.items, key=lambda item: (self.items[item].parent or 0, self.position(item)))
        if self.reading.order == "mixed":
            self.draw.shuffle(found)
        return 200, [self.show(item) for item in found]

    def _task(self, call: Call, said: dict[str, Json], item: int, action: str | None) -> tuple[int, Json]:
        if item not in self.items:
            raise Refuse(self.reading.gone, {"message": "not found"})
        if action is not None:
            if call.method != "POST" or action not in {"close", "invalidate", "reopen"}:
                raise Refuse(404)
            return self._acted(self.set_status(item, {"close": 1, "invalidate": 2, "reopen": 0}[action]))
        if call.method == "GET":
            shown = [self.show(one) for one in self.above(item)]
            return 200, shown if self.reading.single == "array" else shown[0]
        if call.method == "PUT":
            self.change(item, said.get("task") or {}, "takes out" if said.get("parse") == "true" else "")
            return 200, self.show(item)
        if call.method == "DELETE":
            shown = {**self.show(item), "deleted": True}
            self.remove(item)
            return 200, shown if self.reading.deleted == "item" else None
        raise Refuse(405)

    def _acted(self, touched: list[int]) -> tuple[int, Json]:
        shown = [self.show(one) for one in touched]
        match self.reading.actions:
            case "array":
                return 200, shown
            case "object":
                return 200, shown[0]
            case "empty":
                return 200, None

    def _login(self, said: dict[str, Json]) -> Json:
        if said.get("username") != self.user or said.get("remote_key") != self.key:
            raise Refuse(self.reading.refused, {"error": "wrong"})
        token = self._token()
        newer = self.reading.login == "object" and said.get("version") == "2"
        return {"token": token} if newer or self.reading.login == "object always" else token

    def _token(self) -> str:
        token = f"token-{len(self.log)}-{self.draw.random():.9f}"
        self.tokens.add(token)
        self.given.append(token)
        return token

    def _admit(self, call: Call, said: dict[str, Json]) -> None:
        given = call.headers.get("Authorization", "")
        if given.startswith("Basic "):
            if base64.b64decode(given[6:]).decode() == f"{self.user}:{self.key}":
                return
            raise Refuse(401)
        header = call.headers.get("X-Client-Token") if self.reading.passing == "header" else None
        if (said.get("token") or header) not in self.tokens:
            raise Refuse(401, {"error": "token"})

    def _list(self) -> Json:
        leaves = [item for item in self.items if not self.children(item)]
        return {
            "id": self.checklist,
            "name": "stranger",
            "public": False,
            "role": 1,
            "updated_at": _stamp(max([self.left, *(one.changed or self.born for one in self.items.values())])),
            "task_count": len(leaves),
            "task_completed": sum(1 for leaf in leaves if self.items[leaf].status == 1),
        }

    def show(self, item: int) -> Json:
        """An item as the API tells it."""
        one = self.items[item]
        shown = {
            "id": item,
            "content": one.content,
            "status": one.status,
            "checklist_id": self.checklist,
            "comments_count": 0,
            "position": self.position(item),
            "tasks": self.children(item),
            "tags": dict.fromkeys(one.tags, False) if self.reading.tags == "hash" else list(one.tags),
            "tags_as_text": ", ".join(one.tags),
            "update_line": "updated by somebody",
            "updated_at": _stamp(one.changed) if one.changed else "",
            "priority": one.priority,
            "assignee_ids": one.assignees,
        }
        if one.parent or self.reading.root != "missing":
            shown["parent_id"] = one.parent or {"null": None, "empty": "", 0: 0}[self.reading.root]
        if one.due:
            shown["due"] = one.due.replace("-", "/") if self.reading.due == "slashes" else one.due
        elif self.reading.unset != "missing":
            shown["due"] = None if self.reading.unset == "null" else ""
        return shown


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y/%m/%d %H:%M:%S +0000")
