"""Rule 9: what is to be overwritten is what was last read.

If it moved, the action is dropped and the next cycle merges.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from connectors.contract import Changes, Connector, Entry, Get, Record, Verb
from connectors.errors import ConnectorError, Gone
from connectors.task import Field, same
from sync.apply.journal import Journal, Run
from sync.core.lens import Lens
from sync.core.model import Link

TRUSTED: Final = 30.0
"""Seconds for which a read is trusted before something is written over it (rule 9)."""

LONG_AGO: Final = float("-inf")


@dataclass(slots=True)
class Freshness:
    """When each entry of one side was last seen, and what a later look showed."""

    run: Run
    lens: Lens
    connector: Connector
    journal: Journal
    seen: dict[str, float] = field(default_factory=dict)
    listing: dict[str, Record] = field(default_factory=dict)
    listed_at: float = LONG_AGO

    def note(self, link: Link) -> None:
        """An answer has just shown this entry."""
        self.seen[str(link.ref)] = self.run.clock.monotonic()
        self.listing.pop(str(link.ref), None)

    def still_as_read(self, link: Link, fields: Iterable[Field], *, guarded: bool) -> bool:
        """Whether these fields of an entry may be written now.

        Reads again where the last look is too old, unless the write is ``guarded`` by a precondition, as updates are
        where the side has such. What has moved is looked at first in the next cycle. Raises ``GiveUp``.
        """
        if self.run.clock.monotonic() <= self.good_until(link, guarded=guarded):
            return True
        entry = self.read_again(link)
        if entry is not None and self.unmoved(link, entry, fields):
            return True
        link.raw_hash = ""
        return False

    def good_until(self, link: Link, *, guarded: bool) -> float:
        """The monotonic time until which an entry is trusted to be as it was last seen."""
        if guarded and self.lens.spec.capabilities.preconditions:
            return math.inf
        side = self.lens.spec.name
        was_read = link.ref in self.run.looked.get(side, {link.ref})
        read_at = self.run.read_at.get(side, LONG_AGO) if was_read else LONG_AGO
        return max(self.seen.get(str(link.ref), LONG_AGO), read_at) + TRUSTED

    def unmoved(self, link: Link, entry: Entry, fields: Iterable[Field]) -> bool:
        """Whether an entry shows what its shadow says; then the link has its newest native form."""
        with self.run.lock:
            seen = self.run.lenses.of(link).take(entry)
            for name in fields:
                pair = link.pairs.get(name)
                if name in seen and pair is not None and pair.confirmed and not same(name, seen[name], pair.stored):
                    return False
            link.native, link.token = entry.native, entry.token
        return True

    def read_again(self, link: Link) -> Entry | None:
        """The entry as it is now: by its ref, or by one more list for all that follow. None when it is not there.

        Raises ``GiveUp``.
        """
        ref = str(link.ref)
        try:
            if self.lens.spec.capabilities.can(Verb.GET) and isinstance(self.connector, Get):
                entry = self.connector.get(ref)
                self.seen[ref] = self.run.clock.monotonic()
                return entry
            self._list()
        except Gone:
            link.gone = max(link.gone, 1)  # the first evidence: a list of what changed may never name it
            return None
        except ConnectorError as error:
            self.journal.give_up_if_hopeless(error)
            return None
        record = self.listing.get(ref)
        self.seen[ref] = self.listed_at
        return self.connector.normalise(record) if record is not None else None

    def _list(self) -> None:
        fresh = self.run.clock.monotonic() - self.listed_at <= TRUSTED
        if not fresh and isinstance(self.connector, Changes):
            self.listing = {record.ref: record for page in self.connector.changes(None) for record in page.records}
            self.listed_at = self.run.clock.monotonic()
