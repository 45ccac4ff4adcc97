"""Calls a connector as the engine does: views only, step by step, reading through whatever the side has."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import (
    Changes,
    Connector,
    Coverage,
    Create,
    Cursor,
    Delete,
    Entry,
    Get,
    Page,
    Record,
    Stored,
    Update,
    Verb,
)
from connectors.errors import Gone
from connectors.task import Field, Fields, Patch, Ref


class Caller:
    """One connector, called for the suite."""

    def __init__(self, connector: Connector, plant: Callable[[str], Ref] | None = None) -> None:
        self.connector = connector
        self._plant = plant
        self._made = 0

    def told(self, fields: Fields) -> Fields:
        """What the side is told of canonical values: their views, less what it cannot be told."""
        seen = {}
        for field, value in fields.items():
            view = self.connector.capabilities.of(field).view
            if not view.refuses(value):
                seen[field] = view.view(value)
        return seen

    def create(self, fields: Fields, marker: str = "") -> Stored:
        """Make a task in as many steps as the connector needs; the last answer."""
        first, *rest = self.connector.split(Patch(fields), creating=True)
        stored = self.begin(first, marker)
        for step in rest:
            stored = self.step(stored.entry, step)
        return stored

    def begin(self, first: Patch, marker: str = "") -> Stored:
        """Make a task in the first step alone, under a marker that no other task has."""
        self._made += 1
        assert isinstance(self.connector, Create)
        return self.connector.create(first.fields, marker or f"conformance-{self._made}")

    def make(self, fields: Fields) -> Ref:
        """A task on the side, by the connector or, where it makes none, by somebody else with the title only."""
        if self.connector.capabilities.can(Verb.CREATE):
            return self.create(self.told(fields)).entry.ref
        assert self._plant is not None
        return self._plant(str(fields[Field.TITLE]))

    def update(self, entry: Entry, fields: Fields) -> Stored:
        """Change a task in as many steps as the connector needs; the last answer."""
        stored = Stored(entry=entry)
        for step in self.connector.split(Patch(fields), creating=False):
            stored = self.step(stored.entry, step)
        return stored

    def step(self, entry: Entry, step: Patch) -> Stored:
        """One step of an update."""
        assert isinstance(self.connector, Update)
        return self.connector.update(entry, step)

    def delete(self, entry: Entry) -> Stored | None:
        """Delete a task."""
        assert isinstance(self.connector, Delete)
        return self.connector.delete(entry)

    def get(self, ref: Ref) -> Entry:
        """One task by its ref."""
        assert isinstance(self.connector, Get)
        return self.connector.get(ref)

    def pages(self, since: Cursor | None = None) -> list[Page]:
        """A whole read, which must end with its last page and with no other."""
        assert isinstance(self.connector, Changes)
        pages = list(self.connector.changes(since))
        assert pages, "a read has at least one page"
        assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True], (
            "the last page, and no other, says so"
        )
        return pages

    def records(self, since: Cursor | None = None) -> dict[Ref, Record]:
        """What a whole read names; a record that is repeated counts once, the later one."""
        return {record.ref: record for page in self.pages(since) for record in page.records}

    def entries(self) -> dict[Ref, Entry]:
        """Everything on the side that is neither deleted nor in another container."""
        pages = self.pages()
        assert pages[-1].coverage is Coverage.EVERYTHING, "a read without a cursor covers everything"
        entries = [self.connector.normalise(record) for page in pages for record in page.records]
        return {entry.ref: entry for entry in entries if _is_here(entry)}

    def read(self, ref: Ref) -> Entry | None:
        """One task as the side holds it now, got or looked up in the list; None when it is not there."""
        if not self.connector.capabilities.can(Verb.GET):
            return self.entries().get(ref)
        try:
            entry = self.get(ref)
        except Gone:
            return None
        return entry if _is_here(entry) else None

    def there(self, ref: Ref) -> Entry:
        """One task that must be there."""
        entry = self.read(ref)
        assert entry is not None, f"{ref} is not there"
        assert not entry.problem, f"{ref} cannot be read: {entry.problem}"
        return entry


def _is_here(entry: Entry) -> bool:
    return not entry.deleted and not entry.container
