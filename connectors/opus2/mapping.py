"""Opus 2's documents and canonical tasks, both ways. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import tzinfo
from typing import Final

from connectors.contract import Entry, Record
from connectors.errors import Unmappable
from connectors.nameless import PROBLEM, is_nameless, ref_without
from connectors.opus2.members import Member, NoOpinion, is_nothing, read, shown, tell, text_of
from connectors.opus2.names import as_name, file_name, made_as, without_ending
from connectors.opus2.wire import Place, document_name, document_ref, folder_of, tells_values, value_of
from connectors.projection import Words, one_line
from connectors.task import Field, JsonValue, Native, Patch, Status, Value
from connectors.tolerance import is_marked

DEFAULT_WORDS: Final[Mapping[str, Status]] = {
    "Pending": Status.NEEDS_ACTION,
    "In Progress": Status.IN_PROGRESS,
    "Completed": Status.COMPLETED,
    "Blocked": Status.NEEDS_ACTION,
}
"""The status words, if the configuration has none: the defaults of the product's own Tasks worksheet (the vendor's
help page on it, read 2026-11). A metadata field may have any others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """What the configured names stand for in one project: folders, and a metadata field for each canonical one."""

    folder: Place
    archive: Place | None = None
    members: Mapping[Field, Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings, and what they stand for, make of its documents."""

    bound: Bound
    words: Mapping[str, Status]
    zone: tzinfo

    def record(self, document: Native) -> Record:
        """A document as a record."""
        ref = document_ref(document) or ref_without(document)
        return Record(ref=ref, raw_hash=self.raw_hash(document), native=document)

    def raw_hash(self, document: Native) -> str:
        """What tells whether a document is as it was: a hash of its name, its folder and the values that are synced.

        A list and a get may show different members of one document: the rest of it is left out.
        """
        place = folder_of(document)
        facts: list[JsonValue] = [document_name(document), self._scope(place)]
        for field in sorted(self.bound.members):
            member = self.bound.members[field]
            value = value_of(document, member.id, member.name)
            facts.append(None if is_nothing(value) else value)
        text = json.dumps([document_ref(document), *facts], sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def is_whole(self, document: Native) -> bool:
        """Whether a document carries what is synced of it; one without id can not be asked for more."""
        return not self.bound.members or tells_values(document) or document_ref(document) is None

    def entry(self, record: Record, *, partial: bool = False) -> Entry:
        """A record as an entry. Never raises. ``partial``: members may be missing, as in the answer to a write."""
        native = record.native
        if is_nameless(record.ref):
            return replace(self._bare(record), problem=PROBLEM)
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field, member in self.bound.members.items() if tells_values(native) else ():
            try:
                self._read(field, value_of(native, member.id, member.name), fields)
            except NoOpinion as reason:
                unknown[field] = str(reason)
        if Field.TITLE not in fields and Field.TITLE not in unknown:
            name = document_name(native)
            if name is not None and one_line(name):
                fields[Field.TITLE] = self._title(name)
            elif not partial:
                return replace(self._bare(record), problem="the document has no name")
        place = folder_of(native)
        archived = place is not None and self.is_archive(place)
        return replace(
            self._bare(record),
            fields=fields,
            unknown=unknown,
            deleted=archived,
            container="" if place is None or archived or self.is_ours(place) else f"folder {place.name or place.id}",
        )

    def told(self, patch: Patch, native: Native) -> tuple[Field, Member, JsonValue]:
        """The one field of a step, its member, and the value to write. Raises ``Unmappable``."""
        ((field, value),) = patch.fields.items()
        member = self.bound.members.get(field)
        if member is None:
            raise Unmappable(field, f"no metadata field stands for {field.value}")
        before = value_of(native, member.id, member.name)
        if field is Field.STATUS and isinstance(value, Status):
            return field, member, self._word(value, before, member)
        return field, member, tell(field, member, value, before, self.zone)

    def is_ours(self, place: Place) -> bool:
        """Whether a place is the folder of this side."""
        return _is_at(place, self.bound.folder)

    def is_archive(self, place: Place) -> bool:
        """Whether a place is the folder of what was deleted."""
        return self.bound.archive is not None and _is_at(place, self.bound.archive)

    def _scope(self, place: Place | None) -> str:
        """A place, whichever way it is told."""
        if place is None or self.is_ours(place):
            return ""
        return "archive" if self.is_archive(place) else place.id or place.name

    def _title(self, name: str) -> str:
        """The title that a name stands for; where titles have a field of their own, which is empty, it is owed."""
        titled = Field.TITLE in self.bound.members
        return str(one_line(made_as(name) if titled else without_ending(name)))

    def _bare(self, record: Record) -> Entry:
        return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=record.native)

    def _read(self, field: Field, value: JsonValue, fields: dict[Field, Value]) -> None:
        if is_marked(value):
            raise NoOpinion("it could not be read")
        if field is Field.STATUS:
            status = self._status(value)
            if status is not None:
                fields[field] = status
            return
        if field is Field.TITLE and is_nothing(value):
            return
        fields[field] = read(field, self.bound.members[field], value, self.zone)

    def _status(self, value: JsonValue) -> Status | None:
        """The canonical status; None when there is none. Raises ``NoOpinion`` for a word that is in no table."""
        if is_nothing(value):
            return None
        word = folded(text_of(value))
        for known, status in self.words.items():
            if folded(known) == word:
                return status
        raise NoOpinion(shown(value))

    def _word(self, status: Status, before: JsonValue, member: Member) -> str:
        """The word for a status: the one that is there if it means the same, else the first of the table."""
        known = Words(frozenset(self.words.values()))
        if refusal := known.refuses(status):
            raise Unmappable(Field.STATUS, refusal, hint=f'add a word for "{status.value}" to [statuses] of this side')
        meant = known.view(status)
        try:
            if self._status(before) is meant:
                return text_of(before)
        except NoOpinion:
            pass
        word = next(word for word, canonical in self.words.items() if canonical is meant)
        return next((choice for choice in member.choices if folded(choice) == folded(word)), word)


def steps(patch: Patch, *, creating: bool, titled: bool) -> tuple[Patch, ...]:
    """One request per field. A create carries the name; where a title has a field of its own, that follows.

    A document's name is not the title then: it differs, so that the title stays owed until it is in its own field.
    """
    single = [Patch({field: value}) for field, value in patch.fields.items()]
    if not creating:
        return tuple(single)
    title = patch.fields.get(Field.TITLE, "")
    name = made_as(file_name(str(title), titled=True)) if titled else as_name(title)
    rest = [one for one in single if titled or Field.TITLE not in one]
    return (Patch({Field.TITLE: name}), *rest)


def folded(word: str) -> str:
    """A word in the form in which words are compared."""
    return " ".join(word.split()).casefold()


def _is_at(place: Place, folder: Place) -> bool:
    if place.id and place.id == folder.id:
        return True
    # A name alone, or a text of which nobody said whether it is an id or a name.
    bare = not place.id or place.id == place.name
    return bool(place.name) and bare and place.name == folder.name
