"""The pages of one read, on their way into one observation."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import blake2b
from typing import Final, Protocol

from connectors.contract import Connector, Coverage, Entry, Page, Record
from connectors.errors import ContractBroken
from connectors.nameless import is_nameless
from connectors.task import Ref
from sync.core.cursor import never_back
from sync.core.facts import Observation, Read
from sync.core.match import is_plain
from sync.core.model import Link, SideName
from sync.spool import Spool, Spooled, Spooling
from sync.store import Packer, plain

PAGES: Final = 10_000
"""Pages of one read that name nothing new: beyond it a listing runs in a circle."""


class Others(Protocol):
    """The links of a side that are not loaded, for nothing is open about them."""

    def hashes(self, refs: Sequence[Ref]) -> Mapping[Ref, str]:
        """The hashes of what these refs were when they were last read, as far as they are linked.

        Each is told once, where everything is read: who asks keeps it.
        """
        ...

    def record(self, ref: Ref) -> Record | None:
        """What was last read of a ref."""
        ...


@dataclass(slots=True)
class Gathered:
    """Takes pages in, and says what they were.

    ``links`` are those of the side that are loaded, by ref.
    """

    name: SideName
    mapping: str
    connector: Connector
    links: Mapping[str, Link]
    others: Others | None = None
    packer: Packer = field(default_factory=Packer)
    entries: dict[str, Entry] = field(default_factory=dict)
    listed: dict[str, str] = field(default_factory=dict)
    differing: dict[str, str] = field(default_factory=dict)  # of others, the hash of what is not as it was
    dropped: set[str] = field(default_factory=set)  # named as deleted, or elsewhere
    spooling: Spooling | None = None  # where very many new entries go
    spool: Spool | None = None
    spooled: dict[str, str] = field(default_factory=dict)  # what is listed and went there
    empty: int = 0  # pages that named nothing new
    finished: Page | None = None
    began: datetime | None = None
    offset: float = 0.0
    total: int | None = None

    def add(self, page: Page) -> None:
        """One more page. Raises ``ContractBroken`` where pages name nothing new and do not end."""
        before = len(self.listed) + len(self.spooled) + len(self.dropped)
        if page.server_time is not None and self.began is None:
            self.began = page.server_time
            self.offset = (page.received - page.server_time).total_seconds() if page.received is not None else 0.0
        self.total = page.total if page.total is not None else self.total
        hashes = self.others.hashes([record.ref for record in page.records]) if self.others is not None else {}
        for record in page.records:
            self._record(record, hashes)
        self.empty += len(self.listed) + len(self.spooled) + len(self.dropped) == before
        if self.empty > PAGES:
            message = f"the listing of {self.name} does not end: {PAGES} pages named nothing new"
            raise ContractBroken(message)
        if self.spooling is not None and self.spool is None and len(self.entries) > self.spooling.size:
            self.spool = self.spooling.spool()
            for entry in [one for one in self.entries.values() if self._is_new(one)]:
                self._put_away(entry)
        if page.last:
            self.finished = page

    def known(self, ref: Ref) -> Record | None:
        """An entry as it was last seen, if nothing about it is open (:class:`connectors.contract.Recognise`)."""
        link = self.links.get(ref)
        if link is None:
            return self.others.record(ref) if self.others is not None else None
        return Record(ref=ref, raw_hash=link.raw_hash, native=plain(link.native)) if self._hash(link) else None

    def _hash(self, link: Link) -> str:
        """The hash of an entry as it was last seen, if nothing about it is open."""
        is_open = not link.live or link.misses or link.gone or link.mapping != self.mapping
        return "" if is_open else link.raw_hash

    def _is_new(self, entry: Entry) -> bool:
        """Whether an entry can wait: it is linked to nothing, and nothing is wrong with it."""
        reserved = self.spooling.reserved if self.spooling is not None else frozenset()
        known = entry.ref in self.links or entry.ref in self.differing or entry.ref in reserved
        return not known and is_plain(entry)

    def _put_away(self, entry: Entry) -> None:
        if self.spool is not None:
            self.spool.add(entry, again=entry.ref in self.spooled)
            self.spooled[entry.ref] = self.listed.pop(entry.ref)
            self.entries.pop(entry.ref, None)

    def _record(self, record: Record, hashes: Mapping[Ref, str]) -> None:
        if self.spooled.get(record.ref) == record.raw_hash:
            return
        link = self.links.get(record.ref)
        known = self._other(record.ref, hashes) if link is None else self._hash(link)
        if known and known == record.raw_hash:
            self.listed[record.ref] = known
            self.entries.pop(record.ref, None)
            return
        if link is None and known is not None:
            self.differing[record.ref] = known
        self.listed[record.ref] = record.raw_hash
        entry = self.connector.normalise(record)
        if self.spool is not None and self._is_new(entry):
            self._put_away(entry)  # as it is: it would be unpacked to be written
            return
        self.entries[record.ref] = replace(entry, native=self.packer.packed(entry.native))
        if entry.deleted or entry.container:
            del self.listed[record.ref]
            self.dropped.add(record.ref)
        if self.spool is not None and self.spooled.pop(record.ref, None) is not None:
            self.spool.drop(record.ref)

    def _other(self, ref: Ref, hashes: Mapping[Ref, str]) -> str | None:
        """The hash of an entry that is not loaded as it was last read; an entry may be told several times."""
        if ref in hashes:
            return hashes[ref]
        return self.differing.get(ref) if ref in self.entries else self.listed.get(ref)

    @property
    def _named(self) -> int:
        apart = sum(ref not in self.listed and ref not in self.spooled for ref in self.dropped)
        return len(self.listed) + len(self.spooled) + apart

    def observation(self, began_before: datetime | None, *, everything: bool) -> Observation:
        """What was read; ``everything``: that was asked for. Raises ``ContractBroken`` for what is not whole.

        An element without id may be any task that is not named, so nothing is known of those; and the cursor stays, for
        the next read to name it again.
        """
        page = self.finished
        if page is None:
            message = f"the listing of {self.name} broke off: its last page never came"
            raise ContractBroken(message)
        if self.total is not None and page.coverage is Coverage.EVERYTHING and self._named < self.total:
            message = f"{self.name} listed {self._named} tasks and says there are {self.total}: not a complete read"
            raise ContractBroken(message)
        listed = frozenset(self.listed.keys() | self.spooled.keys() if self.spooled else self.listed)
        covered = page.coverage is Coverage.EVERYTHING
        partial = not covered and (everything or any(map(is_nameless, (*self.listed, *self.dropped))))
        return Spooled(
            spool=self.spool,
            side=self.name,
            read=Read.COMPLETE if covered else Read.SINCE,
            entries=self.entries,
            listed=listed,
            answers=True,
            total=self.total,
            offset=self.offset,
            looked=listed if partial else None,
            cursor=page.cursor.value if page.cursor is not None and not partial else "",
            began=never_back(began_before, page.cursor.began if page.cursor is not None else self.began),
            digest=self._digest(listed),
        )

    def _digest(self, listed: Collection[Ref]) -> str:
        """What tells this read from one that named something else: a line for each ref, in their order."""
        content = blake2b(digest_size=12)
        line_end = ""
        for ref in sorted(listed):
            raw_hash = self.listed[ref] if ref in self.listed else self.spooled[ref]
            content.update(f"{line_end}{ref} {raw_hash}".encode())
            line_end = "\n"
        return content.hexdigest()
