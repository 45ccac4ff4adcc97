"""A small Jot to try things against: the documented calls over HTTP, the todos in memory."""

from __future__ import annotations

import json
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from connectors.task import JsonValue

MEMBERS: Mapping[str, tuple[type, ...]] = {"text": (str,), "note": (str,), "done": (bool,), "due": (str, type(None))}
NEW: Mapping[str, JsonValue] = {"note": "", "done": False, "due": None}


class Sandbox:
    """One account with one list."""

    key = "jot-key"
    list = 1

    def __init__(self) -> None:
        self.todos: dict[int, dict[str, JsonValue]] = {}
        self._last = 0
        self.app = Starlette(
            routes=[
                Route("/lists", self._lists),
                Route(f"/lists/{self.list}/todos", self._all, methods=["GET", "POST"]),
                Route(f"/lists/{self.list}/todos/{{id:int}}", self._one, methods=["GET", "PATCH", "DELETE"]),
            ]
        )

    def describe(self) -> Mapping[str, str]:
        """The keys of a side's configuration that fit this server, less its address."""
        return {"key": self.key, "list": str(self.list)}

    def add(self, text: str) -> int:
        """A person makes a todo; its id."""
        self._last += 1
        self.todos[self._last] = {"id": self._last, "text": text, **NEW}
        return self._last

    async def _lists(self, request: Request) -> Response:
        return self._refused(request) or JSONResponse([{"id": self.list, "name": "Shopping"}])

    async def _all(self, request: Request) -> Response:
        if refused := self._refused(request):
            return refused
        if request.method == "GET":
            return JSONResponse(list(self.todos.values()))
        said = _said(await request.body())
        if said is None or "text" not in said:
            return JSONResponse({"error": "a todo is an object with a text"}, 422)
        todo = self.todos[self.add("")]
        todo.update(said)
        return JSONResponse(todo, 201)

    async def _one(self, request: Request) -> Response:
        todo = self.todos.get(request.path_params["id"])
        if refused := self._refused(request):
            return refused
        if todo is None:
            return JSONResponse({"error": "no such todo"}, 404)
        if request.method == "DELETE":
            del self.todos[request.path_params["id"]]
            return Response(status_code=204)
        if request.method == "PATCH":
            said = _said(await request.body())
            if said is None:
                return JSONResponse({"error": "a todo is an object with a text"}, 422)
            todo.update(said)
        return JSONResponse(todo)

    def _refused(self, request: Request) -> Response | None:
        good = request.headers.get("Authorization") == f"Bearer {self.key}"
        return None if good else JSONResponse({"error": "who are you?"}, 401)


def _said(body: bytes) -> dict[str, JsonValue] | None:
    """The members that a body tells; None for one that can not be taken."""
    try:
        said = json.loads(body)
    except ValueError:
        return None
    fits = isinstance(said, dict) and all(isinstance(value, MEMBERS.get(name, ())) for name, value in said.items())
    return said if fits and said.get("text", "x") else None
