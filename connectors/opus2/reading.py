"""Reads of one side: everything, what changed, one document, and where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import Final

from connectors.contract import Clock, Coverage, Cursor, Page, Record, SideSettings
from connectors.errors import BadSettings, Gone, Rejected
from connectors.nameless import coverage as coverage_of
from connectors.opus2 import moments
from connectors.opus2.capabilities import named, own, words
from connectors.opus2.client import Listing, Opus2Client
from connectors.opus2.known import Known, fingerprint, load
from connectors.opus2.mapping import Bound, Translator
from connectors.opus2.members import Member
from connectors.opus2.resolving import bound, check_words, folders_in
from connectors.opus2.wire import Place, document_name, document_ref, folder_of, placed, value_of
from connectors.task import Field, Native, Ref

FRESH: Final = 30.0
"""Seconds in which a list stands for the next one, for the question where a document is; a write of ours ends it."""
FORMATS: Final = 9
"""Formats of a moment that are tried before everything is read instead: the usual ones, and what refusals name."""
WIDE: Final = 5
"""Pages of changes in the whole project that are read for the sake of the archive folder; with more, only the two
folders are: a project may take in thousands of documents a day that are no tasks."""


@dataclass(slots=True, kw_only=True)
class Seen:
    """What one read of a folder's list named, and when."""

    names: Mapping[Ref, str]
    at: float


