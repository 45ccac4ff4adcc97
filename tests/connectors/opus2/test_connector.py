"""The verbs over real HTTP, where readings of the article make a difference."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from connectors.contract import Coverage, Discover, Remarks
from connectors.errors import Applied, BadSettings, ConnectorError, ContractBroken, Rejected, Transient, Unmappable
from connectors.opus2.names import tail
from connectors.opus2.sandbox import Reading
from connectors.serving import Kind
from connectors.task import Field, Patch, Status
from tests.connectors.opus2.bench import NOT_DRAWN, drawn, running, side

MARKER = "tasksync-work-1"
SEEDS = range(9)


def test_the_seeds_of_these_tests_see_each_value_of_every_reading():
    seen = [Reading.parse(drawn(seed)) for seed in SEEDS]
    for name, values in Reading.choices().items():
        assert {getattr(one, name) for one in seen} == set(values) - NOT_DRAWN.get(name, set()), name


@pytest.mark.parametrize("seed", SEEDS)
def test_a_task_is_made_changed_and_archived_however_the_article_is_read(seed):
    with running(drawn(seed)) as bench:
        bench.connector.check()
        told = {
            Field.TITLE: "Call: the plumber?",
            Field.DESCRIPTION: "about\nthe tap",
            Field.STATUS: Status.IN_PROGRESS,
            Field.DUE: date(2026, 4, 21),
            Field.LABELS: ("Home", "urgent"),
            Field.PRIORITY: 3,
        }
        ref = bench.make(told).entry.ref
        another = bench.connect()  # a process of its own, which has learnt nothing yet
        entry = bench.entries(another)[ref]
        assert {field: entry.fields[field] for field in told} == told
        assert bench.connector.get(ref).fields == entry.fields
        entry = bench.connector.update(entry, Patch({Field.DUE: None})).entry
        assert bench.connector.get(ref).fields[Field.DUE] is None
        bench.connector.delete(bench.connector.get(ref))
        assert bench.connector.get(ref).deleted
        assert bench.entries() == {}


def test_a_form_that_was_refused_is_not_tried_again():
    with running("upload=json,value=bare,dates=british,clear=null") as bench:
        bench.connector.check()
        bench.make({Field.TITLE: "One", Field.DUE: date(2026, 4, 21)})
        bench.forget()
        stored = bench.make({Field.TITLE: "Two", Field.DUE: date(2026, 4, 22)}, "tasksync-work-2")
        bench.connector.update(stored.entry, Patch({Field.DUE: None}))
        assert [one.split("?")[0].rpartition("/")[2] for one in bench.seen()] == [
            "documents",
            "m-title",
            "m-due",
            "m-due",
        ]


def test_what_can_not_be_cleared_is_told_by_the_answer():
    with running("clear=ignored") as bench:
        entry = bench.planted("there", priority=3, due="2026-04-01")
        stored = bench.connector.update(entry, Patch({Field.DUE: None}))
        assert stored.entry.fields[Field.DUE] == date(2026, 4, 1)


def test_a_format_is_kept_in_the_cursor_for_the_next_process():
    with running("moment=british") as bench:
        bench.sandbox.add("there")
        first = list(bench.connector.changes(None))[-1].cursor
        bench.forget()
        second = list(bench.connector.changes(first))[-1].cursor
        assert len(bench.seen()) == 2, "the usual one was refused, and said how it is wanted"
        bench.forget()
        pages = list(bench.connect().changes(second))
        assert pages[-1].coverage is Coverage.SINCE
        assert len(bench.seen()) == 1


def test_a_complete_read_does_not_find_out_again_how_lists_end():
    with running("paging=none") as bench:
        bench.sandbox.add("there")
        cursor = list(bench.connector.changes(None))[-1].cursor
        another = bench.connect()
        another.recall("of another version")
        another.recall(cursor.value)
        bench.forget()
        assert list(another.changes(None))[-1].coverage is Coverage.EVERYTHING
        assert [one.rpartition("/")[2] for one in bench.seen()] == ["fields", "folders", "f-tasks"]
        another.recall("of another version")
        bench.forget()
        list(another.changes(None))
        assert len(bench.seen()) == 1, "what this process has asked counts for more"


def test_a_filter_that_takes_no_format_is_replaced_by_a_complete_read():
    with running() as bench:
        bench.sandbox.add("there")
        cursor = list(bench.connector.changes(None))[-1].cursor
        bench.fail(Kind.STATUS, "GET", path="/documents", times=7, status=400, body=b'{"message": "Use format xxxxx."}')
        pages = list(bench.connector.changes(cursor))
        assert pages[-1].coverage is Coverage.EVERYTHING
        assert sum(len(page.records) for page in pages) == 1


def test_a_list_without_values_costs_a_request_for_each_document_of_the_folder_only():
    with running("listed=bare,paging=none") as bench:
        for number in range(3):
            bench.sandbox.add(f"Exhibit {number}")
        bench.sandbox.add("elsewhere", folder=bench.sandbox.other)
        bench.records()
        bench.forget()
        pages = list(bench.connector.changes(None))
        assert len(bench.seen()) == len(pages) == 4
        cursor = pages[-1].cursor
        bench.forget()
        found = [record for page in bench.connector.changes(cursor) for record in page.records]
        assert len(found) == 4, "what is elsewhere is told where it is, without being asked for"
        assert len(bench.seen()) == 4


def test_without_values_to_sync_a_list_without_them_is_enough():
    with running("listed=bare,paging=none") as bench:
        bench.sandbox.add("Milk")
        plain = bench.connect(side(bench.sandbox, fields={}))
        assert [entry.fields for entry in bench.entries(plain).values()] == [{Field.TITLE: "Milk"}]
        assert not any("/documents/doc-" in one for one in bench.seen())


def test_the_text_of_a_document_has_its_task_in_it_and_refuses_duplicates():
    with running() as bench:
        bench.connector.check()
        bench.forget()
        bench.connector.create({Field.TITLE: "task: Größe 🎉"}, MARKER)
        (sent,) = bench.requests()
        assert "rejectDuplicate=true" in sent.query
        (made,) = bench.sandbox.documents()
        assert made.name == "Größe 🎉.task.txt"
        assert MARKER.encode() in made.content


@pytest.mark.parametrize("reading", ["duplicate=409", "duplicate=400", "duplicate=409,named=stripped"])
def test_a_name_that_is_taken_is_not_taken_again(reading):
    """V2: the next name has six characters of the task's own; where that is taken too, it is ours."""
    with running(reading) as bench:
        bench.connector.check()
        first = bench.connector.create({Field.TITLE: "task: Milk"}, "tasksync-work-1").entry.ref
        second = bench.connector.create({Field.TITLE: "task: Milk"}, "tasksync-work-2").entry.ref
        assert first != second
        assert any(f"Milk {tail('tasksync-work-2')}.task" in name for name in bench.names())
        # A process that knows of nothing sends it once more: what is there under that name is what was made.
        again = bench.connect().create({Field.TITLE: "task: Milk"}, "tasksync-work-2").entry.ref
        assert again == second
        assert len(bench.names()) == 2


