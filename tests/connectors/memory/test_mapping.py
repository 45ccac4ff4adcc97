"""Native tasks as entries, patches as members; and what a side is, from its settings."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from connectors.contract import CreateHelp, DeleteMeans, DeletionSign, Discovery, Holding, Verb
from connectors.errors import BadSettings, Unmappable
from connectors.memory import MANIFEST
from connectors.memory.members import members
from connectors.memory.wire import BLANK
from connectors.task import EMPTY, Field, Patch, Person, Status
from tests.connectors.memory.sides import StillClock, connected, record, settings, side


def capabilities(**traits: object):
    """The capabilities of a side with some traits."""
    return MANIFEST.capabilities(side(settings(**traits)))


NATIVE = {**BLANK, "id": "m1", "status": "needs_action", "modified": "2024-05-06T07:08:09+00:00", "revision": 3}


@pytest.mark.parametrize(
    ("native", "field", "value"),
    [
        ({"title": " two\n lines "}, Field.TITLE, "two lines"),
        ({"description": "a\r\nb\rc"}, Field.DESCRIPTION, "a\nb\nc"),
        ({"due": "2024-02-29"}, Field.DUE, date(2024, 2, 29)),
        ({"due": "2024-02-29T12:00:00+02:00"}, Field.DUE, datetime(2024, 2, 29, 10, tzinfo=UTC)),
        ({"labels": ["b", "A", "a"]}, Field.LABELS, ("A", "b")),
        (
            {"assignees": [{"id": "1"}, {}, {"email": "a@example.com"}]},
            Field.ASSIGNEES,
            (Person(id="1"), Person(email="a@example.com")),
        ),
        ({"custom": {"k": [1]}}, Field.CUSTOM, {"k": [1]}),
        ({"url": "https://example.com"}, Field.URL, "https://example.com"),
        ({"status": "cancelled"}, Field.STATUS, Status.CANCELLED),
    ],
)
def test_a_member_is_read_as_a_value(native, field, value):
    connector, _ = connected()
    assert connector.normalise(record({**NATIVE, **native})).fields[field] == value


@pytest.mark.parametrize(
    ("native", "field"),
    [
        ({"due": "2024-02-30"}, Field.DUE),
        ({"due": "2024-02-29T12:00:00"}, Field.DUE),
        ({"due": "0001-01-01T00:00:00+14:00"}, Field.DUE),
        ({"due": 17}, Field.DUE),
        ({"status": "waiting"}, Field.STATUS),
        ({"status": None}, Field.STATUS),
        ({"priority": 10}, Field.PRIORITY),
        ({"priority": True}, Field.PRIORITY),
        ({"percent_complete": 1.5}, Field.PERCENT_COMPLETE),
        ({"labels": "home"}, Field.LABELS),
        ({"labels": [None]}, Field.LABELS),
        ({"assignees": ["Anna"]}, Field.ASSIGNEES),
        ({"archived": 1}, Field.ARCHIVED),
    ],
)
def test_what_cannot_be_read_is_no_opinion_and_is_told(native, field):
    """The other fields stay readable."""
    connector, _ = connected()
    entry = connector.normalise(record({**NATIVE, "title": "a", **native}))
    assert field not in entry.fields
    assert entry.unknown[field]
    assert entry.fields[Field.TITLE] == "a"
    assert not entry.problem


def test_a_member_that_is_missing_is_no_opinion_and_nothing_to_tell():
    connector, _ = connected()
    entry = connector.normalise(record({"id": "m1", "title": "a"}))
    assert entry.fields == {Field.TITLE: "a"}
    assert entry.unknown == {}


def test_a_title_that_is_no_text_makes_the_entry_a_problem():
    connector, _ = connected()
    entry = connector.normalise(record({**NATIVE, "title": 5}))
    assert entry.problem
    assert entry.fields == {}


def test_of_two_words_for_one_state_the_one_that_is_there_stays():
    connector, there = connected(two_words=True)
    ref = there.add({"title": "a", "status": "active"})
    assert connector.get(ref).fields[Field.STATUS] is Status.IN_PROGRESS
    connector.update(connector.get(ref), Patch({Field.STATUS: Status.IN_PROGRESS}))
    assert there.task(ref)["status"] == "active"
    connector.update(connector.get(ref), Patch({Field.STATUS: Status.NEEDS_ACTION}))
    connector.update(connector.get(ref), Patch({Field.STATUS: Status.IN_PROGRESS}))
    assert there.task(ref)["status"] == "in_progress", "the first of the two words is written"


def test_a_table_of_words_replaces_the_default_and_its_first_word_is_written():
    own = settings()
    table = {"open": Status.NEEDS_ACTION, "todo": Status.NEEDS_ACTION, "done": Status.COMPLETED}
    connector = MANIFEST.factory(side(own, statuses=table), StillClock(), None)
    stored = connector.create({Field.TITLE: "a", Field.STATUS: Status.NEEDS_ACTION}, "m")
    assert stored.entry.native["status"] == "open"
    assert connector.normalise(record({**NATIVE, "status": "needs_action"})).unknown == {Field.STATUS: "needs_action"}
    with pytest.raises(Unmappable):
        connector.update(stored.entry, Patch({Field.STATUS: Status.CANCELLED}))


@pytest.mark.parametrize(
    ("traits", "field", "value"),
    [
        ({"read_only": ["priority"]}, Field.PRIORITY, 3),
        ({"not_held": ["labels"]}, Field.LABELS, ("a",)),
        ({"states": ["needs_action"]}, Field.STATUS, Status.COMPLETED),
        ({}, Field.URL, "https://example.com"),
        ({}, Field.PARENT, "m2"),
    ],
)
def test_what_a_side_cannot_be_told_is_unmappable_and_nothing_is_sent(traits, field, value):
    connector, there = connected(**traits)
    with pytest.raises(Unmappable) as caught:
        connector.create({Field.TITLE: "a", field: value}, "m")
    assert caught.value.field is field
    assert there.writes == 0


def test_a_field_that_is_not_synced_is_not_held():
    connector = MANIFEST.factory(side(settings(), fields={Field.LABELS: False}), StillClock(), None)
    assert connector.capabilities.of(Field.LABELS).holding is Holding.NOT_HELD
    assert Field.LABELS not in connector.normalise(record({**NATIVE, "labels": ["a"]})).fields
    connector.check()


def test_another_name_for_a_field_is_a_bad_setting():
    connector = MANIFEST.factory(side(settings(), fields={Field.LABELS: "Tags"}), StillClock(), None)
    with pytest.raises(BadSettings, match="labels"):
        connector.check()


def test_canonical_fields_are_what_a_person_would_type_into_the_vault():
    """Writing members by hand and reading them gives the values back."""
    connector, there = connected()
    fields = {
        Field.TITLE: "a",
        Field.STATUS: Status.CANCELLED,
        Field.DUE: datetime(2024, 2, 29, 12, tzinfo=ZoneInfo("Europe/Berlin")),
        Field.START: date(2024, 2, 28),
        Field.LABELS: ("x", "y"),
        Field.ASSIGNEES: (Person(id="1", name="Anna"),),
        Field.CUSTOM: {"k": {"n": 1}},
    }
    entry = connector.get(there.add(members(fields)))
    assert {field: entry.fields[field] for field in fields} == fields
    there.edit(entry.ref, members({field: EMPTY[field] for field in fields if field in EMPTY}))
    assert connector.get(entry.ref).fields[Field.DUE] is None


def test_discover_names_words_and_people():
    connector, there = connected()
    there.add({"title": "a", "assignees": [{"id": "1", "name": "Anna"}]})
    found = {(one.kind, one.id, one.name) for one in connector.discover()}
    assert ("person", "1", "Anna") in found
    assert ("word", "cancelled", "cancelled") in found


@pytest.mark.parametrize(
    ("traits", "name", "value"),
    [
        ({}, "discovery", Discovery.SNAPSHOT),
        ({"incremental": True}, "discovery", Discovery.INCREMENTAL),
        ({"without": ["changes"], "incremental": True}, "discovery", Discovery.POINT),
        ({}, "deletion_sign", DeletionSign.GONE_ON_GET),
        ({"without": ["get"]}, "deletion_sign", DeletionSign.ABSENCE),
        ({"without": ["get"], "incremental": True}, "deletion_sign", DeletionSign.TOMBSTONE),
        ({"archive_deletes": True}, "deletion_sign", DeletionSign.TOMBSTONE),
        ({}, "delete_means", DeleteMeans.DELETE),
        ({"without": ["delete"]}, "delete_means", DeleteMeans.NOTHING),
        ({"archive_deletes": True}, "delete_means", DeleteMeans.ARCHIVE),
        ({}, "create_help", CreateHelp.LISTING),
        ({"without": ["changes"]}, "create_help", CreateHelp.NONE),
        ({"client_ids": True}, "create_help", CreateHelp.CLIENT_ID),
        ({"markers": True}, "create_help", CreateHelp.MARKER),
        ({"without": ["changes"]}, "sweep_requests", None),
        ({"page_size": 5}, "sweep_requests", None),
        ({}, "sweep_requests", 1),
        ({"etags": True}, "preconditions", True),
        ({}, "modified_granularity", None),
        ({"cascades": True, "parents": True}, "delete_cascades", True),
    ],
)
def test_capabilities_follow_from_the_traits(traits, name, value):
    assert getattr(capabilities(**traits), name) == value


@pytest.mark.parametrize(
    ("traits", "field", "holding"),
    [
        ({}, Field.TITLE, Holding.TWO_WAY),
        ({}, Field.PARENT, Holding.NOT_HELD),
        ({"parents": True}, Field.POSITION, Holding.TWO_WAY),
        ({}, Field.COMMENTS, Holding.TWO_WAY),
        ({"not_held": ["comments"]}, Field.COMMENTS, Holding.NOT_HELD),
        ({}, Field.COMPLETED, Holding.READ_ONLY),
        ({"archive_deletes": True}, Field.ARCHIVED, Holding.NOT_HELD),
        ({"without": ["update"]}, Field.TITLE, Holding.AT_CREATE),
        ({"without": ["update", "create"]}, Field.TITLE, Holding.READ_ONLY),
        ({"at_create": ["labels"]}, Field.LABELS, Holding.AT_CREATE),
    ],
)
def test_how_a_field_is_held_follows_from_the_traits(traits, field, holding):
    assert capabilities(**traits).of(field).holding is holding


def test_a_verb_that_does_not_exist_is_not_declared():
    assert Verb.GET not in capabilities(without=["get"]).verbs
    assert Verb.FIND_MARKER not in capabilities().verbs
    assert Verb.FIND_MARKER in capabilities(markers=True).verbs


@pytest.mark.parametrize(
    ("traits", "message"),
    [
        ({"vault": ""}, "vault"),
        ({"colour": "red"}, "colour"),
        ({"states": []}, "at least one state"),
        ({"without": ["changes", "get"]}, "cannot be read"),
        ({"without": ["check"]}, "check"),
        ({"cascades": True}, "parents = true"),
        ({"page_size": 0}, "page_size"),
        ({"silent": ["colour"]}, "silent"),
    ],
)
def test_settings_that_make_no_sense_are_refused(traits, message):
    with pytest.raises(ValidationError, match=message):
        settings(**traits)


def test_two_sides_on_one_vault_have_the_same_container(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    base = str(settings().default_base_url)
    assert settings().container(base) == settings().container(base)
    assert settings().container(base) != settings(vault="other").container(base)
    file = settings(file="v.json").container(base)
    assert file == settings(vault="other", file=str(tmp_path / "v.json")).container(base)


def test_settings_of_another_connector_are_refused():
    other = side(settings())
    object.__setattr__(other, "own", object())
    with pytest.raises(TypeError, match="another connector"):
        MANIFEST.capabilities(other)
