"""Two small servers written from the vendors' documents alone, by another hand than the sandboxes: plain http.server, own state.

What the documents leave open is drawn from a seed, so that one campaign sees many readings. People's edits go straight to
``Checkvist.items`` and ``Ogsm.actions`` through the methods below the line.
"""

from __future__ import annotations

import base64
import json
import random
import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from html.parser import HTMLParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Json = Any


class Refuse(Exception):  # noqa: N818
    """An answer that is not a success."""

    def __init__(self, status: int, body: Json = None) -> None:
        super().__init__(status)
        self.status = status
        self.body = body


def nested(pairs: list[tuple[str, str]]) -> dict[str, Json]:
    """``task[content]=x`` as ``{"task": {"content": "x"}}``."""
    found: dict[str, Json] = {}
    for name, value in pairs:
        keys = re.findall(r"[^\[\]]+", name)
        at = found
        for key in keys[:-1]:
            at = at.setdefault(key, {})
        if name.endswith("[]"):
            at.setdefault(keys[-1], []).append(value)
        else:
            at[keys[-1]] = value
    return found


class Stranger:
    """A server on loopback. ``fault`` may answer in place of the API: it is asked before and after each request is applied."""

    def __init__(self, seed: int = 0) -> None:
        self.draw = random.Random(seed)  # noqa: S311
        self.lock = threading.RLock()
        self.log: list[tuple[str, str]] = []
        self.fault: Callable[[str, str, str], tuple[int, dict[str, str], bytes] | str | None] | None = None
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _any(self) -> None:
                outer._serve(self)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815

            def log_message(self, *args: object) -> None:
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Stranger:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.shutdown()
        self.http.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.server_address[1]}"

    @property
    def writes(self) -> int:
        return sum(1 for method, path in self.log if method != "GET" and "/auth/" not in path)

    def _serve(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        split = urlsplit(handler.path)
        query = dict(parse_qsl(split.query))
        with self.lock:
            self.log.append((handler.command, split.path))
        try:
            if self._faulty(handler, "before", split.path):
                return
            with self.lock:
                status, answer = self.answer(handler.command, split.path, query, body, handler.headers)
            if self._faulty(handler, "after", split.path):
                return
        except Refuse as refused:
            status, answer = refused.status, refused.body
        raw = b"" if answer is None else json.dumps(answer).encode()
        self._send(handler, status, {"Content-Type": "application/json; charset=utf-8"}, raw)

    def _faulty(self, handler: BaseHTTPRequestHandler, when: str, path: str) -> bool:
        found = self.fault(when, handler.command, path) if self.fault is not None else None
        if found is None:
            return False
        if isinstance(found, str):  # "reset"
            handler.close_connection = True
            handler.connection.close()
            return True
        self._send(handler, *found)
        return True

    def _send(self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], raw: bytes) -> None:
        try:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name, value)
            handler.send_header("Content-Length", str(len(raw)))
            handler.end_headers()
            handler.wfile.write(raw)
        except (BrokenPipeError, ConnectionResetError):
            handler.close_connection = True

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes, headers: Any) -> tuple[int, Json]:
        raise NotImplementedError


