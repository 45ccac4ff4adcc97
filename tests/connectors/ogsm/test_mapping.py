from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.contract import Entry, Record
from connectors.ogsm.capabilities import capabilities, held
from connectors.ogsm.mapping import DEFAULT_WORDS, Translator, folded, spelling
from connectors.ogsm.members import tell_labels
from connectors.ogsm.wire import Malformed, action_of, actions_of, raw_hash, ref_of
from connectors.projection import DayIn
from connectors.task import Field, JsonValue, Native, Person, Status
from tests.connectors.ogsm.bench import side

SAMPLE: dict[str, JsonValue] = {
    "id": 123,
    "title": "Action title",
    "labels": [{"name": "label 1"}, {"name": "Label 2"}],
    "strategies": [{"id": 456}],
    "description": "<p>Description</p>",
    "assignee": {"name": "Firstname Lastname"},
    "involved": [{"name": "Another name"}],
    "start": "2024-01-01",
    "due": "2024-12-31",
    "status": {"name": "doing"},
    "ogsm_canvases": [{"id": 789, "row_order": 91}],
    "traffic_light": "green",
    "progress": 50,
    "archived": False,
}
"""The example of the vendor's API page."""


def translator(
    words: Mapping[str, Status] = DEFAULT_WORDS, *, canvas: int | None = None, archived_is_deleted: bool = True
) -> Translator:
    archived = "delete" if archived_is_deleted else "field"
    return Translator(
        held=held(side(archived=archived)), words=words, canvas=canvas, archived_is_deleted=archived_is_deleted
    )


def read(native: Native, by: Translator | None = None) -> Entry:
    return (by or translator()).entry(Record(ref="123", raw_hash="h", native=native))


def without(name: str) -> Native:
    return {member: value for member, value in SAMPLE.items() if member != name}


def test_the_example_of_the_document():
    entry = read(SAMPLE)
    assert entry.fields == {
        Field.TITLE: "Action title",
        Field.DESCRIPTION: "Description",
        Field.STATUS: Status.IN_PROGRESS,
        Field.START: date(2024, 1, 1),
        Field.DUE: date(2024, 12, 31),
        Field.PERCENT_COMPLETE: 50,
        Field.LABELS: ("label 1", "Label 2"),
        Field.ASSIGNEES: (Person(name="Firstname Lastname"),),
    }
    assert (entry.problem, entry.unknown, entry.deleted, entry.container) == ("", {}, False, "")


@pytest.mark.parametrize(
    ("member", "value", "field", "expected"),
    [
        ("title", "  two\n words ", Field.TITLE, "two words"),
        ("description", None, Field.DESCRIPTION, ""),
        ("due", None, Field.DUE, None),
        ("due", "", Field.DUE, None),
        ("start", "2024-02-29", Field.START, date(2024, 2, 29)),
        ("progress", None, Field.PERCENT_COMPLETE, 0),
        ("progress", 25.0, Field.PERCENT_COMPLETE, 25),
        ("labels", None, Field.LABELS, ()),
        ("labels", ["a", {"name": "A"}, {"name": "b"}], Field.LABELS, ("a", "b")),
        ("assignee", None, Field.ASSIGNEES, ()),
        ("assignee", {"name": None}, Field.ASSIGNEES, ()),
        ("progress", "50", Field.PERCENT_COMPLETE, 50),
        ("progress", "50.0", Field.PERCENT_COMPLETE, 50),
        ("assignee", "Anna", Field.ASSIGNEES, (Person(name="Anna"),)),
        ("assignee", {"name": " "}, Field.ASSIGNEES, ()),
        ("status", {"name": " DONE "}, Field.STATUS, Status.COMPLETED),
        ("status", "todo", Field.STATUS, Status.NEEDS_ACTION),
    ],
)
def test_values_of_a_member(member, value, field, expected):
    assert read({**SAMPLE, member: value}).fields[field] == expected


@pytest.mark.parametrize(
    ("member", "value", "field"),
    [
        ("due", "2024-02-30", Field.DUE),
        ("due", "31/12/2024", Field.DUE),
        ("due", "20241231", Field.DUE),
        ("due", "2024-12-31T00:00:00Z", Field.DUE),
        ("start", 20240101, Field.START),
        ("progress", 101, Field.PERCENT_COMPLETE),
        ("progress", 12.5, Field.PERCENT_COMPLETE),
        ("progress", "half", Field.PERCENT_COMPLETE),
        ("progress", True, Field.PERCENT_COMPLETE),
        ("progress", float("nan"), Field.PERCENT_COMPLETE),
        ("labels", {"name": "a"}, Field.LABELS),
        ("labels", [{"id": 1}], Field.LABELS),
        ("assignee", {"id": 7}, Field.ASSIGNEES),
        ("description", 7, Field.DESCRIPTION),
        ("status", {"name": "on hold"}, Field.STATUS),
        ("status", {"id": 3}, Field.STATUS),
    ],
)
def test_what_can_not_be_understood_is_no_opinion_and_is_told(member, value, field):
    entry = read({**SAMPLE, member: value})
    assert field not in entry.fields
    assert entry.unknown[field]
    assert entry.fields[Field.TITLE] == "Action title"
    assert not entry.problem


