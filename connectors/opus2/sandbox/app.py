"""The calls of the article's table over HTTP, for whoever has the token."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.opus2.sandbox import shapes
from connectors.opus2.sandbox.world import Document, Refused, World
from connectors.task import JsonValue

LIMIT: Final = 50
WINDOW: Final = 60.0
"""Requests in so many seconds: "initial default rate limit of 50 requests per minute" ("API rate limiting")."""
HEADERS: Final = {"api": "X-Api-Token", "tenant": "X-Tenant-Token", "bearer": "Authorization"}
_Handler = Callable[[Request, bytes], Response]


@dataclass(slots=True, kw_only=True)
class Api:
    """The calls on one tenant with one project. ``people``, ``teams`` and ``templates`` are as they are listed."""

    world: World
    token: str
    project: str
    people: list[JsonValue]
    teams: list[JsonValue]
    templates: list[JsonValue]
    monotonic: Callable[[], float]
    _arrivals: deque[float] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def app(self) -> Starlette:
        """The web application: each path with or without a slash at its end, exactly as the table prints it."""
        inside = f"/projects/{self.project}"
        table: list[tuple[str, str, _Handler]] = [
            ("GET", "/projects", lambda request, _: self._list(request, [self._project()], "projects")),
            ("GET", f"{inside}/", lambda *_: JSONResponse(self._project())),
            ("GET", f"{inside}/users", lambda request, _: self._list(request, self.people, "users")),
            ("GET", f"{inside}/teams", lambda request, _: self._list(request, self.teams, "teams")),
            ("GET", "/users", lambda request, _: self._list(request, self.people, "users")),
            ("GET", "/teams", lambda request, _: self._list(request, self.teams, "teams")),
            ("GET", "/templates", lambda request, _: self._list(request, self.templates, "templates")),
            ("GET", f"{inside}/folders", self._folders),
            ("GET", f"{inside}/fields", self._fields),
            ("GET", f"{inside}/documents", self._documents),
            ("POST", f"{inside}/documents", self._upload),
            ("GET", f"{inside}/documents/folder/{{folder}}", self._documents),
            ("GET", f"{inside}/documents/{{document}}", self._document),
            ("PUT", f"{inside}/documents/{{document}}/fields/{{field}}", self._write),
            ("PUT", f"{inside}/documents/{{document}}/{{folder}}", self._move),
        ]
        routes = [Route(path, self._endpoint(handler), methods=[method]) for method, path, handler in table]
        app = Starlette(routes=routes)
        app.router.redirect_slashes = False
        return app

    def _endpoint(self, handler: _Handler) -> Callable[[Request], object]:
        async def endpoint(request: Request) -> Response:
            return self._answered(handler, request, await request.body())

        return endpoint

    def _answered(self, handler: _Handler, request: Request, body: bytes) -> Response:
        try:
            self._admit(request)
            return handler(request, body)
        except Refused as refused:
            headers = {"Retry-After": "2"} if refused.status == 429 else {}  # noqa: PLR2004
            return JSONResponse({"message": str(refused)}, refused.status, headers)

    def _admit(self, request: Request) -> None:
        self._count()
        name = HEADERS[self.world.reading.header]
        given = request.headers.get(name, "").removeprefix("Bearer ").encode()
        if not secrets.compare_digest(given, self.token.encode()):
            raise Refused(401, "The provided API token is invalid.")
        if self.world.reading.access == "read" and request.method != "GET":
            raise Refused(403, "You do not have permission to change this project")

    def _count(self) -> None:
        if self.world.reading.rate == "off":
            return
        with self._lock:
            now = self.monotonic()
            while self._arrivals and self._arrivals[0] <= now - WINDOW:
                self._arrivals.popleft()
            if len(self._arrivals) >= LIMIT:
                raise Refused(429, "API rate limit exceeded")
            self._arrivals.append(now)

    def _project(self) -> JsonValue:
        return {"id": self.project, "name": "Sandbox v Others"}

    def _list(self, request: Request, things: list[JsonValue], member: str) -> Response:
        url = f"{request.url.path}{f'?{request.url.query}' if request.url.query else ''}"
        answer, headers = shapes.paged(things, request.query_params, self.world.reading, member, url)
        return JSONResponse(answer, headers=headers)

    def _folders(self, request: Request, body: bytes) -> Response:
        del body
        reading = self.world.reading
        folders: list[JsonValue] = [shapes.folder(reading, one, name) for one, name in self.world.folders.items()]
        return self._list(request, folders, "folders")

    def _fields(self, request: Request, body: bytes) -> Response:
        del body
        fields: list[JsonValue] = [shapes.field(self.world.reading, one) for one in self.world.fields.values()]
        return self._list(request, fields, "fields")

    def _documents(self, request: Request, body: bytes) -> Response:
        del body
        documents = self.world.documents(request.path_params.get("folder"))
        after = request.query_params.get("afterDate")
        if after is not None:
            documents = shapes.since(after, documents, self.world.reading)
        shown: list[JsonValue] = [shapes.document(self.world, one, listed=True) for one in documents]
        return self._list(request, shown, "documents")

    def _document(self, request: Request, body: bytes) -> Response:
        del body
        one = self.world.document(request.path_params["document"])
        return JSONResponse(shapes.document(self.world, one, listed=False))

    def _upload(self, request: Request, body: bytes) -> Response:
        kind = request.headers.get("Content-Type", "")
        named, folder, content = _form(kind, body) if self.world.reading.upload == "multipart" else _json(kind, body)
        reject = request.query_params.get("rejectDuplicate") == "true"
        made = self.world.upload(named, folder, content, reject=reject)
        if self.world.reading.created == "id":
            shown = shapes.document(self.world, made, listed=False)
            return JSONResponse({"id": shown.get("id", shown.get("documentId"))}, 201)
        status = 200 if self.world.reading.created == "200" else 201
        return JSONResponse(shapes.document(self.world, made, listed=False), status)

    def _write(self, request: Request, body: bytes) -> Response:
        value = _parsed(body)
        if self.world.reading.value == "object":
            if not isinstance(value, dict) or "value" not in value:
                raise Refused(400, "You sent invalid JSON: a value is needed")
            value = value["value"]
        elif isinstance(value, dict):
            raise Refused(400, "You sent the incorrect type of JSON values")
        wanted = request.path_params["field"]
        one = self.world.write(request.path_params["document"], wanted, value)
        return self._changed(one, {"fieldId": wanted, "value": one.values.get(wanted)})

    def _move(self, request: Request, body: bytes) -> Response:
        del body
        one = self.world.move(request.path_params["document"], request.path_params["folder"])
        return self._changed(one, {"success": True})

    def _changed(self, one: Document, otherwise: JsonValue) -> Response:
        match self.world.reading.answers:
            case "document":
                return JSONResponse(shapes.document(self.world, one, listed=False))
            case "field":
                return JSONResponse(otherwise)
        return Response(status_code=200)


def _form(kind: str, body: bytes) -> tuple[str, str, bytes]:
    """The parts of a multipart form (RFC 7578): the file's name, the folder, the content."""
    boundary = re.search(r'boundary="?([^";]+)', kind)
    if not kind.startswith("multipart/form-data") or boundary is None:
        raise Refused(415, "Send the document as multipart/form-data")
    name, folder, content = "", "", b""
    for part in body.split(f"--{boundary[1]}".encode())[1:-1]:
        head, _, data = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        said = dict(re.findall(r'(\w+)="([^"]*)"', head.decode(errors="replace")))
        data = data.removesuffix(b"\r\n")
        if "filename" in said:
            name, content = said["filename"].replace("%22", '"').replace("%0A", "\n").replace("%0D", "\r"), data
        elif said.get("name") == "folderId":
            folder = data.decode(errors="replace")
    if not name:
        raise Refused(400, "Validation failed: there is no file")
    return name, folder, content


def _json(kind: str, body: bytes) -> tuple[str, str, bytes]:
    if not kind.startswith("application/json"):
        raise Refused(415, "Send the document as application/json")
    said = _parsed(body)
    if not isinstance(said, dict) or not isinstance(said.get("name"), str):
        raise Refused(400, "Validation failed: a name is needed")
    try:
        content = base64.b64decode(str(said.get("content", "")), validate=True)
    except binascii.Error:
        raise Refused(400, "Validation failed: the content is not base64") from None
    return str(said["name"]), str(said.get("folderId", "")), content


def _parsed(body: bytes) -> JsonValue:
    try:
        parsed: JsonValue = json.loads(body)
    except ValueError:
        raise Refused(400, "You sent invalid JSON") from None
    return parsed