def test_a_document_that_appeared_since_the_whole_folder_was_read_is_ours():
    """The name is refused, though the read before did not show it: our own request made it, whose answer was lost."""
    with running() as bench:
        bench.connector.check()
        assert bench.records() == []
        bench.fail(Kind.RESET_AFTER, "POST", times=1)
        with pytest.raises(Transient) as caught:
            bench.connector.create({Field.TITLE: "task: Milk"}, MARKER)
        assert caught.value.applied is Applied.UNKNOWN
        stored = bench.connector.create({Field.TITLE: "task: Milk"}, MARKER)
        assert bench.names() == ["Milk.task.txt"]
        assert stored.entry.ref == bench.sandbox.documents()[0].id


def test_both_names_taken_by_who_knows_what_is_refused():
    with running() as bench:
        bench.connector.check()
        bench.fail(Kind.STATUS, "POST", status=409)
        with pytest.raises(Rejected, match="its name is taken"):
            bench.connector.create({Field.TITLE: "task: Milk"}, MARKER)


def test_half_a_character_is_refused_before_anything_is_sent():
    with running() as bench:
        bench.connector.check()
        bench.forget()
        with pytest.raises(Unmappable, match="half a character"):
            bench.connector.create({Field.TITLE: "task: \ud800"}, MARKER)
        assert bench.seen() == []


