"""What a value of Trackops's means, and how a canonical one is told there, as tables and as laws."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conformance.values import is_value, lines, texts
from connectors.contract import Record
from connectors.errors import Unmappable
from connectors.task import Field, Person, Status
from connectors.trackops.capabilities import capabilities, held, words
from connectors.trackops.mapping import Translator
from connectors.trackops.since import FORMS, Known, stamp
from connectors.trackops.wire import Malformed, count_of, raw_hash, record_of, records_of
from tests.connectors.trackops.bench import side

PLACES = {"casefile_id": 245, "calendar_id": 1}


def translator(**more):
    one = side(**more)
    return Translator(held=held(one), words=words(one), places=PLACES)


def read(partial=False, /, **members):
    native = {"id": 5, "title": "Title", "casefile_id": 245, "status": "none", **members}
    native = {name: value for name, value in native.items() if value is not ...}
    return translator().entry(Record(ref="5", raw_hash="h", native=native), partial=partial)


@pytest.mark.parametrize(
    ("members", "field", "value"),
    [
        ({"title": " two\nlines "}, Field.TITLE, "two lines"),
        ({"body": "a\r\nb\rc"}, Field.DESCRIPTION, "a\nb\nc"),
        ({"body": None}, Field.DESCRIPTION, ""),
        ({"due_on": "2026-12-24"}, Field.DUE, date(2026, 12, 24)),
        ({"due_on": "2026-12-24 00:00:00"}, Field.DUE, date(2026, 12, 24)),
        ({"due_on": "2026-12-24T00:00:00Z"}, Field.DUE, date(2026, 12, 24)),
        ({"due_on": "2026-12-24T00:00:00-07:00"}, Field.DUE, date(2026, 12, 24)),
        ({"due_on": ""}, Field.DUE, None),
        ({"due_on": None}, Field.DUE, None),
        ({"due_on": "0000-00-00"}, Field.DUE, None),
        ({"status": "none"}, Field.STATUS, Status.NEEDS_ACTION),
        ({"status": "needs_action"}, Field.STATUS, Status.NEEDS_ACTION),
        ({"status": "In_Progress"}, Field.STATUS, Status.IN_PROGRESS),
        ({"status": "complete"}, Field.STATUS, Status.COMPLETED),
        ({"status": None}, Field.STATUS, Status.NEEDS_ACTION),
        ({"status": ...}, Field.STATUS, Status.NEEDS_ACTION),
        ({"users_list": [1, "2"]}, Field.ASSIGNEES, (Person(id="1"), Person(id="2"))),
        ({"users_list": [{"id": 1, "name": "A"}]}, Field.ASSIGNEES, (Person(id="1", name="A"),)),
        ({"Users": [{"id": 1, "first_name": "A", "last_name": "B"}]}, Field.ASSIGNEES, (Person(id="1", name="A B"),)),
        (
            {"users_list": [2, 1], "Users": [{"id": 1, "email": "a@x.example"}, {"id": 2, "name": "B"}]},
            Field.ASSIGNEES,
            (Person(id="2", name="B"), Person(id="1", email="a@x.example")),
        ),
        ({"users_list": []}, Field.ASSIGNEES, ()),
        ({"users_list": None}, Field.ASSIGNEES, ()),
        ({"completed_at": "2026-12-24 10:00:00"}, Field.COMPLETED, datetime(2026, 12, 24, 10, tzinfo=UTC)),
        ({"complete_at": "2026-12-24T10:00:00Z"}, Field.COMPLETED, datetime(2026, 12, 24, 10, tzinfo=UTC)),
        ({"address": {"city": "Denver", "zip": None}}, Field.CUSTOM, {"address": {"city": "Denver"}}),
    ],
)
def test_what_a_member_means(members, field, value):
    entry = read(**members)
    assert entry.fields[field] == value
    assert is_value(field, value)
    assert entry.unknown == {}


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"due_on": "tomorrow"}, Field.DUE),
        ({"due_on": "2026-02-30"}, Field.DUE),
        ({"due_on": 20261224}, Field.DUE),
        ({"status": "on hold"}, Field.STATUS),
        ({"status": 3}, Field.STATUS),
        ({"body": ["a"]}, Field.DESCRIPTION),
        ({"users_list": [None]}, Field.ASSIGNEES),
        ({"completed_at": "soon"}, Field.COMPLETED),
        ({"address": "Denver"}, Field.CUSTOM),
    ],
)
def test_what_can_not_be_understood_is_no_opinion_and_is_named(members, field):
    entry = read(**members)
    assert field not in entry.fields
    assert entry.unknown[field]
    assert entry.fields[Field.TITLE] == "Title"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"body": None, "status": ...}, Field.STATUS),
        ({"User": {"id": 9, "name": "whoever made it"}}, Field.ASSIGNEES),
        ({}, Field.DUE),
        ({}, Field.CUSTOM),
        ({"completed_at": None}, Field.COMPLETED),
    ],
)
def test_what_an_answer_lacks_is_no_opinion(members, field):
    """A status too, where the answer tells what else is empty."""
    entry = read(**members)
    assert field not in entry.fields
    assert field not in entry.unknown


def test_the_answer_to_a_change_says_nothing_of_a_status_that_it_lacks():
    assert Field.STATUS not in read(True, status=...).fields


def test_a_task_without_a_title_can_not_be_read():
    assert read(title=None).problem
    assert read(title=None).fields == {}


@pytest.mark.parametrize(
    ("members", "place"),
    [
        ({"casefile_id": 245}, ""),
        ({"casefile_id": "245"}, ""),
        ({"casefile_id": 9}, "case 9"),
        ({"casefile_id": None}, "no case"),
        ({"casefile_id": ...}, ""),
        ({"casefile_id": ..., "Casefile": {"id": 245}}, ""),
        ({"casefile_id": ..., "Casefile": {"id": 9}}, "case 9"),
        ({"casefile_id": ..., "Casefile": "x"}, "case x"),
        ({"casefile_id": ["odd"]}, ""),
    ],
)
def test_where_a_task_is(members, place):
    assert read(**members).container == place


def test_a_new_task_has_what_it_must_have_and_nothing_that_is_empty():
    fields = {Field.TITLE: "T", Field.DESCRIPTION: "", Field.DUE: date(2026, 12, 24), Field.ASSIGNEES: ()}
    assert translator().new(fields, users=[]) == {**PLACES, "title": "T", "due_on": "2026-12-24"}
    assert translator().new(fields, users=[1])["users_list"] == [1]
    with pytest.raises(Unmappable):
        translator().new({Field.TITLE: "T"}, users=[])


def test_a_change_carries_the_whole_task():
    """Also what is told in another form than it is sent, and nothing of what only the server decides."""
    native = {
        "id": 5,
        "casefile_id": 245,
        "calendar_id": "2",
        "subject_id": "209",
        "alert_at": "2026-01-01",
        "due_on": "2026-12-24 00:00:00",
        "title": "Old",
        "body": None,
        "status": "in_progress",
        "Users": [{"id": 1, "name": "A"}],
        "User": {"id": 9},
        "created_at": "x",
    }
    kept = {
        "casefile_id": 245,
        "calendar_id": 2,
        "subject_id": 209,
        "alert_at": "2026-01-01",
        "due_on": "2026-12-24",
        "status": "in_progress",
        "users_list": [1],
    }
    own = translator(update=True)
    assert own.replacing({Field.TITLE: "New"}, native, users=None) == {**kept, "title": "New"}
    assert own.replacing({Field.ASSIGNEES: ()}, native, users=[])["users_list"] == []
    assert own.replacing({Field.STATUS: Status.COMPLETED}, native, users=None)["status"] == "complete"
    with pytest.raises(Unmappable) as caught:
        own.replacing({Field.STATUS: Status.CANCELLED}, native, users=None)
    assert "statuses" in caught.value.hint


@given(lines(), texts(), st.dates(), st.sampled_from(["", "T00:00:00Z", " 00:00:00"]))
def test_what_is_told_is_what_is_read(title, text, due, form):
    """A task that is made and told again by a server that keeps what it was sent is the same task."""
    views = capabilities(side(default_due=None))
    fields = {Field.TITLE: title, Field.DESCRIPTION: text, Field.DUE: due}
    told = {name: views.of(name).view.view(value) for name, value in fields.items()}
    body = translator().new(told, users=[1, 2])
    native = {"id": 5, "status": "none", "body": None, **body, "due_on": f"{body['due_on']}{form}"}
    entry = translator().entry(Record(ref="5", raw_hash="h", native=native))
    assert told == {name: entry.fields[name] for name in fields}
    assert [person.id for person in entry.fields[Field.ASSIGNEES]] == ["1", "2"]
    again = translator(update=True).replacing({}, native, users=None)
    assert {**again, "body": again.get("body", "")} == {**body, "body": body.get("body", ""), "status": "none"}


@pytest.mark.parametrize(
    ("answer", "ids"),
    [
        ([], []),
        ([{"id": 1}, {"id": "2"}], [1, "2"]),
        ({"tasks": [{"id": 1}]}, [1]),
        ([{"task": {"id": 1}}], [1]),
        ([{"Task": {"id": 1}, "Users": []}], [1]),
    ],
)
def test_shapes_of_a_list(answer, ids):
    assert [record["id"] for record in records_of(answer, "tasks")] == ids


@pytest.mark.parametrize(
    "answer", [None, {}, {"tasks": None}, {"data": []}, ["x"], [{}], [{"id": True}], [{"id": " "}]]
)
def test_what_is_no_list(answer):
    with pytest.raises(Malformed):
        records_of(answer, "tasks")


@pytest.mark.parametrize("answer", [{"id": 1}, {"task": {"id": 1}}, {"Task": {"id": 1}}, [{"id": 1}]])
def test_shapes_of_one_task(answer):
    assert record_of(answer, "task")["id"] == 1


@pytest.mark.parametrize("answer", [None, [], {}, {"success": True}, [{"id": 1}, {"id": 2}], "1"])
def test_what_is_no_task(answer):
    with pytest.raises(Malformed):
        record_of(answer, "task")


@pytest.mark.parametrize(
    ("answer", "count"),
    [
        ({"record_count": 3, "page_count": 1}, (3, 1)),
        ({"record_count": "3", "page_count": "1"}, (3, 1)),
        ({"record_count": None, "page_count": 1}, None),
        ({"record_count": 3}, None),
        ([], None),
    ],
)
def test_what_a_count_tells(answer, count):
    assert count_of(answer) == count


def test_a_related_record_counts_by_its_id():
    task = {"id": 1, "User": {"id": 9, "name": "A"}, "address": {"city": "X"}}
    assert raw_hash(task) == raw_hash({**task, "User": {"id": 9, "name": "B"}})
    assert raw_hash(task) != raw_hash({**task, "User": {"id": 8, "name": "A"}})
    assert raw_hash(task) != raw_hash({**task, "address": {"city": "Y"}})


@given(st.datetimes(timezones=st.just(UTC)), st.sampled_from(list(FORMS)))
def test_a_moment_is_never_asked_for_too_late(moment, form):
    """What is written is the moment or before it: an incremental read may repeat, and omits nothing."""
    asked = datetime.fromisoformat(stamp(moment, form))
    assert (asked.replace(tzinfo=UTC) if asked.tzinfo is None else asked) <= moment


@given(st.sampled_from(list(FORMS)), st.integers(0, 10**6))
def test_a_cursor_remembers(form, longest):
    assert Known.read(Known(form, longest).written()) == Known(form, longest)


@given(
    st.one_of(st.text(), st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists).map(json.dumps))
)
def test_a_cursor_that_is_not_ours_is_known_as_such(value):
    assert Known.read(value) is None
