"""Checkvist's calls on one list (the vendor's API page, "Working with checklists" and "Working with tasks")."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from connectors.checkvist.auth import Call, Signed
from connectors.checkvist.wire import Malformed, chosen, complaint, described, items_of, ref_of
from connectors.errors import (
    Applied,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    Rejected,
    TaskMoved,
    TaskRefused,
    Transient,
)
from connectors.redact import Redactor
from connectors.task import Field, JsonValue, Native, Ref

if TYPE_CHECKING:
    from connectors.transport import Answer

_LIST_HINT: Final = "check the number `checklist`, and that this account may open that list"
_ADDRESS_HINT: Final = "is base_url the address of a Checkvist?"
_NO_LIST: Final = ("list doesn't exist", "not available to you")
"""What the vendor says of a list that is deleted, was never there, or is somebody else's: the same (public clients)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A whole list, in one answer."""

    items: tuple[Native, ...]
    server_time: datetime | None
    received: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ListItself:
    """What a list says of itself."""

    told: Native
    server_time: datetime | None
    received: datetime


Answered = tuple[Native, tuple[Native, ...]]
"""The item that an answer is about, and the others that it names."""


class CheckvistClient:
    """The calls, on one list."""

    def __init__(self, signed: Signed, checklist: int, secrets: Redactor) -> None:
        self._signed = signed
        self._checklist = checklist
        self._secrets = secrets  # what an answer says is quoted in errors

    def items(self, checklist: Ref | None = None, *, notes: bool = False) -> Listing:
        """Every item of our list, or of another: never a part for the whole. Raises ``RetryLater``, ``SideDown``.

        ``notes``: with their notes, if the server tells them.
        """
        number = checklist or str(self._checklist)
        what = f"list {number}"
        answer = self._read(f"/checklists/{number}/tasks.json", what, {"with_notes": "true"} if notes else {})
        try:
            items = tuple(items_of(answer.json()))
        except Malformed as broken:
            raise self._broken(what, broken) from None
        return Listing(items=items, server_time=answer.server_time, received=answer.received)

    def checklist(self) -> ListItself:
        """What our list is. Raises ``RetryLater``, ``SideDown``."""
        what = f"list {self._checklist}"
        answer = self._read(f"/checklists/{self._checklist}.json", what)
        value = answer.json()
        if not isinstance(value, Mapping) or ref_of(value) != str(self._checklist):
            raise self._broken(what, Malformed(f"{described(value)} instead of the list"))
        return ListItself(told=value, server_time=answer.server_time, received=answer.received)

    def checklists(self) -> tuple[Native, ...]:
        """The account's lists. Raises ``RetryLater``, ``SideDown``."""
        what = "the account's lists"
        value = self._read("/checklists.json", what).json()
        if not isinstance(value, list) or any(ref_of(one) is None for one in value):
            raise self._broken(what, Malformed(f"{described(value)} instead of an array of lists"))
        return tuple(one for one in value if isinstance(one, Mapping))

    def user(self) -> Native:
        """Who we are. Raises ``RetryLater``, ``SideDown``."""
        value = self._read("/auth/curr_user.json", "the current user").json()
        return value if isinstance(value, Mapping) else {}

    def item(self, ref: Ref) -> Native:
        """One item. Raises ``Gone``, ``Forbidden``, ``Rejected`` if it can not be had, ``RetryLater``, ``SideDown``."""
        answer = self._signed.send(Call(method="GET", path=self._path(ref), what=f"item {ref}"))
        if answer.json() == []:
            raise Gone(f"{answer.subject} is not there (an empty array)")
        return self._item(answer, ref)[0]

    def create(self, form: Sequence[tuple[str, str]]) -> Answered:
        """Make an item. Raises ``Forbidden``, ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        path = f"/checklists/{self._checklist}/tasks.json"
        call = Call(method="POST", path=path, what=f"a new item on list {self._checklist}", changing=True, form=form)
        return self._item(self._changed(call), None)

    def update(
        self, ref: Ref, form: Sequence[tuple[str, str]] | None = None, json: JsonValue | None = None
    ) -> Answered | None:
        """Change what is named; None if the answer is empty. Raises ``Forbidden``, ``Gone``, and as :meth:`create`."""
        call = Call(method="PUT", path=self._path(ref), what=f"item {ref}", changing=True, form=form, json=json)
        return self._answered(self._changed(call), ref)

    def act(self, ref: Ref, action: str) -> Answered | None:
        """Close, invalidate or reopen. Returns and raises as :meth:`update` does."""
        path = self._path(ref).removesuffix(".json")
        call = Call(method="POST", path=f"{path}/{action}.json", what=f"item {ref}", changing=True)
        return self._answered(self._changed(call), ref)

    def delete(self, ref: Ref) -> Answered | None:
        """Delete an item and its children. Returns and raises as :meth:`update` does."""
        call = Call(method="DELETE", path=self._path(ref), what=f"item {ref}", changing=True)
        return self._answered(self._changed(call), ref)

    def notes(self, item: Ref) -> list[JsonValue]:
        """The notes of an item. Raises as :meth:`item` does, and ``ContractBroken``."""
        what = f"the notes of item {item}"
        answer = self._signed.send(Call(method="GET", path=self._notes_path(item), what=what))
        if said := self._complaint(answer):
            raise Rejected(f'{answer.subject}: "{said}"')
        value = answer.json()
        if not isinstance(value, list):
            raise self._broken(what, Malformed(f"{described(value)} instead of an array of notes"))
        return value

    def add_note(self, item: Ref, text: str) -> Native:
        """Make a note. Raises as :meth:`create` does."""
        what = f"a new note of item {item}"
        form = [("comment[comment]", text)]
        call = Call(method="POST", path=self._notes_path(item), what=what, changing=True, form=form)
        return self._item(self._changed(call), None)[0]

    def change_note(self, item: Ref, note: Ref, text: str) -> Native | None:
        """Change the text of a note; None if the answer is empty. Raises as :meth:`update` does."""
        form = [("comment[comment]", text)]
        path = self._notes_path(item, note)
        call = Call(method="PUT", path=path, what=f"note {note} of item {item}", changing=True, form=form)
        answered = self._answered(self._changed(call), note)
        return answered[0] if answered is not None else None

    def delete_note(self, item: Ref, note: Ref) -> None:
        """Delete a note. Raises as :meth:`update` does."""
        path = self._notes_path(item, note)
        call = Call(method="DELETE", path=path, what=f"note {note} of item {item}", changing=True)
        self._answered(self._changed(call), note)

    def _notes_path(self, item: Ref, note: Ref = "") -> str:
        one = f"/{quote(note, safe='')}" if note else ""
        return f"{self._path(item).removesuffix('.json')}/comments{one}.json"

    def _path(self, ref: Ref) -> str:
        return f"/checklists/{self._checklist}/tasks/{quote(ref, safe='')}.json"

    def _read(self, path: str, what: str, query: Mapping[str, str] | None = None) -> Answer:
        """Something that must be there. Raises ``RetryLater``, ``SideDown``."""
        try:
            answer = self._signed.send(Call(method="GET", path=path, what=what, query=query or {}))
        except Forbidden as refused:
            raise Forbidden(refused.message, hint=_LIST_HINT) from refused
        except TaskMoved as missing:
            raise BadSettings(missing.message, hint=_LIST_HINT) from missing
        except TaskRefused as refused:
            raise BadSettings(refused.message, hint=_ADDRESS_HINT) from refused
        if said := self._complaint(answer):
            raise Transient(f'{answer.subject} could not be read: the server says "{said}"', hint="run it again later")
        return answer

    def _changed(self, call: Call) -> Answer:
        """The answer to a changing request. An invalid parent is told by the vendor's words only."""
        try:
            return self._signed.send(call)
        except Rejected as refused:
            if "parent_id" in refused.message:
                refused.fields = frozenset({Field.PARENT})
            raise

    def _answered(self, answer: Answer, ref: Ref) -> Answered | None:
        return self._item(answer, ref) if answer.body.strip() else None

    def _item(self, answer: Answer, ref: Ref | None) -> Answered:
        """The item in an answer. Raises ``Rejected`` for a complaint, ``ContractBroken`` for anything else."""
        value = answer.json()
        if said := self._complaint(answer):
            fields = frozenset({Field.PARENT}) if "parent_id" in said else frozenset[Field]()
            raise Rejected(f'{answer.subject} was refused: "{said}"', fields=fields)
        try:
            return chosen(value, ref)
        except Malformed as broken:
            raise self._broken(str(answer.subject), broken, applied=answer.subject.lost) from None

    def _complaint(self, answer: Answer) -> str:
        """What an answer with status 200 complains of. Raises ``Forbidden`` if that is the whole list."""
        said = self._secrets.mask(complaint(answer.json()))
        if any(words in said for words in _NO_LIST):
            raise Forbidden(f'{answer.subject}: not allowed ("{said}")', hint=_LIST_HINT)
        return said

    def _broken(self, what: str, broken: Malformed, applied: Applied = Applied.NO) -> ContractBroken:
        message = f"{what}: the server answered {self._secrets.mask(str(broken))}"
        return ContractBroken(message, hint=_ADDRESS_HINT, applied=applied)
