"""Documents and canonical tasks, both ways: tables, and laws that hold for whatever is in them."""

from __future__ import annotations

from datetime import UTC, date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.conformance.values import values
from connectors.contract import Record
from connectors.errors import Unmappable
from connectors.opus2.capabilities import capabilities
from connectors.opus2.known import Known, fingerprint, load
from connectors.opus2.mapping import DEFAULT_WORDS, Bound, Translator, steps
from connectors.opus2.members import HOLD, Kind, Member, NoOpinion, read, tell
from connectors.opus2.names import as_name, file_name, is_named, made_as, without_ending
from connectors.opus2.paging import Way
from connectors.opus2.resolving import folders_in, member_of
from connectors.opus2.sandbox import Sandbox
from connectors.opus2.wire import Place, document_in, folder_of, identity, things, value_of, with_value
from connectors.task import Field, Patch, Person, Status, is_empty, same
from tests.connectors.opus2.bench import side

LONDON = ZoneInfo("Europe/London")
MEMBERS = {field: Member(id=f"m-{field}", name=field.title(), kind=Kind.UNKNOWN) for field in HOLD}
FOLDER = Place(id="f1", name="Tasks")
ARCHIVE = Place(id="f2", name="Archive")


def translator(**members: Member) -> Translator:
    named = {Field(name): member for name, member in members.items()} or MEMBERS
    return Translator(bound=Bound(folder=FOLDER, archive=ARCHIVE, members=named), words=DEFAULT_WORDS, zone=LONDON)


def entry(document, **members):
    made = translator(**members)
    return made.entry(made.record(document))


@pytest.mark.parametrize(
    ("field", "kind", "value", "meant"),
    [
        (Field.DUE, Kind.DAY, "2026-04-01", date(2026, 4, 1)),
        (Field.DUE, Kind.DAY, "2026-04-01T00:00:00Z", date(2026, 4, 1)),
        (Field.DUE, Kind.DAY, "2026-04-01T00:00:00+02:00", date(2026, 4, 1)),
        (Field.DUE, Kind.INSTANT, "2026-04-01T23:30:00Z", date(2026, 4, 2)),
        (Field.DUE, Kind.INSTANT, 1775086200000, date(2026, 4, 2)),
        (Field.DUE, Kind.TEXT, "1775086200", date(2026, 4, 2)),
        (Field.DUE, Kind.DAY, None, None),
        (Field.DUE, Kind.DAY, "", None),
        (Field.PRIORITY, Kind.NUMBER, 3, 3),
        (Field.PRIORITY, Kind.TEXT, "3", 3),
        (Field.PERCENT_COMPLETE, Kind.TEXT, "40 %", 40),
        (Field.PERCENT_COMPLETE, Kind.NUMBER, 40.0, 40),
        (Field.LABELS, Kind.TEXT, "b, A,, b", ("A", "b")),
        (Field.LABELS, Kind.CHOICES, [{"name": "x"}, "y"], ("x", "y")),
        (
            Field.ASSIGNEES,
            Kind.TEXT,
            "Anna Berg, ben@example.com",
            (Person(name="Anna Berg"), Person(email="ben@example.com")),
        ),
        (Field.ASSIGNEES, Kind.PEOPLE, [{"name": "Anna", "email": "a@x.org"}], (Person(name="Anna", email="a@x.org"),)),
        (Field.DESCRIPTION, Kind.TEXT, "a\r\nb\rc", "a\nb\nc"),
        (Field.TITLE, Kind.TEXT, " a \n b ", "a b"),
    ],
)
def test_what_a_value_means(field, kind, value, meant):
    assert read(field, Member(id="m", name="M", kind=kind), value, LONDON) == meant


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (Field.DUE, "soon"),
        (Field.DUE, "01/04/2026"),
        (Field.DUE, "2026-02-30"),
        (Field.DUE, True),
        (Field.DUE, 10**30),
        (Field.PRIORITY, 10),
        (Field.PRIORITY, "high"),
        (Field.PRIORITY, True),
        (Field.PERCENT_COMPLETE, 40.5),
        (Field.LABELS, {"a": 1}),
        (Field.TITLE, {"a": 1}),
    ],
)
def test_what_can_not_be_understood_is_no_opinion(field, value):
    with pytest.raises(NoOpinion):
        read(field, MEMBERS[field], value, LONDON)


