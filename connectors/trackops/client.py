"""Trackops's calls (API Reference, "Tasks", "Staff", "Cases"; paging as in the vendor's client for PHP)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from textwrap import shorten
from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import quote

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    Rejected,
    TaskMoved,
)
from connectors.statuses import error_of
from connectors.task import JsonValue, Native, Ref
from connectors.trackops.mapping import PLACES, WIRE
from connectors.trackops.wire import Malformed, count_of, record_of, records_of, ref_of

if TYPE_CHECKING:
    from connectors.transport import Answer, Http

_ROOT: Final = "/api/v1"
_COMPLAINTS: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY})
_NOT_OFFERED: Final = frozenset(
    {
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.GONE,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)
_KEY_HINT: Final = "check username and token of this side, and that API access is switched on in the account"
_ACCESS_HINT: Final = "the user must be an active Full Access employee, and API access be switched on in the account"
_ADDRESS_HINT: Final = "check base_url of this side: https:// and the account's own host, without /api"
_NAMES: Final = re.compile(rf"\b({'|'.join((*WIRE, *PLACES))})\b")
_READ: Final = 4096
"""Bytes of a refusal that are searched for the names of members."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One answer to a list."""

    records: tuple[Native, ...]
    server_time: datetime | None
    received: datetime


class NotOffered(Exception):
    """A changing request that this account, or this server, does not have; or whose task is gone. Nothing was done."""

    def __init__(self, message: str, *, missing: bool) -> None:
        super().__init__(message)
        self.message = message
        self.missing = missing


class TrackopsClient:
    """The calls, signed with HTTP Basic: ``USER/token`` and the company's token ("Introduction", "Authentication")."""

    def __init__(self, http: Http, login: str, token: str) -> None:
        self._http = http
        self._auth = (login, token)

    def tasks(self, params: Mapping[str, str]) -> Listing:
        """A page of tasks. Raises ``Gone`` (not there), ``Rejected`` (a parameter), ``RetryLater``, ``SideDown``."""
        page = params.get("page", "1")
        return self.records("tasks", params, f"the list of tasks{'' if page == '1' else f', page {page}'}")

    def records(self, kind: str, params: Mapping[str, str], what: str) -> Listing:
        """A page of some kind of records: "tasks", "staff", "cases". Raises as :meth:`tasks`."""
        answer = self._read(f"{_ROOT}/{kind}", params, what)
        try:
            found = tuple(records_of(answer.json(), kind))
        except Malformed as broken:
            raise self._broken(what, broken) from None
        return Listing(records=found, server_time=answer.server_time, received=answer.received)

    def count(self, params: Mapping[str, str]) -> tuple[int, int] | None:
        """How many tasks there are, and on how many pages; None if it can not be told. Raises as :meth:`tasks`."""
        asked = {**{name: value for name, value in params.items() if name != "page"}, "mode": "count"}
        return count_of(self._read(f"{_ROOT}/tasks", asked, "the number of tasks").json())

    def task(self, ref: Ref) -> Native:
        """One task. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        answer = self._read(_path(ref), {}, f"task {ref}")
        return self._task(answer, f"task {ref}", ref)

    def case(self, identity: int) -> Native:
        """One case. Raises ``Gone``, ``Rejected``, ``RetryLater``, ``SideDown``."""
        what = f"case {identity}"
        try:
            return record_of(self._read(f"{_ROOT}/cases/{identity}", {}, what).json(), "case")
        except Malformed as broken:
            raise self._broken(what, broken) from None

    def create(self, body: Mapping[str, JsonValue]) -> Native:
        """Make a task; as it is stored, with its id.

        Raises ``NotOffered``, ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        what = f'new task "{shorten(str(body.get("title", "")), 60, placeholder="…")}"'
        answer = self._change("POST", f"{_ROOT}/tasks", body, what)
        return self._task(answer, what, None, applied=Applied.UNKNOWN)

    def update(self, ref: Ref, body: Mapping[str, JsonValue]) -> Native | None:
        """PUT a whole task; as it is stored, None if the answer does not say. Raises as :meth:`create`."""
        answer = self._change("PUT", _path(ref), body, f"task {ref}")
        return self._task(answer, f"task {ref}", ref, applied=Applied.UNKNOWN) if answer.body.strip() else None

    def delete(self, ref: Ref) -> Native | None:
        """Delete a task; what it was, or None where the answer does not say. Raises as :meth:`create`."""
        answer = self._change("DELETE", _path(ref), None, f"task {ref}")
        if not answer.body.strip():
            return None
        try:
            task = record_of(answer.json(), "task")
        except (Malformed, ContractBroken):
            return None  # that it was deleted is what the status says
        return task if ref_of(task) == ref else None

    def _read(self, path: str, params: Mapping[str, str], what: str) -> Answer:
        try:
            return self._http.send("GET", path, params=params or None, auth=self._auth, changing=False, what=what)
        except BadCredentials as refused:
            raise BadCredentials(refused.message, hint=_KEY_HINT) from refused
        except Forbidden as refused:
            raise Forbidden(refused.message, hint=_ACCESS_HINT) from refused

    def _change(self, method: str, path: str, body: Mapping[str, JsonValue] | None, what: str) -> Answer:
        task: JsonValue = None if body is None else {"task": dict(body)}
        looked_at = _COMPLAINTS | _NOT_OFFERED
        answer = self._http.send(
            method, path, json=task, auth=self._auth, changing=True, what=what, ok=lambda status: status in looked_at
        )
        if answer.status in _NOT_OFFERED:
            error = error_of(answer, answer.subject)
            raise NotOffered(self._http.secrets.mask(error.message), missing=isinstance(error, Gone))
        if answer.status in _COMPLAINTS:
            self._complain(answer)
        return answer

    def _complain(self, answer: Answer) -> NoReturn:
        """Raise what a refusal means: a field that is named, or a place that the settings give every new task."""
        error = error_of(answer, answer.subject)
        message = self._http.secrets.mask(error.message)
        named = set(_NAMES.findall(answer.body[:_READ].decode(errors="replace")))
        if places := sorted(named & set(PLACES)):
            settings = [name.removesuffix("_id").replace("casefile", "case") for name in places]
            hint = f"check {' and '.join(settings)} of this side, and that they belong together"
            raise BadSettings(message, hint=hint)
        raise Rejected(message, fields=frozenset(WIRE[name] for name in named))

    def _task(self, answer: Answer, what: str, ref: Ref | None, applied: Applied = Applied.NO) -> Native:
        try:
            task = record_of(answer.json(), "task")
        except Malformed as broken:
            raise self._broken(what, broken, applied=applied) from None
        if ref is not None and ref_of(task) != ref:
            raise self._broken(what, Malformed(f"task {ref_of(task)}"), applied=applied)
        return task

    def _broken(self, what: str, broken: Malformed, applied: Applied = Applied.NO) -> ContractBroken:
        return ContractBroken(
            self._http.secrets.mask(f"{what}: the server answered {broken}"),
            hint=f"is this a Trackops server? {_ADDRESS_HINT}",
            applied=applied,
        )


def misplaced(refused: TaskMoved | Rejected) -> BadSettings:
    """The error for a list that is not there, or that does not take its parameters."""
    return BadSettings(refused.message, hint=_ADDRESS_HINT)


def _path(ref: Ref) -> str:
    return f"{_ROOT}/tasks/{quote(ref, safe='')}"
