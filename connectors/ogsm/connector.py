"""The contract's verbs over OGSM's four calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, NoReturn

from connectors.contract import Capabilities, Clock, Coverage, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, Forbidden, Gone, Rejected
from connectors.nameless import coverage, ref_without
from connectors.ogsm.capabilities import capabilities, held, own, words
from connectors.ogsm.client import OgsmClient
from connectors.ogsm.discovering import discover
from connectors.ogsm.mapping import Translator, spelling
from connectors.ogsm.wire import raw_hash, ref_of
from connectors.task import Fields, Native, Patch, Ref

if TYPE_CHECKING:
    from connectors.transport import Http


class OgsmConnector:
    """One side: the actions of an account, or those on one canvas."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        del clock  # nothing here depends on the time: OGSM tells none
        settings = own(side)
        self._side = side
        self._http = http
        self._capabilities = capabilities(side)
        self._client = OgsmClient(http, settings.username, settings.password.get_secret_value())
        self._words = words(side)
        self._strategies = tuple(settings.strategies)
        self._spellings: dict[str, str] = {}  # the status words as this server writes them
        self._translator = Translator(
            held=held(side),
            words=self._words,
            canvas=settings.canvas,
            archived_is_deleted=settings.archived == "delete",
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Read the list: the address, the credentials, the shape. Raises ``SideDown`` or ``RetryLater``.

        That the canvas exists can not be proved: nothing lists canvases, and an empty one is on no action.
        """
        renamed = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if renamed:
            raise BadSettings(
                f"an action has no other name for {', '.join(renamed)}",
                hint="write `false` in [fields] of this side, or leave it out",
            )
        for _ in self.changes(None):
            pass

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """Every action, each time: OGSM tells neither times nor what changed. Raises ``RetryLater`` or ``SideDown``."""
        del since
        spellings: dict[str, str] = {}
        covered = Coverage.EVERYTHING
        for listing in self._client.actions():
            for action in listing.actions:
                _note(action, spellings)
            if listing.last:
                self._spellings = spellings
            records = tuple(_record(action) for action in listing.actions)
            covered = coverage(records) if covered is Coverage.EVERYTHING else covered
            yield Page(
                records=records,
                last=listing.last,
                coverage=covered,
                server_time=listing.server_time,
                received=listing.received,
            )

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return self._translator.entry(record)

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once: a POST and a PATCH both carry every field."""
        del creating
        return (patch,) if patch else ()

    def create(self, fields: Fields, marker: str) -> Stored:
        """POST the action. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.

        OGSM has no invisible place for a marker.
        """
        del marker
        body = self._translator.new(fields, self._strategies, self._spellings)
        try:
            action = self._client.create(body)
        except (Gone, Forbidden) as refused:
            _refuse(refused, "make actions")
        return self._stored(action)

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PATCH what changes, laid over the action as it was read.

        Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        body = self._translator.body(patch.fields, entry.native, self._spellings)
        try:
            action = self._client.update(entry.ref, body)
        except Forbidden as refused:
            _refuse(refused, "change actions")
        except Gone as gone:
            if self._is_listed(entry.ref):
                _refuse(gone, "change actions")
            raise
        if action is None:  # nothing is confirmed before the next read
            nothing = Entry(ref=entry.ref, raw_hash="", fields={}, native=entry.native)
            return Stored(entry=nothing, located=not self._translator.archived_is_deleted)
        return self._stored(action, before=entry.native)

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE the action; already gone is success. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        try:
            action = self._client.delete(entry.ref)
        except Forbidden as refused:
            _refuse(refused, "delete actions")
        except Gone as gone:
            if self._is_listed(entry.ref):
                _refuse(gone, "delete actions")
            return None
        return None if action is None else self._stored(action, before=entry.native)

    def discover(self) -> tuple[Found, ...]:
        """Canvases, strategies, people and words, as actions have them. Raises ``RetryLater``, ``SideDown``."""
        return discover(self._client, self._words)

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _is_listed(self, ref: Ref) -> bool:
        """Whether an action that a write did not find is there: then this account may read it only."""
        return any(ref_of(action) == ref for listing in self._client.actions() for action in listing.actions)

    def _stored(self, action: Native, before: Native | None = None) -> Stored:
        """An answer as what is stored. Members that it lacks are unconfirmed, and stay in ``native`` as they were read.

        The hash is the answer's own: if it lacks members, the next read differs and completes it.
        """
        _note(action, self._spellings)
        entry = self._translator.entry(_record(action), partial=True)
        located = "archived" in action or not self._translator.archived_is_deleted
        return Stored(entry=replace(entry, native={**(before or {}), **action}), located=located)


def _record(action: Native) -> Record:
    return Record(ref=ref_of(action) or ref_without(action), raw_hash=raw_hash(action), native=action)


def _note(action: Native, spellings: dict[str, str]) -> None:
    """Remember how the server writes an action's status word."""
    word = spelling(action)
    if word is not None:
        spellings.setdefault(*word)


def _refuse(refused: Gone | Forbidden, what: str) -> NoReturn:
    """A write that is not offered is a fact about the account: "some only currently support read access" (API page)."""
    raise Rejected(
        f"{refused.message} (this account may not {what})",
        hint="ask OGSM's support to let the API's user write actions",
        applied=refused.applied,
    ) from refused


def make(side: SideSettings, clock: Clock, http: Http) -> OgsmConnector:
    """A connector for a side."""
    return OgsmConnector(side, clock, http)
