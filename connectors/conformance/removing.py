"""Deleting, what is gone, and what somebody else changed in between."""
# ruff: noqa: S101 - a test is made of assertions

from __future__ import annotations

import pytest

from connectors.conformance.base import Condition, Facts, Part, has, needs, readable, takes_ids, writes
from connectors.conformance.caller import Caller
from connectors.conformance.harness import Harness
from connectors.contract import ClientId, DeleteMeans, MarkerLookup, Verb
from connectors.errors import Applied, Gone, Stale
from connectors.task import Field, Patch, same


def really_deletes(facts: type[Facts]) -> str:
    """Deleting a task makes it vanish."""
    means = facts.bench.capabilities.delete_means
    return "" if means is DeleteMeans.DELETE else f"deleting means {means.value}"


def declares(name: str) -> Condition:
    """The capabilities say yes to something."""
    return lambda facts: "" if getattr(facts.bench.capabilities, name) else f"no {name.replace('_', ' ')}"


class Removing(Part):
    """What a delete does, and what is said about a task that moved on."""

    @needs(has(Verb.CREATE, Verb.DELETE), readable)
    def test_what_is_deleted_is_not_there(self, caller: Caller, harness: Harness) -> None:
        """A deleted task is not read as one that is alive; its neighbour is; it took one changing request."""
        doomed = caller.create(caller.told(self.titled("Doomed"))).entry
        spared = caller.create(caller.told(self.titled("Spared"))).entry
        harness.forget()
        caller.delete(doomed)
        sent = harness.sent()
        assert sum(one.changing for one in sent) == 1
        assert len(sent) <= self.requests[Verb.DELETE]
        assert caller.read(doomed.ref) is None
        assert caller.there(spared.ref).fields[Field.TITLE] == "Spared"

    @needs(has(Verb.CREATE, Verb.DELETE))
    def test_deleting_twice_is_success(self, caller: Caller) -> None:
        """What is already gone need not be deleted."""
        entry = caller.create(caller.told(self.titled("Once"))).entry
        caller.delete(entry)
        caller.delete(entry)

    @needs(has(Verb.CREATE, Verb.DELETE))
    def test_the_answer_to_a_delete_is_the_task(self, caller: Caller) -> None:
        """Where the vendor answers with what it deleted, that is the task, for undo."""
        entry = caller.create(caller.told(self.titled("Last words"))).entry
        stored = caller.delete(entry)
        if stored is not None:
            assert stored.entry.ref == entry.ref

    @needs(has(Verb.CREATE, Verb.DELETE, Verb.GET), really_deletes)
    def test_get_of_what_was_deleted_is_gone(self, caller: Caller) -> None:
        """``Gone`` while the side itself answers."""
        entry = caller.create(caller.told(self.titled("Gone"))).entry
        caller.delete(entry)
        with pytest.raises(Gone):
            caller.get(entry.ref)

    @needs(has(Verb.CREATE, Verb.DELETE, Verb.UPDATE), really_deletes, writes(Field.TITLE))
    def test_update_of_what_was_deleted_is_gone(self, caller: Caller) -> None:
        """``Gone``, and nothing was applied: the task stays deleted."""
        entry = caller.create(caller.told(self.titled("Gone"))).entry
        caller.delete(entry)
        with pytest.raises(Gone) as caught:
            caller.update(entry, {Field.TITLE: "Back"})
        assert caught.value.applied is Applied.NO
        if not readable(type(self)):
            assert caller.read(entry.ref) is None

    @needs(has(Verb.CREATE, Verb.UPDATE), declares("preconditions"), readable, writes(Field.TITLE))
    def test_an_update_on_an_old_token_is_stale(self, caller: Caller) -> None:
        """Somebody else's change in between is not overwritten, whichever field it was in."""
        old = caller.there(caller.create(caller.told(self.titled("Mine"))).entry.ref)
        caller.update(old, {Field.TITLE: "Theirs"})
        with pytest.raises(Stale) as caught:
            caller.update(old, {Field.TITLE: "Mine again"})
        assert caught.value.applied is Applied.NO
        assert caller.there(old.ref).fields[Field.TITLE] == "Theirs"

    @needs(has(Verb.CHANGES, Verb.CREATE, Verb.UPDATE), declares("preconditions"), readable, writes(Field.TITLE))
    def test_what_moves_the_version_token_moves_the_raw_hash(self, caller: Caller) -> None:
        """An entry whose hash is the same is not decoded again: a write on its old token would be refused."""
        entry = caller.there(caller.create(caller.told(self.titled("Once"))).entry.ref)
        before = caller.records()[entry.ref]
        caller.update(entry, {Field.TITLE: "Twice"})
        caller.update(caller.there(entry.ref), {Field.TITLE: entry.fields[Field.TITLE]})
        after = caller.records()[entry.ref]
        if caller.connector.normalise(before).token != caller.connector.normalise(after).token:
            assert before.raw_hash != after.raw_hash

    @needs(has(Verb.CREATE), declares("modified_granularity"), readable)
    def test_a_task_tells_when_it_was_changed(self, caller: Caller) -> None:
        """The time of the last change is an aware one; of a task that was never changed there may be none."""
        entry = caller.there(caller.create(caller.told(self.titled("Then"))).entry.ref)
        if self.capabilities.can(Verb.UPDATE):
            caller.update(entry, {Field.TITLE: "Now"})
        modified = caller.there(entry.ref).modified
        assert modified is not None
        assert modified.utcoffset() is not None

    @needs(has(Verb.CREATE), takes_ids)
    def test_a_task_has_the_id_that_was_foretold(self, caller: Caller) -> None:
        """A create in doubt is known by the id that was sent with it."""
        fields = caller.told(self.titled("Foretold"))
        connector = caller.connector
        assert isinstance(connector, ClientId)
        first, *_ = caller.connector.split(Patch(fields), creating=True)
        foretold = connector.client_id(first.fields, "marker-of-this-one")
        assert foretold == caller.begin(first, "marker-of-this-one").entry.ref
        assert foretold != connector.client_id(first.fields, "marker-of-another")

    @needs(has(Verb.CREATE, Verb.FIND_MARKER))
    def test_a_task_is_found_by_its_marker(self, caller: Caller) -> None:
        """The marker of a create finds that task and no other; no person can see it."""
        fields = caller.told(self.titled("Marked"))
        caller.create(fields, "marker-of-another")
        stored = caller.create(fields, "marker-of-this-one")
        connector = caller.connector
        assert isinstance(connector, MarkerLookup)
        found = connector.find_marker("marker-of-this-one")
        assert found is not None
        assert found.ref == stored.entry.ref
        assert connector.find_marker("marker-of-none") is None
        shown = [field for field, value in found.fields.items() if "marker-of" in str(value)]
        assert shown == []
        assert same(Field.TITLE, found.fields[Field.TITLE], fields[Field.TITLE])
