"""The contract's verbs over Jot's calls."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NoReturn

from connectors.answers import Answer
from connectors.contract import Clock, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, ContractBroken, Gone
from connectors.nameless import as_object, coverage, ref_without
from connectors.task import Fields, JsonValue, Native, Patch, Ref
from connectors.transport import Http
from tasksync_jot.capabilities import capabilities
from tasksync_jot.mapping import body_of, entry_of
from tasksync_jot.settings import JotSettings
from tasksync_jot.wire import raw_hash, ref_of


class JotConnector:
    """One side: the todos of one list."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        del clock  # Jot tells no times
        own = side.own_as(JotSettings)
        self.capabilities = capabilities(side)
        self._side = side
        self._http = http
        self._headers = {"Authorization": f"Bearer {own.key.get_secret_value()}"}
        self._todos = f"/lists/{own.list}/todos"

    def check(self) -> None:
        """Read the list. Raises ``SideDown`` or ``RetryLater``."""
        if self._side.statuses or any(isinstance(name, str) for name in self._side.fields.values()):
            raise BadSettings("Jot has no words for a status and one name for a field", hint="leave them out")
        self._listed(self._todos, "the list")

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """Every todo, each time, in one answer. Raises ``RetryLater`` or ``SideDown``."""
        del since
        answer, todos = self._listed(self._todos, "the list")
        records = tuple(_record(as_object(todo)) for todo in todos)
        yield Page(
            records=records,
            last=True,
            coverage=coverage(records),
            server_time=answer.server_time,
            received=answer.received,
        )

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return entry_of(record, self.capabilities.held)

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once: a POST and a PATCH both carry every field."""
        del creating
        return (patch,) if patch else ()

    def get(self, ref: Ref) -> Entry:
        """One todo. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        return self.normalise(_record(self._one(self._send("GET", f"{self._todos}/{ref}", f"todo {ref}"), ref)))

    def create(self, fields: Fields, marker: str) -> Stored:
        """POST a todo. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        del marker  # Jot has no place for it that people do not see
        try:
            answer = self._send("POST", self._todos, "a new todo", body_of(fields))
        except Gone as missing:
            _misplaced(missing)
        return Stored(entry=self.normalise(_record(self._one(answer, None))))

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PATCH what changes. Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        answer = self._send("PATCH", f"{self._todos}/{entry.ref}", f"todo {entry.ref}", body_of(patch.fields))
        return Stored(entry=self.normalise(_record(self._one(answer, entry.ref))))

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE a todo; already gone is success."""
        with suppress(Gone):
            self._send("DELETE", f"{self._todos}/{entry.ref}", f"todo {entry.ref}")
        return None

    def discover(self) -> tuple[Found, ...]:
        """The account's lists. Raises ``RetryLater``, ``SideDown``."""
        _, lists = self._listed("/lists", "the lists")
        named = (one for one in map(as_object, lists) if ref_of(dict(one)))
        return tuple(Found(kind="list", id=str(one["id"]), name=str(one.get("name")), key="list") for one in named)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _send(self, method: str, path: str, what: str, body: JsonValue = None) -> Answer:
        changing = method != "GET"
        return self._http.send(method, path, json=body, headers=self._headers, changing=changing, what=what)

    def _listed(self, path: str, what: str) -> tuple[Answer, list[JsonValue]]:
        try:
            answer = self._send("GET", path, what)
        except Gone as missing:
            _misplaced(missing)
        todos = answer.json()
        if not isinstance(todos, list):
            raise ContractBroken(f"{answer.subject}: no array", hint="is base_url the address of a Jot?")
        return answer, todos

    def _one(self, answer: Answer, ref: Ref | None) -> Native:
        todo = answer.json()
        if not isinstance(todo, dict) or ref_of(todo) is None or ref not in (None, ref_of(todo)):
            raise ContractBroken(f"{answer.subject}: the answer is another todo or none", applied=answer.subject.lost)
        return todo


def _misplaced(missing: Gone) -> NoReturn:
    raise BadSettings(missing.message, hint="check list: `tasksync discover` names those there are") from missing


def _record(todo: Native) -> Record:
    return Record(ref=ref_of(dict(todo)) or ref_without(todo), raw_hash=raw_hash(todo), native=todo)
