"""The documented calls over HTTP: ``/api/v1/tasks``, and of staff and cases what a task refers to."""

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

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.task import JsonValue
from connectors.trackops.sandbox.account import Account, Refused
from connectors.trackops.sandbox.asked import BadParameter, Pages, moment, number
from connectors.trackops.sandbox.shapes import Json, case_as_json, person_as_json, task_as_json
from connectors.trackops.sandbox.world import Task, Unknown, World

_SUFFIX: Final = "/token"


class _Failed(Exception):
    """A request that ends with a status and a message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """The calls on one account, for whoever has the user name and the company's token."""

    world: World
    username: str
    token: str

    @property
    def account(self) -> Account:
        """What the account has."""
        return self.world.account

    def app(self) -> Starlette:
        """The web application."""
        return Starlette(
            routes=[
                Route("/api/v1/tasks", self._endpoint, methods=["GET", "POST"]),
                Route("/api/v1/tasks/{id}", self._endpoint, methods=["GET", "PUT", "DELETE"]),
                Route("/api/v1/staff", self._endpoint, methods=["GET"]),
                Route("/api/v1/cases", self._endpoint, methods=["GET"]),
                Route("/api/v1/cases/{id}", self._endpoint, methods=["GET"]),
            ]
        )

    async def _endpoint(self, request: Request) -> Response:
        return self._answer(request, await request.body())

    def _answer(self, request: Request, body: bytes) -> Response:
        reading = self.account.reading
        try:
            self._admit(request)
            return self._called(request, body)
        except _Failed as failed:
            headers = {"WWW-Authenticate": 'Basic realm="Trackops"'} if failed.status == HTTPStatus.UNAUTHORIZED else {}
            return JSONResponse({"error": str(failed)}, failed.status, headers)
        except BadParameter as bad:
            return JSONResponse({"error": str(bad)}, HTTPStatus.BAD_REQUEST)
        except Refused as refused:
            why: JsonValue = {"errors": {refused.member: [refused.why]}}
            if reading.errors == "text":
                why = {"error": str(refused)}
            return JSONResponse(why, HTTPStatus.UNPROCESSABLE_ENTITY)
        except Unknown as unknown:
            return JSONResponse({"error": f"{unknown} was not found"}, int(reading.unknown))

    def _admit(self, request: Request) -> None:
        kind, _, coded = request.headers.get("Authorization", "").partition(" ")
        try:
            given = base64.b64decode(coded, validate=True)
        except binascii.Error:
            given = b""
        expected = f"{self.username}{_SUFFIX}:{self.token}".encode()
        if kind.lower() != "basic" or not secrets.compare_digest(given, expected):
            raise _Failed(HTTPStatus.UNAUTHORIZED, "the user name must be USER/token, the password the API token")

    def _called(self, request: Request, body: bytes) -> Response:
        kind, one = request.url.path.split("/")[3], "id" in request.path_params
        if kind == "staff":
            return self._staff(request)
        if kind == "cases":
            return self._cases(request)
        if request.method == "POST":
            return self._create(request, body)
        if request.method == "PUT":
            return self._change(request, body)
        if request.method == "DELETE":
            return self._delete(request)
        return self._told(self.world.find(_id(request))) if one else self._list(request)

    def _list(self, request: Request) -> Response:
        reading, params = self.account.reading, request.query_params
        case = number(params, "case", 0) if reading.case_filter == "works" and "case" in params else None
        since = moment(reading, params["updated_from"]) if "updated_from" in params else None
        newest = (params.get("dir") == "desc") is not (reading.order == "newest")
        tasks = self.world.listed(case=case, since=None if reading.filter == "ignored" else since, newest=newest)
        if params.get("mode") == "count" and reading.count == "yes":
            pages = Pages(reading, params, len(tasks))
            return JSONResponse({"record_count": len(tasks), "page_count": pages.count})
        rows: list[JsonValue] = [self._shown(task) for task in self._page(params, tasks)]
        if reading.listing == "rows":
            rows = [{"task": row} for row in rows]
        return JSONResponse({"tasks": rows} if reading.listing == "wrapped" else rows)

    def _page(self, params: Mapping[str, str], tasks: list[Task]) -> list[Task]:
        bounds = Pages(self.account.reading, params, len(tasks)).bounds()
        if bounds is None:
            raise _Failed(HTTPStatus.NOT_FOUND, "there is no such page")
        return tasks[slice(*bounds)]

    def _create(self, request: Request, body: bytes) -> Response:
        reading = self.account.reading
        if reading.access != "write":
            raise _Failed(int(reading.access), "the API is in read-only mode")
        return self._told(self.world.create(_said(request, body)), int(reading.created))

    def _change(self, request: Request, body: bytes) -> Response:
        self._allow_changes()
        said, reading = dict(_said(request, body)), self.account.reading
        whole = reading.update == "replace"
        if "due_on" in said and said["due_on"] is None:
            if reading.cleared == "refused":
                raise Refused("due_on", "can not be blank")
            if reading.cleared == "ignored":
                said["due_on"] = self.world.find(_id(request)).members["due_on"]
        if whole:
            for name in ("casefile_id", "calendar_id", "title"):
                if said.get(name) is None:
                    raise Refused(name, "can not be blank")
        task = self.world.change(_id(request), said, whole=whole)
        return Response(status_code=HTTPStatus.NO_CONTENT) if reading.changed == "empty" else self._told(task)

    def _delete(self, request: Request) -> Response:
        self._allow_changes()
        task = self.world.remove(_id(request))
        if self.account.reading.changed == "empty":
            return Response(status_code=HTTPStatus.NO_CONTENT)
        return self._told(task)

    def _allow_changes(self) -> None:
        update = self.account.reading.update
        if update in {"no", "404"}:
            status = HTTPStatus.METHOD_NOT_ALLOWED if update == "no" else HTTPStatus.NOT_FOUND
            raise _Failed(status, "tasks can be read and made")

    def _staff(self, request: Request) -> Response:
        reading, params = self.account.reading, request.query_params
        if reading.staff == "none":
            raise _Failed(HTTPStatus.NOT_FOUND, "there is no such resource")
        wanted = params.get("email", "").casefold() if reading.staff != "all" else ""
        found = [one for one in self.account.staff if not wanted or str(one["email"]).casefold() == wanted]
        bounds = Pages(reading, params, len(found)).bounds()
        return JSONResponse([person_as_json(self.account, one) for one in found[slice(*(bounds or (0, 0)))]])

    def _cases(self, request: Request) -> Response:
        if self.account.reading.cases == "no":
            raise _Failed(HTTPStatus.NOT_FOUND, "there is no such resource")
        if "id" in request.path_params:
            identity = _id(request)
            if identity not in self.account.cases:
                raise Unknown(f"case {identity}")
            return JSONResponse(self._wrapped(case_as_json(self.account, identity), "case"))
        cases = sorted(self.account.cases, reverse=request.query_params.get("dir") == "desc")
        bounds = Pages(self.account.reading, request.query_params, len(cases)).bounds()
        return JSONResponse([case_as_json(self.account, one) for one in cases[slice(*(bounds or (0, 0)))]])

    def _told(self, task: Task, status: int = HTTPStatus.OK) -> Response:
        return JSONResponse(self._wrapped(self._shown(task), "task"), status)

    def _shown(self, task: Task) -> Json:
        return task_as_json(self.account, task)

    def _wrapped(self, record: Json, name: str) -> JsonValue:
        return {name: record} if self.account.reading.answers == "wrapped" else record


def _id(request: Request) -> int:
    text = str(request.path_params["id"])
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        raise Unknown(text)
    return int(text)


def _said(request: Request, body: bytes) -> Mapping[str, JsonValue]:
    """What a body says of the task: JSON, "nested under a task object"."""
    kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise _Failed(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "send application/json")
    try:
        said = json.loads(body)
    except ValueError:
        raise _Failed(HTTPStatus.BAD_REQUEST, "the body is not JSON") from None
    task = said.get("task") if isinstance(said, dict) else None
    if not isinstance(task, dict):
        raise _Failed(HTTPStatus.BAD_REQUEST, "the body is not nested under a task object")
    return task