@pytest.mark.parametrize("members", ["short", "homeless"])
def test_a_document_that_is_put_elsewhere_is_moved_and_found_after_a_lost_answer(members):
    """The second upload goes out under a name of its own, because a lost one could not be found in the folder."""
    with running(f"placed=root,members={members}") as bench:
        bench.connector.check()
        bench.connector.create({Field.TITLE: "task: One"}, "tasksync-work-1")
        assert bench.names() == ["One.task.txt"]
        bench.fail(Kind.RESET_AFTER, "POST", times=1)
        with pytest.raises(Transient):
            bench.connector.create({Field.TITLE: "task: Two"}, "tasksync-work-2")
        assert bench.names() == ["One.task.txt"]
        bench.connector.create({Field.TITLE: "task: Two"}, "tasksync-work-2")
        assert bench.names() == ["One.task.txt", f"Two {tail('tasksync-work-2')}.task.txt"]
        assert len(bench.sandbox.world.documents()) == 2


def test_a_move_that_fails_after_the_upload_is_made_good_without_a_second_document():
    with running("placed=root") as bench:
        bench.connector.check()
        bench.fail(Kind.RESET_BEFORE, "PUT", times=1)
        with pytest.raises(Transient) as caught:
            bench.connector.create({Field.TITLE: "task: One"}, MARKER)
        assert caught.value.applied is Applied.UNKNOWN
        bench.connector.create({Field.TITLE: "task: One"}, MARKER)
        assert bench.names() == ["One.task.txt"]
        assert len(bench.sandbox.world.documents()) == 1


@pytest.mark.parametrize("status", [403, 404, 500])
def test_a_look_for_where_an_upload_landed_that_fails_does_not_say_that_it_failed(status):
    """The document is made, whatever is said of it then: taken for refused, it would be read as another task."""
    with running("members=homeless") as bench:
        bench.connector.check()
        bench.fail(Kind.STATUS, "GET", status=status, path="/documents/")
        with pytest.raises(ConnectorError) as caught:
            bench.connector.create({Field.TITLE: "task: One"}, MARKER)
        assert caught.value.applied is Applied.UNKNOWN
        assert bench.names() == ["One.task.txt"]


def test_a_busy_project_is_read_by_its_two_folders():
    """What changed in the whole project is read for the archive's sake; not where that is too much."""
    with running() as bench:
        bench.sandbox.add("here")
        cursor = list(bench.connector.changes(None))[-1].cursor
        for number in range(130):
            bench.sandbox.add(f"Exhibit {number}", folder=bench.sandbox.other)
        archived = bench.sandbox.add("archived", folder=bench.sandbox.archive)
        bench.forget()
        entries = [bench.connector.normalise(one) for page in bench.connector.changes(cursor) for one in page.records]
        assert {entry.ref: entry.deleted for entry in entries}[archived]
        assert len(entries) == 2
        assert len(bench.seen()) == 8


def test_a_folder_that_was_replaced_by_another_of_its_name_is_found():
    with running() as bench:
        bench.sandbox.add("old")
        cursor = list(bench.connector.changes(None))[-1].cursor
        folders = bench.sandbox.world.folders
        del folders["f-tasks"], folders["f-archive"]
        folders.update({"f-new": "Tasks", "f-shelf": "Archive"})
        bench.sandbox.add("new", folder="f-new")
        for documents in (bench.sandbox.world.documents(),):
            assert len(documents) == 2
        bench.fail(Kind.STATUS, "GET", path="/documents", times=1, status=404)
        pages = list(bench.connect().changes(cursor))
        assert pages[-1].coverage is Coverage.EVERYTHING
        assert [record.native["name"] for page in pages for record in page.records] == ["new.txt"]