class Checkvist(Stranger):
    """Checkvist as its API pages say."""

    user, key, checklist = "me@example.com", "stranger-key", 4711

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.items: dict[int, dict[str, Json]] = {}
        self.trash: dict[int, dict[str, Json]] = {}
        self.next_id = 100
        self.tokens: set[str] = set()
        pick = self.draw.choice
        self.v2 = pick([True, False])
        self.header = self.v2 or pick([True, False])  # the oldest page knows the parameter only, and no version
        self.dashes = pick([True, False])
        self.get_array = pick([True, False])
        self.parses = pick([True, False])
        self.root: Json = pick([0, None])
        self.gone = pick([404, 403])
        self.created = pick([200, 201])
        self.strips = pick([True, False])
        self.shuffled = pick([True, False])
        self.unset_due: Json = pick([None, ""])

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes, headers: Any) -> tuple[int, Json]:
        kind = headers.get("Content-Type", "")
        said = json.loads(body or b"{}") if "json" in kind else nested(parse_qsl(body.decode(), keep_blank_values=True))
        if path == "/auth/login.json":
            return self._login({**query, **said}, query)
        if path == "/auth/refresh_token.json":
            old = {**query, **said}.get("old_token")
            if old not in self.tokens:
                raise Refuse(401, {"error": "bad token"})
            self.tokens.discard(old)
            return 200, {"token": self._token()}
        self._admit(headers, {**query, **said})
        match = re.fullmatch(r"/checklists(?:/(\d+))?(?:/tasks(?:/(\d+))?(?:/(\w+))?)?\.json", path)
        if match is None:
            raise Refuse(404, {"message": "no such route"})
        if match[1] is None:
            return 200, [self._list()]
        if int(match[1]) != self.checklist:
            raise Refuse(403, {"message": "The list doesn't exist or is not available to you"})
        if "/tasks" not in path:
            return 200, self._list()
        if match[2] is None:
            if method == "POST":
                return self.created, self.show(self._create(said))
            ids = sorted(self.items, key=lambda one: (self.items[one]["parent"] or 0, self._position(one)))
            if self.shuffled:
                self.draw.shuffle(ids)
            return 200, [self.show(one) for one in ids]
        item = int(match[2])
        if item not in self.items:
            raise Refuse(self.gone, {"message": "not found"})
        if match[3]:
            if method != "POST" or match[3] not in {"close", "invalidate", "reopen"}:
                raise Refuse(404)
            return 200, [self.show(one) for one in self.set_status(item, {"close": 1, "invalidate": 2, "reopen": 0}[match[3]])]
        if method == "GET":
            chain, at = [], item
            while at:
                chain.append(self.show(at))
                at = self.items[at]["parent"] or 0
            return 200, chain if self.get_array else chain[0]
        if method == "PUT":
            self._change(item, said.get("task") or {}, parse=str(said.get("parse", query.get("parse", ""))) == "true")
            return 200, self.show(item)
        if method == "DELETE":
            shown = self.show(item)
            self.remove(item)
            return 200, {**shown, "deleted": True}
        raise Refuse(405)

    def _login(self, said: dict[str, Json], query: dict[str, str]) -> tuple[int, Json]:
        if said.get("username") != self.user or said.get("remote_key") != self.key:
            raise Refuse(401, {"error": "wrong"})
        token = self._token()
        return 200, {"token": token} if self.v2 and query.get("version", said.get("version")) == "2" else token

    def _token(self) -> str:
        token = f"token-{len(self.log)}-{self.draw.random():.9f}"
        self.tokens.add(token)
        return token

    def _admit(self, headers: Any, said: dict[str, Json]) -> None:
        given = headers.get("Authorization", "")
        if given.startswith("Basic "):
            if base64.b64decode(given[6:]).decode() == f"{self.user}:{self.key}":
                return
            raise Refuse(401)
        token = said.get("token") or (headers.get("X-Client-Token") if self.header else None)
        if token not in self.tokens:
            raise Refuse(401, {"error": "token"})

    def _list(self) -> Json:
        leaves = [one for one in self.items if not self.children(one)]
        done = sum(1 for one in leaves if self.items[one]["status"] == 1)
        stamp = "2026/03/01 10:00:00 +0000"
        return {"id": self.checklist, "name": "stranger", "public": False, "role": 1, "updated_at": stamp, "task_count": len(leaves), "task_completed": done}

    def _create(self, said: dict[str, Json]) -> int:
        task = said.get("task")
        if not isinstance(task, dict) or not str(task.get("content", "")).strip():
            raise Refuse(400, {"message": "task[content] parameter is required"})
        parent = int(task.get("parent_id") or 0) or None
        if parent is not None and parent not in self.items:
            raise Refuse(400, {"message": f"Invalid parent_id: {parent}"})
        item = self.next_id
        self.next_id += 1
        self.items[item] = {"content": "", "status": 0, "parent": parent, "due": "", "tags": {}, "priority": 0, "assignees": [], "rank": 1e9 + item, "changed": None}
        self._change(item, task, parse=self.parses)
        self._derive(parent)
        return item

    def _change(self, item: int, task: dict[str, Json], *, parse: bool) -> None:
        one = self.items[item]
        if "content" in task:
            content = str(task["content"])
            if not content.strip():
                raise Refuse(400, {"message": "content is empty"})
            if parse:
                for tag in re.findall(r"#(\w+)", content):
                    one["tags"][tag] = False
                if re.search(r"\^\w+", content):
                    one["due"] = "2030-01-01"
                content = re.sub(r"\s*[#^]\w+", "", content) or "task"
            one["content"] = content.rstrip() if self.strips else content
        if "tags" in task:
            one["tags"] = {tag.strip(): False for tag in str(task["tags"]).split(",") if tag.strip()}
        if "due_date" in task:
            due = str(task["due_date"] or "")
            one["due"] = due if re.fullmatch(r"\d{4}-\d\d-\d\d", due) else ""
        if "priority" in task:
            one["priority"] = int(task["priority"] or 0)
        if "assignee_ids" in task:
            ids = task["assignee_ids"]
            one["assignees"] = [int(x) for x in (ids if isinstance(ids, list) else str(ids).split(",")) if str(x).strip()]
        if "parent_id" in task:
            parent = int(task["parent_id"] or 0) or None
            if parent is not None and (parent not in self.items or item in self._above(parent)):
                raise Refuse(400, {"message": f"Invalid parent_id: {parent}"})
            if parent != one["parent"]:
                old, one["parent"], one["rank"] = one["parent"], parent, 1e9 + len(self.log)
                self._derive(old)
                self._derive(parent)
        if "position" in task and task["position"]:
            self._place(item, int(task["position"]))
        one["changed"] = datetime.now(UTC)

    def _above(self, item: int) -> list[int]:
        chain = [item]
        while self.items[chain[-1]]["parent"]:
            chain.append(self.items[chain[-1]]["parent"])
        return chain

    def _place(self, item: int, position: int) -> None:
        siblings = [one for one in self.siblings(item) if one != item]
        siblings.insert(position - 1, item)
        for rank, one in enumerate(siblings):
            self.items[one]["rank"] = rank

    def siblings(self, item: int) -> list[int]:
        parent = self.items[item]["parent"]
        return sorted((one for one, it in self.items.items() if it["parent"] == parent), key=lambda one: (self.items[one]["rank"], one))

    def children(self, item: int) -> list[int]:
        found = [one for one, it in self.items.items() if it["parent"] == item]
        return sorted(found, key=lambda one: (self.items[one]["rank"], one))

    def _position(self, item: int) -> int:
        return self.siblings(item).index(item) + 1

    def _derive(self, item: int | None) -> None:
        while item:
            below = [self.items[child]["status"] for child in self.children(item)]
            if below:
                self.items[item]["status"] = 0 if 0 in below else (1 if 1 in below else 2)
            item = self.items[item]["parent"]

    def show(self, item: int) -> Json:
        one = self.items[item]
        due = one["due"] if self.dashes else one["due"].replace("-", "/")
        stamp = one["changed"].strftime("%Y/%m/%d %H:%M:%S +0000") if one["changed"] else ""
        return {
            "id": item,
            "content": one["content"],
            "status": one["status"],
            "checklist_id": self.checklist,
            "parent_id": one["parent"] or self.root,
            "comments_count": 0,
            "position": self._position(item),
            "tasks": self.children(item),
            "tags": one["tags"],
            "tags_as_text": ", ".join(one["tags"]),
            "update_line": "updated by somebody",
            "updated_at": stamp,
            "due": due or self.unset_due,
            "priority": one["priority"],
            "assignee_ids": one["assignees"],
        }

    # What people do

    def add(self, content: str, **task: Json) -> int:
        with self.lock:
            return self._create_by_hand(content, task)

    def _create_by_hand(self, content: str, task: dict[str, Json]) -> int:
        parses, self.parses = self.parses, False
        try:
            return self._create({"task": {"content": content, **task}})
        finally:
            self.parses = parses

    def edit(self, item: int, **task: Json) -> None:
        with self.lock:
            self._change(item, task, parse=False)

    def set_status(self, item: int, status: int) -> list[int]:
        touched = [item]
        for one in touched:
            self.items[one]["status"] = status
            self.items[one]["changed"] = datetime.now(UTC)
            touched += self.children(one)
        self._derive(self.items[item]["parent"])
        return touched

    def remove(self, item: int) -> None:
        with self.lock:
            parent = self.items[item]["parent"]
            for child in self.children(item):
                self.remove(child)
            self.trash[item] = self.items.pop(item)
            self._derive(parent)


