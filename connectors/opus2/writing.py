"""Changes sent to one side: in the form that this tenant takes, and what their answers say is stored.

The vendor's article names the calls and not their bodies. Each is sent in the likeliest form; one that is refused as
malformed was not applied, and is sent in the next. What was taken once is sent so from then on.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from urllib3 import encode_multipart_formdata

from connectors.contract import Entry, Record, Stored
from connectors.errors import Applied, ConnectorError, Rejected, Unmappable
from connectors.opus2 import moments, names
from connectors.opus2.client import Opus2Client, Refused
from connectors.opus2.known import Known
from connectors.opus2.members import Member, is_nothing
from connectors.opus2.reading import Reader
from connectors.opus2.wire import FOLDER, document_name, document_ref, folder_of, placed, tells_values, with_value
from connectors.task import Field, Fields, JsonValue, Native, Patch, Ref

if TYPE_CHECKING:
    from connectors.transport import Answer

_CONFLICT = 409
_DUPLICATE = ("duplicate", "already exist", "already been", "same name", "not unique")
"""Words of a refusal that says "there is one like it" with another status than 409."""


class Writer:
    """The changing calls of one side, from canonical values to what is stored."""

    def __init__(self, client: Opus2Client, reader: Reader) -> None:
        self._client = client
        self._reader = reader
        self._made: dict[str, Ref] = {}  # documents that are made and not yet where they belong, by task

    @property
    def _known(self) -> Known:
        return self._reader.known

    def create(self, fields: Fields, marker: str) -> Stored:
        """Upload a document that stands for a task.

        Raises ``Rejected``, ``RetryLater``, ``SideDown``. A name that another document has is not taken: the next one,
        which is this task's alone, is.
        """
        found = self._reader.resolve()
        titled = Field.TITLE in found.members
        title = str(fields.get(Field.TITLE, ""))
        title = title.removeprefix(names.BEFORE) if titled else title
        if any("\ud800" <= sign <= "\udfff" for sign in title):
            raise Unmappable(Field.TITLE, "the title holds half a character", hint="mend the text of the task")
        if marker in self._made:
            return self._brought_home(self._made[marker], marker)
        plain, unique = names.file_name(title, titled=titled), names.file_name(title, marker, titled=titled)
        # Where documents land outside the folder, a name of its own is the only way to find one after a lost answer.
        for name in (plain, unique) if self._known.placed != "root" else (unique,):
            answer = self._uploaded(name, names.text(title, marker))
            if not isinstance(answer, Refused):
                return self._landed(answer, name, marker)
            ours = self._is_ours(name, alone=name == unique)
            if ours is not None:
                return self._brought_home(ours, marker)
        raise Rejected(f'new document "{plain}": its name is taken, and so is "{unique}"', hint="rename one of them")

    def put(self, entry: Entry, patch: Patch) -> Stored:
        """Write one metadata field. Raises ``Gone``, ``TaskRefused``, ``RetryLater``, ``SideDown``."""
        field, member, value = self._reader.translator.told(patch, entry.native)
        answer = self._tried(entry.ref, member, value)
        pattern = moments.format_in(answer.words) if isinstance(answer, Refused) else None
        if pattern is not None and field in (Field.START, Field.DUE) and pattern != member.pattern:
            self._reader.learn(member.id, pattern)
            field, member, value = self._reader.translator.told(patch, entry.native)
            answer = self._tried(entry.ref, member, value)
        if not isinstance(answer, Refused):
            return self._written(entry, member, answer)
        if isinstance(answer.error, Rejected):
            answer.error.fields = frozenset({field})
        raise answer.error

    def archive(self, entry: Entry, folder: Ref) -> Stored | None:
        """Move a document into the archive folder; None when it is there already, or gone."""
        answer = self._client.move(entry.ref, folder)
        if isinstance(answer, Refused):
            native = self._client.document(entry.ref)
            place = folder_of(native)
            if place is None or not self._reader.translator.is_archive(place):
                raise answer.error
            return None
        document = self._client.found(answer, entry.ref)
        native = {**entry.native, **(document or {})}
        native = native if document is not None and folder_of(document) else {**_homeless(native), "folderId": folder}
        return Stored(entry=self._entry(native))

    def _tried(self, ref: Ref, member: Member, value: JsonValue) -> Answer | Refused:
        """Write a value in each form that may be meant, until one is taken; the first refusal when none is."""
        refusal: Refused | None = None
        forms = ["object", "bare"] if self._known.value == "object" else ["bare", "object"]
        for told in self._ways_to_say(member, value):
            for form in forms[:1] if "value" in self._known.sure else forms:
                answer = self._client.put(ref, member.id, {"value": told} if form == "object" else told)
                if not isinstance(answer, Refused):
                    self._known.value = form
                    self._known.sure.add("value")
                    if is_nothing(value):
                        self._known.clears[member.id] = json.dumps(told)
                    return answer
                refusal = refusal or answer
                if answer.status == _CONFLICT or moments.format_in(answer.words) is not None:
                    return answer
        if refusal is None:
            raise Rejected(f"document {ref}: {member.name} can not be written")
        return refusal

    def _ways_to_say(self, member: Member, value: JsonValue) -> list[JsonValue]:
        """A value; for nothing, what was taken for it before, else its own form of nothing and then another."""
        if not is_nothing(value):
            return [value]
        if member.id in self._known.clears:
            return [json.loads(self._known.clears[member.id])]
        return [value, "" if value is None else None]

    def _written(self, entry: Entry, member: Member, answer: Answer) -> Stored:
        """The answer to a write: the document, the field alone, or nothing, which confirms nothing."""
        document = self._client.found(answer, entry.ref)
        located = self._is_located(document)
        if document is not None and tells_values(document):
            place = folder_of(entry.native)
            native = placed(document, place.id or place.name if place is not None else "")
            return Stored(entry=self._entry(native), located=located)
        inner = answer.json() if answer.looks_like_json else None
        if isinstance(inner, Mapping) and "value" in inner:
            told = inner["value"]
            native = with_value(entry.native, member.id, member.name, told)
            only = self._entry(with_value({"id": entry.ref}, member.id, member.name, told), of=(member,))
            answered = Entry(ref=entry.ref, raw_hash="", fields=only.fields, native=native)
        else:
            answered = Entry(ref=entry.ref, raw_hash="", fields={}, native=entry.native)
        return Stored(entry=answered, located=located)

    def _is_located(self, document: Native | None) -> bool:
        """Whether an answer tells that a document is not archived; where there is no archive, none is."""
        translator = self._reader.translator
        place = folder_of(document) if document is not None else None
        return translator.bound.archive is None or (place is not None and not translator.is_archive(place))

    def _uploaded(self, name: str, content: bytes) -> Answer | Refused:
        """POST a document; ``Refused`` is a name that is taken. Raises what else is refused."""
        folder = self._reader.resolve().folder.id
        refusal: Refused | None = None
        kinds = ["multipart", "json"] if self._known.upload == "multipart" else ["json", "multipart"]
        for kind in kinds[:1] if "upload" in self._known.sure else kinds:
            answer = self._post(kind, name, content, folder)
            if not isinstance(answer, Refused) or _is_duplicate(answer):
                self._known.upload = kind
                self._known.sure.add("upload")
                return answer
            refusal = refusal or answer
        raise refusal.error if refusal is not None else Rejected(f'new document "{name}" was refused')

    def _post(self, kind: str, name: str, content: bytes, folder: Ref) -> Answer | Refused:
        what = f'new document "{name}"'
        if kind == "json":
            encoded = base64.b64encode(content).decode("ascii")
            body: dict[str, JsonValue] = {"name": name, "fileName": name, "folderId": folder, "content": encoded}
            return self._client.upload(folder, what, json=body)
        parts: list[tuple[str, str | tuple[str, bytes, str]]] = [
            ("name", name),
            ("folderId", folder),
            ("file", (name, content, "text/plain")),
        ]
        form, content_type = encode_multipart_formdata(parts)
        return self._client.upload(folder, what, content=form, kind=content_type)

    def _landed(self, answer: Answer, name: str, marker: str) -> Stored:
        """A document that was made: found in the answer, and brought into the folder if it is not there."""
        document = self._client.found(answer)
        if document is None:
            raise self._client.broken(f'new document "{name}"', "no document", Applied.UNKNOWN)
        ref = document_ref(document) or ""
        self._made[marker] = ref
        if folder_of(document) is None:
            # Asked once; from then on a server does as it did.
            known = self._known.placed == "folder"
            self._reader.changed()
            document = placed(document, self._reader.resolve().folder.id) if known else self._made_now(ref)
        place = folder_of(document)
        if place is not None and not self._reader.translator.is_ours(place):
            self._known.placed = "root"
            return self._brought_home(ref, marker)
        self._known.placed = "folder"
        self._made.pop(marker)
        return self._new(document)

    def _brought_home(self, ref: Ref, marker: str) -> Stored:
        """A document of ours that may be outside the folder, in it."""
        folder = self._reader.resolve().folder.id
        document = self._made_now(ref)
        place = folder_of(document)
        if place is not None and not self._reader.translator.is_ours(place):
            with _made():
                answer = self._client.move(ref, folder)
            if isinstance(answer, Refused):
                answer.error.applied = Applied.UNKNOWN
                raise answer.error
            document = {**_homeless(document), "folderId": folder}
        self._made.pop(marker, None)
        return self._new(document)

    def _made_now(self, ref: Ref) -> Native:
        """A document that was just made, and where it is."""
        with _made():
            return self._reader.document(ref)

    def _new(self, document: Native) -> Stored:
        if self._reader.listed is not None:
            self._reader.listed.add(document_ref(document) or "")
        return Stored(entry=self._entry(document))

    def _is_ours(self, name: str, *, alone: bool) -> Ref | None:
        """The document that has the name we wanted, if it is what an earlier request of ours made; None: another's.

        A name that is the task's alone is ours. Any other is only if it stands in the folder now, and did not when the
        whole folder was read before.
        """
        self._reader.changed()
        folder = self._reader.resolve().folder.id
        listed = self._reader.listed
        inside = [ref for ref, found in self._reader.names(folder).items() if names.is_named(found, name)]
        if not alone:
            fresh = [ref for ref in inside if listed is not None and ref not in listed]
            return fresh[0] if len(fresh) == len(inside) == 1 else None
        if not inside:
            everywhere = (one for listing in self._client.documents(None) for one in listing.elements)
            named = (one for one in everywhere if names.is_named(document_name(one), name))
            inside = [ref for one in named if (ref := document_ref(one))]
        return inside[0] if len(inside) == 1 else None

    def _entry(self, native: Native, of: tuple[Member, ...] = ()) -> Entry:
        """An answer as an entry. Its hash says nothing: the next read may show the same document in another shape."""
        record = Record(ref=document_ref(native) or "", raw_hash="", native=native)
        entry = self._reader.translator.entry(record, partial=True)
        if not of:
            return entry
        kept = {field for field, member in self._reader.resolve().members.items() if member in of}
        return Entry(
            ref=entry.ref,
            raw_hash="",
            fields={field: value for field, value in entry.fields.items() if field in kept},
            native=native,
        )


@contextmanager
def _made() -> Iterator[None]:
    """What goes wrong in here does so after the document was made."""
    try:
        yield
    except ConnectorError as error:
        error.applied = Applied.UNKNOWN
        raise


def _is_duplicate(refused: Refused) -> bool:
    said = refused.words.casefold()
    return refused.status == _CONFLICT or any(words in said for words in _DUPLICATE)


def _homeless(document: Native) -> Native:
    """The same document without a word of where it is."""
    return {name: value for name, value in document.items() if name not in FOLDER}
