"""Reading a collection: everything, what changed, or one task."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from connectors.caldav.client import BATCH, CaldavClient, NoReport, State
from connectors.caldav.mapping import TWICE
from connectors.caldav.since import Mark, short, unusual, usual_name
from connectors.caldav.unmoved import LARGE, settled
from connectors.caldav.wire import ETAG, HREF, raw_hash, record_of, tombstone
from connectors.contract import Coverage, Cursor, Page, Record
from connectors.errors import Transient
from connectors.nameless import coverage, is_nameless
from connectors.task import Native, Ref

_PLAIN: Final = re.compile(r"[A-Za-z0-9@._+-]{1,250}")
"""Names that every server takes as they are; a task whose resource has another is asked for by its UID."""
_MOST_PARTS: Final = 1000
"""A list of changes in more parts than this goes round in circles."""


class Reader:
    """Reads one collection, and remembers which resources are not named for their UIDs.

    Without ``tokens`` the server's memory of changes is left alone.
    """

    def __init__(self, client: CaldavClient, *, tokens: bool = True) -> None:
        self.known: Callable[[Ref], Record | None] = _strange
        self._client = client
        self._names: dict[str, Ref] = {}
        self._tags: Mapping[str, str] = {}
        self._tokens = tokens
        self._deaf = False
        self._lock = threading.Lock()  # writes that are under way at once look tasks up

    def remember(self, mark: Mark) -> None:
        """What an earlier read knew."""
        self._names, self._tags, self._deaf = dict(mark.names), mark.tags, mark.deaf

    def changes(self, mark: Mark | None) -> Iterator[Page]:
        """What changed since a mark; everything without one, or where the server does not take it any more."""
        try:
            if mark is not None:
                self.remember(mark)
                pages = self._since(mark)
                if pages is not None:
                    yield from pages
                    return
            yield self._everything()
        finally:
            self.known = _strange  # whoever reads may let go of what was known: a side lives for days

    def found(self, ref: Ref) -> Record | None:
        """One task; None where it is not there. One request where its resource is named for it, as most are."""
        likely = next((name for name, uid in self._names.items() if uid == ref), usual_name(ref))
        found = self._client.some([likely])[0] if _PLAIN.fullmatch(likely) else {}
        records = [record_of(native) for native in found.values()]
        if not any(record.ref == ref for record in records):
            records = [record_of(native) for _, native in sorted(self._client.with_uid(ref).items())]
        record = next((record for record in records if record.ref == ref), None)
        if record is not None:
            self._note([record])
        return record

    def _everything(self) -> Page:
        """All tasks. What changes while they are read is told by the next read: its mark is from before."""
        state = self._state()
        natives = self._client.todos()
        records = tuple(_once(natives.values()))
        self._names = unusual({str(one.native[HREF]): one.ref for one in records if _is_known(one)})
        # Tags of what is no task are kept, else it would be looked at again; what is gone is missed by the next read.
        tags = {} if state.token else {**self._tags, **{name: _tag(native) for name, native in natives.items()}}
        mark = Mark(token=state.token, tag=state.tag, tags=tags, names=self._names, deaf=self._deaf)
        if state.is_radicale and len(natives) >= LARGE:
            mark = replace(mark, large=True, modified=settled(state.modified, state.server_time))
        return _page(records, coverage(records), mark, state)

    def _since(self, mark: Mark) -> Iterator[Page] | None:
        if mark.token and not self._tokens:
            return None
        if mark.large:
            state = self._client.modified()
            modified = settled(state.modified, state.server_time)
            if modified and modified == mark.modified:
                return iter([_page((), Coverage.SINCE, replace(mark, names=dict(self._names)), state)])
            mark = replace(mark, modified=modified)
        return self._since_token(mark) if mark.token else self._since_tags(mark)

    def _since_token(self, mark: Mark) -> Iterator[Page] | None:
        """By the server's own memory (RFC 6578); None where it has forgotten."""
        changed: dict[str, str | None] = {}
        token = mark.token
        for _ in range(_MOST_PARTS):
            try:
                part = self._client.since(token)
            except NoReport:
                self._deaf, part = True, None
            if part is None:
                return None
            changed |= {**part.changed, **dict.fromkeys(part.removed)}
            if not part.more:
                mark = replace(mark, token=part.token)
                here = {name: tag for name, tag in changed.items() if tag is not None}
                return self._told(here, [name for name, tag in changed.items() if tag is None], mark)
            if part.token == token:
                break
            token = part.token
        raise Transient("the collection: its list of changes goes round in circles", hint="it is read again next time")

    def _since_tags(self, mark: Mark) -> Iterator[Page] | None:
        """By entity tags, if the collection's own tag moved; None where it has got a token meanwhile."""
        state = self._state()
        if state.token:
            return None
        if mark.tag and state.tag == mark.tag:
            return iter([_page((), Coverage.SINCE, replace(mark, names=dict(self._names)), state)])
        told = self._client.tags()
        tags = {name: short(tag) for name, tag in told.items()}
        here = {name: told[name] for name, tag in tags.items() if mark.tags.get(name) != tag}
        new = replace(mark, tag=state.tag, tags=tags)
        return self._told(here, [name for name in mark.tags if name not in tags], new, state)

    def _told(
        self, tags: Mapping[str, str], gone: Sequence[str], mark: Mark, state: State | None = None
    ) -> Iterator[Page]:
        """The changed resources in batches, and those that were removed."""
        before, removed = Mark(names=dict(self._names)), list(gone)
        same = {name: record for name, tag in tags.items() if (record := self._as_known(before.uid(name), name, tag))}
        there, here = {record.ref for record in same.values()}, [name for name in tags if name not in same]
        yield Page(records=tuple(same.values()))
        for name in gone:
            self._names.pop(name, None)
        for start in range(0, len(here), BATCH):
            natives, missing = self._client.some(here[start : start + BATCH])
            removed += missing
            records = tuple(record_of(native) for _, native in sorted(natives.items()))
            self._note(records)
            there |= {record.ref for record in records}
            yield Page(records=tuple(self._doubled(records)))
        for name in removed:
            self._names.pop(name, None)
        # A task whose resource got another name is there all the same.
        graves = tuple(tombstone(ref, name) for name in removed if (ref := before.uid(name)) not in there)
        yield _page(graves, Coverage.SINCE, replace(mark, names=dict(self._names)), state)

    def _state(self) -> State:
        """What the collection says of itself; a token that it does not answer to is none."""
        return self._client.state(token=self._tokens and not self._deaf)

    def _as_known(self, uid: Ref, name: str, tag: str) -> Record | None:
        """What the engine knows of a resource, if that is what stands there: we wrote it ourselves, as a rule."""
        record = self.known(uid) if tag and not tag.startswith("W/") else None
        fits = record is not None and record.native.get(HREF) == name and record.native.get(ETAG) == tag
        return record if fits else None

    def _doubled(self, records: Iterable[Record]) -> Iterator[Record]:
        """The same records; one whose UID another resource is known to have is one that a person looks at."""
        for record in records:
            name = str(record.native[HREF])
            other = next((known for known, uid in self._names.items() if uid == record.ref and known != name), None)
            yield record if other is None or name < other else _second(record)

    def _note(self, records: Iterable[Record]) -> None:
        with self._lock:
            self._names = {
                **self._names,
                **unusual({str(one.native[HREF]): one.ref for one in records if _is_known(one)}),
            }


