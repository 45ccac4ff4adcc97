"""The documented calls over HTTP: ``/api/v2/actions.json`` and ``/api/v2/actions/<id>.json``."""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.ogsm.sandbox.members import Refused
from connectors.ogsm.sandbox.world import Action, Unknown, World
from connectors.task import JsonValue

PAGE: Final = 20
"""Actions on a page, in the readings that have pages."""

_LIST: Final = "/api/v2/actions.json"
_FORM: Final = "application/x-www-form-urlencoded"


class _Failed(Exception):
    """A request that ends with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The calls on one customer's actions, for whoever has the user name and the password."""

    world: World
    username: str
    password: str

    def app(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Route(_LIST, self._endpoint, methods=["GET", "POST"]),
                Route("/api/v2/actions/{id}.json", self._endpoint, methods=["PATCH", "DELETE"]),
            ]
        )

    async def _endpoint(self, request: Request) -> Response:
        return self._answer(request, await request.body())

    def _answer(self, request: Request, body: bytes) -> Response:
        calls = {"POST": self._create, "PATCH": self._change, "DELETE": self._delete}
        try:
            self._admit(request)
            return calls.get(request.method, self._list)(request, body)
        except _Failed as failed:
            refused = failed.status == HTTPStatus.UNAUTHORIZED
            headers = {"WWW-Authenticate": 'Basic realm="OGSM API"'} if refused else {}
            return JSONResponse({"error": str(failed)}, failed.status, headers)
        except Refused as refused:
            return JSONResponse({"errors": [str(refused)]}, HTTPStatus.UNPROCESSABLE_ENTITY)
        except Unknown as unknown:
            return JSONResponse({"error": f"action {unknown} not found"}, int(self.world.tenant.reading.unknown))

    def _admit(self, request: Request) -> None:
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(coded, validate=True)
        except binascii.Error:
            given = b""
        expected = f"{self.username}:{self.password}".encode()
        if kind.lower() != "basic" or not secrets.compare_digest(given, expected):
            raise _Failed(HTTPStatus.UNAUTHORIZED, "HTTP Basic: Access denied.")
        access = self.world.tenant.reading.access
        if access != "write" and request.method in {"POST", "PATCH", "DELETE"}:
            raise _Failed(int(access), "This resource is read only")

    def _list(self, request: Request, body: bytes) -> Response:
        del body
        actions: list[JsonValue] = [dict(action) for action in self.world.listed()]
        headers: dict[str, str] = {}
        paging = self.world.tenant.reading.paging
        if paging != "none":
            total, page = len(actions), int(request.query_params.get("page", "1"))
            actions = actions[(page - 1) * PAGE : page * PAGE]
            headers = self._page_headers(request, page, total)
        wrapped = self.world.tenant.reading.listing == "wrapped"
        return JSONResponse({"actions": actions} if wrapped else actions, headers=headers)

    def _page_headers(self, request: Request, page: int, total: int) -> dict[str, str]:
        """What tells of further pages. With "total" nothing does, and every page but the first stays unseen."""
        paging = self.world.tenant.reading.paging
        headers = {"X-Total": str(total)} if paging in {"next", "total"} else {}
        more = page * PAGE < total
        if paging == "link" and more:
            following = request.url.include_query_params(page=page + 1)
            headers["Link"] = f'<{request.url}>; rel="self", <{following}>; rel="next"'
        if paging == "next":
            headers["X-Next-Page"] = str(page + 1) if more else ""
        return headers

    def _create(self, request: Request, body: bytes) -> Response:
        action = self.world.create(self._said(request, body))
        return JSONResponse(self._wrapped(action), int(self.world.tenant.reading.created))

    def _change(self, request: Request, body: bytes) -> Response:
        return JSONResponse(self._wrapped(self.world.change(_id(request), self._said(request, body))))

    def _delete(self, request: Request, body: bytes) -> Response:
        del body
        action = self.world.remove(_id(request))
        if self.world.tenant.reading.deleted == "empty":
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return JSONResponse(self._wrapped(action))

    def _wrapped(self, action: Action) -> JsonValue:
        return {"action": action} if self.world.tenant.reading.answers == "wrapped" else action

    def _said(self, request: Request, body: bytes) -> Mapping[str, JsonValue]:
        """What a body says: JSON ("Don't forget to send the correct header with it"), or a form where one is taken."""
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if kind == _FORM and self.world.tenant.reading.bodies == "both":
            return _from_form(body)
        if kind != "application/json":
            raise _Failed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json")
        try:
            said = json.loads(body)
        except ValueError:
            raise _Failed(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None
        if not isinstance(said, dict):
            raise _Failed(HTTPStatus.BAD_REQUEST, "the body is not an object")
        return said


def _id(request: Request) -> int:
    text = str(request.path_params["id"])
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        raise Unknown(text)
    return int(text)


def _from_form(body: bytes) -> dict[str, JsonValue]:
    """A form as JSON: ``title=…``, ``status[name]=…``, ``labels[][name]=…``; numbers and truth as members need them."""
    said: dict[str, JsonValue] = {}
    for name, value in parse_qsl(body.decode(errors="replace"), keep_blank_values=True):
        parts = re.fullmatch(r"(\w+)(\[\])?(?:\[(\w+)\])?", name)
        if parts is None:
            raise _Failed(HTTPStatus.BAD_REQUEST, f"can not read {name}")
        member, many, key = parts.groups()
        plain: JsonValue = int(value) if member == "progress" or key in {"id", "row_order"} else value
        plain = value == "true" if member == "archived" else plain
        one: JsonValue = {key: plain} if key else plain
        before = said.get(member)
        said[member] = [*(before if isinstance(before, list) else []), one] if many else one
    return said
