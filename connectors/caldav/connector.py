"""The contract's verbs over a CalDAV collection."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from connectors.caldav.capabilities import capabilities, held, own, words
from connectors.caldav.client import CaldavClient
from connectors.caldav.discovering import discover
from connectors.caldav.mapping import DEFAULT_WORDS, Translator
from connectors.caldav.reading import Reader
from connectors.caldav.since import understood, usual_name
from connectors.caldav.webdav import Taken, WebDav
from connectors.caldav.wire import ETAG, HREF, native_of, record_of
from connectors.contract import Capabilities, Clock, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, Gone, Rejected, Stale, Transient
from connectors.task import Field, Fields, Native, Patch, Ref, Value

if TYPE_CHECKING:
    from connectors.transport import Http

_SHOWN: Final = 60
_DIGITS: Final = 32
"""Hexadecimal digits of a UID of ours: 128 bits."""


class CaldavConnector:
    """One side: the tasks of a collection."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        self._side = side
        self._clock = clock
        self._http = http
        self._capabilities = capabilities(side)
        self._client = CaldavClient(WebDav(http, own(side), side.base_url))
        self._reader = Reader(self._client, tokens=own(side).changes == "token")
        self._translator = Translator(held=held(side), words=words(side), zone=side.timezone)

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Ask the collection what it is. Raises ``SideDown`` or ``RetryLater``."""
        renamed = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if renamed:
            message = f"a calendar's task has no other name for {', '.join(renamed)}"
            raise BadSettings(message, hint="write `false` in [fields] of this side, or leave it out")
        strange = sorted(word for word in words(self._side) if word.upper() not in DEFAULT_WORDS)
        if strange:
            message = f"a calendar's task has no status {', '.join(strange)}"
            raise BadSettings(message, hint=f"[statuses] of this side takes {', '.join(DEFAULT_WORDS)}")
        state = self._client.state()
        if not state.is_calendar:
            message = "there is something at base_url, and it is no calendar"
            raise BadSettings(message, hint="`tasksync discover` lists the collections of this account")
        if state.kinds and "VTODO" not in state.kinds:
            message = f"the collection takes no tasks, but {', '.join(state.kinds)}"
            raise BadSettings(message, hint="`tasksync discover` lists the collections that take tasks")

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """What changed, or everything. Raises ``RetryLater`` or ``SideDown``."""
        return self._reader.changes(None if since is None else understood(since.value))

    def recall(self, cursor: str) -> None:
        """Remember which resources are not named for their UIDs."""
        mark = understood(cursor)
        if mark is not None:
            self._reader.remember(mark)

    def recognise(self, known: Callable[[Ref], Record | None]) -> None:
        """What needs not be asked for: it is as it was last seen."""
        self._reader.known = known

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return self._translator.entry(record)

    def get(self, ref: Ref) -> Entry:
        """One entry. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        record = self._reader.found(ref)
        if record is None:
            raise Gone(f"task {ref}: not in the collection")
        return self.normalise(record)

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once: a resource is written whole."""
        del creating
        return (patch,) if patch else ()

    def client_id(self, fields: Fields, marker: str) -> Ref:
        """The UID of a new task."""
        return _uid(self._side.base_url, marker, fields)

    def create(self, fields: Fields, marker: str) -> Stored:
        """PUT a resource that is not there yet. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.

        Its UID is drawn from the marker and from what it says: sent once more, the same task is found to be there.
        """
        uid = self.client_id(fields, marker)
        name, what = usual_name(uid), f'new task "{_shown(fields)}"'
        text = self._translator.new(uid, fields, self._clock.now())
        try:
            etag = self._client.put(name, text, None, what)
        except (Stale, Taken) as there:
            # Made before, and perhaps given another name since by somebody's program.
            return self._made_before(uid, what, there)
        except Gone as gone:
            raise BadSettings(gone.message, hint="is the collection at base_url still there?") from gone
        return self._stored(native_of(name, etag, text))

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PUT the resource as it was read, with what changes, if it is still as it was read.

        Raises ``Gone``, ``Stale`` (nothing was written), ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        native = self._with_tag(entry)
        name, what = str(native[HREF]), f"task {entry.ref}"
        text = self._translator.laid_over(patch.fields, native, self._clock.now())
        try:
            etag = self._client.put(name, text, str(native[ETAG]), what)
        except Stale:
            if self._reader.found(entry.ref) is None:
                raise Gone(f"{what}: not in the collection any more") from None
            raise
        return self._stored(native_of(name, etag, text))

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE the resource, if it is still as it was read; already gone is success. Raises as :meth:`update`."""
        try:
            native = self._with_tag(entry)
            self._client.delete(str(native[HREF]), str(native[ETAG]), f"task {entry.ref}")
        except Gone:
            return None
        except Stale:
            if self._reader.found(entry.ref) is not None:
                raise
        return None

    def discover(self) -> tuple[Found, ...]:
        """The collections of the account that take tasks. Raises ``RetryLater``, ``SideDown``."""
        return discover(self._client.dav)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _made_before(self, uid: Ref, what: str, there: Stale | Taken) -> Stored:
        """What is there under a UID of ours: the answer to its create was lost."""
        record = self._reader.found(uid)
        if record is None and isinstance(there, Taken):
            raise there  # by a task of another collection, where the server counts those too
        if record is None:
            raise Transient(f"{what}: said to be there, and then not found", hint="it is tried again")
        return Stored(entry=self.normalise(record))

    def _with_tag(self, entry: Entry) -> Native:
        """What was read, with the entity tag that guards it; asked for where the last answer told none.

        Raises ``Gone``, ``Stale``, ``Rejected``.
        """
        native = entry.native
        if isinstance(native.get(HREF), str) and native.get(ETAG):
            return native
        record = self._reader.found(entry.ref)
        if record is None:
            raise Gone(f"task {entry.ref}: not in the collection any more")
        if not record.native[ETAG]:
            hint = "without one, an edit of somebody else could be overwritten"
            raise Rejected(f"task {entry.ref}: the server tells no entity tag (RFC 4791, 5.3.4)", hint=hint)
        seen, now = self.normalise(record), entry.fields
        if any(seen.fields.get(field) != value for field, value in now.items() if field is not Field.COMPLETED):
            raise Stale(f"task {entry.ref}: changed there meanwhile")
        return record.native

    def _stored(self, native: Native) -> Stored:
        """What was sent, as what is stored: a strong tag says so, without one the next read does."""
        entry = self.normalise(record_of(native))
        if native[ETAG]:
            return Stored(entry=entry, confirmed=True)
        bare = Entry(ref=entry.ref, raw_hash="", fields={}, native=native)
        return Stored(entry=bare)


def _uid(collection: str, marker: str, fields: Fields) -> Ref:
    told = "\n".join([collection, marker, *(f"{field.value}={_text(fields[field])}" for field in sorted(fields))])
    return f"tasksync-{hashlib.sha256(told.encode(errors='replace')).hexdigest()[:_DIGITS]}"


def _text(value: Value) -> str:
    return repr(value)


def _shown(fields: Fields) -> str:
    title = str(fields.get(Field.TITLE, ""))
    return title if len(title) <= _SHOWN else f"{title[:_SHOWN]}…"


def make(side: SideSettings, clock: Clock, http: Http) -> CaldavConnector:
    """A connector for a side."""
    return CaldavConnector(side, clock, http)
