"""A list names everything, once it is said to be complete; an incremental one names what changed."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

import dataclasses
import math

import pytest

from connectors.conformance.base import Condition, Facts, Part, filled, has, needs
from connectors.conformance.caller import Caller
from connectors.conformance.harness import Harness
from connectors.contract import Coverage, Cursor, DeletionSign, Discovery, FieldCapability, Holding, Record, Verb
from connectors.errors import Gone
from connectors.task import Field, Ref, Value

MANY = 50
"""How many tasks a list is tried with."""


def tells(discovery: Discovery) -> Condition:
    """The side tells what is on it in this way."""

    def missing(facts: type[Facts]) -> str:
        way = facts.bench.capabilities.discovery
        return "" if way is discovery else f"discovery is {way.value}, not {discovery.value}"

    return missing


def paged(facts: type[Facts]) -> str:
    """Lists come in pages that a test can fill."""
    size = facts.bench.capabilities.page_size
    if size is None:
        return "no pages"
    return "" if size < MANY else f"a page holds {size}, which is more than a test makes"


class Listing(Part):
    """Reading: complete, in pages, one by one, and since a cursor."""

    def test_check_passes(self, harness: Harness) -> None:
        """``check`` accepts the side as it is configured, again and again."""
        harness.connector.check()
        harness.connector.check()

    def test_capabilities_do_not_change(self, harness: Harness) -> None:
        """A connector's capabilities are those that its manifest declares, before any request."""
        now, before = harness.connector.capabilities, self.capabilities
        # Views are compared by what they lose: two functions are never equal.
        assert dataclasses.replace(now, fields={}) == dataclasses.replace(before, fields={})
        assert {field: _summary(now.of(field)) for field in Field} == {
            field: _summary(before.of(field)) for field in Field
        }

    @needs(has(Verb.CHANGES), filled)
    def test_a_list_omits_nothing(self, caller: Caller) -> None:
        """Fifty tasks are all listed, each under the ref that its create gave, and an empty side lists none."""
        assert caller.entries() == {}
        made = self._fill(caller)
        listed = caller.entries()
        assert sorted(listed) == sorted(made)
        assert {ref: listed[ref].fields[Field.TITLE] for ref in made} == made

    @needs(has(Verb.CHANGES), filled, paged)
    def test_pages_have_their_size(self, caller: Caller) -> None:
        """A list takes as many pages as its size says, and none is longer."""
        self._fill(caller)
        size = self.capabilities.page_size or 0
        pages = caller.pages()
        assert len(pages) in {math.ceil(MANY / size), math.ceil((MANY + 1) / size)}
        assert max(len(page.records) for page in pages) <= size

    @needs(has(Verb.CHANGES), filled)
    def test_a_sweep_costs_what_is_declared(self, caller: Caller, harness: Harness) -> None:
        """A complete read takes the declared number of requests, or one for each page; none of them is changing."""
        self._fill(caller)
        harness.forget()
        pages = caller.pages()
        sent = harness.sent()
        assert not any(one.changing for one in sent)
        assert len(sent) == max(self.capabilities.sweep_requests or 0, len(pages))

    @needs(has(Verb.CHANGES), filled)
    def test_two_reads_of_the_same_are_equal(self, caller: Caller) -> None:
        """Nothing changed, so no raw hash did, and a total that is told is the number of tasks."""
        self._fill(caller, 3)
        assert _hashes(caller) == _hashes(caller)
        assert {page.total for page in caller.pages()} <= {None, 3}

    @needs(has(Verb.CHANGES, Verb.UPDATE), filled)
    def test_a_change_of_any_field_changes_the_raw_hash(self, caller: Caller) -> None:
        """An edit that a read shows is never hidden by an equal raw hash."""
        entry = caller.there(caller.make(self.titled("First")))
        before = _hashes(caller)[entry.ref]
        caller.update(entry, {Field.TITLE: "Second"})
        assert _hashes(caller)[entry.ref] != before

    @needs(has(Verb.CHANGES, Verb.GET), filled)
    def test_list_and_get_agree(self, caller: Caller) -> None:
        """A task got by its ref is the task that is listed."""
        for ref, listed in ((ref, caller.entries()[ref]) for ref in self._fill(caller, 3)):
            assert caller.get(ref).fields == listed.fields

    @needs(has(Verb.GET), filled)
    def test_get_costs_what_is_declared(self, caller: Caller, harness: Harness) -> None:
        """One task by its ref takes the declared number of requests, none of them changing."""
        ref = caller.make(self.titled("One"))
        harness.forget()
        caller.get(ref)
        sent = harness.sent()
        assert not any(one.changing for one in sent)
        assert len(sent) <= self.requests[Verb.GET]

    @needs(has(Verb.CHANGES, Verb.UPDATE), filled, tells(Discovery.INCREMENTAL))
    def test_what_changed_since_a_cursor_is_listed(self, caller: Caller) -> None:
        """New and edited tasks are in the next incremental read, which covers what changed, or everything."""
        first, second, _ = self._fill(caller, 3)
        cursor = caller.pages()[-1].cursor
        assert cursor is not None
        caller.update(caller.there(second), {Field.TITLE: "edited"})
        new = caller.make(self.titled("new"))
        pages = caller.pages(cursor)
        increment = self.capabilities.increment
        everything = increment is not None and increment.whole
        assert pages[-1].coverage is (Coverage.EVERYTHING if everything else Coverage.SINCE)
        assert {second, new} <= caller.records(cursor).keys()
        assert first in caller.entries()

    @needs(has(Verb.CHANGES, Verb.DELETE), filled, tells(Discovery.INCREMENTAL))
    def test_a_deletion_since_a_cursor_is_told(self, caller: Caller) -> None:
        """Where tombstones are the declared sign of a deletion, the incremental read has one."""
        ref, _ = self._fill(caller, 2)
        cursor = caller.pages()[-1].cursor
        caller.delete(caller.there(ref))
        entries = {record.ref: caller.connector.normalise(record) for record in caller.records(cursor).values()}
        if self.capabilities.deletion_sign is DeletionSign.TOMBSTONE:
            assert entries[ref].deleted
        else:
            assert ref not in entries

    @needs(has(Verb.CHANGES), filled, tells(Discovery.INCREMENTAL))
    def test_an_invalid_cursor_gives_everything(self, caller: Caller) -> None:
        """A cursor that the vendor does not know is answered by a complete read, with a new cursor."""
        made = self._fill(caller, 3)
        pages = caller.pages(Cursor(value="no cursor of yours"))
        assert pages[-1].coverage is Coverage.EVERYTHING
        assert pages[-1].cursor is not None
        assert made.keys() <= {record.ref for page in pages for record in page.records}

    @needs(has(Verb.GET))
    def test_what_was_never_there_is_gone(self, caller: Caller) -> None:
        """A ref that names nothing raises ``Gone``."""
        for ref in ("987654321", "no-such-ref"):
            with pytest.raises(Gone):
                caller.get(ref)

    @needs(has(Verb.DISCOVER))
    def test_discover_names_things(self, harness: Harness) -> None:
        """What can be named in a configuration is found with its kind and id."""
        found = harness.connector.discover()  # type: ignore[attr-defined]  # declared by the verb
        assert all(one.kind and one.id for one in found)

    def _fill(self, caller: Caller, count: int = MANY) -> dict[Ref, Value]:
        """Make tasks; the title of each by its ref."""
        made = {}
        for number in range(count):
            fields = self.titled(f"Task {number}")
            made[caller.make(fields)] = fields[Field.TITLE]
        assert len(made) == count, "two creates gave the same ref"
        return made


def _hashes(caller: Caller) -> dict[Ref, str]:
    records: dict[Ref, Record] = caller.records()
    return {ref: record.raw_hash for ref, record in records.items()}


def _summary(capability: FieldCapability) -> tuple[Holding, str, bool, str]:
    return capability.holding, capability.view.loss, capability.required, capability.note