@pytest.mark.parametrize(
    ("kind", "pattern", "before", "told"),
    [
        (Kind.DAY, "", None, "2026-03-29"),
        (Kind.DAY, "dd/MM/yyyy", None, "29/03/2026"),
        (Kind.DAY, "epoch milliseconds", None, 1774742400000),
        (Kind.INSTANT, "", None, "2026-03-29T00:00:00Z"),
        (Kind.INSTANT, "", "2026-03-01T15:00:00Z", "2026-03-29T14:00:00Z"),
        (Kind.INSTANT, "", "2026-03-01T01:30:00Z", "2026-03-29T01:30:00Z"),
    ],
)
def test_how_a_day_is_told_on_the_day_the_clocks_change(kind, pattern, before, told):
    """A field for times keeps the time of day that it had; an hour that is left out that day comes after the gap."""
    member = Member(id="m", name="M", kind=kind, pattern=pattern)
    assert tell(Field.DUE, member, date(2026, 3, 29), before, LONDON) == told
    assert read(Field.DUE, member, told, LONDON) == date(2026, 3, 29)


@pytest.mark.parametrize(
    "kind", [Kind.TEXT, Kind.CHOICES, Kind.NUMBER, Kind.DAY, Kind.INSTANT, Kind.PEOPLE, Kind.UNKNOWN]
)
@given(st.data())
def test_what_is_told_is_what_is_read(kind, data):
    """For each field, and each kind of member that can hold it."""
    field = data.draw(
        st.sampled_from([name for name in HOLD if kind in HOLD[name] and name is not Field.STATUS] or [None])
    )
    if field is None:
        return
    view = capabilities(side(Sandbox(), fields={field: "M"})).of(field).view
    people = (Person(name="Anna Berg"), Person(email="ben@example.com"))
    value = view.view(data.draw(values(field, people)))
    member = Member(id="m", name="M", kind=kind)
    found = read(field, member, tell(field, member, value, None, UTC), UTC)
    assert same(field, found, value) or (is_empty(field, found) and is_empty(field, value))


def test_a_name_with_a_comma_can_not_be_told_in_a_text():
    with pytest.raises(Unmappable, match="has a comma"):
        tell(Field.ASSIGNEES, MEMBERS[Field.ASSIGNEES], (Person(name="Berg, Anna"),), None, LONDON)
    assert tell(
        Field.ASSIGNEES, Member(id="m", name="M", kind=Kind.PEOPLE), (Person(name="Berg, Anna"),), None, UTC
    ) == ["Berg, Anna"]


@pytest.mark.parametrize(
    "document",
    [
        {"id": 7, "name": "x", "folderId": "f1", "fields": [{"id": "m-due", "value": "2026-01-02"}]},
        {"documentId": "7", "fileName": "x", "folder": {"id": "f1"}, "metadata": {"m-due": "2026-01-02"}},
        {"id": "7", "title": "x", "folder": "Tasks", "fields": {"Due": {"value": "2026-01-02"}}},
        {
            "id": "7",
            "documentName": "x",
            "folderName": "Tasks",
            "fields": [{"fieldId": "m-due", "values": "2026-01-02"}],
        },
        {"id": "7", "name": "x", "fields": [{"name": "Due", "value": "2026-01-02"}, {"name": "Title", "value": None}]},
    ],
    ids=["short", "long", "by name", "other names", "list of names"],
)
def test_a_document_is_understood_in_each_of_its_likely_shapes(document):
    found = entry(document)
    assert (found.ref, found.problem, found.deleted, found.container) == ("7", "", False, "")
    assert (found.fields[Field.TITLE], found.fields[Field.DUE]) == ("x", date(2026, 1, 2))


