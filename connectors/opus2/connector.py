"""The contract's verbs over Opus 2's calls."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import ceil
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from connectors.contract import Capabilities, Clock, Cursor, Entry, Found, Page, Record, SideSettings, Stored
from connectors.errors import BadSettings, Forbidden, Gone, Rejected
from connectors.opus2.capabilities import BUDGET, capabilities, named, own
from connectors.opus2.client import Opus2Client
from connectors.opus2.discovering import discover
from connectors.opus2.known import Known
from connectors.opus2.mapping import steps
from connectors.opus2.members import HOLD
from connectors.opus2.reading import Reader
from connectors.opus2.writing import Writer
from connectors.task import Field, Fields, Patch, Ref

if TYPE_CHECKING:
    from connectors.transport import Http

LONG: Final = 60.0
"""Seconds that a complete read may take without being worth a remark."""
T = TypeVar("T")


class Opus2Connector:
    """One side: the documents of one folder of a project."""

    def __init__(self, side: SideSettings, clock: Clock, http: Http) -> None:
        settings = own(side)
        self._side = side
        self._http = http
        self._project = settings.project
        self._capabilities = capabilities(side)
        self._known = Known()
        self._client = Opus2Client(http, settings, lambda: self._known)
        self._reader = Reader(side, clock, self._client, self._known)
        self._writer = Writer(self._client, self._reader)
        self._remarks: tuple[str, ...] = ()

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person should know: how long a complete read takes, or what could not be looked into."""
        return self._remarks

    def check(self) -> None:
        """Prove token and project, resolve folders and fields, read the list. Raises ``SideDown``, ``RetryLater``."""
        strange = sorted(
            field.value for field, name in self._side.fields.items() if isinstance(name, str) and field not in HOLD
        )
        if strange:
            hint = f"these can: {', '.join(sorted(field.value for field in HOLD))}"
            raise BadSettings(f"a metadata field can not stand for {', '.join(strange)}", hint=hint)
        self._client.project()
        self._reader.forget()
        documents, requests, bare = self._reader.count()
        self._remarks = _effort(documents, requests + 2, bare=bare)

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """What is in the folder, or what changed there and in the archive. Raises ``RetryLater``, ``SideDown``."""
        try:
            yield from self._reader.everything() if since is None else self._reader.since(since)
        except BadSettings:
            self._reader.forget()
            raise

    def recall(self, cursor: str) -> None:
        """What an earlier process found out: how lists go on, what requests and answers look like."""
        self._reader.recall(cursor)

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return self._reader.translator.entry(record)

    def get(self, ref: Ref) -> Entry:
        """One document. Raises ``Gone``, ``Rejected`` for one that this user may not see, ``RetryLater``, ``SideDown``.

        One request; where documents do not say where they are, the folders' lists besides.
        """
        try:
            return self._get(ref)
        except Forbidden as refused:
            # Of one document this says nothing about the side, which has been read: no answer, and no deletion.
            raise Rejected(refused.message, hint="the token's user may not see this document") from refused

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """One request for each field; a create carries the name, and all else follows."""
        return steps(patch, creating=creating, titled=Field.TITLE in named(self._side)) if patch else ()

    def create(self, fields: Fields, marker: str) -> Stored:
        """Upload a small text document. Raises ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        try:
            return self._writing(lambda: self._writer.create(fields, marker))
        except (Gone, Forbidden) as refused:
            _refuse(refused, "add documents")

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """PUT one metadata field. Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        try:
            return self._writing(lambda: self._writer.put(entry, patch))
        except Forbidden as refused:
            _refuse(refused, "change documents")
        except Gone as gone:
            if self._is_there(entry.ref):
                self._reader.forget()  # then it is the field that is not
                _refuse(gone, "write this metadata field")
            raise

    def delete(self, entry: Entry) -> Stored | None:
        """Move the document into the archive folder; already there, or gone, is success.

        Raises ``TaskRefused``, ``RetryLater``, ``SideDown``.
        """
        archive = self._reader.resolve().archive
        if archive is None:
            raise Rejected("Opus 2 has no delete for documents", hint="give this side an archive_folder")
        try:
            return self._writing(lambda: self._writer.archive(entry, archive.id))
        except Forbidden as refused:
            _refuse(refused, "move documents")
        except Gone as gone:
            if self._is_there(entry.ref):
                self._reader.forget()
                _refuse(gone, "move documents into the archive folder")
            return None

    def discover(self) -> tuple[Found, ...]:
        """Projects, folders, metadata fields, people, teams, templates. Raises ``RetryLater``, ``SideDown``."""
        found, self._remarks = discover(self._client, self._project)
        return found

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def _get(self, ref: Ref) -> Entry:
        document = self._reader.document(ref)
        return self.normalise(self._reader.translator.record(document))

    def _is_there(self, ref: Ref) -> bool:
        try:
            self._client.document(ref)
        except (Gone, Forbidden, Rejected):
            return False
        return True

    def _writing(self, write: Callable[[], T]) -> T:
        try:
            return write()
        finally:
            self._reader.changed()


def _effort(documents: int, requests: int, *, bare: bool) -> tuple[str, ...]:
    """How long a complete read takes at the rate that the vendor names, where that is long."""
    (window,) = BUDGET.windows
    needed = requests + (documents if bare else 0)
    seconds = needed / window.limit * window.per
    if seconds <= LONG:
        return ()
    why = ", because its lists do not carry the metadata fields" if bare else ""
    rate = f"{window.limit} in {window.per:.0f} s"
    return (f"{documents} documents: a complete read takes {needed} requests{why}: {ceil(seconds / 60)} min at {rate}",)


def _refuse(refused: Gone | Forbidden, what: str) -> NoReturn:
    """A write that is not allowed while the folder can be read is a fact about the token's user."""
    raise Rejected(
        f"{refused.message} (the token's user may not {what})",
        hint="give the user read-write access to the project",
        applied=refused.applied,
    ) from refused


def make(side: SideSettings, clock: Clock, http: Http) -> Opus2Connector:
    """A connector for a side."""
    return Opus2Connector(side, clock, http)
