"""Notes are comments: on the wire, and in a group with a side that has comments."""

from __future__ import annotations

import pytest

from connectors.checkvist.notes import entry_of, is_note, notes_in, parted, records_of
from connectors.checkvist.wire import Malformed
from connectors.contract import Coverage, Entry, Record
from connectors.errors import Gone, Rejected, Transient
from connectors.serving import Fault, Kind
from connectors.task import Field, Patch
from connectors.task import Kind as TaskKind
from tests.connectors.checkvist.kit import entries, settings
from tests.connectors.checkvist.work import group

READINGS = ["notes=notes", "notes=nodes", "notes=missing"]
ODD = ["unknown_item=404", "unknown_item=403", "unknown_item=empty", "errors=soft", "deleted=empty", "stamp=updates"]
ITEMS = "GET /tasks.json"


def note(**members: object) -> Entry:
    """A note of item 4 with these members, read."""
    told = {"id": 53, "comment": "some note", "task_id": 4, "updated_at": "2009/06/12 19:50:00 +0000", **members}
    (record,) = records_of("4", [told])
    return entry_of(record)


def test_a_note_is_a_comment_on_its_item():
    read = note(comment="two\r\nlines")
    assert (read.ref, read.kind) == ("4/53", TaskKind.COMMENT)
    assert read.fields == {Field.COMMENTS: "two\nlines", Field.PARENT: "4"}
    assert read.modified is not None
    assert (is_note(read.ref), parted(read.ref)) == (True, ("4", "53"))


@pytest.mark.parametrize("members", [{"comment": None}, {"comment": 5}, {"id": None}, {"id": 0}], ids=repr)
def test_a_note_that_can_not_be_read_is_held_and_stops_nobody(members):
    assert note(**members).problem
    assert note(**members).kind is TaskKind.COMMENT


def test_a_repeated_note_counts_once_and_its_time_says_nothing():
    one = {"id": 53, "comment": "x", "updated_at": "2009/06/12 19:50:00 +0000"}
    (record,) = records_of("4", [one, one])
    (later,) = records_of("4", [{**one, "updated_at": "2010/06/12 19:50:00 +0000"}])
    assert record.raw_hash == later.raw_hash


@pytest.mark.parametrize("odd", ["text", 5, {"a": 1}], ids=repr)
def test_notes_that_are_no_array_are_an_error(odd):
    with pytest.raises(Malformed):
        notes_in({"notes": odd})


@pytest.mark.parametrize("reading", READINGS)
def test_notes_are_read_with_the_list(bench, reading):
    """Where the list does not tell them, one request for each item that says that it has some."""
    with bench(reading) as it:
        milk, bread = it.sandbox.add("Milk"), it.sandbox.add("Bread")
        it.sandbox.note(milk, "Two litres")
        connector = it.connected(settings(auth="basic"))
        read = entries(connector)
        more = [f"GET /tasks/{milk}/comments.json"] if reading == "notes=missing" else []
        assert it.asked() == [ITEMS, *more]
        assert read.keys() >= {str(milk), str(bread)}
        (one,) = (entry for entry in read.values() if entry.kind is TaskKind.COMMENT)
        assert one.fields == {Field.COMMENTS: "Two litres", Field.PARENT: str(milk)}
        assert "notes" not in read[str(milk)].native
        assert (read[str(milk)].comments, read[str(bread)].comments) == (1, 0)


def test_a_note_without_id_makes_the_list_less_than_everything(bench):
    with bench() as it:
        it.sandbox.note(it.sandbox.add("Milk"), "Two litres")
        connector = it.connected(settings(auth="basic"))
        assert next(iter(connector.changes(None))).coverage is Coverage.EVERYTHING
        assert connector.normalise(Record(ref="without id, 12345678", raw_hash="h", native={"comment": "x"})).problem


def test_notes_that_are_not_synced_are_not_asked_for(bench):
    with bench("notes=missing") as it:
        it.sandbox.note(it.sandbox.add("Milk"), "Two litres")
        read = entries(it.connected(settings(auth="basic"), fields={Field.COMMENTS: False}))
        assert it.asked() == [ITEMS]
        assert {(entry.kind, entry.comments) for entry in read.values()} == {(TaskKind.TASK, None)}


@pytest.mark.parametrize("reading", ODD)
def test_a_note_is_gone_when_its_item_answers_without_it_or_is_gone(bench, reading):
    with bench(reading) as it:
        connector = it.connected(settings(auth="basic"))
        milk, bread = it.sandbox.add("Milk"), it.sandbox.add("Bread")
        refs = [f"{item}/{it.sandbox.note(item, 'x')}" for item in (milk, bread)]
        doomed = connector.get(refs[0])
        it.sandbox.remove_note(milk, int(refs[0].partition("/")[2]))
        it.sandbox.remove(bread)
        for ref in refs:
            with pytest.raises(Gone):
                connector.get(ref)
        connector.delete(doomed)
        with pytest.raises(Gone):
            connector.update(doomed, Patch({Field.COMMENTS: "y"}))


def test_a_note_of_an_item_on_another_list_is_there(bench):
    with bench() as it:
        milk = it.sandbox.add("Milk")
        ref = f"{milk}/{it.sandbox.note(milk, 'x')}"
        it.sandbox.transfer(milk)
        read = it.connected().get(ref)
        assert (read.ref, read.container, read.kind) == (ref, "list 774412", TaskKind.COMMENT)


