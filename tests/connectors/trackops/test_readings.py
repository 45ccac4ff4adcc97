"""The same story against a server on each side of every question that the document leaves open, one at a time."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from connectors.contract import Coverage
from connectors.errors import BadSettings, ContractBroken, Gone, Rejected, Unmappable
from connectors.task import Field, Patch, Person, Status
from connectors.trackops.sandbox import Reading
from tests.connectors.trackops.bench import side

EACH = ["", *(f"{name}={value}" for name, values in Reading.choices().items() for value in values[1:])]
WRITABLE = [reading for reading in EACH if not reading.startswith("access")]
LISTS = [
    one
    for one in WRITABLE
    if one.partition("=")[0]
    in {"", "listing", "most", "paging", "beyond", "count", "order", "stamps", "filter", "case_filter"}
]
"""Those that a list shows."""
ANSWERS = [
    one
    for one in WRITABLE
    if one.partition("=")[0] in {"", "answers", "users", "due", "empty", "lines", "times", "none", "case", "changed"}
]
"""Those that an answer to a change shows."""
TASK = {
    Field.TITLE: "Interview the witness",
    Field.DESCRIPTION: "ask for the key\nand the date",
    Field.DUE: datetime(2026, 12, 25, 1, 30, tzinfo=UTC),
    Field.ASSIGNEES: (Person(email="ANNA@example.com"), Person(id="2")),
}
NEW = {
    Field.TITLE: "Interview them again",
    Field.DESCRIPTION: "",
    Field.DUE: date(2027, 1, 31),
    Field.STATUS: Status.COMPLETED,
    Field.ASSIGNEES: (Person(id="3"),),
}


def ids(entry):
    return [person.id for person in entry.fields[Field.ASSIGNEES]]


@pytest.mark.parametrize("reading", WRITABLE)
def test_what_is_made_is_what_was_told(serving, reading):
    """The due date is the day in the side's zone; people are found by e-mail, whatever the answer tells of them."""
    with serving(reading) as it:
        stored = it.create(TASK)
        # `nameless` has no e-mails, and the filter's word is taken.
        people = ["2"] if reading == "staff=none" else ["1", "2"]
        (record,) = it.sandbox.tasks()
        wire = it.sandbox.stored(int(record["id"]))
        assert (wire["due_on"], wire["users_list"]) == ("2026-12-24", [int(one) for one in people])
        for entry in (stored.entry, it.connector.get(stored.entry.ref), *it.entries().values()):
            assert (entry.ref, entry.problem, entry.unknown, entry.container) == (str(record["id"]), "", {}, "")
            assert {field: entry.fields[field] for field in (Field.TITLE, Field.DESCRIPTION, Field.DUE)} == {
                **{field: TASK[field] for field in (Field.TITLE, Field.DESCRIPTION)},
                Field.DUE: date(2026, 12, 24),
            }
            assert ids(entry) == people
            assert entry.fields.get(Field.STATUS, Status.NEEDS_ACTION) is Status.NEEDS_ACTION


@pytest.mark.parametrize("reading", LISTS)
def test_twenty_six_tasks_are_listed_or_it_is_said_that_they_can_not_be(serving, reading):
    with serving(f"{reading},most=25" if reading and "most" not in reading else reading) as it:
        made = {str(it.sandbox.add(f"task {number}")) for number in range(26)}
        elsewhere = str(it.sandbox.add("elsewhere", {"casefile_id": it.sandbox.other_case}))
        if reading == "paging=stuck":
            with pytest.raises(ContractBroken, match="every page of the list of tasks is the first 25"):
                it.entries()
            return
        entries = it.entries()
        assert {ref for ref, entry in entries.items() if not entry.container} == made
        assert {ref: entry.container for ref, entry in entries.items() if entry.container} in (
            {},
            {elsewhere: "case 246"},
        )


@pytest.mark.parametrize("reading", [*LISTS, *ANSWERS[1:]])
def test_what_changed_is_listed_and_a_second_read_is_equal(serving, reading):
    with serving(reading) as it:
        old = str(it.sandbox.add("old"))
        for task in it.sandbox._world.tasks.values():
            task.updated = datetime(2026, 1, 1, tzinfo=UTC)
        *_, last = it.pages()
        it.sandbox.edit(int(old), {"body": "edited"})
        new = str(it.sandbox.add("new"))
        pages = it.pages(last.cursor)
        coverage = Coverage.EVERYTHING if reading == "stamps=none" else Coverage.SINCE
        assert pages[-1].coverage is coverage
        assert {record.ref for page in pages for record in page.records} == {old, new}
        again = it.pages(pages[-1].cursor)
        hashes = [{record.ref: record.raw_hash for page in read for record in page.records} for read in (pages, again)]
        assert hashes[0] == hashes[1]


