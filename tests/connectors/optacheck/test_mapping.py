"""The translation both ways, as tables and as laws."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from connectors.contract import Record
from connectors.errors import Rejected
from connectors.optacheck.capabilities import held
from connectors.optacheck.mapping import DEFAULT_WORDS, Translator
from connectors.optacheck.members import read_data, read_moment, short_description, short_title, tell_data
from connectors.optacheck.people import People
from connectors.optacheck.settings import OptaCheckSettings
from connectors.optacheck.wire import Malformed, complained, forms_of, raw_hash, task_of
from connectors.task import Field, Person, Status
from sync.sides import plain_settings
from tests.connectors.optacheck.kit import CREW, side

SAMPLE = {
    "id": "t-1",
    "status": "assigned",
    "title": "Title",
    "description": "Text",
    "forms": ["f-1"],
    "project": "p-1",
    "client": "c-1",
    "user": "u-1",
    "by_user": "u-2",
    "date_edited": "2025-06-20T00:21:19.126137Z",
    "date_created": "2025-06-20T00:21:19.126147Z",
    "data": {"fields": [{"id": "d-1", "value": "v", "title": "Label"}]},
    "status_history": [{"status": "in_progress", "date_status": "2025-06-20T00:21:19.213486Z", "status_name": "x"}],
}
TRANSLATOR = Translator(held=held(side()), words=DEFAULT_WORDS, crew=CREW)


def entry(people=None, **members):
    native = {**SAMPLE, **members}
    record = Record(ref="t-1", raw_hash="", native={name: value for name, value in native.items() if value is not ...})
    return TRANSLATOR.entry(record, people or People(CREW))


def test_the_sample_of_the_page_as_an_entry():
    found = entry()
    assert found.fields == {
        Field.TITLE: "Title",
        Field.DESCRIPTION: "Text",
        Field.STATUS: Status.NEEDS_ACTION,
        Field.ASSIGNEES: (Person(id="u-1"),),
        Field.CUSTOM: {"Label": "v"},
    }
    assert found.modified == datetime(2025, 6, 20, 0, 21, 19, 126137, tzinfo=UTC)


@pytest.mark.parametrize(
    ("members", "field", "value"),
    [
        ({"title": "  two\n lines "}, Field.TITLE, "two lines"),
        ({"description": None}, Field.DESCRIPTION, ""),
        ({"description": " a\r\nb \n"}, Field.DESCRIPTION, "a\nb"),
        ({"status": "ACTIVE"}, Field.STATUS, Status.IN_PROGRESS),
        ({"user": None}, Field.ASSIGNEES, ()),
        ({"user": ""}, Field.ASSIGNEES, ()),
        ({"user": 7}, Field.ASSIGNEES, (Person(id="7"),)),
        ({"user": {"id": "u-9", "name": "x"}}, Field.ASSIGNEES, (Person(id="u-9"),)),
        ({"data": None}, Field.CUSTOM, {}),
        ({"data": {"fields": None}}, Field.CUSTOM, {}),
        ({"data": {"fields": [{"title": "a", "value": 1}, 7, {}]}}, Field.CUSTOM, {"a": 1}),
    ],
)
def test_members_that_say_something(members, field, value):
    assert entry(**members).fields[field] == value


@pytest.mark.parametrize(
    ("members", "field", "word"),
    [
        ({"status": "done"}, Field.STATUS, "done"),
        ({"status": 3}, Field.STATUS, "3"),
        ({"description": 3}, Field.DESCRIPTION, "3"),
        ({"user": True}, Field.ASSIGNEES, "True"),
        ({"user": []}, Field.ASSIGNEES, "[]"),
    ],
)
def test_members_without_an_opinion_are_named(members, field, word):
    found = entry(**members)
    assert field not in found.fields
    assert found.unknown == {field: word}


@pytest.mark.parametrize("name", ["description", "status", "user", "data"])
def test_a_member_that_is_not_there_is_no_opinion(name):
    assert len(entry(**{name: ...}).fields) == 4


def test_a_task_without_a_title_can_not_be_read():
    assert entry(title=None).problem
    assert entry(title=...).fields == {}


def test_the_crew_stands_for_nobody_and_is_remembered():
    people = People(CREW)
    people.learn("u-1", CREW.upper())
    found = entry(people)
    assert found.fields[Field.ASSIGNEES] == ()
    assert found.people == (Person(id="u-1", email=CREW.upper()),)


def test_a_whole_object_is_all_that_was_read_with_the_patch_over_it():
    people = People(CREW)
    people.learn("u-1", "anna@example.com")
    body = TRANSLATOR.whole({Field.STATUS: Status.IN_PROGRESS}, {**SAMPLE, "form": 1}, people)
    assert body == {
        "status": "in_progress",
        "title": "Title",
        "description": "Text",
        "forms": ["f-1"],
        "project": "p-1",
        "client": "c-1",
        "user_email": "anna@example.com",
        "data": SAMPLE["data"],
    }


@pytest.mark.parametrize("empty", [None, "", [], {}])
def test_what_is_empty_is_never_written_back(empty):
    native = {**SAMPLE, "user": None, **dict.fromkeys(("description", "forms", "project", "client", "data"), empty)}
    body = TRANSLATOR.whole({Field.TITLE: "New"}, native, People(CREW))
    assert body == {"status": "assigned", "title": "New"}


def test_an_unknown_status_word_is_told_as_it_was_read():
    native = {**SAMPLE, "user": None, "status": "in review"}
    assert TRANSLATOR.whole({Field.TITLE: "New"}, native, People(CREW))["status"] == "in review"


@pytest.mark.parametrize("user", ["u-1", True, ["x"]])
def test_a_task_of_somebody_whose_address_is_not_known_is_not_changed(user):
    with pytest.raises(Rejected):
        TRANSLATOR.whole({Field.TITLE: "New"}, {**SAMPLE, "user": user}, People(CREW))


def test_what_was_learnt_first_stands_but_for_the_crew_and_the_configuration():
    people = People(CREW)
    people.learn("u", "anna@example.com")
    people.learn("u", "ben@example.com")
    people.learn("", "x@example.com")
    people.learn("v", "")
    assert people.known() == (Person(id="u", email="anna@example.com"),)
    people.learn("u", "ben@example.com", sure=True)
    assert people.address(Person(id="u")) == people.address(Person(email="u")) == "ben@example.com"
    people.learn("u", CREW)
    assert people.stands_for_nobody("u")


@given(st.text(), st.text())
def test_short_texts_are_short_and_stay(text, more):
    for short, limit in ((short_title, 100), (short_description, 255)):
        once = short(text + more * 50)
        assert len(once) <= limit
        assert short(once) == once


@given(st.dictionaries(st.text(max_size=5), st.text(max_size=5)))
def test_what_is_told_in_data_is_what_is_read_of_it(values):
    native = {"data": {"fields": [{"id": f"id {name}", "value": None, "keep": 1} for name in values], "more": 2}}
    told = {f"id {name}": value for name, value in values.items() if f"id {name}" in read_data(native)}
    after = {"data": tell_data(native, told)}
    assert read_data(after) == read_data(native) | told
    assert after["data"]["more"] == 2


def test_the_hash_is_of_what_a_task_says():
    same = [
        {**SAMPLE, "date_edited": "x", "status_history": []},
        dict(reversed(SAMPLE.items())),
    ]
    assert {raw_hash(one) for one in same} == {raw_hash(SAMPLE)}
    for name in ("title", "status", "user", "forms", "data", "by_user"):
        assert raw_hash({**SAMPLE, name: "other"}) != raw_hash(SAMPLE)
    without = {name: value for name, value in SAMPLE.items() if name != "data"}
    assert raw_hash({**SAMPLE, "data": {"fields": []}}) == raw_hash(without)


@pytest.mark.parametrize("answer", [None, [], "x", 3, {}, {"id": None}, {"id": ""}, {"id": True}, {"detail": "x"}])
def test_what_is_no_task_is_said(answer):
    with pytest.raises(Malformed):
        task_of(answer)


def test_another_task_than_the_one_that_was_asked_for_is_none():
    assert task_of(SAMPLE, "t-1") is SAMPLE
    with pytest.raises(Malformed):
        task_of(SAMPLE, "t-2")


def test_small_shapes():
    assert forms_of({"form": "f"}) == ["f"]
    assert forms_of({"forms": None}) == []
    assert forms_of({}) is None
    assert complained({"errors": {"title": ["x"]}}) == {"title"}
    assert complained({"title": ["x"], "detail": 1}) == {"title", "detail"}
    assert complained(["x"]) == set()
    assert read_moment("2025-13-40T00:00:00Z") is None
    assert read_moment(5) is None


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"token": "t"}, "one of password and token"),
        ({"password": None}, "one of password and token"),
        ({"username": " "}, "the username that the password belongs to"),
        ({"user_email": "crew"}, "must be an e-mail address"),
        ({"workspace": " "}, "workspace"),
        ({"adopt": [""]}, "adopt"),
        ({"checklist": 7}, "checklist"),
    ],
)
def test_settings_that_can_not_work_are_refused(own, why):
    with pytest.raises(ValidationError, match=why):
        side(**own)


def test_two_sides_on_one_workspace_are_on_one_container():
    one, other = side().own, side(workspace="ws-2").own
    assert isinstance(one, OptaCheckSettings)
    assert one.container("https://A.example.com/") == side(username="x").own.container("https://a.example.com")
    assert one.container("https://a.example.com") != other.container("https://a.example.com")


def test_what_is_to_be_taken_in_changes_nothing_about_what_an_answer_means():
    """Another list of ids is no other mapping: shadows stay, and what was refused is not tried again."""
    assert plain_settings(side(adopt=["x"]).own) == plain_settings(side().own)
    assert plain_settings(side(user_email="x@example.com").own) != plain_settings(side().own)
    assert "api_key" not in plain_settings(side().own)
