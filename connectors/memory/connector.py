"""The contract's verbs over a vault."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from connectors.contract import (
    Capabilities,
    Clock,
    Coverage,
    Cursor,
    Entry,
    Found,
    Page,
    Record,
    SideSettings,
    Stored,
)
from connectors.errors import BadSettings, ContractBroken, Gone, Rejected
from connectors.memory.capabilities import capabilities, own, words
from connectors.memory.mapping import Translator
from connectors.memory.members import is_comment
from connectors.memory.vault import Vault
from connectors.memory.wire import Members, raw_hash
from connectors.task import Field, Fields, Patch, Person, Ref

if TYPE_CHECKING:
    from connectors.transport import Http


class MemoryConnector:
    """One side: a vault as its settings let it be seen."""

    def __init__(self, side: SideSettings, clock: Clock) -> None:
        self._side = side
        self._settings = own(side)
        self._clock = clock
        self._capabilities = capabilities(side)
        self._translator = Translator(
            capabilities=self._capabilities,
            words=words(side),
            archive_deletes=self._settings.archive_deletes,
            tells_times=self._settings.times,
            has_tokens=self._settings.etags,
        )
        self.vault: Vault = Vault.of(self._settings, clock.now)

    @property
    def _has_comments(self) -> bool:
        return Field.COMMENTS in self._capabilities.held

    @property
    def capabilities(self) -> Capabilities:
        """What this side can do."""
        return self._capabilities

    def check(self) -> None:
        """Reach the vault. Raises ``BadSettings`` when its file is unusable or a setting means nothing here."""
        named = sorted(field.value for field, name in self._side.fields.items() if isinstance(name, str))
        if named:
            raise BadSettings(
                f"a vault has no other name for {', '.join(named)}", hint="write `false` in [fields], or leave it out"
            )
        self.vault.reach()

    def normalise(self, record: Record) -> Entry:
        """A record as an entry."""
        return self._translator.entry(record)

    def split(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """All at once, or one field per request; then a create starts with the title."""
        del creating  # the title is the first of the fields
        if not self._settings.one_by_one or Field.COMMENTS in patch:
            return (patch,) if patch else ()
        return tuple(patch.only(field) for field in Field if field in patch)

    def changes(self, since: Cursor | None) -> Iterator[Page]:
        """Everything, or what changed since a cursor of this vault; a cursor that it has forgotten means everything."""
        if not self._settings.incremental:
            yield from self._pages(self.vault.listed(), Coverage.EVERYTHING, None)
            return
        began = self.vault.now()
        epoch, revision = self.vault.state()
        cursor = Cursor(value=f"{epoch}:{revision}", began=began)
        start = _start(since, epoch)
        if start is None:
            yield from self._pages(self.vault.listed(), Coverage.EVERYTHING, cursor)
        else:
            yield from self._pages(self.vault.listed_since(start), Coverage.SINCE, cursor)

    def get(self, ref: Ref) -> Entry:
        """One entry. Raises ``Gone``."""
        return self._entry(self.vault.found(ref))

    def create(self, fields: Fields, marker: str) -> Stored:
        """Make a task. Raises ``Unmappable``, ``Rejected``."""
        self._one_field(fields)
        members = self._translator.patch(fields, {})
        return self._stored(self.vault.create(members, marker), members)

    def update(self, entry: Entry, patch: Patch) -> Stored:
        """Replace the members that the patch names. Raises ``Gone``, ``Stale``, ``Unmappable``, ``Rejected``."""
        self._one_field(patch.fields)
        members = self._translator.patch(patch.fields, entry.native)
        revision = int(entry.token) if self._settings.etags and entry.token else None
        task, *closed = self.vault.update(entry.ref, members, revision)
        return self._stored(task, members, closed)

    def delete(self, entry: Entry) -> Stored | None:
        """Delete or archive a task; the answer is the task as it was, and those that went along."""
        try:
            gone = [self._entry({**self._told(task), "deleted": True}) for task in self.vault.delete(entry.ref)]
        except Gone:
            return None
        return Stored(entry=gone[0], also=tuple(gone[1:]))

    def client_id(self, fields: Fields, marker: str) -> Ref | None:
        """The marker, where whoever makes a task names its id."""
        del fields
        return marker if self._settings.client_ids else None

    def find_marker(self, marker: str) -> Entry | None:
        """The entry that was made with this marker."""
        task = self.vault.marked(marker)
        return self._entry(task) if task is not None else None

    def discover(self) -> tuple[Found, ...]:
        """The words for a status, and the people who are assigned somewhere."""
        known = [
            Found(kind="word", id=word, name=word, remark=status.value, key="statuses")
            for word, status in words(self._side).items()
        ]
        people: dict[str, Person] = {}
        for task in self.vault.listed():
            assignees = self._entry(task).fields.get(Field.ASSIGNEES) or ()
            people |= {one.handle: one for one in assignees if isinstance(one, Person)}  # type: ignore[union-attr]
        named = (Found(kind="person", id=one.handle, name=one.name, email=one.email) for one in people.values())
        return (*known, *named)

    def close(self) -> None:
        """Nothing to let go of: the vault stays."""

    def _pages(self, tasks: Sequence[Members], coverage: Coverage, cursor: Cursor | None) -> Iterator[Page]:
        told = tasks if self._has_comments else [task for task in tasks if not is_comment(task)]
        size = self._settings.page_size or max(len(told), 1)
        starts = range(0, max(len(told), 1), size)
        for start in starts:
            if start:
                self.vault.turn()
            last = start == starts[-1]
            yield Page(
                records=tuple(self._record(task) for task in told[start : start + size]),
                last=last,
                coverage=coverage,
                cursor=cursor if last else None,
                total=self._total(coverage),
                server_time=self.vault.now() if self._settings.times else None,
                received=self._clock.now() if self._settings.times else None,
            )

    def _total(self, coverage: Coverage) -> int | None:
        told = self._settings.totals and coverage is Coverage.EVERYTHING
        return self.vault.count(comments=self._has_comments) if told else None

    def _record(self, task: Members) -> Record:
        ref = task.get("id")
        if not isinstance(ref, str) or not ref:
            raise ContractBroken(f"{self.vault.name} listed a task without an id")
        return Record(ref=ref, raw_hash=raw_hash(task), native=task)

    def _entry(self, task: Members) -> Entry:
        return self.normalise(self._record(task))

    def _stored(self, task: Members, sent: Members, along: Sequence[Members] = ()) -> Stored:
        kept = all(task.get(name) == value for name, value in sent.items())
        return Stored(
            entry=self._entry(self._told(task)),
            confirmed=self._settings.etags and kept,
            also=tuple(self._entry(self._told(other)) for other in along),
        )

    def _told(self, task: Members) -> Members:
        """A task as the answer to a write tells it."""
        return {name: value for name, value in task.items() if name not in self._settings.silent}

    def _one_field(self, fields: Fields) -> None:
        if self._settings.one_by_one and len(fields) > 1 and Field.COMMENTS not in fields:
            raise Rejected(f"{self.vault.name} takes one field per request, not {len(fields)}")


def make(side: SideSettings, clock: Clock, http: Http) -> MemoryConnector:
    """A connector for a side; a vault needs no HTTP."""
    del http
    return MemoryConnector(side, clock)


def _start(since: Cursor | None, epoch: int) -> int | None:
    """The revision that a cursor names; None for none, one of another epoch, or one that is not ours."""
    if since is None:
        return None
    its_epoch, _, revision = since.value.partition(":")
    return int(revision) if its_epoch == str(epoch) and revision.isdecimal() else None
