"""The contract's verbs over Trackops's calls."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Final

from connectors.contract import Capabilities, Clock, Coverage, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, Gone, Rejected, Transient
from connectors.nameless import coverage, ref_without
from connectors.task import Field, Fields, Native, Patch, Ref
from connectors.trackops.capabilities import capabilities, held, own, words
from connectors.trackops.client import NotOffered, TrackopsClient
from connectors.trackops.finding import discovered, prove_case
from connectors.trackops.listing import Part, changed, everything
from connectors.trackops.mapping import VOCABULARY, Translator, folded
from connectors.trackops.since import Known
from connectors.trackops.staff import Staff
from connectors.trackops.wire import raw_hash, ref_of

if TYPE_CHECKING:
    from connectors.transport import Http

REFUSED: Final = 3600.0
"""Seconds for which an account that was told that it may not make tasks is not tried again."""
_READ_ONLY: Final = 'the vendor\'s older accounts have a read-only API: ask its support, or set access = "read"'
_NO_CHANGES: Final = "the vendor documents no PUT and no DELETE for tasks: set update = false for this side"


class TrackopsConnector:
    """One side: the tasks of one case."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        settings = own(side)
        self._side = side
        self._settings = settings
        self._clock = clock
        self._http = http
        self._capabilities = capabilities(side)
        self._client = TrackopsClient(http, settings.login, settings.token.get_secret_value())
        self._staff = Staff(self._client)
        self._remarks: tuple[str, ...] = ()
        self._read_only: tuple[float, Rejected] | None = None
        chosen = {"subject_id": settings.subject, "case_service_id": settings.case_service}
        self._translator = Translator(
            held=held(side),
            words=words(side),
            places={
                "casefile_id": settings.case,
                "calendar_id": settings.calendar,
                **{name: number for name, number in chosen.items() if number},
            },
        )

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Read the first task and the case: address, credentials, container. Raises ``SideDown`` or ``RetryLater``.

        That the calendar exists can not be proved: the vendor documents no list of calendars.
        """
        strange = [word for word in self._side.statuses or () if folded(word) not in VOCABULARY]
        if strange:
            hint = f"write {', '.join(VOCABULARY)} in [statuses] of this side"
            raise BadSettings(f'Trackops has no status "{strange[0]}"', hint=hint)
        renamed = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if renamed:
            hint = "write `false` in [fields] of this side, or leave it out"
            raise BadSettings(f"a task has no other name for {', '.join(renamed)}", hint=hint)
        prove_case(self._client, self._settings.case)

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """The tasks of the case: all of them, or those that changed since a cursor.

        A cursor that can not be asked from is answered by everything. Raises ``RetryLater``, ``SideDown``.
        """
        known = Known.read(since.value) if since is not None else None
        form = known.form if known is not None else Known().form
        if since is not None and known is not None and known.form and since.began is not None:
            parts = changed(self._client, self._settings.case, since.began, known)
            if parts is not None:
                yield from self._pages(parts, Coverage.SINCE)
                return
            form = ""  # none was taken: the same question need not be asked in every cycle
        yield from self._pages(everything(self._client, self._settings.case, form), Coverage.EVERYTHING)

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return self._translator.entry(record)

    def get(self, ref: Ref) -> Entry:
        """One task. Raises ``Gone``, ``RetryLater``, ``SideDown``."""
        try:
            return self.normalise(_record(self._client.task(ref)))
        except Rejected as refused:  # no answer about the task: no evidence that it is gone
            raise Transient(refused.message) from refused

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once; but a new task has no status of its own, it gets one in a second step.

        A new task that has no due date gets ``default_due``.
        """
        due = self._default_due()
        if creating and patch and patch.fields.get(Field.DUE) is None and due is not None:
            patch = Patch({**patch.fields, Field.DUE: due})
        if not creating or Field.STATUS not in patch:
            return (patch,) if patch else ()
        status = patch.only(Field.STATUS)
        rest = patch.without(Field.STATUS)
        return (rest,) if self._translator.is_new(status.fields[Field.STATUS]) else (rest, status)

    def create(self, fields: Fields, marker: str) -> Stored:
        """POST the task. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.

        A task has no invisible place for a marker. People are found by e-mail first, one read for each who was not
        looked for before.
        """
        del marker
        if self._read_only is not None and self._clock.monotonic() < self._read_only[0]:
            raise self._read_only[1]
        body = self._translator.new(fields, users=self._staff.ids(fields.get(Field.ASSIGNEES)))
        try:
            task = self._client.create(body)
        except NotOffered as refused:
            self._read_only = (self._clock.monotonic() + REFUSED, _refusal(refused, "make tasks", _READ_ONLY))
            raise self._read_only[1] from refused
        return self._stored(task)

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PUT the whole task as it was read, with what changes. Raises as the contract says."""
        users = self._staff.ids(patch.fields[Field.ASSIGNEES]) if Field.ASSIGNEES in patch else None
        body = self._translator.replacing(patch.fields, entry.native, users=users)
        try:
            task = self._client.update(entry.ref, body)
        except NotOffered as refused:
            if refused.missing:
                self._client.task(entry.ref)  # raises ``Gone`` if it is the task that is not there
            raise _refusal(refused, "change tasks", _NO_CHANGES) from refused
        if task is None:  # nothing is confirmed before the next read
            return Stored(entry=Entry(ref=entry.ref, raw_hash="", fields={}, native=entry.native))
        return self._stored(task, before=entry.native)

    def delete(self, entry: Entry) -> Stored | None:
        """DELETE the task; already gone is success. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        try:
            task = self._client.delete(entry.ref)
        except NotOffered as refused:
            if refused.missing and not self._is_there(entry.ref):
                return None
            raise _refusal(refused, "delete tasks", _NO_CHANGES) from refused
        return None if task is None else self._stored(task, before=entry.native)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the last ``discover`` could not look into."""
        return self._remarks

    def discover(self) -> tuple[Found, ...]:
        """Staff, cases, and the calendars that tasks are on. Raises ``RetryLater``, ``SideDown``."""
        found, self._remarks = discovered(self._client, self._staff, self._settings.case)
        return found

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _pages(self, parts: Iterator[Part], covered: Coverage) -> Iterator[Page]:
        began = None
        for number, part in enumerate(parts):
            began = part.server_time if number == 0 else began
            ended = part.learnt is not None
            # Without a clock of the server's nothing can be asked from: everything is read again.
            cursor = Cursor(value=part.learnt.written(), began=began) if part.learnt and began else None
            records = tuple(_record(task) for task in part.records)
            covered = coverage(records) if covered is Coverage.EVERYTHING else covered
            yield Page(
                records=records,
                last=ended,
                coverage=covered,
                cursor=cursor,
                server_time=part.server_time,
                received=part.received,
            )

    def _default_due(self) -> date | None:
        """The due date for a task that has none, by this side's calendar."""
        ahead = self._settings.default_due
        return None if ahead is None else (self._clock.now().astimezone(self._side.timezone) + ahead).date()

    def _stored(self, task: Native, before: Native | None = None) -> Stored:
        """An answer as what is stored. Members that it lacks are unconfirmed, and stay in ``native`` as they were read.

        The hash is the answer's own: if it lacks members, the next read differs and completes it.
        """
        entry = self._translator.entry(_record(task), partial=True)
        fields = {**entry.fields}
        if Field.ASSIGNEES in fields:
            fields[Field.ASSIGNEES] = self._staff.named(fields[Field.ASSIGNEES])
        return Stored(entry=replace(entry, fields=fields, native={**(before or {}), **task}))

    def _is_there(self, ref: Ref) -> bool:
        try:
            self._client.task(ref)
        except Gone:
            return False
        return True


def _refusal(refused: NotOffered, what: str, hint: str) -> Rejected:
    """A request that is not offered is a fact about the account; the side goes on being read."""
    return Rejected(f"{refused.message}; this account may not {what}", hint=hint)


def _record(task: Native) -> Record:
    return Record(ref=ref_of(task) or ref_without(task), raw_hash=raw_hash(task), native=task)


def make(side: SideSettings, clock: Clock, http: Http) -> TrackopsConnector:
    """A connector for a side."""
    return TrackopsConnector(side, clock, http)
