"""One project in memory: its folders, its metadata fields, its documents, and what requests and people do to them."""

from __future__ import annotations

import copy
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from connectors.opus2.sandbox.reading import Reading
from connectors.task import JsonValue

STATES: Final = ("Pending", "In Progress", "Completed", "Blocked")


class Refused(Exception):
    """A request that is refused; the status, and what is said."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDefinition:
    """A metadata field of the project."""

    id: str
    name: str
    type: str
    choices: tuple[str, ...] = ()


@dataclass(slots=True, kw_only=True)
class Document:
    """A document: where it is ("": in no folder), its values by field id, and when it was changed and uploaded."""

    id: str
    name: str
    folder: str
    values: dict[str, JsonValue] = field(default_factory=dict)
    content: bytes = b""
    changed: datetime
    uploaded: datetime


class World:
    """Everything in one project; safe to use from several threads. Answers are copies."""

    def __init__(
        self,
        reading: Reading,
        *,
        folders: dict[str, str],
        fields: Iterable[FieldDefinition],
        now: Callable[[], datetime],
    ) -> None:
        self.reading = reading
        self.folders = dict(folders)
        self.fields = {one.id: one for one in fields}
        self._now = now
        self._lock = threading.RLock()
        self._documents: dict[str, Document] = {}
        self._last = 100

    def documents(self, folder: str | None = None) -> list[Document]:
        """The documents, of the project or of one folder, the oldest first. Raises ``Refused``."""
        with self._lock:
            if folder is not None and folder not in self.folders:
                raise Refused(404, "Folder not found.")
            return [copy.deepcopy(one) for one in self._documents.values() if folder in (None, one.folder)]

    def document(self, identity: str) -> Document:
        """One document. Raises ``Refused``."""
        with self._lock:
            return copy.deepcopy(self._find(identity))

    def upload(self, name: str, folder: str, content: bytes, *, reject: bool) -> Document:
        """Add a document. Raises ``Refused``: one of that name is there, or the folder is not."""
        with self._lock:
            place = folder if self.reading.placed == "folder" else ""
            if place and place not in self.folders:
                raise Refused(404, "Folder not found.")
            stored = name.removesuffix(".txt") if self.reading.named == "stripped" else name
            if reject and any(self._is_like(one, stored, place) for one in self._documents.values()):
                raise Refused(int(self.reading.duplicate), "Duplicate document: the name already exists.")
            self._last += 1
            identity = str(self._last) if self.reading.ids == "number" else f"doc-{self._last}"
            now = self._now()
            made = Document(id=identity, name=stored, folder=place, content=content, changed=now, uploaded=now)
            self._documents[identity] = made
            return copy.deepcopy(made)

    def write(self, identity: str, field_: str, value: JsonValue) -> Document:
        """Write one metadata field. Raises ``Refused``."""
        with self._lock:
            document = self._find(identity)
            definition = self.fields.get(field_)
            if definition is None:
                raise Refused(404, "Field not found.")
            if value is None or value == "":
                self._clear(document, definition, value)
            else:
                document.values[field_] = self._stored(definition, value)
            document.changed = self._now()
            return copy.deepcopy(document)

    def move(self, identity: str, folder: str) -> Document:
        """Move a document into another folder. Raises ``Refused``."""
        with self._lock:
            document = self._find(identity)
            if folder not in self.folders:
                raise Refused(404, "Folder not found.")
            document.folder = folder
            document.changed = self._now()
            return copy.deepcopy(document)

    def rename(self, identity: str, name: str) -> None:
        """A person uploads a new version under another name. Raises ``Refused``."""
        with self._lock:
            document = self._find(identity)
            document.name = name
            document.changed = document.uploaded = self._now()

    def age(self, identity: str, by: timedelta) -> None:
        """A document was uploaded so much earlier. Raises ``Refused``."""
        with self._lock:
            self._find(identity).uploaded -= by

    def remove(self, identity: str) -> None:
        """A person deletes a document for good. Raises ``Refused``."""
        with self._lock:
            self._find(identity)
            del self._documents[identity]

    def _find(self, identity: str) -> Document:
        if identity not in self._documents:
            unknown = int(self.reading.unknown)
            raise Refused(unknown, "Document not found." if unknown == 404 else "Invalid document ID Format")  # noqa: PLR2004
        return self._documents[identity]

    def _is_like(self, one: Document, name: str, folder: str) -> bool:
        return one.name == name and (self.reading.duplicates == "project" or one.folder == folder)

    def _clear(self, document: Document, definition: FieldDefinition, value: JsonValue) -> None:
        wanted = self.reading.clear
        if (wanted == "null" and value is not None) or (wanted == "blank" and value is None):
            raise Refused(400, f"{definition.name}: incorrect type of JSON value")
        if wanted != "ignored":
            document.values.pop(definition.id, None)

    def _stored(self, definition: FieldDefinition, value: JsonValue) -> JsonValue:
        if definition.type == "date":
            return self._date(value)
        if definition.type == "number":
            if isinstance(value, bool) or not isinstance(value, int | float):
                raise Refused(400, f"{definition.name}: incorrect type of JSON value, a number is needed")
            return value
        if not isinstance(value, str):
            raise Refused(400, f"{definition.name}: incorrect type of JSON value, a text is needed")
        if definition.choices and self.reading.options == "closed" and value not in definition.choices:
            raise Refused(400, f'{definition.name}: "{value}" is not an option')
        return value

    def _date(self, value: JsonValue) -> JsonValue:
        wanted = "%d/%m/%Y" if self.reading.dates == "british" else "%Y-%m-%d"
        try:
            day = datetime.strptime(str(value), wanted).replace(tzinfo=UTC)
        except ValueError:
            pattern = "dd/MM/yyyy" if self.reading.dates == "british" else "yyyy-MM-dd"
            raise Refused(400, f"Invalid timestamp format. Use format {pattern}.") from None
        text = day.date().isoformat()
        if self.reading.dates == "british":
            return f"{text[8:]}/{text[5:7]}/{text[:4]}"
        return f"{text}T00:00:00Z" if self.reading.dates == "instant" else text
