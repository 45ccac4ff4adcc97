"""The same story against a server on each side of every question that the documents leave open, one at a time."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.checkvist.sandbox import Reading, Sandbox
from connectors.errors import Forbidden, Gone, Rejected, SideDown
from connectors.task import Field, Person, Status
from tests.connectors.checkvist.kit import created, entries, settings, updated

EACH = [f"{name}={value}" for name, values in Reading.choices().items() for value in values]
WRITABLE = [reading for reading in EACH if reading != "access=read"]

TASK = {
    Field.TITLE: "Pay C# licence ^today !1 @anna #home",
    Field.DESCRIPTION: "# Why\n\nbecause #1 is due",
    Field.STATUS: Status.COMPLETED,
    Field.DUE: date(2026, 3, 31),
    Field.PRIORITY: 2,
    Field.LABELS: ("home", "zu Hause"),
    Field.ASSIGNEES: (Person(id="12"), Person(id="13")),
}


def connected(it):
    return it.connected(settings(token2fa=Sandbox.token2fa))


@pytest.mark.parametrize("reading", WRITABLE)
def test_what_is_created_is_what_was_told(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        stored = created(connector, TASK)
        (listed,) = entries(connector).values()
        assert {field: listed.fields[field] for field in TASK} == TASK
        assert {field: connector.get(stored.entry.ref).fields[field] for field in TASK} == TASK
        assert len(it.sandbox.tasks()) == 1


@pytest.mark.parametrize("reading", WRITABLE)
def test_what_is_changed_is_stored_and_the_rest_stays(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        before = created(connector, TASK).entry
        new = {
            Field.TITLE: "#2",
            Field.ASSIGNEES: (Person(id="13"),),
            Field.STATUS: Status.CANCELLED,
            Field.PRIORITY: 0,
        }
        updated(connector, connector.get(before.ref), new)
        read = connector.get(before.ref)
        assert {field: read.fields[field] for field in TASK} == {**TASK, **new}


@pytest.mark.parametrize("reading", WRITABLE)
def test_a_tree_is_built_moved_and_taken_down(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        top, other = (created(connector, {Field.TITLE: title}).entry.ref for title in ("Top", "Other"))
        child = created(connector, {Field.TITLE: "Child", Field.PARENT: top}).entry.ref
        assert entries(connector)[child].fields[Field.PARENT] == top
        assert entries(connector)[top].children == connector.get(top).children == (child,)
        updated(connector, connector.get(child), {Field.PARENT: other})
        assert entries(connector)[child].fields[Field.PARENT] == other
        for _ in range(2):
            stored = updated(connector, connector.get(child), {Field.PARENT: None, Field.POSITION: 1})
            assert stored.entry.fields.get(Field.PARENT) is None
            assert [item["content"] for item in it.sandbox.tasks()] == ["Child", "Top", "Other"]
            updated(connector, connector.get(child), {Field.PARENT: other})
        connector.delete(connector.get(other))
        assert entries(connector).keys() == {top}
        with pytest.raises(Gone):
            connector.get(child)


@pytest.mark.parametrize("reading", WRITABLE)
def test_a_read_of_an_unchanged_list_has_the_same_hashes(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        top = it.sandbox.add("Top", tags=["a", "b"], due="2026-05-01", priority=3)
        it.sandbox.add("Below", parent=top)
        first = {ref: entry.raw_hash for ref, entry in entries(connector).items()}
        assert {ref: entry.raw_hash for ref, entry in entries(connected(it)).items()} == first
        it.clock.sleep(3600)
        it.sandbox.move(top, position=1)  # moves nothing but the time
        assert {ref: entry.raw_hash for ref, entry in entries(connector).items()} == first


@pytest.mark.parametrize("reading", WRITABLE)
def test_update_and_delete_of_what_is_gone(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        entry = created(connector, {Field.TITLE: "Doomed"}).entry
        it.sandbox.remove(int(entry.ref))
        with pytest.raises(Gone):
            updated(connector, entry, {Field.TITLE: "Back"})
        with pytest.raises(Gone):
            updated(connector, entry, {Field.STATUS: Status.COMPLETED})
        assert connector.delete(entry) is None
        assert it.sandbox.tasks() == []


@pytest.mark.parametrize("reading", EACH)
def test_a_list_that_is_gone_is_a_side_that_is_down_and_nothing_deleted(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        ref = str(it.sandbox.add("There"))
        entry = connector.get(ref)
        it.sandbox.shut()
        for call in (
            connector.check,
            lambda: entries(connector),
            lambda: connector.get(ref),
            lambda: updated(connector, entry, {Field.TITLE: "New"}),
            lambda: connector.delete(entry),
            lambda: created(connector, {Field.TITLE: "New"}),
        ):
            with pytest.raises(SideDown) as caught:
                call()
            assert "774411" in caught.value.message
        it.sandbox.reopen_list()
        assert entries(connector).keys() == {ref}


@pytest.mark.parametrize("reading", ["clear_due=ignored", "clear_tags=ignored"])
def test_what_can_not_be_cleared_is_told_as_it_is(bench, reading):
    with bench(reading) as it:
        connector = connected(it)
        entry = created(connector, {Field.TITLE: "A", Field.DUE: date(2026, 3, 31), Field.LABELS: ("x",)}).entry
        answer = updated(connector, entry, {Field.DUE: None, Field.LABELS: ()}).entry
        read = connector.get(entry.ref)
        kept = {Field.DUE: date(2026, 3, 31)} if "due" in reading else {Field.LABELS: ("x",)}
        assert {field: answer.fields[field] for field in kept} == {field: read.fields[field] for field in kept} == kept


def test_an_account_that_only_reads_is_told_so_for_each_write(bench):
    with bench("access=read") as it:
        connector = it.connected()
        entry = connector.get(str(it.sandbox.add("Theirs")))
        for write in (
            lambda: created(connector, {Field.TITLE: "Mine"}),
            lambda: updated(connector, entry, {Field.TITLE: "Mine"}),
            lambda: updated(connector, entry, {Field.STATUS: Status.COMPLETED}),
            lambda: connector.delete(entry),
        ):
            with pytest.raises(Rejected, match="may not"):
                write()
        assert [item["content"] for item in it.sandbox.tasks()] == ["Theirs"]


@pytest.mark.parametrize("code", ["403", "404"])
def test_an_unknown_list_is_named(bench, code):
    with bench(f"unknown_list={code}") as it:
        with pytest.raises(SideDown, match="list 99") as caught:
            it.connected(settings(checklist=99)).check()
        assert "checklist" in caught.value.hint
        assert isinstance(caught.value, Forbidden) == (code == "403")


def test_the_spelling_that_works_is_remembered(bench):
    """A list of people, and the root, are written in the second way at once after the first had no effect."""
    with bench("people=json,to_root=zero") as it:
        connector = it.connected()
        top = created(connector, {Field.TITLE: "Top"}).entry
        child = created(connector, {Field.TITLE: "Child", Field.PARENT: top.ref}).entry
        it.asked()
        for people in ("12", "13"):
            updated(connector, child, {Field.ASSIGNEES: (Person(id=people),)})
        assert it.asked() == [f"PUT /tasks/{child.ref}.json"] * 3
        updated(connector, child, {Field.PARENT: None})
        updated(connector, child, {Field.PARENT: top.ref})
        updated(connector, child, {Field.PARENT: None})
        assert it.asked() == [f"PUT /tasks/{child.ref}.json"] * 4
        assert connector.get(child.ref).fields[Field.PARENT] is None


def test_nobody_proves_no_spelling(bench):
    """An empty list takes in either spelling: the next people are still tried in both."""
    with bench("people=json") as it:
        connector = it.connected()
        entry = created(connector, {Field.TITLE: "A"}).entry
        updated(connector, entry, {Field.ASSIGNEES: ()})
        answer = updated(connector, entry, {Field.ASSIGNEES: (Person(id="12"),)})
        assert [person.id for person in answer.entry.fields[Field.ASSIGNEES]] == ["12"]


def test_somebody_whom_the_server_does_not_know_is_not_sent_over_and_over(bench):
    with bench() as it:
        connector = it.connected()
        entry = created(connector, {Field.TITLE: "A"}).entry
        updated(connector, entry, {Field.ASSIGNEES: (Person(id="12"),)})
        it.asked()
        answer = updated(connector, entry, {Field.ASSIGNEES: (Person(id="99"),)})
        assert it.asked() == [f"PUT /tasks/{entry.ref}.json"]
        assert answer.entry.fields[Field.ASSIGNEES] == ()
