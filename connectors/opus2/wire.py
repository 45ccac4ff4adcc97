"""The shapes of Opus 2's JSON, as far as they can be told.

The vendor's article ("Using the Inbound Documents API") prints no answer: the examples are in a PDF that is not public.
So each member is looked for under the names that are usual, and what can not be found is said to be missing, never
made up. A document, in one of its likely forms::

    {"id": "d-17", "name": "Call the bank.txt", "folderId": "f-1", "modified": "2026-11-02T09:30:00Z",
     "fields": [{"id": "m-2", "name": "Status", "value": "In Progress"}]}
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.nameless import are_few
from connectors.task import JsonValue, Native, Ref
from connectors.tolerance import is_mark

IDS: Final = ("id", "uuid", "_id")
NAMES: Final = ("name", "fileName", "filename", "documentName", "displayName", "label")
VALUES: Final = ("fields", "metadata", "metadataFields", "fieldValues", "customFields")
FOLDER: Final = ("folderId", "folder", "folder_id", "parentFolderId", "folderName")
VOLATILE: Final[frozenset[str]] = frozenset()
"""Members that say nothing about the task: none is known."""
_LISTS: Final = ("items", "data", "content", "results", "values", "records", "elements", "rows")
_DEPTH: Final = 2
"""Objects around a list, or around one thing, that are looked into."""


class Malformed(ValueError):
    """An answer that has none of the shapes known here; the text says what it is instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder as a document names it: by id, by name, or by either without saying which."""

    id: str = ""
    name: str = ""


def identity(thing: JsonValue, *first: str) -> Ref | None:
    """The id of a thing, as text; ``first`` are the names that are its own. None: none that can be in an address."""
    if not isinstance(thing, Mapping):
        return None
    return next((text for name in (*first, *IDS) if (text := _text(thing.get(name)))), None)


def name_of(thing: Native, *more: str) -> str | None:
    """The name that people see; None where there is none."""
    found = (thing.get(name) for name in (*NAMES, *more))
    return next((name for name in found if isinstance(name, str) and name.strip()), None)


def document_name(document: Native) -> str | None:
    """A document's name."""
    return name_of(document, "title")


def document_ref(document: JsonValue) -> Ref | None:
    """A document's id."""
    return identity(document, "id", "documentId", "docId")


def folder_of(document: Native) -> Place | None:
    """Where a document says that it is; None where it does not say."""
    for member in FOLDER:
        value = document.get(member)
        if isinstance(value, Mapping):
            place = Place(id=identity(value, "id", "folderId") or "", name=name_of(value, "folderName") or "")
            if place.id or place.name:
                return place
        elif text := _text(value):
            return Place(name=text) if member == "folderName" else Place(id=text, name=text)
    return None


def placed(document: Native, folder: str) -> Native:
    """The same document with the folder in whose list it was found, where it does not say itself."""
    return document if folder_of(document) is not None else {**document, "folderId": folder}


def tells_values(document: Native) -> bool:
    """Whether a document carries the values of its metadata fields, be it none."""
    return any(isinstance(document.get(member), Mapping | list) for member in VALUES)


def value_of(document: Native, identifier: str, name: str) -> JsonValue:
    """The value of one metadata field; None where it has none, a mark where they could not be read."""
    for values in (document.get(member) for member in VALUES):
        if is_mark(values):
            return values
        if isinstance(values, Mapping):
            return _plain(next((values[key] for key in (identifier, name) if key in values), None))
        if isinstance(values, list):
            return _plain(_listed(values, identifier, name))
    return None


def with_value(document: Native, identifier: str, name: str, value: JsonValue) -> Native:
    """The same document with another value in a metadata field."""
    member = next((member for member in VALUES if isinstance(document.get(member), Mapping | list)), VALUES[0])
    values = document.get(member)
    if isinstance(values, Mapping):
        key = name if name in values and identifier not in values else identifier
        return {**document, member: {**values, key: value}}
    others = [one for one in values or () if not _is_field(one, identifier, name)] if isinstance(values, list) else []
    return {**document, member: [*others, {"id": identifier, "name": name, "value": value}]}


def things(answer: JsonValue, *members: str) -> list[Native]:
    """The objects of a list: an array, or an object that holds one, as one of ``members`` if it holds several.

    Raises ``Malformed``.
    """
    found = _array(answer, (*members, *_LISTS), _DEPTH)
    if found is None:
        raise Malformed(f"{described(answer)} instead of a list")
    for place, element in enumerate(found, start=1):
        if not isinstance(element, Mapping):
            raise Malformed(f"a list whose element {place} is {described(element)} instead of an object")
    return [element for element in found if isinstance(element, Mapping)]


def documents_of(answer: JsonValue) -> list[Native]:
    """The documents of a list; a few may lack their id. Raises ``Malformed``."""
    found = things(answer, "documents")
    nameless = [place for place, document in enumerate(found, start=1) if document_ref(document) is None]
    if nameless and not are_few(len(nameless), len(found)):
        raise Malformed(f"a list whose element {nameless[0]} is a document without an id")
    return found


def document_in(answer: JsonValue) -> Native | None:
    """The document of an answer, bare or wrapped; None: there is none in it."""
    inner = answer
    for _ in range(_DEPTH + 1):
        if isinstance(inner, list) and len(inner) == 1:
            inner = inner[0]
        if not isinstance(inner, Mapping):
            return None
        if document_ref(inner) is not None:
            return inner
        inner = next((inner[name] for name in ("document", "documents", "data", "result", "item") if name in inner), 0)
    return None


def raw_hash(document: Native) -> str:
    """What tells whether a document is as it was: a hash of all its members."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def described(value: JsonValue) -> str:
    """What an answer is, in a few words."""
    if isinstance(value, Mapping):
        return f"an object with the members {', '.join(map(str, value)) or 'none'}"[:200]
    return f"an array of {len(value)}" if isinstance(value, list) else json.dumps(value)[:80]


def _array(answer: JsonValue, members: Sequence[str], depth: int) -> list[JsonValue] | None:
    if isinstance(answer, list):
        return answer
    if not isinstance(answer, Mapping):
        return None
    for value in _candidates(answer, members):
        found = _array(value, members, depth - 1) if depth else value
        if isinstance(found, list):
            return found
    lists = [value for value in answer.values() if isinstance(value, list)]
    return lists[0] if len(lists) == 1 and document_ref(answer) is None else None


def _candidates(answer: Native, members: Sequence[str]) -> Iterator[JsonValue]:
    inner = answer.get("_embedded")
    yield from (answer[name] for name in members if isinstance(answer.get(name), list | Mapping))
    if isinstance(inner, Mapping):
        yield inner


def _listed(values: list[JsonValue], identifier: str, name: str) -> JsonValue:
    """A field's element: by its id, else by its name, which need not be unique."""
    for wanted in ((identifier, ""), ("", name)):
        for one in values:
            if isinstance(one, Mapping) and _is_field(one, *wanted):
                return one
    return None


def _is_field(one: JsonValue, identifier: str, name: str) -> bool:
    if not isinstance(one, Mapping):
        return False
    own = identity(one, "fieldId", "id")
    return (bool(identifier) and own == identifier) or (
        bool(name) and (name_of(one, "fieldName") == name or one.get("field") == name)
    )


def _plain(value: JsonValue) -> JsonValue:
    """The value in ``{"value": …}`` or ``{"values": […]}``, or one that stands by itself."""
    if isinstance(value, Mapping):
        return next((value[name] for name in ("value", "values") if name in value), None)
    return value


def _text(value: JsonValue) -> str:
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    text = str(value)
    return text if text.strip() and text.isprintable() else ""
