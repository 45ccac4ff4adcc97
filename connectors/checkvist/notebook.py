"""The contract's verbs for notes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from connectors.checkvist.client import CheckvistClient, Listing
from connectors.checkvist.notes import count_of, entry_of, notes_in, parted, records_of
from connectors.checkvist.wire import Malformed, ref_of
from connectors.contract import Entry, Record, Stored
from connectors.errors import ContractBroken, Forbidden, Gone, Rejected, Transient
from connectors.task import Field, Fields, Kind, Ref


class Notebook:
    """The notes of one list's items. Each method raises what its call in the client raises."""

    def __init__(self, client: CheckvistClient) -> None:
        self._client = client

    def listed(self, listing: Listing) -> Iterator[Record]:
        """The notes of all items: those that the list told, and those that are asked for one item at a time.

        One request for each item that says that it has notes and does not tell them. Raises ``RetryLater``,
        ``SideDown``.
        """
        for item in listing.items:
            ref = ref_of(item)
            if ref is None:
                continue
            try:
                told = notes_in(item)
                if told is None and count_of(item):
                    told = self._client.notes(ref)
            except Malformed as broken:
                raise ContractBroken(f"item {ref}: the server told {broken}") from None
            except (Gone, Forbidden, Rejected) as refused:
                raise Transient(f"{refused.message}: the list changed meanwhile") from refused
            yield from records_of(ref, told or ())

    def get(self, ref: Ref) -> Entry | None:
        """One note, out of those of its item; None while the item answers without it."""
        item, _ = parted(ref)
        found = (record for record in records_of(item, self._client.notes(item)) if record.ref == ref)
        return next(map(entry_of, found), None)

    def create(self, fields: Fields) -> Stored:
        """POST the note."""
        item = str(fields[Field.PARENT])
        (record,) = records_of(item, [self._client.add_note(item, str(fields[Field.COMMENTS]))])
        return Stored(entry=entry_of(record))

    def update(self, entry: Entry, text: str) -> Stored:
        """PUT the text. What the answer lacks is unconfirmed."""
        item, note = parted(entry.ref)
        told = self._client.change_note(item, note, text)
        if told is None:
            return Stored(entry=Entry(ref=entry.ref, raw_hash="", fields={}, native=entry.native, kind=Kind.COMMENT))
        (record,) = records_of(item, [told])
        return Stored(entry=entry_of(record))

    def delete(self, entry: Entry) -> Stored:
        """DELETE the note."""
        self._client.delete_note(*parted(entry.ref))
        return Stored(entry=replace(entry, deleted=True))
