from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.checkvist.capabilities import capabilities
from connectors.checkvist.members import tell_due, tell_labels
from connectors.conformance.values import values
from connectors.contract import Record
from connectors.errors import Unmappable
from connectors.task import Field, Person, Status, same
from tests.connectors.checkvist.kit import entry, native, side, translator


def without(*names: str) -> dict[str, object]:
    return {name: value for name, value in native().items() if name not in names}


@pytest.mark.parametrize(
    ("member", "day"),
    [
        ("2026/03/01", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("2026/3/1", date(2026, 3, 1)),
        ("2026/03/01 00:00:00 +0000", date(2026, 3, 1)),
        ("2026-03-01T22:15:00Z", date(2026, 3, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("", None),
        (None, None),
    ],
    ids=repr,
)
def test_a_due_date_is_read_in_every_form(member, day):
    assert entry(due=member).fields[Field.DUE] == day


@pytest.mark.parametrize("word", ["asap", "tomorrow", "2026-02-30", "03/01/2026", 20260301, ["x"]], ids=repr)
def test_a_due_date_that_is_no_day_is_no_opinion_and_told(word):
    read = entry(due=word)
    assert Field.DUE not in read.fields
    assert read.unknown[Field.DUE] == (word if isinstance(word, str) else repr(word))
    assert read.native["due"] == word


@given(st.dates(), st.sampled_from(["-", "/"]))
def test_a_due_date_is_told_as_iso_and_read_back(day, sign):
    told = tell_due(day)
    assert told == day.isoformat()
    assert entry(due=told.replace("-", sign)).fields[Field.DUE] == day


def test_no_due_date_is_told_as_nothing():
    assert tell_due(None) == ""


@pytest.mark.parametrize("tags", [{"a": True, "B c": False}, ["B c", "a"], "a, B c", [{"name": "a"}, "B c"]], ids=repr)
def test_tags_are_read_in_every_shape(tags):
    assert entry(tags=tags).fields[Field.LABELS] == ("a", "B c")


def test_tags_as_text_stand_in_for_tags():
    members = without("tags") | {"tags_as_text": "x,y"}
    assert translator().entry(Record(ref="5", raw_hash="", native=members)).fields[Field.LABELS] == ("x", "y")


@pytest.mark.parametrize("tags", [7, [7], True], ids=repr)
def test_tags_of_another_shape_are_no_opinion(tags):
    read = entry(tags=tags)
    assert Field.LABELS not in read.fields
    assert Field.LABELS in read.unknown


def test_a_tag_that_stays_keeps_its_spelling():
    assert tell_labels(("home", "urgent"), native(tags={"Home": True, "old": False})) == "Home,urgent"


@given(values(Field.LABELS))
def test_labels_are_told_and_read_back_as_their_view(labels):
    seen = capabilities(side()).of(Field.LABELS).view.view(labels)
    told = translator().body({Field.LABELS: seen}, native())["tags"]
    assert same(Field.LABELS, entry(tags=told).fields[Field.LABELS], seen)


@pytest.mark.parametrize("root", [0, None, "", "0"], ids=repr)
def test_every_way_to_say_root_is_no_parent(root):
    assert entry(parent_id=root).fields[Field.PARENT] is None


def test_a_parent_that_is_not_told_is_the_root_in_a_list_and_unconfirmed_in_an_answer():
    record = Record(ref="5", raw_hash="", native=without("parent_id"))
    assert translator().entry(record).fields[Field.PARENT] is None
    assert Field.PARENT not in translator().entry(record, partial=True).fields


@pytest.mark.parametrize("parent", [7, "7"], ids=repr)
def test_a_parent_is_a_ref(parent):
    assert entry(parent_id=parent).fields[Field.PARENT] == "7"


@pytest.mark.parametrize("parent", [True, [1], "top", 1.5], ids=repr)
def test_a_strange_parent_is_no_opinion(parent):
    assert Field.PARENT in entry(parent_id=parent).unknown


@pytest.mark.parametrize(("member", "rank"), [(0, 0), (9, 9), ("3", 3), (None, 0)], ids=repr)
def test_a_priority_is_read(member, rank):
    assert entry(priority=member).fields[Field.PRIORITY] == rank


@pytest.mark.parametrize("member", [10, -1, "high", 1.5, True, 10**30], ids=repr)
def test_a_strange_priority_is_no_opinion(member):
    assert Field.PRIORITY in entry(priority=member).unknown


def test_people_are_ids():
    assert entry(assignee_ids=[12, "13", 12]).fields[Field.ASSIGNEES] == (Person(id="12"), Person(id="13"))
    assert entry(assignee_ids=None).fields[Field.ASSIGNEES] == ()
    assert Field.ASSIGNEES in entry(assignee_ids=["anna"]).unknown


def test_somebody_without_an_id_can_not_be_told():
    with pytest.raises(Unmappable) as caught:
        translator().body({Field.ASSIGNEES: (Person(name="Anna"),)}, native())
    assert caught.value.field is Field.ASSIGNEES


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026/02/27 09:00:00 +0000", datetime(2026, 2, 27, 9, tzinfo=UTC)),
        ("2026/02/27 09:00:00 +0130", datetime(2026, 2, 27, 7, 30, tzinfo=UTC)),
        ("2026-02-27T09:00:00Z", datetime(2026, 2, 27, 9, tzinfo=UTC)),
        ("2026-02-27T09:00:00.123-01:00", datetime(2026, 2, 27, 10, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
        ("2026/13/27 09:00:00 +0000", None),
        ("0001/01/01 00:00:00 +0100", None),
        ("2026/01/01 00:00:00 +9900", None),
        (5, None),
    ],
    ids=repr,
)
def test_a_time_is_read_or_is_none(text, moment):
    read = entry(updated_at=text)
    assert read.modified == moment
    assert moment is None or read.modified.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("code", "status"),
    [(0, Status.NEEDS_ACTION), (1, Status.COMPLETED), (2, Status.CANCELLED), ("1", Status.COMPLETED)],
    ids=repr,
)
def test_a_status_is_a_number(code, status):
    assert entry(status=code).fields[Field.STATUS] is status


@pytest.mark.parametrize("code", [3, "done", None, True, 1.0], ids=repr)
def test_an_unknown_status_is_no_opinion(code):
    read = entry(status=code)
    assert Field.STATUS not in read.fields
    assert Field.STATUS in read.unknown


def test_with_statuses_given_only_those_words_are_known():
    mapping = translator(statuses={"open": Status.IN_PROGRESS})
    read = [mapping.entry(Record(ref="5", raw_hash="", native=native(status=code))) for code in (0, 1)]
    assert read[0].fields[Field.STATUS] is Status.IN_PROGRESS
    assert read[1].unknown[Field.STATUS] == "closed"


def test_the_status_of_an_item_with_children_is_derived_and_never_told():
    read = entry(tasks=[6, "7"])
    assert read.children == ("6", "7")
    assert read.derived == {Field.STATUS}
    with pytest.raises(Unmappable, match="children"):
        translator().action(Status.COMPLETED, read.native)


@pytest.mark.parametrize(
    ("status", "action"),
    [(Status.COMPLETED, "close"), (Status.CANCELLED, "invalidate"), (Status.NEEDS_ACTION, None)],
    ids=["completed", "cancelled", "as it is"],
)
def test_a_status_is_told_by_an_action_unless_it_is_there(status, action):
    assert translator().action(status, native(status=0)) == action


def test_a_closed_item_is_reopened():
    assert translator().action(Status.NEEDS_ACTION, native(status=1)) == "reopen"


def test_an_item_of_another_list_names_it():
    assert entry(checklist_id=9).container == "list 9"
    assert entry(checklist_id="774411").container == ""
    assert entry(checklist_id=None).container == ""


def test_an_item_without_a_text_is_a_problem_and_has_no_fields():
    for content in (None, 7):
        read = entry(content=content)
        assert read.problem
        assert read.fields == {}
    assert translator().entry(Record(ref="5", raw_hash="", native=without("content"))).problem


def test_an_answer_without_a_text_leaves_title_and_description_unconfirmed():
    read = translator().entry(Record(ref="5", raw_hash="", native=without("content")), partial=True)
    assert not read.problem
    assert read.fields.keys().isdisjoint({Field.TITLE, Field.DESCRIPTION})


def test_a_field_that_is_switched_off_is_neither_read_nor_lost():
    mapping = translator(fields={Field.DESCRIPTION: False})
    item = native(content="Old\nkept")
    assert Field.DESCRIPTION not in mapping.entry(Record(ref="5", raw_hash="", native=item)).fields
    assert mapping.body({Field.TITLE: "New"}, item) == {"content": "New\nkept"}


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({Field.TITLE: "New"}, "New\r\n\r\nkept  "),
        ({Field.DESCRIPTION: "new"}, "  Old \nnew"),
        ({Field.DESCRIPTION: ""}, "  Old "),
        ({Field.TITLE: "New", Field.DESCRIPTION: "new"}, "New\nnew"),
    ],
    ids=["title", "description", "no description", "both"],
)
def test_half_of_a_text_is_laid_over_the_other_half_as_it_was_read(fields, content):
    assert translator().body(fields, native(content="  Old \r\n\r\nkept  ")) == {"content": content}


def test_a_description_needs_a_title():
    with pytest.raises(Unmappable) as caught:
        translator().body({Field.DESCRIPTION: "text"}, native(content=" "))
    assert caught.value.field is Field.DESCRIPTION
    with pytest.raises(Unmappable) as caught:
        translator().body({Field.TITLE: ""}, native(content="a\nb"))
    assert caught.value.field is Field.TITLE


def test_a_body_has_no_status_and_asks_for_no_parsing():
    body = translator().body({Field.PRIORITY: 3, Field.PARENT: None, Field.POSITION: 2}, native())
    assert body == {"priority": "3", "parent_id": "", "position": "2"}
    with pytest.raises(Unmappable):
        translator().body({Field.STATUS: Status.COMPLETED}, native())
