"""The verbs: what they ask of the server, and what they say of its answers."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from connectors.checkvist.sandbox import Sandbox
from connectors.contract import Coverage
from connectors.errors import Applied, BadSettings, Gone, Rejected, Unmappable
from connectors.serving import Kind
from connectors.task import Field, Patch, Person, Status
from tests.connectors.checkvist.kit import created, entries, settings, updated


def test_a_read_of_a_whole_list_is_one_request_and_says_that_it_is_whole(bench):
    with bench() as it:
        made = [it.sandbox.add(f"Item {number}") for number in range(30)]
        connector = it.connected(settings(auth="basic"))
        (page,) = connector.changes(None)
        assert it.asked() == ["GET /tasks.json"]
        assert [record.ref for record in page.records] == [str(ref) for ref in made]
        assert page.last
        assert page.coverage is Coverage.EVERYTHING
        assert isinstance(page.server_time, datetime)
        assert page.received == it.clock.now()


def test_an_empty_list_is_empty(bench):
    with bench() as it:
        assert entries(it.connected()) == {}


def test_a_plain_create_is_one_request(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        top = it.sandbox.add("Top")
        it.sandbox.add("First", parent=top)
        task = {
            Field.TITLE: "Buy milk",
            Field.DESCRIPTION: "two\nlitres",
            Field.STATUS: Status.NEEDS_ACTION,
            Field.DUE: date(2026, 3, 31),
            Field.PRIORITY: 2,
            Field.LABELS: ("home",),
            Field.ASSIGNEES: (),
            Field.PARENT: str(top),
            Field.POSITION: 1,
        }
        stored = created(connector, task)
        assert it.asked() == ["POST /tasks.json"]
        assert {field: stored.entry.fields[field] for field in task} == task
        assert entries(connector)[stored.entry.ref] == stored.entry


def test_what_a_create_would_parse_is_written_a_moment_later_and_nothing_is_invented(bench):
    with bench("create_parses=yes") as it:
        connector = it.connected(settings(auth="basic"))
        created(connector, {Field.TITLE: "Fix C# ^tomorrow !1 @ben #bug", Field.LABELS: ("mine",)})
        (item,) = it.sandbox.tasks()
        assert it.asked() == ["POST /tasks.json", f"PUT /tasks/{item['id']}.json"]
        assert item["content"] == "Fix C# ^tomorrow !1 @ben #bug"
        assert (item["tags"], item["due"], item["priority"], item["assignee_ids"]) == ({"mine": False}, None, 0, [])


def test_the_sandbox_does_parse_what_is_posted_as_it_is(bench):
    """The test above can fail: without care the text is spoilt."""
    with bench("create_parses=yes") as it:
        it.connected().create({Field.TITLE: "Fix C# ^tomorrow !1 #bug"}, "")
        (item,) = it.sandbox.tasks()
        assert item["content"] != "Fix C# ^tomorrow !1 #bug"
        assert (item["tags"], item["priority"]) == ({"bug": False}, 1)


def test_an_update_is_one_request_whatever_it_changes(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        top = str(it.sandbox.add("Top"))
        entry = connector.get(str(it.sandbox.add("Old\nkept")))
        it.asked()
        new = {
            Field.TITLE: "New #1",
            Field.DUE: date(2026, 4, 1),
            Field.LABELS: ("a b", "c"),
            Field.PRIORITY: 9,
            Field.PARENT: top,
            Field.POSITION: 1,
            Field.ASSIGNEES: (Person(id="12"), Person(id="13")),
        }
        stored = connector.update(entry, Patch(new))
        assert it.asked() == [f"PUT /tasks/{entry.ref}.json"]
        assert {field: stored.entry.fields[field] for field in new} == new
        assert stored.entry.fields[Field.DESCRIPTION] == "kept"


def test_a_patch_of_the_description_keeps_the_title_that_was_just_read(bench):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("Title\nold")
        it.sandbox.edit(ref, content="Edited by somebody\nold")
        updated(connector, connector.get(str(ref)), {Field.DESCRIPTION: "new"})
        assert it.sandbox.tasks()[0]["content"] == "Edited by somebody\nnew"


def test_private_tags_stay_private(bench):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("A")
        it.sandbox.privately_tag(ref, "Secret")
        updated(connector, connector.get(str(ref)), {Field.LABELS: ("new", "secret")})
        assert it.sandbox.tasks()[0]["tags"] == {"new": False, "Secret": True}


def test_a_status_is_an_action_and_its_answer_is_what_is_stored(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        entry = connector.get(str(it.sandbox.add("A")))
        it.asked()
        for status, action in (
            (Status.COMPLETED, "close"),
            (Status.CANCELLED, "invalidate"),
            (Status.NEEDS_ACTION, "reopen"),
        ):
            entry = updated(connector, entry, {Field.STATUS: status}).entry
            assert entry.fields[Field.STATUS] is status
            assert it.asked() == [f"POST /tasks/{entry.ref}/{action}.json"]
        updated(connector, entry, {Field.STATUS: Status.NEEDS_ACTION})
        assert it.asked() == []


def test_an_action_names_the_children_that_it_changed(bench):
    """A child that somebody added between our read and our close is named, so that it can be put back."""
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("Leaf")
        leaf = connector.get(str(ref))
        child = it.sandbox.add("Added meanwhile", parent=ref)
        stored = updated(connector, leaf, {Field.STATUS: Status.COMPLETED})
        assert [(other.ref, other.fields[Field.STATUS]) for other in stored.also] == [(str(child), Status.COMPLETED)]
        assert stored.entry.derived == {Field.STATUS}


def test_the_status_of_a_parent_is_marked_and_refused_without_a_request(bench):
    with bench() as it:
        connector = it.connected(settings(auth="basic"))
        ref = it.sandbox.add("Top")
        it.sandbox.add("Child", parent=ref)
        top = connector.get(str(ref))
        it.asked()
        assert top.derived == {Field.STATUS}
        with pytest.raises(Unmappable):
            updated(connector, top, {Field.STATUS: Status.COMPLETED})
        assert it.asked() == []


def test_a_delete_takes_the_children_along_and_names_them(bench):
    with bench() as it:
        connector = it.connected()
        ref = it.sandbox.add("Top", tags=["kept for undo"])
        children = [str(it.sandbox.add(f"Child {number}", parent=ref)) for number in range(2)]
        stored = connector.delete(connector.get(str(ref)))
        assert stored.entry.ref == str(ref)
        assert stored.entry.deleted
        assert stored.entry.fields[Field.LABELS] == ("kept for undo",)
        assert [other.ref for other in stored.also] == children
        assert it.sandbox.tasks() == []


@pytest.mark.parametrize("reading", ["single=array", "single=object"])
def test_one_item_is_itself_and_not_its_parent(bench, reading):
    with bench(reading) as it:
        connector = it.connected()
        top = it.sandbox.add("Top")
        ref = it.sandbox.add("Below", parent=it.sandbox.add("Middle", parent=top))
        read = connector.get(str(ref))
        assert (read.ref, read.fields[Field.TITLE]) == (str(ref), "Below")


def test_an_invalid_parent_is_refused_and_named(bench):
    with bench() as it:
        connector = it.connected()
        for write in (
            lambda: created(connector, {Field.TITLE: "A", Field.PARENT: "99"}),
            lambda: updated(connector, connector.get(str(it.sandbox.add("B"))), {Field.PARENT: "99"}),
        ):
            with pytest.raises(Rejected, match="Invalid parent_id: 99") as caught:
                write()
            assert caught.value.fields == {Field.PARENT}
            assert caught.value.applied is Applied.NO


@pytest.mark.parametrize(
    ("kind", "verb", "path"),
    [(Kind.EMPTY, "PUT", "fields"), (Kind.EMPTY, "POST", "status")],
    ids=["update", "action"],
)
def test_an_empty_answer_to_a_change_confirms_nothing_and_is_no_error(bench, kind, verb, path):
    with bench() as it:
        connector = it.connected()
        entry = connector.get(str(it.sandbox.add("A")))
        it.fail(kind, verb)
        patch = {Field.TITLE: "B"} if path == "fields" else {Field.STATUS: Status.COMPLETED}
        stored = updated(connector, entry, patch)
        assert stored.entry.ref == entry.ref
        assert stored.entry.fields == {}
        assert connector.get(entry.ref).fields[Field.TITLE if path == "fields" else Field.STATUS] == next(
            iter(patch.values())
        )


def test_check_proves_the_list_and_the_configured_words(bench):
    with bench() as it:
        it.connected().check()
        with pytest.raises(BadSettings, match="done"):
            it.connected(statuses={"open": Status.NEEDS_ACTION, "done": Status.COMPLETED}).check()
        with pytest.raises(BadSettings, match="labels"):
            it.connected(fields={Field.LABELS: "tags"}).check()


def test_discover_names_lists_and_the_account(bench):
    with bench() as it:
        it.sandbox.add("A")
        item = it.sandbox.add("B")
        it.sandbox.edit(item, people=[11, Sandbox.people[2]])
        found = {(one.kind, one.id, one.name, one.email) for one in it.connected().discover() if one.kind != "word"}
        other = str(Sandbox.people[2])
        assert found == {
            ("list", str(Sandbox.checklist), "Work", ""),
            ("list", str(Sandbox.other_checklist), "Someday", ""),
            ("person", "11", "me", Sandbox.username),
            ("person", other, "", ""),
        }


@pytest.mark.parametrize("checklist", [0, 999])
def test_discover_needs_no_list(bench, checklist):
    with bench() as it:
        own = settings().model_copy(update={"checklist": checklist})
        connector = it.connected(own)
        assert {one.id for one in connector.discover() if one.key == "checklist"} == {
            str(Sandbox.checklist),
            str(Sandbox.other_checklist),
        }
        assert bool(connector.remarks) is bool(checklist)


def test_closing_a_connector_is_all_there_is_to_it(bench):
    with bench() as it:
        connector = it.connected()
        entries(connector)
        connector.close()
        with pytest.raises(Gone):
            connector.get("99")  # a new connection is made when one is needed again
