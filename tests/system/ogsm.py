"""An OGSM, from its API page: actions in one list, Basic authentication."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from html.parser import HTMLParser
from itertools import count
from typing import Literal

from tests.system.stranger import Call, Json, Reading, Refuse, Stranger

PAGE = 60
BLOCKS = {"p", "ul", "ol", "li", "h1", "h2", "h3"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OgsmReading(Reading):
    """What the page leaves open."""

    html: Literal["as sent", "other quotes", "other tags"] = "as sent"
    archived: Literal["listed", "hidden"] = "listed"
    created: Literal[201, 200] = 201
    deleted: Literal["action", "empty", "no content"] = "action"
    answers: Literal["bare", "wrapped"] = "bare"
    listing: Literal["bare", "wrapped"] = "bare"
    nulls: Literal["clear", "ignored"] = "clear"
    unset: Literal["null", "empty"] = "null"
    words: Literal["lower", "capital"] = "lower"  # of the statuses
    order: Literal["id", "shuffled"] = "id"
    pages: Literal["none", "total", "link", "next"] = "none"  # of PAGE actions
    etag: Literal["none", "kept"] = "none"
    rows: Literal["kept", "numbered"] = "kept"  # row_order


class Tidy(HTMLParser):
    """HTML as a server may store it: the same, written otherwise."""

    def __init__(self, *, tags: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._tags = {"strong": "b", "em": "i"} if tags else {}
        self._out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = "".join(f" {name}='{value}'" for name, value in attrs)
        self._out.append(f"<{self._tags.get(tag, tag)}{kept}{' /' if tag == 'br' else ''}>")

    def handle_endtag(self, tag: str) -> None:
        self._out.append(f"</{self._tags.get(tag, tag)}>" + ("\n" if tag in BLOCKS else ""))

    def handle_data(self, data: str) -> None:
        self._out.append(data.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))

    def tidied(self, html: str) -> str:
        """The text in the server's own way of writing."""
        self.feed(html)
        self.close()
        return "".join(self._out)