def test_where_a_document_is():
    assert entry({"id": "1", "name": "x", "folderId": "f2"}).deleted
    assert entry({"id": "1", "name": "x", "folder": {"id": "f9", "name": "Exhibits"}}).container == "folder Exhibits"
    assert not entry({"id": "1", "name": "x"}).container
    # An id counts more than a name that another folder may have too.
    assert entry({"id": "1", "name": "x", "folder": {"id": "f9", "name": "Tasks"}}).container == "folder Tasks"


def test_a_document_without_values_has_no_opinion_but_its_name():
    assert entry({"id": "1", "name": "x.pdf", "folderId": "f1"}).fields == {Field.TITLE: "x.pdf"}
    assert entry({"id": "1", "folderId": "f1"}).problem == "the document has no name"
    assert Field.DUE in entry({"id": "1", "name": "x", "fields": []}).fields, "a list that lacks it: there is none"


def test_the_hash_is_of_what_is_synced_alone():
    made = translator(due=Member(id="m1", name="Due"))
    base = {"id": "1", "name": "x", "folderId": "f1", "fields": [{"id": "m1", "value": "2026-01-02"}]}
    same_task = {**base, "views": 7, "folder": {"id": "f1", "name": "Tasks"}}
    del same_task["folderId"]
    assert made.raw_hash(base) == made.raw_hash(same_task)
    for other in ({"name": "y"}, {"folderId": "f2"}, {"folderId": "f9"}, {"fields": []}, {"id": "2"}):
        assert made.raw_hash({**base, **other}) != made.raw_hash(base), other


@pytest.mark.parametrize(
    ("status", "before", "word"),
    [
        (Status.COMPLETED, None, "Completed"),
        (Status.NEEDS_ACTION, "Blocked", "Blocked"),
        (Status.NEEDS_ACTION, "blocked ", "blocked "),
        (Status.NEEDS_ACTION, "Completed", "PENDING"),
        (Status.NEEDS_ACTION, "no such word", "PENDING"),
    ],
)
def test_a_status_is_told_by_the_word_that_is_there_or_the_first_of_the_table(status, before, word):
    made = translator(status=Member(id="m1", name="Status", kind=Kind.CHOICE, choices=("PENDING", "Completed")))
    native = {"id": "1", "fields": [{"id": "m1", "value": before}]}
    assert made.told(Patch({Field.STATUS: status}), native)[2] == word


def test_a_status_without_a_word_can_not_be_told():
    with pytest.raises(Unmappable, match='no word for "cancelled"; add a word'):
        translator().told(Patch({Field.STATUS: Status.CANCELLED}), {"id": "1"})


@given(st.text(max_size=200))
def test_a_name_is_a_name_once_and_for_all(title):
    name = str(as_name(title))
    assert as_name(name) == name
    assert len(name) <= 120
    assert not set(name) & set('/\\:*?"<>|\n')
    assert without_ending(file_name(title, titled=False)) == (name or "task")


@given(st.text(min_size=1, max_size=150).filter(as_name), st.booleans(), st.booleans())
def test_a_document_that_was_made_here_says_so_until_its_title_is_written(title, second, stripped):
    """Whichever name was free, and whether or not the server keeps endings: what is seen is what was sent."""
    (create, *_) = steps(Patch({Field.TITLE: title}), creating=True, titled=True)
    stored = file_name(title, "tasksync-work-1" if second else "", titled=True)
    found = made_as(without_ending(stored) if stripped else stored)
    assert found == create.fields[Field.TITLE] or "task" in title  # a title may look like a name of ours itself
    assert create.fields[Field.TITLE] != title