class Tidy(HTMLParser):
    """HTML as a server may store it: other white space, other quotes, b for strong."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = "".join(f" {name}='{value}'" for name, value in attrs)
        self.out.append(f"<{tag}{kept}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.out.append(f"</{tag}>" + ("\n" if tag in {"p", "ul", "ol", "li"} else ""))

    def handle_data(self, data: str) -> None:
        self.out.append(data)

    def handle_entityref(self, name: str) -> None:
        self.out.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.out.append(f"&#{name};")


class Ogsm(Stranger):
    """OGSM as its API page says."""

    user, password, canvas = "api", "stranger-password", 789

    def __init__(self, seed: int = 0) -> None:
        super().__init__(seed)
        self.actions: dict[int, dict[str, Json]] = {}
        self.next_id = 1000
        pick = self.draw.choice
        self.tidies = pick([True, False])
        self.hides_archived = pick([True, False])
        self.created = pick([200, 201])
        self.new_status = pick(["todo", "Todo"])
        self.empty_delete = pick([True, False])
        self.shuffled = pick([True, False])

    def answer(self, method: str, path: str, query: dict[str, str], body: bytes, headers: Any) -> tuple[int, Json]:
        wanted = "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        if headers.get("Authorization") != wanted:
            raise Refuse(401, {"error": "unauthorized"})
        if path == "/api/v2/actions.json":
            if method == "POST":
                self._json(headers)
                said = json.loads(body)
                if not str(said.get("title") or "").strip():
                    raise Refuse(422, {"error": "title is missing"})
                return self.created, self._create(said)
            shown = [one for one in self.actions.values() if not (one["archived"] and self.hides_archived)]
            if self.shuffled:
                self.draw.shuffle(shown)
            return 200, shown
        match = re.fullmatch(r"/api/v2/actions/(\d+)\.json", path)
        if match is None or int(match[1]) not in self.actions:
            raise Refuse(404, {"error": "not found"})
        action = int(match[1])
        if method == "PATCH":
            self._json(headers)
            self._change(self.actions[action], json.loads(body))
            return 200, self.actions[action]
        if method == "DELETE":
            gone = self.actions.pop(action)
            return 200, None if self.empty_delete else gone
        raise Refuse(405)

    def _json(self, headers: Any) -> None:
        if "json" not in headers.get("Content-Type", ""):
            raise Refuse(422, {"error": "send JSON"})

    def _create(self, said: dict[str, Json]) -> dict[str, Json]:
        action: dict[str, Json] = {
            "id": self.next_id,
            "title": "",
            "labels": [],
            "strategies": [],
            "description": "",
            "assignee": None,
            "involved": [],
            "start": None,
            "due": None,
            "status": {"name": self.new_status},
            "ogsm_canvases": [],
            "traffic_light": "green",
            "progress": 0,
            "archived": False,
        }
        self.next_id += 1
        self._change(action, said)
        self.actions[action["id"]] = action
        return action

    def _change(self, action: dict[str, Json], said: dict[str, Json]) -> None:
        for name, value in said.items():
            if name == "id" or name not in action:
                continue
            if name == "description" and value:
                value = self._tidy(str(value))  # noqa: PLW2901
            if name == "ogsm_canvases":
                value = [{"id": one["id"], "row_order": one.get("row_order") or 1} for one in value]  # noqa: PLW2901
            action[name] = value

    def _tidy(self, html: str) -> str:
        if not self.tidies:
            return html
        parser = Tidy()
        parser.feed(html)
        parser.close()
        return "".join(parser.out)

    # What people do

    def add(self, title: str, **members: Json) -> int:
        with self.lock:
            return self._create({"title": title, "ogsm_canvases": [{"id": self.canvas, "row_order": 1}], **members})["id"]

    def edit(self, action: int, **members: Json) -> None:
        with self.lock:
            self._change(self.actions[action], members)

    def remove(self, action: int) -> None:
        with self.lock:
            del self.actions[action]