@pytest.mark.parametrize("field", [Field.DESCRIPTION, Field.STATUS, Field.DUE, Field.LABELS, Field.ASSIGNEES])
def test_a_member_that_is_missing_is_no_opinion(field):
    name = {Field.ASSIGNEES: "assignee"}.get(field, field.value)
    entry = read(without(name))
    assert field not in entry.fields
    assert field not in entry.unknown


@pytest.mark.parametrize("status", [None, {"name": None}])
def test_a_status_of_null_is_no_opinion(status):
    entry = read({**SAMPLE, "status": status})
    assert Field.STATUS not in entry.fields
    assert entry.unknown == {}


@pytest.mark.parametrize(
    "native", [without("title"), {**SAMPLE, "title": None}, {**SAMPLE, "title": 7}, {"id": 123}, {}]
)
def test_an_action_without_a_title_can_not_be_read(native):
    entry = read(native)
    assert entry.problem
    assert entry.fields == {}


@pytest.mark.parametrize(
    ("canvases", "container"),
    [
        ([{"id": 789, "row_order": 1}], ""),
        ([{"id": "789"}], ""),
        ([{"id": 5}, {"id": 789}], ""),
        ([{"id": 5}, {"id": 6}], "canvas 5, 6"),
        ([], "no canvas"),
        (None, ""),
        ("what", ""),
    ],
)
def test_where_an_action_is(canvases, container):
    assert read({**SAMPLE, "ogsm_canvases": canvases}, translator(canvas=789)).container == container
    assert read({**SAMPLE, "ogsm_canvases": canvases}).container == ""


def test_an_answer_that_does_not_say_where_an_action_is_does_not_move_it():
    assert read(without("ogsm_canvases"), translator(canvas=789)).container == ""


def test_only_true_is_archived():
    assert [read({**SAMPLE, "archived": value}).deleted for value in (True, False, None, "true", 1)] == [
        True,
        *[False] * 4,
    ]


def test_archived_as_a_field():
    keeper = translator(archived_is_deleted=False)
    entry = read({**SAMPLE, "archived": True}, keeper)
    assert (entry.deleted, entry.fields[Field.ARCHIVED]) == (False, True)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    st.sampled_from(sorted(SAMPLE)),
)
def test_whatever_stands_in_a_member_is_read_without_an_exception(value, member):
    entry = read({**SAMPLE, member: value}, translator(canvas=789, archived_is_deleted=False))
    assert entry.ref == "123"
    assert not entry.unknown.keys() & entry.fields.keys()


@pytest.mark.parametrize(
    ("field", "value", "member"),
    [
        (Field.TITLE, "new", {"title": "new"}),
        (Field.DESCRIPTION, "Description\n\nmore", {"description": "<p>Description</p><p>more</p>"}),
        (Field.DESCRIPTION, "", {"description": ""}),
        (Field.STATUS, Status.COMPLETED, {"status": {"name": "done"}}),
        (Field.STATUS, Status.IN_PROGRESS, {"status": {"name": "doing"}}),
        (Field.START, date(2025, 1, 2), {"start": "2025-01-02"}),
        (Field.DUE, None, {"due": None}),
        (Field.PERCENT_COMPLETE, 0, {"progress": 0}),
        (Field.LABELS, ("x",), {"labels": [{"name": "x"}]}),
        (Field.LABELS, (), {"labels": []}),
        (Field.ASSIGNEES, (Person(name="A"), Person(name="B")), {"assignee": {"name": "A"}}),
        (Field.ASSIGNEES, (), {"assignee": None}),
        (Field.ARCHIVED, True, {"archived": True}),
    ],
)
def test_how_a_value_is_told(field, value, member):
    assert translator().body({field: value}, SAMPLE, {}) == member