def test_a_server_that_takes_no_timestamp_is_not_asked_again(serving):
    with serving("stamps=none") as it:
        it.sandbox.add("one")
        *_, first = it.pages()
        *_, second = it.pages(first.cursor)
        assert [seen for seen in it.requests() if "updated_from" in seen.query]
        *_, third = it.pages(second.cursor)
        assert third.coverage is Coverage.EVERYTHING
        assert not [seen for seen in it.requests() if "updated_from" in seen.query]


@pytest.mark.parametrize("reading", ["update=merge", *(f"{one},update=replace" for one in ANSWERS)])
def test_what_is_changed_is_stored_and_the_rest_stays(serving, reading):
    with serving(reading) as it:
        connector = it.connect(side(update=True))
        kept = {"address": {"city": "Denver", "zip": "02134"}, "subject_id": 209, "alert_at": "2026-12-01"}
        ref = it.sandbox.add("Old", {"due_on": "2026-12-24", "body": "text", "users_list": [1, 2], **kept})
        answer = connector.update(connector.get(str(ref)), Patch({Field.TITLE: "New"})).entry
        wire = it.sandbox.stored(ref)
        assert (wire["title"], wire["due_on"], wire["body"], wire["users_list"]) == (
            "New",
            "2026-12-24",
            "text",
            [1, 2],
        )
        assert {name: wire[name] for name in kept} == kept
        connector.update(connector.get(str(ref)), Patch(NEW))
        entry = connector.get(str(ref))
        assert {field: entry.fields.get(field) for field in NEW if field is not Field.DESCRIPTION} == {
            field: value if field is not Field.ASSIGNEES else entry.fields[Field.ASSIGNEES]
            for field, value in NEW.items()
            if field is not Field.DESCRIPTION
        }
        assert ids(entry) == ["3"]
        assert entry.fields.get(Field.DESCRIPTION, "") == ""
        assert answer.ref == str(ref)
        connector.delete(entry)
        assert it.sandbox.tasks() == []
        assert connector.delete(entry) is None


def test_a_due_date_that_can_not_be_cleared_is_told_as_it_is_or_refused(serving):
    for reading, due in (("cleared", None), ("ignored", date(2026, 12, 24))):
        with serving(f"update=merge,cleared={reading}") as it:
            connector = it.connect(side(update=True))
            entry = it.create({**TASK, Field.ASSIGNEES: ()}, connector).entry
            answer = connector.update(entry, Patch({Field.DUE: None})).entry
            assert answer.fields[Field.DUE] == connector.get(entry.ref).fields[Field.DUE] == due
    with serving("update=merge,cleared=refused") as it:
        connector = it.connect(side(update=True))
        entry = it.create(TASK, connector).entry
        with pytest.raises(Rejected) as caught:
            connector.update(entry, Patch({Field.DUE: None}))
        assert caught.value.fields == {Field.DUE}


@pytest.mark.parametrize("reading", ["access=403", "access=404", "access=405"])
def test_an_account_that_only_reads_is_told_so_once(serving, reading):
    """Each new task is refused, and the server is asked about it once an hour."""
    with serving(reading) as it:
        ref = it.sandbox.add("there")
        for _ in range(3):
            with pytest.raises(Rejected, match="may not make tasks") as caught:
                it.create(TASK | {Field.ASSIGNEES: ()})
            assert caught.value.hint
        assert it.seen() == ["POST /tasks"]
        it.clock.sleep(3601)
        with pytest.raises(Rejected):
            it.create(TASK | {Field.ASSIGNEES: ()})
        assert it.seen() == ["POST /tasks"]
        assert it.entries().keys() == {str(ref)}


@pytest.mark.parametrize("reading", ["update=no", "update=404"])
def test_an_account_without_put_is_told_so_and_the_task_is_not_said_to_be_gone(serving, reading):
    with serving(reading) as it:
        connector = it.connect(side(update=True))
        ref = it.sandbox.add("there", {"due_on": "2026-12-24"})
        entry = connector.get(str(ref))
        for write in (lambda: connector.update(entry, Patch({Field.TITLE: "x"})), lambda: connector.delete(entry)):
            with pytest.raises(Rejected, match="may not") as caught:
                write()
            assert "update = false" in caught.value.hint
        it.sandbox.remove(ref)
        if reading == "update=404":
            with pytest.raises(Gone):
                connector.update(entry, Patch({Field.TITLE: "x"}))
            assert connector.delete(entry) is None


