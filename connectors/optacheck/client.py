"""OptaCheck's four calls on tasks (the vendor's API page, "Tasks"): addresses, statuses, shapes of answers.

Every address ends in a slash, as on the page. Without it a server of this kind redirects, and a redirected POST would
lose its body.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from textwrap import shorten
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from connectors.errors import Applied, BadSettings, ContractBroken, Gone, Rejected, TaskMoved, TaskRefused
from connectors.optacheck.auth import Call, Signed
from connectors.optacheck.mapping import NAMES
from connectors.optacheck.wire import Malformed, complained, task_of
from connectors.redact import Redactor
from connectors.statuses import error_of
from connectors.task import JsonValue, Native, Ref

if TYPE_CHECKING:
    from connectors.transport import Answer

NOBODY: Final = "00000000-0000-0000-0000-000000000000"
"""An id that no task has (the nil UUID): asking for it shows whether the side answers, and changes nothing."""
_ADDRESS_HINT: Final = "check workspace and base_url of this side"
_REFUSED: Final = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY})
_FIELDS: Final = {member: field for field, member in NAMES.items()}


class OptaCheckClient:
    """The calls, in one workspace."""

    def __init__(self, signed: Signed, workspace: str, secrets: Redactor) -> None:
        self._signed = signed
        self._all = f"/v1.0/workspaces/{quote(workspace, safe='')}/assignments/"
        self._secrets = secrets  # what an answer says is quoted in errors

    def reach(self, ref: Ref) -> None:
        """Ask for a task that may or may not be there. Raises ``RetryLater``, ``SideDown``."""
        call = Call(method="GET", path=self._path(ref), what="the workspace", ok=lambda status: status in {404, 410})
        try:
            self._signed.send(call)
        except (TaskMoved, TaskRefused) as refused:
            raise BadSettings(refused.message, hint=_ADDRESS_HINT) from refused

    def task(self, ref: Ref) -> Native:
        """One task. Raises ``Gone``, ``Rejected`` (perhaps it is no id there), ``RetryLater``, ``SideDown``."""
        what = f"task {ref}"
        return self._task(self._signed.send(Call(method="GET", path=self._path(ref), what=what)), what, ref)

    def create(self, body: Mapping[str, JsonValue]) -> Native:
        """Make a task; what the server says of it. Raises ``TaskRefused``, ``Forbidden``, ``RetryLater``, ``SideDown``.

        ``Rejected`` names the fields that the server complained about, as far as it said.
        """
        what = f'new task "{shorten(str(body.get("title", "")), 60, placeholder="…")}"'
        try:
            answer = self._changed("POST", self._all, what, body)
        except Gone as missing:
            raise BadSettings(missing.message, hint=_ADDRESS_HINT) from missing
        return self._task(answer, what, None)

    def update(self, ref: Ref, body: Mapping[str, JsonValue]) -> Native | None:
        """Change a task; what the server says of it, None if the answer is empty. Raises ``Gone`` too."""
        what = f"task {ref}"
        answer = self._changed("PUT", self._path(ref), what, body)
        return self._task(answer, what, ref) if answer.body.strip() else None

    def delete(self, ref: Ref) -> None:
        """Delete a task: what the answer is, the page does not say. Raises ``Gone`` too."""
        self._changed("DELETE", self._path(ref), f"task {ref}", None)

    def _path(self, ref: Ref) -> str:
        return f"{self._all}{quote(ref, safe='')}/"

    def _changed(self, method: str, path: str, what: str, body: Mapping[str, JsonValue] | None) -> Answer:
        call = Call(method=method, path=path, what=what, changing=True, json=body, ok=lambda status: status in _REFUSED)
        answer = self._signed.send(call)
        if answer.status not in _REFUSED:
            return answer
        error = error_of(answer, answer.subject)
        named = complained(answer.json()) if answer.looks_like_json else frozenset()
        fields = frozenset(_FIELDS[name] for name in named & _FIELDS.keys())
        raise Rejected(self._secrets.mask(error.message), hint=error.hint, fields=fields, applied=Applied.NO)

    def _task(self, answer: Answer, what: str, ref: Ref | None) -> Native:
        try:
            return task_of(answer.json(), ref)
        except Malformed as broken:
            message = self._secrets.mask(f"{what}: the server answered {broken}")
            raise ContractBroken(message, hint=_ADDRESS_HINT, applied=answer.subject.lost) from None
