"""The verbs over HTTP, under every reading of what the document leaves open."""

from __future__ import annotations

import json

import pytest

from connectors.contract import Verb
from connectors.errors import (
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    Rejected,
    SideDown,
    Stale,
    Unmappable,
)
from connectors.optacheck.sandbox import Reading, Sandbox
from connectors.task import Field, Fields, Patch, Person, Status
from tests.connectors.optacheck.kit import ANNA, BEN, CREW, WORDS, running, side

READINGS = ["", *(f"{name}={value}" for name, values in Reading.choices().items() for value in values[1:])]
WRITABLE = [reading for reading in READINGS if not reading.startswith("access")]
TASK: Fields = {
    Field.TITLE: "Check the fire doors on all floors. " * 4,
    Field.DESCRIPTION: "Keys are\n\nat the desk",
    Field.STATUS: Status.IN_PROGRESS,
    Field.ASSIGNEES: (Person(email=ANNA), Person(email=BEN)),
}
OTHER: Fields = {
    Field.TITLE: "Check them again",
    Field.DESCRIPTION: "",
    Field.STATUS: Status.NEEDS_ACTION,
    Field.ASSIGNEES: (),
}


def create(connector, bench, fields):
    (step,) = connector.split(Patch(bench.view(fields)), creating=True)
    return connector.create(step.fields, "marker").entry


@pytest.mark.parametrize("reading", WRITABLE)
def test_under_every_reading_what_is_written_is_read_back(reading):
    with running(reading) as bench:
        entry = create(bench.connector, bench, TASK)
        assert len(str(entry.fields[Field.TITLE])) <= 100
        anna = Person(id=Sandbox.people[ANNA], email=ANNA)
        read = bench.connector.get(entry.ref)
        assert read.fields == read.fields | bench.view(TASK) | {Field.ASSIGNEES: (anna,)}
        answer = bench.connector.update(read, Patch(OTHER)).entry
        after = bench.connector.get(entry.ref)
        assert {name: after.fields.get(name, "") for name in OTHER} == OTHER
        assert {name: answer.fields.get(name, "") for name in OTHER} == OTHER
        assert bench.connector.delete(after) is None
        with pytest.raises(Gone):
            bench.connector.get(entry.ref)
        assert bench.connector.delete(after) is None
        assert bench.sandbox.tasks() == []


@pytest.mark.parametrize("reading", ["put=merge", "put=replace", "put=demand"])
@pytest.mark.parametrize("field", [Field.TITLE, Field.STATUS, Field.DESCRIPTION])
def test_an_update_of_one_field_leaves_everything_else_as_it_was(reading, field):
    """Forms, project, client, data and whoever has the task, whichever way the server reads an update."""
    with running(reading) as bench:
        connector = bench.connect(side(forms=["f1", "f2"], project="p", client="c"))
        entry = create(connector, bench, TASK)
        data = {"fields": [{"id": "1", "title": "Meter", "value": "7", "type": "number"}], "more": 1}
        bench.sandbox.edit(entry.ref, {"data": data})
        before = bench.task(entry.ref)
        bench.forget()
        connector.update(connector.get(entry.ref), Patch({field: OTHER[field]}))
        assert bench.methods() == ["GET", "GET", "PUT"]
        after = bench.task(entry.ref)
        touched = {field.value, "date_edited", "status_history"}
        assert {name for name in after if after[name] != before[name]} <= touched
        assert field.value in {name for name in after if after[name] != before[name]}


def test_a_new_task_is_told_what_is_demanded_and_what_is_configured(bench):
    connector = bench.connect(side(forms=["f"], project="p", client="c"))
    connector.create({Field.TITLE: "Bare"}, "marker")
    (request,) = [seen for seen in bench.requests() if seen.method == "POST"]
    assert json.loads(request.body) == {
        "status": "assigned",
        "title": "Bare",
        "user_email": CREW,
        "forms": ["f"],
        "project": "p",
        "client": "c",
    }
    assert request.path == "/v1.0/workspaces/ws-1/assignments/"
    assert request.headers["x-api-key"] == Sandbox.api_key
    assert request.headers["authorization"].startswith("Token ")


def test_the_custom_fields_of_a_task_are_read_and_written_by_their_names(bench):
    fields = [
        {"id": "1", "title": "Meter", "value": "7", "type": "number"},
        {"id": "2", "title": "Seal", "value": None},
        {"id": "3", "title": "Seal", "value": "x"},
    ]
    ref = bench.sandbox.add("Read the meter", {"data": {"fields": fields}})
    entry = bench.connector.get(ref)
    assert entry.fields[Field.CUSTOM] == {"Meter": "7", "2": None, "3": "x"}
    bench.connector.update(entry, Patch({Field.CUSTOM: {"Meter": "8"}}))
    assert bench.task(ref)["data"]["fields"] == [{**fields[0], "value": "8"}, *fields[1:]]
    with pytest.raises(Unmappable):
        bench.connector.update(bench.connector.get(ref), Patch({Field.CUSTOM: {"Other": "8"}}))


