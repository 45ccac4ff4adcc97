"""Reading the tasks of a case, page by page, to the end and no further.

How many tasks a server puts on a page is its own affair: fewer than were asked for may be all there are, or all that it
gives at once. The vendor's own example stops at a short page. Here a list has ended when

========================================  ===============================================================
a page                                    and
========================================  ===============================================================
is empty                                  that is the end
is the page before it once more           the server has no pages, or shows the last one for each beyond: for the
                                          first page, ``mode=count`` must agree if it is answered
is not there (404)                        ``mode=count`` says that there are no more; where it is not answered, the page
                                          before was shorter than one that was seen, or on pages of one task the last
                                          one that was listed is there, and none after it
is shorter than one that was seen         it is an incremental read: the rest would have fitted on it
========================================  ===============================================================
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from connectors.errors import ContractBroken, Gone, Rejected
from connectors.nameless import ref_without
from connectors.task import Native, Ref
from connectors.trackops.capabilities import PER_PAGE
from connectors.trackops.client import Listing, TrackopsClient, misplaced
from connectors.trackops.since import FORMS, Known, stamp
from connectors.trackops.wire import ref_of

_MOST_PAGES: Final = 10_000
"""A list of more pages than this goes round in circles."""
_HINT: Final = "ask Trackops's support how lists are paged for this account"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A page of a walk. The last one says what was learnt of the server on the way."""

    records: tuple[Native, ...]
    server_time: datetime | None
    received: datetime | None
    learnt: Known | None = None


@dataclass(slots=True)
class Walk:
    """One read of the list, as ``filters`` ask for it. ``proven``: so many tasks are known to fit on one page."""

    client: TrackopsClient
    filters: Mapping[str, str]
    form: str
    proven: int = 0
    incremental: bool = False
    longest: int = 0
    seen: set[Ref] = field(default_factory=set)
    previous: set[Ref] = field(default_factory=set)

    def parts(self) -> Iterator[Part]:
        """Every page; never ends before the end of the list.

        Raises ``Rejected`` for a parameter that is refused on the first page, ``RetryLater``, ``SideDown``.
        """
        for number in range(1, _MOST_PAGES + 1):
            try:
                listing = self._page(number)
            except Gone as missing:
                if number == 1:
                    raise misplaced(missing) from missing
                self._confirm_end(number, missing)
                yield Part(records=(), server_time=None, received=None, learnt=self._learnt())
                return
            ended = self._ends(number, listing)
            yield self._part(listing, ended=ended)
            if ended:
                return
        raise ContractBroken(f"the list of tasks does not end: {_MOST_PAGES} pages were read", hint=_HINT)

    def _page(self, number: int, size: int = PER_PAGE) -> Listing:
        return self.client.tasks({**self.filters, "page": str(number), "per_page": str(size), "dir": "asc"})

    def _ends(self, number: int, listing: Listing) -> bool:
        refs = _refs(listing)
        if not refs:
            return True
        if refs == self.previous:
            full = len(listing.records) == PER_PAGE
            if number == 2 and (full or not self.incremental):  # noqa: PLR2004 - the page after the first
                self._confirm_unpaged(refs, full=full)
            return True
        if refs <= self.seen:
            raise ContractBroken(f"page {number} of the list of tasks repeats the pages before it", hint=_HINT)
        self.seen |= refs
        self.previous = refs
        self.longest = max(self.longest, len(refs))
        return self.incremental and self._is_short()

    def _confirm_unpaged(self, refs: set[Ref], *, full: bool) -> None:
        """A server that shows one page whatever is asked has no others, or none that can be reached."""
        count = self._count()
        # Without a count, where as many as were asked for are given: are there more if more are asked for?
        broken = count[0] > len(refs) if count is not None else full and _refs(self._page(1, PER_PAGE + 1)) != refs
        if broken:
            raise ContractBroken(f"every page of the list of tasks is the first {len(refs)}", hint=_HINT)

    def _confirm_end(self, number: int, missing: Gone) -> None:
        """A page that is not there ends the list only if something else says so: a fault looks like it."""
        count = self._count()
        ended = self._is_short() or self._is_last() if count is None else count[0] <= len(self.seen)
        if not ended:
            told = "and how many there are is not told" if count is None else f"and there are {count[0]} tasks"
            message = f"{missing.message}: {len(self.seen)} tasks were listed before, {told}"
            raise ContractBroken(message, hint=f"page {number} is needed; {_HINT}")

    def _is_short(self) -> bool:
        """Whether there was room on the last page that was there."""
        return len(self.previous) < max(self.proven, self.longest)

    def _is_last(self) -> bool:
        """Whether, on pages of one task, the one after as many as were listed is not there, and the one before is."""
        try:
            last = _refs(self._page(len(self.seen), 1))
        except (Gone, Rejected):
            return False  # the server has a size of its own
        if len(last) != 1 or not last <= self.seen:
            return False
        try:
            return not _refs(self._page(len(self.seen) + 1, 1))
        except Gone:
            return True

    def _count(self) -> tuple[int, int] | None:
        try:
            return self.client.count({**self.filters, "per_page": str(PER_PAGE)})
        except (Gone, Rejected):
            return None

    def _learnt(self) -> Known:
        return Known(self.form, max(self.proven, self.longest))

    def _part(self, listing: Listing, *, ended: bool) -> Part:
        learnt = self._learnt() if ended else None
        return Part(records=listing.records, server_time=listing.server_time, received=listing.received, learnt=learnt)


def _refs(listing: Listing) -> set[Ref]:
    return {ref_of(record) or ref_without(record) for record in listing.records}


def everything(client: TrackopsClient, case: int, form: str) -> Iterator[Part]:
    """Every task of the case. Raises ``RetryLater``, ``SideDown``."""
    try:
        yield from Walk(client, {"case": str(case)}, form).parts()
    except Rejected as refused:
        raise misplaced(refused) from refused


def changed(client: TrackopsClient, case: int, moment: datetime, known: Known) -> Iterator[Part] | None:
    """The tasks of the case that changed since a moment; None if the server takes no form of it.

    Raises ``RetryLater``, ``SideDown``.
    """
    forms = list(FORMS)
    for form in forms[forms.index(known.form) :]:
        filters = {"case": str(case), "updated_from": stamp(moment, form)}
        parts = Walk(client, filters, form, proven=known.longest, incremental=True).parts()
        try:
            first = next(parts)
        except Rejected:
            continue
        return _with(first, parts)
    return None


def _with(first: Part, rest: Iterator[Part]) -> Iterator[Part]:
    yield first
    try:
        yield from rest
    except Rejected as refused:
        raise misplaced(refused) from refused