def test_a_new_action_says_only_what_there_is_to_say():
    body = translator(canvas=789).new(
        {
            Field.TITLE: "t",
            Field.DESCRIPTION: "",
            Field.DUE: None,
            Field.LABELS: (),
            Field.PERCENT_COMPLETE: 0,
            Field.ASSIGNEES: (),
        },
        [1, 2],
        {},
    )
    assert body == {"title": "t", "strategies": [{"id": 1}, {"id": 2}], "ogsm_canvases": [{"id": 789}]}
    assert translator().new({Field.TITLE: "t"}, [], {}) == {"title": "t"}


def test_a_word_of_the_table_is_told_as_the_server_spells_it():
    body = translator().body({Field.STATUS: Status.COMPLETED}, SAMPLE, {"done": "Done"})
    assert body == {"status": {"name": "Done"}}


def test_a_status_without_a_word_of_its_own_is_told_by_the_one_beside_it():
    words = {"open": Status.NEEDS_ACTION, "closed": Status.COMPLETED}
    assert translator(words).body({Field.STATUS: Status.IN_PROGRESS}, {}, {}) == {"status": {"name": "open"}}


def test_spellings():
    assert spelling({"status": {"name": "In  Progress"}}) == ("in progress", "In  Progress")
    assert spelling({"status": None}) is None
    assert folded(" STRASSE ") == folded("Straße")


@pytest.mark.parametrize(
    ("labels", "there", "told"),
    [
        (
            ("a", "b"),
            [{"name": "A", "id": 1, "color": "red"}, {"name": "c"}],
            [{"name": "A", "id": 1, "color": "red"}, {"name": "b"}],
        ),
        (("a",), [{"id": 7}, {"name": "a"}], [{"id": 7}, {"name": "a"}]),
        (("a",), None, [{"name": "a"}]),
        ((), [{"name": "a"}], []),
    ],
)
def test_labels_that_stay_keep_their_members(labels, there, told):
    assert tell_labels(labels, there) == told


def test_the_hash_leaves_out_the_place_on_a_canvas_and_nothing_else():
    moved = {**SAMPLE, "ogsm_canvases": [{"id": 789, "row_order": 1}]}
    assert raw_hash(moved) == raw_hash(SAMPLE)
    for name in SAMPLE:
        assert raw_hash({**SAMPLE, name: "other"}) != raw_hash(SAMPLE)
        assert raw_hash(without(name)) != raw_hash(SAMPLE)
    assert raw_hash(dict(reversed(SAMPLE.items()))) == raw_hash(SAMPLE)


@pytest.mark.parametrize(
    ("identity", "ref"),
    [
        (1, "1"),
        ("a-b", "a-b"),
        (True, None),
        (None, None),
        ("", None),
        (" ", None),
        (1.5, None),
        ("a\nb", None),
        ([], None),
    ],
)
def test_refs(identity, ref):
    assert ref_of({"id": identity}) == ref


@pytest.mark.parametrize(
    "answer", [{"id": 1}, {"action": {"id": 1}}, {"actions": [{"id": 1}]}, [{"id": 1}], {"actions": {"id": 1}}]
)
def test_shapes_of_one_action(answer):
    assert ref_of(action_of(answer)) == "1"


@pytest.mark.parametrize(
    "answer", [None, [], 7, "x", {}, {"actions": []}, [{"id": 1}, {"id": 2}], {"error": "x"}, {"action": None}]
)
def test_what_is_no_action(answer):
    with pytest.raises(Malformed):
        action_of(answer)


def test_shapes_of_the_list():
    assert actions_of([]) == []
    assert actions_of({"actions": [{"id": 1}]}) == [{"id": 1}]
    for answer in (None, {}, {"id": 1}, "x", [1], [{}], [{"id": None}], {"actions": [], "next": 2}):
        with pytest.raises(Malformed):
            actions_of(answer)


def test_a_day_is_the_day_in_the_zone_of_the_side():
    view = capabilities(side()).of(Field.DUE).view
    assert view == DayIn(ZoneInfo("Europe/Berlin"))
    assert view.view(datetime(2024, 2, 28, 23, 30, tzinfo=UTC)) == date(2024, 2, 29)


def test_what_is_declared():
    assert capabilities(side()).absence_is_ambiguous is False
    assert capabilities(side(archived="field")).absence_is_ambiguous is True
    assert sorted(capabilities(side()).fields) == sorted(Field)


def test_containers():
    assert side().own.container("https://a.example/") == side().own.container("https://A.example")
    assert side(canvas=1).own.container("https://a.example") != side(canvas=2).own.container("https://a.example")


@pytest.mark.parametrize(
    "own",
    [{"username": ""}, {"password": ""}, {"canvas": 0}, {"archived": "maybe"}, {"strategies": "x"}, {"token": "x"}],
)
def test_settings_that_are_refused(own):
    with pytest.raises(ValueError, match=next(iter(own))):
        side(**own)