def test_discover_names_what_a_configuration_may_refer_to():
    with running("paging=next") as bench:
        connector = bench.connector
        assert isinstance(connector, Discover)
        found = {(one.kind, one.id): (one.name, one.remark) for one in connector.discover()}
        assert found["project", "prj-1"][0] == "Sandbox v Others"
        assert found["folder", "f-archive"] == ("Archive", "")
        assert found["field", "m-status"] == ("Status", "choice: Pending, In Progress, Completed, Blocked")
        (anna,) = (one for one in connector.discover() if one.remark == "user u-1")
        assert (anna.id, anna.name, anna.email) == ("Anna Berg", "Anna Berg", "anna@example.com")
        assert {"team", "template"} <= {kind for kind, _ in found}


@pytest.mark.parametrize("project", ["", "prj-9"])
def test_discover_needs_no_project(project):
    with running() as bench:
        told = side(bench.sandbox)
        connector = bench.connect(replace(told, own=told.own.model_copy(update={"project": project})))
        found = connector.discover()
        assert [one.id for one in found if one.key == "project"] == ["prj-1"]
        assert {one.kind for one in found} == {"project", "person", "team", "template"}
        (remark,) = connector.remarks
        assert remark.endswith("its folders and fields are listed once `project` is one of the projects")


def test_where_nothing_is_listed_the_project_must_be_there():
    with running() as bench:
        bench.fail(Kind.STATUS, "GET", path="/projects", status=404)
        with pytest.raises(BadSettings):
            bench.connector.discover()


@pytest.mark.parametrize("status", [403, 404])
def test_what_may_not_be_listed_is_left_out_of_what_is_discovered(status):
    with running() as bench:
        bench.fail(Kind.STATUS, "GET", path="users", status=status)
        assert "person" not in {one.kind for one in bench.connector.discover()}


def test_a_short_read_is_worth_no_remark():
    with running() as bench:
        connector = bench.connector
        assert isinstance(connector, Remarks)
        connector.check()
        assert connector.remarks == ()


def test_a_list_that_is_cut_is_an_error():
    with running("paging=cut") as bench:
        for number in range(21):
            bench.sandbox.add(f"Exhibit {number}")
        with pytest.raises(ContractBroken, match=r"no way to the others|come again") as caught:
            bench.records()
        assert "paging" in caught.value.hint


@pytest.mark.parametrize(
    ("reading", "own", "located"),
    [
        ("answers=document", {}, True),
        ("answers=document,members=homeless", {}, False),
        ("answers=field", {}, False),
        ("answers=empty", {}, False),
        ("answers=empty", {"archive_folder": None}, True),
    ],
)
def test_an_answer_that_tells_no_folder_does_not_tell_that_a_document_was_not_archived_before(reading, own, located):
    with running(reading) as bench:
        connector = bench.connect(side(bench.sandbox, **own))
        connector.check()
        entry = bench.planted("there")
        assert connector.update(entry, Patch({Field.PRIORITY: 5})).located is located


@pytest.mark.parametrize("answers", ["document", "field", "empty"])
def test_what_an_answer_lacks_is_not_confirmed(answers):
    with running(f"answers={answers}") as bench:
        entry = bench.planted("there", priority=3)
        stored = bench.connector.update(entry, Patch({Field.PRIORITY: 5}))
        told = {"document": {Field.PRIORITY, Field.TITLE}, "field": {Field.PRIORITY}, "empty": set()}[answers]
        assert told <= stored.entry.fields.keys()
        assert (Field.PRIORITY in stored.entry.fields) == (answers != "empty")
        assert stored.entry.native["folderId"] == "f-tasks"
        assert stored.entry.raw_hash == "", "a read may show the same in another shape"