def test_notes_that_can_not_be_had_while_their_item_is_there_are_not_gone(bench):
    with bench() as it:
        milk = it.sandbox.add("Milk")
        ref = f"{milk}/{it.sandbox.note(milk, 'x')}"
        it.faults.add(Fault(Kind.STATUS, match=lambda _, path: "comments" in path, status=404, times=None))
        with pytest.raises(Transient):
            it.connected().get(ref)


def test_an_account_that_only_reads_is_told_so(bench):
    with bench("access=read") as it:
        milk = it.sandbox.add("Milk")
        connector = it.connected()
        entry = connector.get(f"{milk}/{it.sandbox.note(milk, 'x')}")
        fields = {Field.COMMENTS: "y", Field.PARENT: str(milk)}
        with pytest.raises(Rejected, match="may not"):
            connector.create(fields, "marker")
        with pytest.raises(Rejected, match="may not"):
            connector.update(entry, Patch({Field.COMMENTS: "y"}))
        with pytest.raises(Rejected, match="may not"):
            connector.delete(entry)


def said(work):
    """The comments of both sides: text by text, each with its task's title."""
    there = {(str(one["content"]), str(note["comment"])) for one in work.outline.tasks() for note in _notes(work, one)}
    vault = work.vault
    here = {(str(vault.task(str(one["parent"]))["title"]), str(one["comments"])) for one in vault.comments()}
    assert there == here
    assert len(vault.comments()) == len(here)
    return here


def _notes(work, item):
    return work.outline.notes(int(item["id"]))


@pytest.mark.parametrize("reading", [*READINGS, "deleted=empty,unknown_item=403,order=mixed,stamp=missing"])
def test_notes_and_comments_are_the_same_on_both_sides(bench, tmp_path, reading):
    """Made, changed and deleted on either side, each once."""
    with group(bench, tmp_path, reading) as work:
        milk = work.outline.add("Milk")
        number = work.outline.note(milk, "Two litres\nor three")
        work.settle()
        work.vault.comment(work.ref("Milk"), "The blue one")
        work.settle()
        assert said(work) == {("Milk", "Two litres\nor three"), ("Milk", "The blue one")}
        work.outline.edit_note(milk, number, "Four litres")
        own = next(one for one in work.vault.comments() if one["comments"] == "The blue one")
        work.vault.edit(str(own["id"]), {"comments": "The red one"})
        work.run(sweep=True)
        work.settle()
        assert said(work) == {("Milk", "Four litres"), ("Milk", "The red one")}
        work.outline.remove_note(milk, number)
        for _ in range(3):
            work.run(sweep=True)
        work.vault.remove(str(own["id"]))
        for _ in range(3):
            work.run()
        assert said(work) == set()
        work.settle()


def test_a_note_is_seen_when_its_list_changes_or_by_a_sweep(bench, tmp_path):
    """The list's time does not move with notes (API page, "Checklist representation"); its filter stays trusted."""
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.outline.note(milk, "Two litres")
        work.run()
        assert work.vault.comments() == []
        work.run(sweep=True)
        assert said(work) == {("Milk", "Two litres")}
        work.outline.note(milk, "The blue one")
        work.later()
        work.outline.edit(milk, priority=1)
        report = work.run()
        assert said(work) == {("Milk", "Two litres"), ("Milk", "The blue one")}
        assert report.sides["outline"].why is None
        work.settle()
        work.asked()
        work.run()
        assert work.asked() == ["GET .json"]


@pytest.mark.parametrize("fault", [Kind.RESET_AFTER, Kind.RESET_BEFORE])
def test_a_note_whose_answer_is_lost_is_not_doubled(bench, tmp_path, fault):
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.settle()
        work.vault.comment(work.ref("Milk"), "Two litres")
        work.fail(fault, "POST", "/comments.json")
        assert work.run().owed == 1
        work.settle()
        assert said(work) == {("Milk", "Two litres")}
        assert len(work.outline.notes(milk)) == 1


def test_a_task_with_a_note_that_nobody_has_seen_is_not_deleted_with_it(bench, tmp_path):
    """The note wins: it is an edit of the task."""
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.outline.add("Bread")
        work.settle()
        work.outline.note(milk, "Wait!")
        work.vault.remove(work.ref("Milk"))
        for _ in range(4):
            work.run()
        work.settle()
        assert said(work) == {("Milk", "Wait!")}
        assert work.titles() == ["Bread", "Milk"]
        assert work.items()["Milk"]["id"] == milk


def test_notes_leave_and_come_back_with_their_item(bench, tmp_path):
    """On another list they are out of scope, not deleted; deleted and restored with it, they are there again."""
    with group(bench, tmp_path) as work:
        milk = work.outline.add("Milk")
        work.outline.add("Bread")
        work.outline.note(milk, "Two litres")
        work.settle()
        work.later()
        work.outline.transfer(milk)
        for _ in range(3):
            work.run(sweep=True)
        assert [one["comments"] for one in work.vault.comments()] == ["Two litres"]
        work.later()
        work.outline.bring_back(milk)
        work.run(sweep=True)
        work.settle()
        assert said(work) == {("Milk", "Two litres")}
        work.later()
        work.outline.remove(milk)
        for _ in range(4):
            work.run(sweep=True)
        assert work.vault.comments() == []
        work.later()
        work.outline.restore(milk)
        work.run(sweep=True)
        work.settle()
        assert said(work) == {("Milk", "Two litres")}


def test_a_comment_of_blanks_can_not_be_a_note(bench, tmp_path):
    with group(bench, tmp_path) as work:
        work.outline.add("Milk")
        work.settle()
        work.vault.comment(work.ref("Milk"), " ")
        report = work.run()
        assert (report.undeliverable, report.owed) == (1, 0)