def test_what_was_changed_there_since_it_was_read_is_not_overwritten(bench):
    """Stale where the same field moved; another field's edit is carried along."""
    entry = create(bench.connector, bench, TASK)
    bench.sandbox.edit(entry.ref, {"title": "Theirs"})
    bench.forget()
    with pytest.raises(Stale):
        bench.connector.update(entry, Patch({Field.TITLE: "Ours"}))
    assert bench.methods() == ["GET"]
    bench.connector.update(entry, Patch({Field.DESCRIPTION: "ours"}))
    assert (bench.task(entry.ref)["title"], bench.task(entry.ref)["description"]) == ("Theirs", "ours")


def test_a_task_of_somebody_unknown_is_changed_only_once_their_address_is_known(bench):
    ref = bench.sandbox.add("Theirs", {"user": Sandbox.people[BEN]})
    entry = bench.connector.get(ref)
    assert entry.fields[Field.ASSIGNEES] == (Person(id=Sandbox.people[BEN]),)
    with pytest.raises(Rejected, match=r"\[people\]"):
        bench.connector.update(entry, Patch({Field.TITLE: "Ours"}))
    bench.connector.update(entry, Patch({Field.TITLE: "Anna's", Field.ASSIGNEES: (Person(email=ANNA),)}))
    assert bench.task(ref)["user"] == Sandbox.people[ANNA]
    bench.sandbox.edit(ref, {"user": Sandbox.people[BEN]})
    bench.connector.acquaint([Person(id=Sandbox.people[BEN], email=BEN)])
    bench.connector.update(bench.connector.get(ref), Patch({Field.TITLE: "Ours"}))
    assert (bench.task(ref)["title"], bench.task(ref)["user"]) == ("Ours", Sandbox.people[BEN])


@pytest.mark.parametrize("reading", ["people=ignore", "people=mine"])
def test_an_address_that_a_server_passes_over_teaches_nothing(reading):
    """Whoever got the task instead is not taken for the one who was told."""
    with running(reading) as bench:
        entry = create(bench.connector, bench, {Field.TITLE: "x", Field.ASSIGNEES: (Person(email="z@example.com"),)})
        assert all(one.email != "z@example.com" for one in entry.fields[Field.ASSIGNEES])
        mine = create(bench.connector, bench, {Field.TITLE: "y", Field.ASSIGNEES: (Person(email=ANNA),)})
        bench.connector.update(mine, Patch({Field.ASSIGNEES: (Person(email="z@example.com"),)}))
        assert not [found for found in bench.connector.discover() if found.email == "z@example.com"]


def test_an_unknown_address_is_refused_for_that_field(bench):
    with pytest.raises(Rejected) as caught:
        bench.connector.create({Field.TITLE: "x", Field.ASSIGNEES: (Person(email="z@example.com"),)}, "marker")
    assert caught.value.fields == {Field.ASSIGNEES}
    with pytest.raises(Unmappable):
        bench.connector.create({Field.TITLE: "x", Field.ASSIGNEES: (Person(name="Zoe"),)}, "marker")


@pytest.mark.parametrize("counts", ["utf16", "bytes"])
def test_a_server_that_counts_otherwise_refuses_the_text_by_its_field(counts):
    with running(f"counts={counts}") as bench:
        with pytest.raises(Rejected) as caught:
            bench.connector.create({Field.TITLE: "🦊" * 100}, "marker")
        assert caught.value.fields == {Field.TITLE}
        assert "100 characters" in caught.value.message


def test_words_are_those_of_the_table_and_a_word_that_means_the_same_stays(bench):
    connector = bench.connect(side(statuses=WORDS))
    ref = bench.sandbox.add("x", {"status": "active"})
    entry = connector.get(ref)
    assert entry.fields[Field.STATUS] is Status.IN_PROGRESS
    connector.update(entry, Patch({Field.STATUS: Status.IN_PROGRESS}))
    assert bench.task(ref)["status"] == "active"
    connector.update(connector.get(ref), Patch({Field.STATUS: Status.COMPLETED}))
    assert bench.task(ref)["status"] == "completed"
    assert bench.connector.get(ref).unknown == {Field.STATUS: "completed"}
    with pytest.raises(Unmappable):
        bench.connector.update(bench.connector.get(ref), Patch({Field.STATUS: Status.CANCELLED}))


