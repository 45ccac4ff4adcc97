"""The documented calls over HTTP."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from connectors.checkvist.sandbox.gate import Gate
from connectors.checkvist.sandbox.members import Said, change, create, parameters, said_of_item, said_of_note
from connectors.checkvist.sandbox.reading import Reading
from connectors.checkvist.sandbox.shapes import item_as_json, list_as_json, note_as_json
from connectors.checkvist.sandbox.world import ACTIONS, Item, Refused, World
from connectors.task import JsonValue

_NO_LIST: Final = "The list doesn't exist or is not available to you"
_AUTHOR, _READER = 1, 3


@dataclass(slots=True, kw_only=True)
class Asked:
    """A request, read: its method after tunnelling, its plain parameters, and what it says of an item."""

    method: str
    path: Mapping[str, object]
    headers: Mapping[str, str]
    plain: Mapping[str, str]
    said: Said
    comment: str


Call: TypeAlias = Callable[[Asked], Response]


@dataclass(slots=True, kw_only=True)
class Api:
    """The calls on one account's lists. ``shut`` are lists that are not available any more."""

    world: World
    gate: Gate
    reading: Reading
    shut: set[int]
    user: Mapping[str, JsonValue]

    def app(self) -> Starlette:
        """The web application."""
        item = "/checklists/{checklist:int}/tasks/{item:int}"
        routes: tuple[tuple[str, Call, tuple[str, ...]], ...] = (
            ("/auth/login.json", self._login, ("GET", "POST")),
            ("/auth/refresh_token.json", self._refresh, ("GET", "POST")),
            ("/auth/curr_user.json", self._user, ("GET",)),
            ("/checklists.json", self._lists, ("GET",)),
            ("/checklists/{checklist:int}.json", self._list, ("GET",)),
            ("/checklists/{checklist:int}/tasks.json", self._items, ("GET", "POST")),
            (f"{item}.json", self._item, ("GET", "POST", "PUT", "DELETE")),
            (f"{item}/comments.json", self._notes, ("GET", "POST")),
            (f"{item}/comments/{{note:int}}.json", self._note, ("POST", "PUT", "DELETE")),
            (f"{item}/{{action}}.json", self._act, ("POST",)),
        )
        return Starlette(routes=[Route(path, self._endpoint(call), methods=[*names]) for path, call, names in routes])

    def _endpoint(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            return self._answered(call, request, await request.body())

        return endpoint

    def _answered(self, call: Call, request: Request, body: bytes) -> Response:
        is_data = not request.url.path.startswith("/auth/log") and not request.url.path.startswith("/auth/ref")
        try:
            asked = self._read(request, body)
            if is_data:
                self.gate.admit(asked.headers, asked.plain)
        except Refused as refused:
            return JSONResponse({"message": str(refused)}, refused.status)
        try:
            with self.world.lock:
                return call(asked)
        except Refused as refused:
            if self.reading.errors == "soft" and is_data:
                return JSONResponse({"error": str(refused)})
            member = "error" if refused.status == HTTPStatus.UNPROCESSABLE_ENTITY else "message"
            return JSONResponse({member: str(refused)}, refused.status)

    def _read(self, request: Request, body: bytes) -> Asked:
        kind = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        plain = parameters(kind, request.url.query, body)
        tunnelled = plain.get("_method", "").upper() if request.method == "POST" else ""
        return Asked(
            method=tunnelled if tunnelled in {"PUT", "DELETE"} else request.method,
            path=request.path_params,
            headers=request.headers,
            plain=plain,
            said=said_of_item(kind, request.url.query, body, self.reading),
            comment=said_of_note(kind, request.url.query, body),
        )

    def _login(self, asked: Asked) -> Response:
        token = self.gate.login(asked.plain)
        if self.reading.login == "bare" and isinstance(token, str):
            return PlainTextResponse(token)
        return JSONResponse(token)

    def _refresh(self, asked: Asked) -> Response:
        return JSONResponse(self.gate.refresh(asked.plain))

    def _user(self, asked: Asked) -> Response:
        del asked
        return JSONResponse(dict(self.user))

    def _lists(self, asked: Asked) -> Response:
        open_ = [number for number in self.world.checklists if number not in self.shut]
        open_.sort(key=lambda number: self.world.stamps[number], reverse=True)
        del asked
        return JSONResponse([list_as_json(self.world, number, self.reading, role=self._role) for number in open_])

    def _list(self, asked: Asked) -> Response:
        return JSONResponse(list_as_json(self.world, self._checklist(asked), self.reading, role=self._role))

    def _items(self, asked: Asked) -> Response:
        checklist = self._checklist(asked)
        if asked.method == "POST":
            self._may_write()
            return JSONResponse(self._shown(create(self.world, checklist, asked.said, self.reading)))
        items = self.world.items(checklist)
        if self.reading.order == "mixed":
            items = items[1::2] + items[::2][::-1]
        return JSONResponse([self._shown(item, asked) for item in items])

    def _item(self, asked: Asked) -> Response:
        item = self.world.find(self._checklist(asked), int(str(asked.path["item"])))
        if item is None:
            if asked.method == "GET" and self.reading.unknown_item == "empty":
                return JSONResponse([])
            raise Refused(403 if self.reading.unknown_item == "403" else 404, "The item doesn't exist")
        if asked.method == "GET":
            ancestors = [self._shown(one, asked) for one in (item, *self.world.ancestors(item))]
            return JSONResponse(ancestors if self.reading.single == "array" else ancestors[0])
        self._may_write()
        if asked.method == "DELETE":
            shown = {**self._shown(item), "deleted": True}
            self.world.remove(item)
            return Response(status_code=204) if self.reading.deleted == "empty" else JSONResponse(shown)
        if asked.method == "PUT":
            parsing = asked.plain.get("parse") in {"true", "1"}
            change(self.world, item, asked.said, self.reading, parsing=parsing)
            return JSONResponse(self._shown(item))
        raise Refused(405, "Method not allowed")

    def _act(self, asked: Asked) -> Response:
        item = self.world.find(self._checklist(asked), int(str(asked.path["item"])))
        action = str(asked.path["action"])
        if item is None or action not in ACTIONS:
            raise Refused(403 if self.reading.unknown_item == "403" else 404, "The item doesn't exist")
        self._may_write()
        shown = [self._shown(one) for one in self.world.act(item, action)]
        return JSONResponse(shown if self.reading.actions == "array" else shown[0])

    def _notes(self, asked: Asked) -> Response:
        item = self.world.find(self._checklist(asked), int(str(asked.path["item"])))
        if item is None:
            if asked.method == "GET" and self.reading.unknown_item == "empty":
                return JSONResponse([])
            raise Refused(403 if self.reading.unknown_item == "403" else 404, "The item doesn't exist")
        if asked.method == "GET":
            return JSONResponse([note_as_json(item, note) for note in item.notes])
        self._may_write()
        return JSONResponse(note_as_json(item, self.world.note(item, asked.comment, 11)))

    def _note(self, asked: Asked) -> Response:
        item = self.world.find(self._checklist(asked), int(str(asked.path["item"])))
        number = int(str(asked.path["note"]))
        note = next((note for note in item.notes if note.id == number), None) if item is not None else None
        if item is None or note is None:
            raise Refused(403 if self.reading.unknown_item == "403" else 404, "The note doesn't exist")
        self._may_write()
        if asked.method == "DELETE":
            item.notes.remove(note)
            empty = self.reading.deleted == "empty"
            return Response(status_code=204) if empty else JSONResponse(note_as_json(item, note))
        if asked.method == "PUT":
            self.world.change_note(note, asked.comment)
            return JSONResponse(note_as_json(item, note))
        raise Refused(405, "Method not allowed")

    @property
    def _role(self) -> int:
        return _READER if self.reading.access == "read" else _AUTHOR

    def _checklist(self, asked: Asked) -> int:
        number = int(str(asked.path["checklist"]))
        if number not in self.world.checklists or number in self.shut:
            raise Refused(int(self.reading.unknown_list), _NO_LIST)
        return number

    def _may_write(self) -> None:
        if self.reading.access == "read":
            raise Refused(403, "You can not change this list")

    def _shown(self, item: Item, asked: Asked | None = None) -> dict[str, JsonValue]:
        with_notes = asked is not None and asked.plain.get("with_notes") in {"true", "1"}
        return item_as_json(self.world, item, self.reading, with_notes=with_notes)