class Ogsm(Stranger):
    """One tenant with one canvas."""

    user, password, canvas = "api", "stranger-password-2342", 789

    def __init__(self, seed: int = 0, reading: OgsmReading | None = None) -> None:
        super().__init__(seed)
        self.reading = reading or OgsmReading.drawn(seed)
        self.actions: dict[int, dict[str, Json]] = {}
        self._ids = count(1000)

    def answer(self, call: Call) -> tuple[int, Json]:
        wanted = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if call.headers.get("Authorization") != wanted:
            raise Refuse(401, {"error": "unauthorized"})
        if call.method in {"POST", "PATCH"} and "json" not in call.headers.get("Content-Type", ""):
            raise Refuse(422, {"error": "send JSON"})
        if call.path == "/api/v2/actions.json":
            return self._actions(call)
        match = re.fullmatch(r"/api/v2/actions/(\d+)\.json", call.path)
        if match is None or int(match[1]) not in self.actions:
            raise Refuse(404, {"error": "not found"})
        action = self.actions[int(match[1])]
        if call.method == "PATCH":
            self._change(action, json.loads(call.body), clears=self.reading.nulls == "clear")
            return 200, self._wrapped(action)
        if call.method == "DELETE":
            del self.actions[action["id"]]
            return self._deleted(action)
        raise Refuse(405)

    def headers(self, call: Call) -> dict[str, str]:
        found: dict[str, str] = {}
        if call.path != "/api/v2/actions.json" or call.method != "GET":
            return found
        following = self._page(call) + 1 if self._page(call) * PAGE < len(self._listed()) else 0
        if self.reading.pages == "total":
            found["X-Total"] = str(len(self._listed()))
        elif self.reading.pages == "link":
            found["Link"] = f'<{self.url}{call.path}?page=1>; rel="first"'
            found["Link"] += f', <{self.url}{call.path}?page={following}>; rel="next"' if following else ""
        elif self.reading.pages == "next":
            found["X-Next-Page"] = str(following or "")
        if self.reading.etag == "kept":
            found["ETag"] = self._tag()
        return found

    @staticmethod
    def _page(call: Call) -> int:
        return int(call.query.get("page", 1))

    def _tag(self) -> str:
        return f'"{hashlib.sha256(json.dumps(self._listed()).encode()).hexdigest()[:16]}"'

    def _actions(self, call: Call) -> tuple[int, Json]:
        if call.method == "POST":
            said = json.loads(call.body)
            if not str(said.get("title") or "").strip():
                raise Refuse(422, {"error": "title is missing"})
            return self.reading.created, self._wrapped(self._create(said))
        if call.method != "GET":
            raise Refuse(405)
        if self.reading.etag == "kept" and call.headers.get("If-None-Match") == self._tag():
            return 304, None
        shown = [self._shown(action) for action in self._listed()]
        if self.reading.pages in {"link", "next"}:
            shown = shown[(self._page(call) - 1) * PAGE : self._page(call) * PAGE]
        if self.reading.order == "shuffled":
            self.draw.shuffle(shown)
        return 200, {"actions": shown} if self.reading.listing == "wrapped" else shown

    def _listed(self) -> list[dict[str, Json]]:
        hidden = self.reading.archived == "hidden"
        return [action for action in self.actions.values() if not (action["archived"] and hidden)]

    def _wrapped(self, action: dict[str, Json]) -> Json:
        return {"action": self._shown(action)} if self.reading.answers == "wrapped" else self._shown(action)

    def _shown(self, action: dict[str, Json]) -> dict[str, Json]:
        if self.reading.unset == "null":
            return action
        return {name: "" if value is None else value for name, value in action.items()}

    def _deleted(self, action: dict[str, Json]) -> tuple[int, Json]:
        match self.reading.deleted:
            case "action":
                return 200, self._wrapped(action)
            case "empty":
                return 200, None
            case "no content":
                return 204, None

    def _create(self, said: dict[str, Json]) -> dict[str, Json]:
        action: dict[str, Json] = {
            "id": next(self._ids),
            "title": "",
            "labels": [],
            "strategies": [],
            "description": None,
            "assignee": None,
            "involved": [],
            "start": None,
            "due": None,
            "status": {"name": "Todo" if self.reading.words == "capital" else "todo"},
            "ogsm_canvases": [],
            "traffic_light": "green",
            "progress": 0,
            "archived": False,
        }
        self._change(action, said, clears=True)
        self.actions[action["id"]] = action
        return action

    def _change(self, action: dict[str, Json], said: dict[str, Json], *, clears: bool) -> None:
        for name, value in said.items():
            if name == "id" or name not in action or (value is None and not clears):
                continue
            action[name] = self._stored(name, value)

    def _stored(self, name: str, value: Json) -> Json:
        if name == "description" and value and self.reading.html != "as sent":
            return Tidy(tags=self.reading.html == "other tags").tidied(str(value))
        if name == "status" and value and self.reading.words == "capital":
            return {"name": value["name"].capitalize()}
        if name == "ogsm_canvases":
            rows = count(1)
            kept = self.reading.rows == "kept"
            return [{"id": one["id"], "row_order": (kept and one.get("row_order")) or next(rows)} for one in value]
        return value

    # What people do

    def add(self, title: str, **members: Json) -> int:
        """Make an action on the canvas."""
        with self.lock:
            canvases = [{"id": self.canvas, "row_order": 1}]
            return int(self._create({"title": title, "ogsm_canvases": canvases, **members})["id"])

    def edit(self, action: int, **members: Json) -> None:
        """Change what stands in an action, in the vendor's own pages: also to nothing."""
        with self.lock:
            self._change(self.actions[action], members, clears=True)

    def remove(self, action: int) -> None:
        """Delete an action."""
        with self.lock:
            del self.actions[action]