def _once(natives: Iterable[Native]) -> Iterator[Record]:
    """Records, those first that are named for their UIDs; of two with one UID the later is one for a person to see."""
    seen: set[Ref] = set()
    records = [(str(native[HREF]), record_of(native)) for native in natives]
    for _, record in sorted(records, key=lambda one: (one[0] != usual_name(one[1].ref), one[0])):
        yield _second(record) if record.ref in seen else record
        seen.add(record.ref)


def _second(record: Record) -> Record:
    native = {**record.native, "problem": TWICE}
    return Record(ref=f"{record.ref} ({record.native[HREF]})", raw_hash=raw_hash(native), native=native)


def _tag(native: Native) -> str:
    return short(str(native[ETAG]))


def _strange(_: Ref) -> Record | None:
    """What is known of anything before a read says more."""
    return None


def _is_known(record: Record) -> bool:
    return not is_nameless(record.ref) and "problem" not in record.native


def _page(records: tuple[Record, ...], covered: Coverage, mark: Mark, state: State | None) -> Page:
    began = None if state is None else state.server_time or state.received
    return Page(
        records=records,
        last=True,
        coverage=covered,
        cursor=Cursor(value=mark.told(), began=began),
        server_time=None if state is None else state.server_time,
        received=None if state is None else state.received,
    )
