"""The contract's verbs over Checkvist's calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from connectors.checkvist.auth import signed
from connectors.checkvist.capabilities import capabilities, held, own, words
from connectors.checkvist.client import CheckvistClient, Listing, ListItself
from connectors.checkvist.discovering import discover
from connectors.checkvist.mapping import Translator
from connectors.checkvist.notebook import Notebook
from connectors.checkvist.notes import entry_of, is_note, parted
from connectors.checkvist.presence import Presence
from connectors.checkvist.since import UNSEEN, counted, is_unchanged, mark_of
from connectors.checkvist.states import State, state_named
from connectors.checkvist.wire import with_tasks
from connectors.checkvist.writing import Writer, record_of
from connectors.contract import Capabilities, Clock, Coverage, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, Forbidden, Gone, Rejected, Transient
from connectors.nameless import coverage
from connectors.task import Field, Fields, Kind, Patch, Ref

if TYPE_CHECKING:
    from connectors.transport import Http


class CheckvistConnector:
    """One side: the items of one list."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        settings = own(side)
        self._side = side
        self._http = http
        self._checklist = settings.checklist
        self._capabilities = capabilities(side)
        self._client = CheckvistClient(signed(settings, clock, http), settings.checklist, http.secrets)
        self._has_notes = Field.COMMENTS in held(side)
        self._presence = Presence(self._client, clock, settings.checklist, notes=self._has_notes)
        self._notebook = Notebook(self._client)
        self._translator = Translator(held=held(side), words=words(side), checklist=settings.checklist)
        self._remarks: tuple[str, ...] = ()
        self._writer = Writer(self._client, self._translator, self._presence)

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Log in and read what the list is. Raises ``SideDown`` or ``RetryLater``."""
        strange = [word for word in self._side.statuses or () if state_named(word) is None]
        if strange:
            hint = f"write {', '.join(State)} in [statuses] of this side"
            raise BadSettings(f'Checkvist has no status "{strange[0]}"', hint=hint)
        renamed = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if renamed:
            hint = "write `false` in [fields] of this side, or leave it out"
            raise BadSettings(f"an item has no other name for {', '.join(renamed)}", hint=hint)
        self._client.checklist()

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """Every item with its notes, in one request; since a cursor the list is asked first whether anything changed.

        Raises ``RetryLater`` or ``SideDown``.
        """
        value, asked = UNSEEN, None
        if since is not None:
            asked = self._client.checklist()
            mark = mark_of(asked.told)
            value = mark.value if mark is not None else UNSEEN
            if is_unchanged(mark, since, asked.server_time):
                yield _page(asked, (), Coverage.SINCE, value)
                return
        listing = self._presence.read()
        if asked is not None and counted(asked.told) > len(listing.items):
            value = UNSEEN  # something that the list counts was not told: the next read asks for everything again
        notes = self._notebook.listed(listing) if self._has_notes else ()
        records = (*(record_of(item) for item in listing.items), *notes)
        answer = asked or replace(listing, items=())
        del listing  # a list of thousands is large, and is in the records now
        yield _page(answer, records, coverage(records), value)

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return entry_of(record) if is_note(record.ref) else self._translator.entry(record)

    def get(self, ref: Ref) -> Entry:
        """One item. Raises ``Gone``, ``RetryLater``, ``SideDown``.

        One request while it is there. An item that can not be had is looked for in a whole read of our list, then in
        the account's other lists (:class:`~connectors.checkvist.presence.Presence`): what is on none of them is gone.
        """
        if is_note(ref):
            return self._note(ref)
        try:
            item = self._client.item(ref)
        except (Gone, Forbidden, Rejected) as refused:
            return self._missed(ref, refused)
        if item.get("deleted") is True:
            return self._missed(ref, None)
        if not isinstance(item.get("tasks"), list):
            item = with_tasks(item, self._presence.children_now(ref))
        return self.normalise(record_of(item))

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """The fields, then the status. After a create, what it can not carry, and a text that it would parse."""
        return (patch,) if Field.COMMENTS in patch else self._translator.steps(patch, creating=creating)

    def create(self, fields: Fields, marker: str) -> Stored:
        """POST the item. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.

        An item has no invisible place for a marker.
        """
        del marker
        try:
            return self._notebook.create(fields) if Field.COMMENTS in fields else self._writer.create(fields)
        except (Gone, Forbidden) as refused:
            self._presence.read()  # raises if it is not the item but the list that can not be had
            _refuse(refused, "add items to it")
        finally:
            self._presence.changed()

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PUT what changes, laid over the item as it was read; or one status action, for a patch of the status alone.

        Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``. A move to the root and a change of assignees may
        take a second request, until it is known how this server wants them written.
        """
        try:
            if is_note(entry.ref):
                return self._notebook.update(entry, str(patch.fields[Field.COMMENTS]))
            if Field.STATUS in patch:
                return self._writer.act(entry, patch.fields[Field.STATUS])
            return self._writer.put(entry, patch)
        except (Gone, Forbidden, Rejected) as refused:
            if self._is_missing(entry.ref):
                raise self._gone(entry.ref) from refused
            _refuse(refused, "change its items")
        finally:
            self._presence.changed()

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE the item with its children; already gone is success.

        Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        try:
            return self._notebook.delete(entry) if is_note(entry.ref) else self._writer.delete(entry)
        except (Gone, Forbidden, Rejected) as refused:
            if self._is_missing(entry.ref):
                return None
            _refuse(refused, "delete its items")
        finally:
            self._presence.changed()

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the last ``discover`` could not see."""
        return self._remarks

    def discover(self) -> tuple[Found, ...]:
        """The account's lists and the people of ours, as far as they are told. Raises ``RetryLater``, ``SideDown``."""
        found, self._remarks = discover(self._client, self._checklist)
        return found

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _note(self, ref: Ref) -> Entry:
        """A note. Where its item can not be had, that tells: gone, or on another list. Raises as :meth:`get` does."""
        try:
            found = self._notebook.get(ref)
        except (Gone, Forbidden, Rejected) as refused:
            item = self._missed(parted(ref)[0], refused)
            if not item.container:
                raise Transient(f"{refused.message}, and its item is there", hint="run it again later") from refused
            return replace(item, ref=ref, fields={}, kind=Kind.COMMENT)
        if found is None:
            raise self._gone(ref)
        return found

    def _is_missing(self, ref: Ref) -> bool:
        """Whether an item is not on our list, or a note not on its item. Raises ``RetryLater``, ``SideDown``."""
        if not is_note(ref):
            return self._presence.find(ref) is None
        try:
            self._note(ref)
        except Gone:
            return True
        return False

    def _missed(self, ref: Ref, refused: Gone | Forbidden | Rejected | None) -> Entry:
        item = self._presence.find(ref) or self._presence.elsewhere(ref)
        if item is None:
            raise self._gone(ref) from refused
        return self.normalise(record_of(item))

    def _gone(self, ref: Ref) -> Gone:
        what = "note" if is_note(ref) else "item"
        return Gone(f"{what} {ref} is not on list {self._checklist} any more")


def _page(answer: ListItself | Listing, records: tuple[Record, ...], covers: Coverage, value: str) -> Page:
    """A whole read: where the next one starts was told before anything else."""
    return Page(
        records=records,
        last=True,
        coverage=covers,
        cursor=Cursor(value=value, began=answer.server_time),
        server_time=answer.server_time,
        received=answer.received,
    )


def _refuse(refused: Gone | Forbidden | Rejected, what: str) -> NoReturn:
    """A write that is refused while the list can be read is a fact about the account: it is a reader of the list."""
    if isinstance(refused, Rejected):
        raise refused
    message = f"{refused.message}; the list can be read, but this account may not {what}"
    hint = "let the list's author make this account a writer"
    raise Rejected(message, hint=hint, applied=refused.applied) from refused


def make(side: SideSettings, clock: Clock, http: Http) -> CheckvistConnector:
    """A connector for a side."""
    return CheckvistConnector(side, clock, http)
