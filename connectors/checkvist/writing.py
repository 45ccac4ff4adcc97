"""Changes sent to one list, and what their answers say is stored."""

from __future__ import annotations

from dataclasses import replace

from connectors.checkvist.client import Answered, CheckvistClient
from connectors.checkvist.dialect import Dialect, form
from connectors.checkvist.mapping import Translator
from connectors.checkvist.notes import MEMBERS
from connectors.checkvist.presence import Presence
from connectors.checkvist.wire import raw_hash, ref_of, with_tasks
from connectors.contract import Entry, Record, Stored
from connectors.errors import Rejected
from connectors.nameless import ref_without
from connectors.task import Field, Fields, Native, Patch, Value, is_empty, same


def record_of(item: Native) -> Record:
    """An item as a record, without its notes: they are records of their own."""
    if not item.keys().isdisjoint(MEMBERS):
        item = {name: value for name, value in item.items() if name not in MEMBERS}
    return Record(ref=ref_of(item) or ref_without(item), raw_hash=raw_hash(item), native=item)


class Writer:
    """The changing calls, from canonical values to what is stored. Each raises what its call in the client raises."""

    def __init__(self, client: CheckvistClient, translator: Translator, presence: Presence) -> None:
        self._client = client
        self._translator = translator
        self._presence = presence
        self._dialect = Dialect()

    def create(self, fields: Fields) -> Stored:
        """POST the item; what is empty is left out. Raises ``Unmappable`` too."""
        told = {field: value for field, value in fields.items() if not is_empty(field, value) or field is Field.TITLE}
        return self._stored(self._client.create(form(self._translator.body(told, {}))))

    def put(self, entry: Entry, patch: Patch) -> Stored:
        """PUT, and once more what had no effect as it was written, if it can be written otherwise."""
        stored: Stored | None = None
        refusal: Rejected | None = None
        try:
            stored = self._put_as(entry, patch, self._dialect)
        except Rejected as refused:
            refusal = refused
        for field in self._dialect.unsure(patch):
            dialect = self._dialect
            if stored is None or not _took(stored, patch, field):
                dialect = dialect.other(field)
                try:
                    # A rank belongs to the parent: it is told again under the right one.
                    again = patch.only(field, Field.POSITION) if field is Field.PARENT else patch.only(field)
                    stored = self._put_as(entry, patch if stored is None else again, dialect)
                except Rejected:
                    continue
            if field in stored.entry.fields and _took(stored, patch, field) and dialect.tells(patch, field):
                self._dialect = dialect.sure(field)
        if stored is None and refusal is not None:
            raise refusal
        return stored or Stored(entry=entry)

    def act(self, entry: Entry, status: Value) -> Stored:
        """Close, invalidate or reopen; no request where the item has that status. Raises ``Unmappable`` too."""
        action = self._translator.action(status, entry.native)
        return Stored(entry=entry) if action is None else self._answered(entry, self._client.act(entry.ref, action))

    def delete(self, entry: Entry) -> Stored:
        """DELETE the item; its children go along, and are named."""
        item, others = self._client.delete(entry.ref) or ({}, ())
        deleted = replace(self._stored((item, ()), entry).entry, ref=entry.ref, deleted=True)
        gone = dict.fromkeys((*deleted.children, *entry.children, *(ref_of(other) or "" for other in others)))
        also = (Entry(ref=ref, raw_hash="", fields={}, native={}, deleted=True) for ref in gone if ref != entry.ref)
        return Stored(entry=deleted, also=tuple(also))

    def _put_as(self, entry: Entry, patch: Patch, dialect: Dialect) -> Stored:
        body = self._translator.body(patch.fields, entry.native)
        if not body:
            return Stored(entry=entry)
        pairs, json = dialect.written(body)
        return self._answered(entry, self._client.update(entry.ref, form=pairs, json=json))

    def _answered(self, entry: Entry, answered: Answered | None) -> Stored:
        if answered is None:  # nothing is confirmed before the next read
            return Stored(entry=Entry(ref=entry.ref, raw_hash="", fields={}, native=entry.native))
        return self._stored(answered, entry)

    def _stored(self, answered: Answered, before: Entry | None = None) -> Stored:
        """An answer as what is stored. Members that it lacks are unconfirmed, and stay in ``native`` as they were read.

        The hash is the answer's own: if it lacks members, the next read differs and completes it.
        """
        item = with_tasks(answered[0], before.children if before is not None else ())
        entry = self._translator.entry(record_of(item), partial=True)
        others = (with_tasks(other, self._presence.children(ref_of(other) or "")) for other in answered[1])
        return Stored(
            entry=replace(entry, native={**(before.native if before is not None else {}), **item}),
            also=tuple(self._translator.entry(record_of(other)) for other in others),
        )


def _took(stored: Stored, patch: Patch, field: Field) -> bool:
    """Whether a field is stored as it was sent; an answer that does not tell is taken at its word."""
    sent = patch.fields[field]
    return same(field, stored.entry.fields.get(field, sent), sent)
