"""Checkvist's items and canonical tasks, both ways. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from connectors.checkvist.content import is_smart, joined, neutral, title_of
from connectors.checkvist.members import (
    NoOpinion,
    read_assignees,
    read_description,
    read_due,
    read_labels,
    read_modified,
    read_parent,
    read_position,
    read_priority,
    read_title,
    shown,
    tell_assignees,
    tell_due,
    tell_labels,
)
from connectors.checkvist.notes import count_of
from connectors.checkvist.states import ACTIONS, State, state_of
from connectors.checkvist.wire import children_of, identity
from connectors.contract import Entry, Record
from connectors.errors import Unmappable
from connectors.nameless import PROBLEM, is_nameless
from connectors.projection import Words
from connectors.task import Field, Fields, Native, Patch, Status, Value, is_empty

Body: TypeAlias = Mapping[str, str | list[int]]
"""The members of ``task[…]`` to send: texts, and lists of ids."""

_READERS: Final[Mapping[Field, tuple[tuple[str, ...], Callable[[Native], Value]]]] = {
    Field.TITLE: (("content",), read_title),
    Field.DESCRIPTION: (("content",), read_description),
    Field.DUE: (("due", "due_date"), read_due),
    Field.PRIORITY: (("priority",), read_priority),
    Field.LABELS: (("tags", "tags_as_text"), read_labels),
    Field.ASSIGNEES: (("assignee_ids",), read_assignees),
    Field.PARENT: (("parent_id",), read_parent),
    Field.POSITION: (("position",), read_position),
}
"""For each field the members that carry it, and how they are read. An answer without them tells nothing of it."""

_NEWER: Final = frozenset({"priority", "assignee_ids", "tags_as_text", "created_at"})
"""Members that came with ``due``: an item that has one, and is read whole without a ``due``, has no due date.

