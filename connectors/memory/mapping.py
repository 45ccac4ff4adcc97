"""Between native tasks and canonical fields. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.contract import Capabilities, Entry, Holding, Record
from connectors.errors import Unmappable
from connectors.memory.members import (
    READERS,
    UnreadableError,
    children,
    is_comment,
    member,
    modified,
    quoted,
    unix_lines,
)
from connectors.memory.wire import Members
from connectors.task import Field, Fields, JsonValue, Kind, Native, Status, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """The mapping of one side: what it can hold, its words for a status, and what else its vault tells.

    ``words`` has the vault's words in the order in which they are preferred.
    """

    capabilities: Capabilities
    words: Mapping[str, Status]
    archive_deletes: bool = False
    tells_times: bool = False
    has_tokens: bool = False

    def entry(self, record: Record) -> Entry:
        """A native task as an entry; what cannot be read is no opinion, or the entry's problem."""
        native = record.native
        if not isinstance(native.get("title", ""), str):
            return Entry(
                ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem="the title is no text"
            )
        if is_comment(native) and not isinstance(native["comments"], str):
            return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=native, problem="it has no text")
        fields, unknown = self._comment(native) if is_comment(native) else self._fields(native)
        revision, container = native.get("revision"), native.get("container")
        under = children(native)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=native,
            kind=Kind.COMMENT if is_comment(native) else Kind.TASK,
            unknown=unknown,
            derived=self.capabilities.derived_from_children & fields.keys() if under else frozenset(),
            children=under,
            modified=modified(native) if self.tells_times else None,
            token=str(revision) if self.has_tokens and revision is not None else "",
            deleted=native.get("deleted") is True or (self.archive_deletes and native.get("archived") is True),
            container=container if isinstance(container, str) else "",
        )

    def patch(self, fields: Fields, native: Native) -> Members:
        """The members to write for some fields, laid over what is there.

        Raises ``Unmappable`` for a field that the side does not take or a value that it cannot be told.
        """
        if Field.COMMENTS in fields:  # its task is told by every comment, whether tasks have parents or not
            comment = {Field.COMMENTS.value: self._to_write(Field.COMMENTS, fields[Field.COMMENTS], native)}
            return comment | {field.value: member(fields[field]) for field in (Field.PARENT,) if field in fields}
        return {field.value: self._to_write(field, value, native) for field, value in fields.items()}

    def _comment(self, native: Native) -> tuple[dict[Field, Value], dict[Field, str]]:
        return {Field.COMMENTS: unix_lines(str(native["comments"])), Field.PARENT: str(native.get("parent"))}, {}

    def _fields(self, native: Native) -> tuple[dict[Field, Value], dict[Field, str]]:
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field, read in READERS.items():
            if self.capabilities.of(field).holding is Holding.NOT_HELD or field.value not in native:
                continue
            value = native[field.value]
            try:
                fields[field] = self._status(value) if field is Field.STATUS else read(value)
            except (UnreadableError, ValueError, OverflowError):
                unknown[field] = quoted(value)
        return fields, unknown

    def _status(self, value: JsonValue) -> Status:
        if not isinstance(value, str) or value not in self.words:
            raise UnreadableError
        return self.words[value]

    def _to_write(self, field: Field, value: Value, native: Native) -> JsonValue:
        capability = self.capabilities.of(field)
        if capability.holding not in {Holding.TWO_WAY, Holding.AT_CREATE}:
            raise Unmappable(field, f"{field.value} cannot be written here")
        if reason := capability.view.refuses(value):
            raise Unmappable(field, f"{field.value} cannot be told: {reason}")
        seen = capability.view.view(value)
        if not isinstance(seen, Status):
            return member(seen)
        there = native.get(field.value)
        if isinstance(there, str) and self.words.get(there) is seen:
            return there  # of two words for one state, the one that a person chose stays
        return next(word for word, status in self.words.items() if status is seen)
