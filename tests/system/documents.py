"""The documents of an Opus 2 project: folders, metadata fields, and what people do with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from threading import RLock

FIELDS: Final = {
    "Title": "text", "Status": "choice", "Due date": "date", "Notes": "text", "Labels": "text", "Assignees": "text",
    "Cost centre": "text",
}  # fmt: skip
WORDS: Final = ("Pending", "In Progress", "Completed", "Blocked", "Withdrawn", "Parked")


@dataclass(slots=True, kw_only=True)
class Document:
    """A document. ``values``: by a field's id."""

    ref: int
    name: str
    folder: int
    text: bytes
    created: datetime
    changed: datetime
    values: dict[int, str] = field(default_factory=dict)


class Documents:
    """The project's state. ``folder`` is where tasks are, ``archive`` where they go."""

    lock: RLock

    def __init__(self, folder: str, archive: str) -> None:
        self.documents: dict[int, Document] = {}
        self.folders = {10: "Root", 11: "Correspondence", 12: folder, 13: archive}
        self.fields = dict(enumerate(FIELDS, 21))
        self._ids = count(3001)

    # The API

    def make(self, name: str, folder: int, text: bytes) -> Document:
        """A new document, its fields empty."""
        now = datetime.now(UTC)
        made = Document(ref=next(self._ids), name=name, folder=folder, text=text, created=now, changed=now)
        self.documents[made.ref] = made
        return made

    def put(self, one: Document, number: int, value: str) -> None:
        """A field's value."""
        one.values[number] = value
        one.changed = datetime.now(UTC)

    # What people do

    def add(self, name: str, **values: str) -> int:
        """Put a document into the folder in the vendor's own pages; fields by the first word of their names. Its id."""
        with self.lock:
            made = self.make(name, self._named(self.folders[12]), name.encode())
            self.edit(made.ref, **values)
            return made.ref

    def edit(self, ref: int, **values: str) -> None:
        """Change what stands in a document's fields, each by the first word of its name."""
        with self.lock:
            keys = {name.split()[0].lower(): key for key, name in self.fields.items()}
            for name, value in values.items():
                self.put(self.documents[ref], keys[name], value)

    def put_into(self, ref: int, folder: str) -> None:
        """Move a document to a folder, by its name."""
        with self.lock:
            self.documents[ref].folder = self._named(folder)
            self.documents[ref].changed = datetime.now(UTC)

    def _named(self, folder: str) -> int:
        return next(key for key, name in self.folders.items() if name == folder)

    def told(self, ref: int) -> dict[str, str]:
        """What stands in a document's fields, as ``edit`` names them."""
        return {name.split()[0].lower(): self.documents[ref].values.get(key, "") for key, name in self.fields.items()}

    def here(self, folder: str) -> dict[int, Document]:
        """The documents of a folder."""
        return {ref: one for ref, one in self.documents.items() if one.folder == self._named(folder)}