The oldest copy of the page knows none of these ("Task fields"): there a missing date tells nothing.
"""
_TEXT: Final = frozenset({Field.TITLE, Field.DESCRIPTION})
_LATER: Final = frozenset({Field.ASSIGNEES})
"""What the page's parameters of a create do not name, and those of an update do (newer copy)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Translator:
    """What one side's settings make of its items.

    ``held`` are the fields that are synced, ``words`` the states that are known with their canonical status, in the
    order in which they are preferred, ``checklist`` the id of the list.
    """

    held: frozenset[Field]
    words: Mapping[State, Status]
    checklist: int

    def entry(self, record: Record, *, partial: bool = False) -> Entry:
        """A record as an entry. Never raises. ``partial``: members may be missing, as in the answer to a change."""
        item = record.native
        problem = PROBLEM if is_nameless(record.ref) else ""
        if not (problem or isinstance(item.get("content"), str) or (partial and "content" not in item)):
            problem = "the item has no text"
        if problem:
            return Entry(ref=record.ref, raw_hash=record.raw_hash, fields={}, native=item, problem=problem)
        fields: dict[Field, Value] = {}
        unknown: dict[Field, str] = {}
        for field in self.held - {Field.COMMENTS}:
            try:
                self._read(field, item, fields, partial=partial)
            except NoOpinion as reason:
                unknown[field] = str(reason)
        children = children_of(item)
        return Entry(
            ref=record.ref,
            raw_hash=record.raw_hash,
            fields=fields,
            native=item,
            unknown=unknown,
            derived=frozenset({Field.STATUS}) if children else frozenset(),
            children=children,
            comments=count_of(item) if Field.COMMENTS in self.held else None,
            modified=read_modified(item),
            deleted=item.get("deleted") is True,
            container=self._elsewhere(item),
        )

    def steps(self, patch: Patch, *, creating: bool) -> tuple[Patch, ...]:
        """What goes into one request each, the status last; for a new item first what a create can carry unharmed."""
        steps = self._creating(patch) if creating else [patch.without(Field.STATUS), patch.only(Field.STATUS)]
        return tuple(filter(None, steps))

    def body(self, fields: Fields, item: Native) -> Body:
        """The parameters that tell some fields, laid over the item as it was read. Raises ``Unmappable``."""
        body: dict[str, str | list[int]] = {}
        if _TEXT & fields.keys():
            body["content"] = _content(fields, item)
        for field in Field:
            if field in fields and field not in _TEXT:
                _tell(field, fields[field], item, body)
        return body

    def action(self, status: Value, item: Native) -> str | None:
        """The call that makes an item have a status; None when it has it. Raises ``Unmappable``."""
        if not isinstance(status, Status):
            raise Unmappable(Field.STATUS, f"an item can not be told status {status!r}")
        if children_of(item):
            raise Unmappable(Field.STATUS, "the status of an item with children is theirs", hint="change its children")
        view = Words(frozenset(self.words.values()))
        if refusal := view.refuses(status):
            raise Unmappable(Field.STATUS, refusal, hint=f'give "{status.value}" a word in [statuses] of this side')
        meant = view.view(status)
        state = state_of(item)
        if state is not None and self.words.get(state) is meant:
            return None
        return ACTIONS[next(state for state, canonical in self.words.items() if canonical is meant)]

    def _creating(self, patch: Patch) -> list[Patch]:
        text = f"{patch.fields.get(Field.TITLE, '')}\n{patch.fields.get(Field.DESCRIPTION, '')}"
        later = patch.only(*(field for field in _LATER if not is_empty(field, patch.fields.get(field, ()))))
        # A new item is open: saying so takes no request.
        status = patch.only(Field.STATUS)
        if self.words.get(State.OPEN) is patch.fields.get(Field.STATUS):
            status = Patch({})
        first = patch.without(*later.fields, Field.STATUS)
        if is_smart(text):
            # Posted as it is, the text would lose its signs, and the item get tags or a date that nobody gave it.
            later = Patch({**patch.only(*_TEXT).fields, **later.fields})
            title = neutral(str(patch.fields.get(Field.TITLE, "")))
            first = Patch({Field.TITLE: title, **first.without(*_TEXT).fields})
        return [first, later, status]

    def _read(self, field: Field, item: Native, fields: dict[Field, Value], *, partial: bool) -> None:
        if field is Field.STATUS:
            if "status" in item:
                fields[field] = self._status(item)
            return
        members, read = _READERS[field]
        if any(member in item for member in members):
            fields[field] = read(item)
        elif not partial and (field is Field.PARENT or (field is Field.DUE and _NEWER & item.keys())):
            fields[field] = None

    def _status(self, item: Native) -> Status:
        state = state_of(item)
        if state is None or state not in self.words:
            raise NoOpinion(state.value if state else shown(item["status"]))
        return self.words[state]

    def _elsewhere(self, item: Native) -> str:
        """The list that the item is on, if that is another; an answer that does not say is about ours."""
        told = identity(item.get("checklist_id"))
        return "" if told in {None, str(self.checklist)} else f"list {told}"


def _content(fields: Fields, item: Native) -> str:
    before = item.get("content")
    text = before if isinstance(before, str) else ""
    title, description = (_text(field, fields) for field in (Field.TITLE, Field.DESCRIPTION))
    if title == "":
        raise Unmappable(Field.TITLE, "an item needs a text in its first line", hint="give it a title")
    if title is None and description and not title_of(text):
        # It would be read back as the title.
        raise Unmappable(
            Field.DESCRIPTION, "an item without a title can not have a description", hint="give it a title"
        )
    return joined(title, description, text)


def _text(field: Field, fields: Fields) -> str | None:
    value = fields.get(field)
    return value if isinstance(value, str) else None


def _tell(field: Field, value: Value, item: Native, body: dict[str, str | list[int]]) -> None:
    match field, value:
        case Field.DUE, _:
            body["due_date"] = tell_due(value)
        case Field.LABELS, tuple():
            body["tags"] = tell_labels((str(label) for label in value), item)
        case Field.ASSIGNEES, tuple():
            body["assignee_ids"] = tell_assignees(value)
        case Field.PARENT, str() | None:
            body["parent_id"] = value or ""
        case Field.POSITION, None:
            pass  # no wish: at create the end, later wherever it is
        case Field.PRIORITY | Field.POSITION, int(number):
            body[field.value] = str(int(number))
        case _:
            raise Unmappable(field, f"an item can not be told {field.value} {value!r}")