def test_a_persons_name_is_left_alone():
    for name in ("Contract.pdf", "Report 123456", "Report abcdef.txt", "my.task.list"):
        assert made_as(name) == name


def test_a_name_that_is_compared_may_have_lost_its_ending():
    assert is_named("Milk.TXT", "milk.txt")
    assert is_named("Milk", "Milk.txt")
    assert not is_named("Milk 2.txt", "Milk.txt")
    assert not is_named(None, "Milk.txt")


def test_what_was_found_out_goes_through_a_cursor():
    known = Known(
        bound=Bound(folder=FOLDER, archive=ARCHIVE, members={Field.DUE: Member(id="1", name="Due", kind=Kind.DAY)}),
        after="dd/MM/yyyy",
        way=Way("page", "page", 1),
        placed="root",
        patterns={"1": "dd/MM/yyyy"},
        clears={"1": "null"},
        sure={"value"},
    )
    mark = fingerprint("p", "f")
    assert load(known.dump(mark), mark) == known
    assert load(known.dump(mark), fingerprint("p", "g")) is None


@given(st.one_of(st.text(max_size=30), st.sampled_from(['{"v": 1}', "[]", "null", '{"v": 1, "for": "x", "way": 7}'])))
def test_a_cursor_that_is_not_ours_is_none(value):
    assert load(value, "x") is None


def test_folders_within_folders_are_found_with_their_path():
    tree = [{"id": "1", "name": "A", "children": [{"folderId": 2, "folderName": "B"}]}, {"name": "no id"}]
    assert list(folders_in(tree)) == [(Place(id="1", name="A"), "A"), (Place(id="2", name="B"), "A/B")]


@pytest.mark.parametrize(
    ("field", "kind", "choices"),
    [
        ({"id": 1, "name": "X", "type": "Date"}, Kind.DAY, ()),
        ({"fieldId": "1", "fieldName": "X", "fieldType": "DATE_TIME"}, Kind.INSTANT, ()),
        (
            {"id": "1", "label": "X", "dataType": {"name": "List"}, "options": [{"name": "a"}, "b"]},
            Kind.CHOICE,
            ("a", "b"),
        ),
        ({"id": "1", "name": "X", "type": "select", "multiple": True}, Kind.CHOICES, ()),
        ({"id": "1", "name": "X", "type": "wormhole"}, Kind.UNKNOWN, ()),
        ({"id": "1", "name": "X"}, Kind.UNKNOWN, ()),
    ],
)
def test_a_field_is_of_the_type_that_it_names(field, kind, choices):
    member = member_of(field)
    assert member is not None
    assert (member.id, member.name, member.kind, member.choices) == ("1", "X", kind, choices)


def test_lists_and_documents_are_unwrapped():
    assert [len(things(answer, "documents")) for answer in ([{}], {"documents": [{}]}, {"data": {"items": [{}]}})] == [
        1,
        1,
        1,
    ]
    assert document_in({"document": {"id": "1"}}) == {"id": "1"}
    assert document_in({"data": [{"id": "1"}]}) == {"id": "1"}
    assert document_in({"success": True}) is None
    assert folder_of({"id": "1"}) is None
    assert identity({"folderId": "f"}) is None, "a document's folder is not its id"


@pytest.mark.parametrize("fields", [[], {}, [{"id": "m1", "value": 1}, {"id": "m2", "value": 5}], {"M": 1}])
def test_a_value_is_laid_over_a_document(fields):
    document = with_value({"id": "1", "fields": fields}, "m1", "M", 2)
    assert value_of(document, "m1", "M") == 2
    assert value_of(document, "m2", "N") == (5 if len(fields) == 2 else None)


def test_a_record_is_read_before_anything_is_known():
    """What a store kept can be decoded without a request."""
    made = translator()
    assert made.entry(Record(ref="1", raw_hash="", native={"id": "1", "name": "x"})).fields == {Field.TITLE: "x"}