@pytest.mark.parametrize("reading", ["access=403", "access=405"])
def test_an_account_that_may_only_read_is_refused_and_not_down(reading):
    with running(reading) as bench:
        ref = bench.sandbox.add("there")
        entry = bench.connector.get(ref)
        for write in (
            lambda: create(bench.connector, bench, TASK),
            lambda: bench.connector.update(entry, Patch({Field.TITLE: "x"})),
            lambda: bench.connector.delete(entry),
        ):
            with pytest.raises(Rejected) as caught:
                write()
            assert caught.value.hint
        assert bench.connector.get(ref).fields[Field.TITLE] == "there"


@pytest.mark.parametrize("reading", ["", "token=403", "login=401", "login=403", "key=401", "workspace=403"])
def test_wrong_credentials_are_named(reading):
    with running(reading) as bench:
        bench.connector.check()
        for wrong in ({"password": "wrong"}, {"password": None, "token": "wrong"}, {"api_key": "wrong"}):
            with pytest.raises((BadCredentials, Forbidden)) as caught:
                bench.connect(side(**wrong)).check()
            assert "api_key" in caught.value.hint
            assert "wrong" not in str(caught.value)


def test_a_workspace_that_is_not_there_is_told_where_the_server_tells():
    with running("workspace=403") as bench, pytest.raises(Forbidden) as caught:
        bench.connect(side(workspace="other")).check()
    assert "workspace" in caught.value.hint


@pytest.mark.parametrize("reading", ["token=401", "token=403"])
def test_a_token_that_is_over_is_fetched_anew_and_the_request_sent_once_more(reading):
    with running(reading) as bench:
        entry = create(bench.connector, bench, TASK)
        bench.sandbox.end_tokens()
        bench.clock.sleep(120)
        assert bench.connector.get(entry.ref).ref == entry.ref
        bench.sandbox.end_tokens()
        bench.clock.sleep(120)
        bench.connector.create({Field.TITLE: "Once"}, "marker")
        assert len(bench.sandbox.tasks()) == 2


def test_a_configured_token_works_and_is_not_renewed(bench):
    good = bench.sandbox._tokens.good
    connector = bench.connect(side(username="", password=None, token=good))
    connector.check()
    bench.sandbox.end_tokens()
    with pytest.raises(BadCredentials):
        connector.check()


def test_what_a_server_did_not_keep_is_a_loud_error(bench):
    """A server that takes a task from whoever has it, though it is told the address: nothing more is sent there."""
    entry = create(bench.connector, bench, TASK)
    bench.connector.acquaint([Person(id=Sandbox.people[ANNA], email=BEN)])
    with pytest.raises(ContractBroken, match="user") as caught:
        bench.connector.update(bench.connector.get(entry.ref), Patch({Field.TITLE: "x"}))
    assert isinstance(caught.value, SideDown)


def test_a_redirected_write_is_not_followed_and_names_the_setting():
    with running() as bench:
        connector = bench.connect(side())
        connector._client._all = connector._client._all.rstrip("/")
        with pytest.raises(BadSettings, match="redirected"):
            connector.create({Field.TITLE: "x"}, "marker")
        assert bench.sandbox.tasks() == []


def test_another_name_for_a_field_means_nothing_here(bench):
    with pytest.raises(BadSettings, match="title"):
        bench.connect(side(fields={Field.TITLE: "Name"})).check()


def test_there_is_no_list(bench):
    capabilities = bench.connector.capabilities
    assert not capabilities.can(Verb.CHANGES)
    assert not hasattr(bench.connector, "changes")


def test_what_is_known_is_discovered(bench):
    create(bench.connector, bench, TASK)
    found = {(one.kind, one.name or one.email) for one in bench.connector.discover()}
    assert found == {("word", "assigned"), ("word", "in_progress"), ("word", "active"), ("person", ANNA)}


def test_adopted_tasks_show_what_new_ones_may_be_given(bench):
    ref = bench.sandbox.add("Inspect", {"forms": ["f-1"], "project": "p-1", "client": "c-1", "status": "cancelled"})
    connector = bench.connect(side(adopt=[ref, "no-such-task"]))
    found = {(one.kind, one.id): (one.key, one.remark) for one in connector.discover()}
    assert found["form", "f-1"] == ("forms", 'of "Inspect"')
    assert found["project", "p-1"] == ("project", 'of "Inspect"')
    assert found["client", "c-1"] == ("client", 'of "Inspect"')
    assert found["word", "cancelled"] == ("statuses", "not in [statuses]: no opinion")
