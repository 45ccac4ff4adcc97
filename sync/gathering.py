"""The pages of one read, on their way into one observation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Final

from connectors.contract import Connector, Coverage, Entry, Page, Record
from connectors.errors import ContractBroken
from connectors.nameless import is_nameless
from connectors.task import Ref
from sync.core.cursor import never_back
from sync.core.facts import Observation, Read
from sync.core.model import Link, SideName

PAGES: Final = 10_000
"""Pages of one read: more than any documented container can have; beyond it a listing runs in a circle."""


@dataclass(slots=True)
class Gathered:
    """Takes pages in, and says what they were. ``links`` are those of the side, by ref."""

    name: SideName
    mapping: str
    connector: Connector
    links: Mapping[str, Link]
    entries: dict[str, Entry] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    named: set[str] = field(default_factory=set)
    pages: int = 0
    finished: Page | None = None
    began: datetime | None = None
    offset: float = 0.0
    total: int | None = None

    def add(self, page: Page) -> None:
        """One more page. Raises ``ContractBroken`` for one too many."""
        self.pages += 1
        if self.pages > PAGES:
            message = f"the listing of {self.name} does not end: {PAGES} pages were read"
            raise ContractBroken(message)
        if page.server_time is not None and self.began is None:
            self.began = page.server_time
            self.offset = (page.received - page.server_time).total_seconds() if page.received is not None else 0.0
        self.total = page.total if page.total is not None else self.total
        for record in page.records:
            self._record(record)
        if page.last:
            self.finished = page

    def known(self, ref: Ref) -> Record | None:
        """An entry as it was last seen, if nothing about it is open (:class:`connectors.contract.Recognise`)."""
        link = self.links.get(ref)
        if link is None or not link.live or not link.raw_hash or link.misses or link.gone:
            return None
        return Record(ref=ref, raw_hash=link.raw_hash, native=link.native) if link.mapping == self.mapping else None

    def _record(self, record: Record) -> None:
        self.listed[record.ref] = record.raw_hash
        self.named.add(record.ref)
        known = self.known(record.ref)
        if known is not None and known.raw_hash == record.raw_hash:
            self.entries.pop(record.ref, None)
            return
        entry = self.connector.normalise(record)
        self.entries[record.ref] = entry
        if entry.deleted or entry.container:
            del self.listed[record.ref]

    def observation(self, began_before: datetime | None, *, everything: bool) -> Observation:
        """What was read; ``everything``: that was asked for. Raises ``ContractBroken`` for what is not whole.

        An element without id may be any task that is not named, so nothing is known of those; and the cursor stays, for
        the next read to name it again.
        """
        page = self.finished
        if page is None:
            message = f"the listing of {self.name} broke off: its last page never came"
            raise ContractBroken(message)
        if self.total is not None and page.coverage is Coverage.EVERYTHING and len(self.named) < self.total:
            message = f"{self.name} listed {len(self.named)} tasks and says there are {self.total}: not a complete read"
            raise ContractBroken(message)
        digest = blake2b(
            "\n".join(f"{ref} {self.listed[ref]}" for ref in sorted(self.listed)).encode(), digest_size=12
        ).hexdigest()
        covered = page.coverage is Coverage.EVERYTHING
        partial = not covered and (everything or any(is_nameless(ref) for ref in self.named))
        return Observation(
            side=self.name,
            read=Read.COMPLETE if covered else Read.SINCE,
            entries=self.entries,
            listed=frozenset(self.listed),
            answers=True,
            total=self.total,
            offset=self.offset,
            looked=frozenset(self.listed) if partial else None,
            cursor=page.cursor.value if page.cursor is not None and not partial else "",
            began=never_back(began_before, page.cursor.began if page.cursor is not None else self.began),
            digest=digest,
        )