def test_the_form_of_a_timestamp_that_is_taken_is_remembered_in_the_cursor(serving):
    with serving("stamps=iso") as it:
        it.sandbox.add("one")
        cursor = it.pages()[-1].cursor
        it.requests()
        cursor = it.pages(cursor)[-1].cursor
        assert [one.query.count("T") for one in it.requests()] == [0, 1, 1], "refused, taken, and the next page"
        it.pages(cursor)
        assert all("T" in one.query for one in it.requests())


@pytest.mark.parametrize(
    ("reading", "count", "requests"),
    [
        ("", 30, [2, 1, 2]),  # a page of 30 is the longest seen, and may be all that a page takes
        ("most=25", 30, [3, 1, 2]),
        ("most=25,beyond=last", 30, [3, 1, 2]),
        ("most=25,beyond=404", 30, [4, 1, 2]),
        ("most=25,beyond=404,count=no", 30, [4, 1, 2]),
        ("most=25,beyond=404,count=no", 50, [6, 1, 6]),
        ("most=25,beyond=404,count=no", 3, [5, 1, 5]),
        ("most=25,beyond=404,count=no,paging=fixed", 30, [4, 1, 2]),
        ("paging=none", 30, [3, 1, 2]),
        ("paging=none,count=no", 30, [3, 1, 2]),
        ("paging=none,count=no", 100, [4, 1, 4]),
    ],
    ids=[
        "pages",
        "small",
        "the last once more",
        "not there",
        "… uncounted",
        "… and full",
        "… and one",
        "… fixed",
        "none",
        "none, uncounted",
        "none, and a page full",
    ],
)
def test_a_read_is_as_many_requests_as_prove_its_end(serving, reading, count, requests):
    """All of them; one that changed of many; all that changed at once, at most as many as a page was seen to take."""
    with serving(reading) as it:
        refs = [it.sandbox.add(f"task {number}") for number in range(count)]
        for task in it.sandbox._world.tasks.values():
            task.updated = datetime(2026, 1, 1, tzinfo=UTC)
        cursor = it.pages()[-1].cursor
        told = [len(it.requests())]
        it.sandbox.edit(refs[0], {"title": "edited"})
        it.pages(cursor)
        told.append(len(it.requests()))
        for ref in refs:
            it.sandbox.edit(ref, {"body": "edited"})
        assert len({record.ref for page in it.pages(cursor) for record in page.records}) == count
        told.append(len(it.requests()))
        assert told == requests


def test_a_list_whose_end_can_not_be_proved_is_an_error(serving):
    with serving("paging=stuck") as it:
        for number in range(120):
            it.sandbox.add(f"task {number}")
        with pytest.raises(ContractBroken, match="is the first 100"):
            it.pages()
    with serving("beyond=404,count=no,most=7,paging=fixed") as it:
        for number in range(14):
            it.sandbox.add(f"task {number}")
        with pytest.raises(ContractBroken, match="how many there are is not told"):
            it.pages()


def test_what_has_no_place_is_refused_before_anything_is_sent(serving):
    with serving() as it:
        with pytest.raises(Unmappable) as caught:
            it.connector.create({Field.TITLE: "no due date"}, "marker")
        assert caught.value.field is Field.DUE
        assert "default_due" in caught.value.hint
        with pytest.raises(Unmappable) as caught:
            it.connector.create({Field.TITLE: "x", Field.DUE: date(2026, 1, 1), Field.PRIORITY: 3}, "marker")
        assert caught.value.field is Field.PRIORITY
        assert it.seen() == []


@pytest.mark.parametrize("reading", ["errors=fields", "errors=text"])
def test_a_refusal_names_the_field_or_the_setting(serving, reading):
    with serving(f"{reading},strangers=reject") as it:
        with pytest.raises(Rejected) as caught:
            it.create({**TASK, Field.ASSIGNEES: (Person(id="77"),)})
        assert caught.value.fields == {Field.ASSIGNEES}
        wrong = it.connect(side(subject=210))
        with pytest.raises(BadSettings) as settings:
            it.create({**TASK, Field.ASSIGNEES: ()}, wrong)
        assert "subject" in settings.value.hint
        assert it.sandbox.tasks() == []
