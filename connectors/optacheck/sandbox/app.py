"""The documented calls over HTTP: ``/api-token-auth/`` and ``/v1.0/workspaces/<id>/assignments/…``."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from connectors.optacheck.sandbox.members import Refused
from connectors.optacheck.sandbox.world import Task, Unknown, World
from connectors.task import JsonValue

LOGIN: Final = "/api-token-auth/"
_METHODS: Final = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]
_PAGE: Final = "<!doctype html><html><head><title>Not Found</title></head><body><h1>Not Found</h1></body></html>"


class _Failed(Exception):
    """A request that ends with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(slots=True, kw_only=True)
class Tokens:
    """The tokens that are good. The same account gets the same token until it is over."""

    good: str = field(default_factory=lambda: secrets.token_hex(20))
    lock: threading.Lock = field(default_factory=threading.Lock)

    def end(self) -> None:
        """The token is over: the next log-in gives another."""
        with self.lock:
            self.good = secrets.token_hex(20)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The calls on one workspace, for whoever has the account and the key."""

    world: World
    workspace: str
    username: str
    password: str
    key: str
    tokens: Tokens

    def app(self) -> Starlette:
        """The web application."""
        everything = "/v1.0/workspaces/{workspace}/assignments"
        addresses = [LOGIN, f"{everything}/", f"{everything}/{{id}}/"]
        bare = [address.removesuffix("/") for address in addresses]
        routes = [Route(address, self._endpoint, methods=_METHODS) for address in addresses]
        routes += [Route(address, self._slashless, methods=_METHODS) for address in bare]
        app = Starlette(routes=routes)
        app.router.redirect_slashes = False
        return app

    async def _slashless(self, request: Request) -> Response:
        """What a server of this kind does with an address that lacks its slash: a redirect loses a POST's body."""
        if self.world.workspace.reading.slash == "redirect":
            return RedirectResponse(request.url.replace(path=f"{request.url.path}/"), HTTPStatus.MOVED_PERMANENTLY)
        return HTMLResponse(_PAGE, HTTPStatus.NOT_FOUND)

    async def _endpoint(self, request: Request) -> Response:
        return self._answer(request, await request.body())

    def _answer(self, request: Request, body: bytes) -> Response:
        try:
            if request.url.path == LOGIN:
                return self._login(request, body)
            self._admit(request)
            return self._served(request, body)
        except _Failed as failed:
            return JSONResponse({"detail": str(failed)}, failed.status)
        except Refused as refused:
            return JSONResponse(dict(refused.complaints), HTTPStatus.BAD_REQUEST)
        except Unknown:
            gone = self.world.workspace.reading.gone
            if gone == "page":
                return HTMLResponse(_PAGE, HTTPStatus.NOT_FOUND)
            return JSONResponse({"detail": "Not found."}, int(gone))

    def _login(self, request: Request, body: bytes) -> Response:
        if request.method != "POST":
            raise _not_allowed(request)
        said = _said(request, body)
        if (said.get("username"), said.get("password")) != (self.username, self.password):
            status = int(self.world.workspace.reading.login)
            words = "Unable to log in with provided credentials."
            return JSONResponse({"non_field_errors": [words]} if status == 400 else {"detail": words}, status)  # noqa: PLR2004
        return JSONResponse({"token": self.tokens.good})

    def _admit(self, request: Request) -> None:
        reading = self.world.workspace.reading
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Token" or not secrets.compare_digest(token.encode(), self.tokens.good.encode()):
            raise _Failed(int(reading.token), "Invalid token.")
        if not secrets.compare_digest(request.headers.get("x-api-key", "").encode(), self.key.encode()):
            raise _Failed(int(reading.key), "Invalid API key.")
        if request.path_params["workspace"] != self.workspace:
            raise _Failed(int(reading.workspace), "Not found." if reading.workspace == "404" else "No access.")
        if reading.access != "write" and request.method != "GET":
            raise _Failed(int(reading.access), "You do not have permission to perform this action.")

    def _served(self, request: Request, body: bytes) -> Response:
        reading, identity = self.world.workspace.reading, str(request.path_params.get("id", ""))
        if not identity:
            if request.method != "POST":
                raise _not_allowed(request)
            return JSONResponse(self.world.create(_said(request, body), demands=True), int(reading.created))
        match request.method:
            case "GET":
                return JSONResponse(self.world.read(identity))
            case "PUT":
                return self._updated(self.world.update(identity, _said(request, body)))
            case "DELETE":
                task = self.world.remove(identity)
                return JSONResponse(task) if reading.deleted == "200" else Response(status_code=int(reading.deleted))
        raise _not_allowed(request)

    def _updated(self, task: Task) -> Response:
        shape = self.world.workspace.reading.updated
        if shape == "empty":
            return Response()
        return JSONResponse(task if shape == "object" else {name: task[name] for name in ("id", "status")})


def _not_allowed(request: Request) -> _Failed:
    return _Failed(HTTPStatus.METHOD_NOT_ALLOWED, f'Method "{request.method}" not allowed.')


def _said(request: Request, body: bytes) -> Mapping[str, JsonValue]:
    """What a body says: a JSON object."""
    if request.headers.get("Content-Type", "").partition(";")[0].strip().lower() != "application/json":
        raise _Failed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Unsupported media type in request.")
    try:
        said = json.loads(body)
    except ValueError:
        raise _Failed(HTTPStatus.BAD_REQUEST, "JSON parse error") from None
    if not isinstance(said, dict):
        raise Refused({"non_field_errors": ["Invalid data. Expected a dictionary."]})
    return said