class Reader:
    """One side's reads. ``known`` is what was found out about the tenant: asked for, or out of a cursor."""

    def __init__(self, side: SideSettings, clock: Clock, client: Opus2Client, known: Known) -> None:
        settings = own(side)
        self._side = side
        self._clock = clock
        self._client = client
        self.known = known
        self._settings = settings
        self._names = named(side)
        self._mark = fingerprint(
            settings.project,
            settings.folder,
            settings.archive_folder,
            settings.paging,
            dict(sorted(self._names.items())),
        )
        self._seen: dict[Ref, Seen] = {}
        self.listed: set[Ref] | None = None  # what is known to be in the folder; None: it was not read whole

    @property
    def translator(self) -> Translator:
        """What documents mean here. Before anything was read, names are all that there is to go by."""
        found = self.known.bound
        return Translator(bound=found or _unread(self._side), words=words(self._side), zone=self._side.timezone)

    def resolve(self) -> Bound:
        """What the configured names stand for, asked for once. Raises ``RetryLater``, ``SideDown``."""
        if self.known.bound is None:
            settings = self._settings
            fields = self._client.fields() if self._names else []
            found = bound(
                list(folders_in(self._client.folders())),
                fields,
                folder=settings.folder,
                archive=settings.archive_folder,
                names=self._names,
            )
            check_words(found, words(self._side))
            self.known.bound, self.known.fresh = found, True
            for identifier, pattern in self.known.patterns.items():
                self.learn(identifier, pattern)
        return self.known.bound

    def forget(self) -> None:
        """Ask again what the names stand for."""
        self.known.bound, self.known.fresh = None, False

    def recall(self, cursor: str) -> None:
        """Take over what an earlier process found out, unless this one has asked already."""
        known = load(cursor, self._mark)
        if known is not None and self.known.bound is None:
            self._take_over(known)

    def learn(self, identifier: Ref, pattern: str) -> None:
        """How a metadata field wants its times: what a refusal said counts more than what the list of fields says."""
        self.known.patterns[identifier] = pattern
        if (found := self.known.bound) is not None:
            members = {
                field: replace(member, pattern=pattern) if member.id == identifier else member
                for field, member in found.members.items()
            }
            self.known.bound = replace(found, members=members)

    def changed(self) -> None:
        """A write of ours: what was read stands for nothing any more."""
        self._seen.clear()

    def everything(self) -> Iterator[Page]:
        """Every document of the folder. Raises ``RetryLater``, ``SideDown``."""
        if not self.known.fresh:
            self.forget()  # a name may have gone to another folder since
        folder = self.resolve().folder.id
        self.listed = None
        refs: set[Ref] = set()

        def noted() -> Iterator[tuple[Listing, Ref]]:
            for listing in self._client.documents(folder):
                refs.update(document_ref(one) or "" for one in listing.elements)
                yield listing, folder

        yield from self._ended(self._pages(noted()), Coverage.EVERYTHING)
        self.listed = refs

    def since(self, cursor: Cursor) -> Iterator[Page]:
        """What changed since a cursor; everything where it, or every format that its moment can have, is refused."""
        known = load(cursor.value, self._mark)
        if known is None or known.bound is None or cursor.began is None:
            yield from self.everything()
            return
        if self.known.bound is None:
            self._take_over(known)
        try:
            listings = self._changed_since(cursor.began)
        except BadSettings:
            if self.known.fresh:
                raise
            listings = None  # a folder that is not there any more: perhaps another one has its name
        if listings is None:
            yield from self.everything()
            return
        yield from self._ended(self._pages(iter(listings)), Coverage.SINCE)

    def document(self, ref: Ref) -> Native:
        """One document, and where it is. Raises ``Gone``, ``Rejected``, ``RetryLater``, ``SideDown``."""
        found = self.resolve()
        document = self._client.document(ref)
        if folder_of(document) is not None:
            return document
        places = [place for place in (found.folder, found.archive) if place is not None]
        inside = next((place.id for place in places if ref in self.names(place.id)), "")
        return placed(document, inside or "elsewhere")

    def names(self, folder: Ref) -> Mapping[Ref, str]:
        """The names of a folder's documents, by a read that is younger than half a minute."""
        seen = self._seen.get(folder)
        if seen is None or self._clock.monotonic() - seen.at > FRESH:
            at = self._clock.monotonic()
            listed = chain.from_iterable(listing.elements for listing in self._client.documents(folder))
            seen = Seen(names={ref: document_name(one) or "" for one in listed if (ref := document_ref(one))}, at=at)
            self._seen[folder] = seen
        return seen.names

    def count(self) -> tuple[int, int, bool]:
        """Documents in the folder, requests for a list of them, and whether that list lacks the fields' values."""
        folder, translator = self.resolve().folder.id, self.translator
        documents, requests, whole = 0, 0, True
        for listing in self._client.documents(folder):
            requests += bool(listing.elements) or not requests
            documents += len(listing.elements)
            whole = whole and all(translator.is_whole(one) for one in listing.elements)
        return documents, requests, not whole

    def _take_over(self, known: Known) -> None:
        """What an earlier process found out."""
        for name in Known.__slots__:
            setattr(self.known, name, getattr(known, name))

    def _changed_since(self, began: datetime) -> Sequence[tuple[Listing, Ref | None]] | None:
        """The answers to ``afterDate``, each with the folder that was asked; None when no format is taken."""
        found = self.resolve()
        waiting, tried = [self.known.after, *moments.USUAL], set[str]()
        while waiting and len(tried) < FORMATS:
            pattern = waiting.pop(0)
            if pattern in tried:
                continue
            tried.add(pattern)
            try:
                listings = self._asked(found, {"afterDate": moments.after(began, pattern)})
            except Rejected as refused:
                asked = moments.format_in(refused.message)
                waiting = [*([asked] if asked is not None else []), *waiting]
            else:
                self.known.after = pattern
                return listings
        return None

    def _asked(self, found: Bound, params: Mapping[str, str]) -> list[tuple[Listing, Ref | None]]:
        """One request where documents say where they are; else one for the folder, one for the archive."""
        if found.archive is not None and self.known.folders:
            wide: list[tuple[Listing, Ref | None]] = []
            for listing in self._client.documents(None, params):
                wide.append((listing, None))
                if len(wide) > WIDE:
                    break
            if len(wide) <= WIDE and all(folder_of(one) is not None for one, _ in _each(wide)):
                return wide
        places = [place.id for place in (found.folder, found.archive) if place is not None]
        return [(listing, place) for place in places for listing in self._client.documents(place, params)]

    def _pages(self, listings: Iterator[tuple[Listing, Ref | None]]) -> Iterator[Page]:
        """One page for each answer, and one for each document that had to be asked for by itself."""
        for listing, folder in listings:
            self.known.folders = self.known.folders or any(folder_of(one) is not None for one in listing.elements)
            self._learn_days(listing.elements)
            whole: list[Record] = []
            bare: list[Native] = []
            for one in listing.elements:
                document = placed(one, folder) if folder is not None else one
                if self._is_enough(document):
                    whole.append(self.translator.record(document))
                else:
                    bare.append(document)
            yield Page(records=tuple(whole), server_time=listing.server_time, received=listing.received)
            for document in bare:
                yield from self._alone(document, folder)

    def _alone(self, listed: Native, folder: Ref | None) -> Iterator[Page]:
        try:
            document = self._client.document(document_ref(listed) or "")
        except Gone:
            return  # since it was listed
        self._learn_days([document])
        record = self.translator.record(placed(document, folder) if folder is not None else document)
        yield Page(records=(record,))

    def _learn_days(self, documents: Sequence[Native]) -> None:
        """How a field writes its days, where one of them tells: "25/04/2026" does, "01/04/2026" does not."""
        members = self.known.bound.members if self.known.bound is not None else {}
        for field in (Field.START, Field.DUE):
            member = members.get(field)
            if member is None or member.pattern:
                continue
            values = (value_of(one, member.id, member.name) for one in documents)
            pattern = moments.order_in(value for value in values if isinstance(value, str))
            if pattern is not None:
                self.learn(member.id, pattern)

    def _is_enough(self, document: Native) -> bool:
        """Whether a listed document says what is needed of it: of one in another folder, only that."""
        place = folder_of(document)
        translator = self.translator
        return translator.is_whole(document) or (place is not None and not translator.is_ours(place))

    def _ended(self, pages: Iterator[Page], coverage: Coverage) -> Iterator[Page]:
        """The same pages, the last one with the cursor."""
        held: Page | None = None
        covered = coverage
        began: datetime | None = None
        for page in pages:
            if coverage_of(page.records) is Coverage.SINCE:
                covered = Coverage.SINCE
            if held is not None:
                yield held
            began = began or page.server_time
            held = page
        if held is None:
            return
        cursor = Cursor(value=self.known.dump(self._mark), began=began) if began is not None else None
        yield Page(
            records=held.records,
            last=True,
            coverage=covered,
            cursor=cursor,
            server_time=held.server_time,
            received=held.received,
        )


def _each(listings: Sequence[tuple[Listing, Ref | None]]) -> Iterator[tuple[Native, Ref | None]]:
    return ((one, folder) for listing, folder in listings for one in listing.elements)


def _unread(side: SideSettings) -> Bound:
    settings = own(side)
    archive = settings.archive_folder
    return Bound(
        folder=Place(id=settings.folder, name=settings.folder),
        archive=None if archive is None else Place(id=archive, name=archive),
        members={field: Member(id=name, name=name) for field, name in named(side).items()},
    )
