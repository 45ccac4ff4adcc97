"""The connector over real HTTP: checks, cursors, people, what can be named, and what a configuration gets wrong."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from connectors.contract import Coverage, Cursor
from connectors.errors import BadCredentials, BadSettings, Gone
from connectors.serving import Kind
from connectors.task import Field, Patch, Person, Status
from connectors.trackops import MANIFEST
from connectors.trackops.sandbox import Sandbox
from connectors.trackops.wire import raw_hash
from tests.connectors.trackops.bench import DENVER, side

DUE = {Field.DUE: date(2026, 12, 24)}


def test_the_user_name_ends_in_token_whether_or_not_it_was_written(serving):
    """Basic with `USER/token`: without the suffix the server refuses."""
    with serving() as it:
        for name in ("api@example.com", "api@example.com/token"):
            it.connect(side(username=name)).check()
        sent = {one.headers["authorization"] for one in it.requests()}
        assert sent == {"Basic " + base64.b64encode(b"api@example.com/token:trackops-company-token").decode()}


def test_two_spellings_of_one_user_are_one_account(serving):
    assert side(username="a/token").own == side(username="a").own


@pytest.mark.parametrize("reading", ["", "cases=no"])
def test_a_check_reads_one_task_and_where_there_is_none_the_case(serving, reading):
    with serving(reading) as it:
        it.connector.check()
        assert it.seen() == ["GET /tasks", "GET /cases/245", *(["GET /cases"] if reading else [])]
        it.sandbox.add("there")
        it.connector.check()
        assert it.seen() == ["GET /tasks"]


def test_a_case_that_is_not_there_is_a_setting_to_correct(serving):
    with serving() as it:
        with pytest.raises(BadSettings, match="case 9") as caught:
            it.connect(side(case=9)).check()
        assert "case" in caught.value.hint


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"statuses": {"done": Status.COMPLETED}}, 'no status "done"'),
        ({"fields": {Field.DUE: "Deadline"}}, "no other name for due"),
    ],
)
def test_what_the_configuration_names_and_the_vendor_does_not_have(serving, settings, words):
    with serving() as it:
        with pytest.raises(BadSettings, match=words) as caught:
            it.connect(side(**settings)).check()
        assert caught.value.hint
        assert it.seen() == []


def test_wrong_credentials_and_a_wrong_address_are_told_with_what_to_do(serving):
    with serving() as it:
        with pytest.raises(BadCredentials) as refused:
            it.connect(side(token="wrong-token")).check()
        assert "token" in refused.value.hint
        assert "wrong-token" not in str(refused.value)
        with pytest.raises(BadSettings) as misplaced:
            it.connect(side(), base_url=f"{it.serving.url('trackops')}/api").check()
        assert "base_url" in misplaced.value.hint


def test_credentials_do_not_follow_a_redirect(serving):
    with serving() as it:
        elsewhere = "http://127.0.0.1:9/elsewhere"
        it.fail(Kind.STATUS, "GET", status=302, headers={"Location": elsewhere})
        it.fail(Kind.STATUS, "POST", status=307, headers={"Location": elsewhere})
        with pytest.raises(Exception, match=r"redirect|connection") as caught:
            it.pages()
        assert "trackops-company-token" not in str(caught.value)
        with pytest.raises(BadSettings, match="redirected"):
            it.create({Field.TITLE: "x", **DUE})


def test_a_cursor_is_the_moment_of_the_servers_clock_at_which_its_read_began(serving):
    with serving() as it:
        before = datetime.now(UTC)
        pages = it.pages()
        cursor = pages[-1].cursor
        assert abs((cursor.began - before).total_seconds()) < 5
        assert cursor.began == pages[0].server_time
        it.requests()
        it.pages(Cursor(value=cursor.value, began=datetime(2026, 3, 1, 12, 30, 5, tzinfo=DENVER)))
        assert "updated_from=2026-03-01+19%3A30%3A05" in it.requests()[0].query, "in UTC"


@pytest.mark.parametrize("value", ["", "no cursor", "[]", "{}", '{"form": "roman", "longest": 1}', '{"form": "iso"}'])
def test_a_cursor_that_is_not_ours_is_answered_by_everything(serving, value):
    with serving() as it:
        it.sandbox.add("one")
        pages = it.pages(Cursor(value=value, began=datetime.now(UTC)))
        assert pages[-1].coverage is Coverage.EVERYTHING
        assert pages[-1].cursor is not None
        assert sum(len(page.records) for page in pages) == 1


def test_the_overlap_is_ten_minutes():
    increment = MANIFEST.capabilities(side()).increment
    assert (increment.skew, increment.inclusive) == (timedelta(minutes=10), True)


def test_somebody_is_asked_for_once_and_whom_the_staff_lacks_is_left_out(serving):
    with serving() as it:
        people = (Person(email="ghost@example.com"), Person(email="ben@example.com"), Person(name="Nobody"))
        for number in range(3):
            stored = it.create({Field.TITLE: f"task {number}", Field.ASSIGNEES: people, **DUE})
            assert stored.entry.fields[Field.ASSIGNEES] == (Person(id="2", name="Ben Çelik", email="ben@example.com"),)
        assert it.seen() == ["GET /staff", "GET /staff", "POST /tasks", "POST /tasks", "POST /tasks"]


def test_an_answer_with_bare_ids_is_told_with_the_addresses_that_were_sent(serving):
    with serving("users=ids,staff=all") as it:
        stored = it.create({Field.TITLE: "x", Field.ASSIGNEES: (Person(email="chris@EXAMPLE.com"),), **DUE})
        assert stored.entry.fields[Field.ASSIGNEES] == (Person(id="3", email="chris@EXAMPLE.com"),)


def test_a_task_is_made_where_the_settings_say(serving):
    with serving() as it:
        connector = it.connect(side(subject=209, case_service=1, calendar=2))
        address = {"address_1": "2000 Blake Street", "city": "Denver", "state": "CO", "zip": 80202, "junk": 1}
        fields = {Field.TITLE: "x", Field.CUSTOM: {"address": address}, **DUE}
        stored = it.create(fields, connector)
        wire = it.sandbox.stored(int(stored.entry.ref))
        assert {name: wire[name] for name in ("casefile_id", "calendar_id", "subject_id", "case_service_id")} == {
            "casefile_id": 245,
            "calendar_id": 2,
            "subject_id": 209,
            "case_service_id": 1,
        }
        kept = {"address_1": "2000 Blake Street", "city": "Denver", "state": "CO", "zip": "80202"}
        assert wire["address"] == kept
        assert stored.entry.fields[Field.CUSTOM] == {"address": kept}


def test_a_due_date_is_made_up_by_the_sides_own_calendar(serving):
    with serving() as it:
        stored = it.create({Field.TITLE: "x"}, it.connect(side(default_due=timedelta(days=3))))
        today = it.clock.now().astimezone(DENVER).date()
        assert stored.entry.fields[Field.DUE] == today + timedelta(days=3)


def test_a_due_date_is_made_up_before_it_is_sent(serving):
    """So that it is known where the answer is lost. A change makes up nothing, and a date that was told stays."""
    with serving() as it:
        connector = it.connect(side(default_due=timedelta(days=3), update=True))
        today = it.clock.now().astimezone(DENVER).date()
        plain, dated = Patch({Field.TITLE: "x"}), Patch({Field.TITLE: "x", **DUE})
        (made,) = connector.split(plain, creating=True)
        assert made.fields == {Field.TITLE: "x", Field.DUE: today + timedelta(days=3)}
        assert connector.split(dated, creating=True) == (dated,)
        assert connector.split(plain, creating=False) == (plain,)
        assert it.seen() == []


def test_a_status_is_a_second_step_where_there_is_one(serving):
    with serving("update=merge") as it:
        connector = it.connect(side(update=True))
        for status, steps in ((Status.NEEDS_ACTION, 1), (Status.IN_PROGRESS, 2), (Status.COMPLETED, 2)):
            patch = Patch({Field.TITLE: "x", Field.STATUS: status, **DUE})
            assert len(connector.split(patch, creating=True)) == steps
            stored = it.create(patch.fields, connector)
            assert connector.get(stored.entry.ref).fields[Field.STATUS] is status


def test_the_word_of_a_status_stays_while_it_means_the_same(serving):
    with serving("update=merge") as it:
        connector = it.connect(side(update=True))
        ref = it.sandbox.add("x", {"due_on": "2026-12-24"})
        connector.update(connector.get(str(ref)), Patch({Field.STATUS: Status.NEEDS_ACTION}))
        assert it.sandbox.stored(ref)["status"] == "none"
        it.sandbox.edit(ref, {"status": "complete"})
        connector.update(connector.get(str(ref)), Patch({Field.STATUS: Status.NEEDS_ACTION}))
        assert it.sandbox.stored(ref)["status"] == "needs_action"


def test_the_time_of_completion_is_told(serving):
    with serving() as it:
        ref = it.sandbox.add("x", {"status": "complete"})
        entry = it.connector.get(str(ref))
        assert entry.fields[Field.STATUS] is Status.COMPLETED
        assert abs(entry.fields[Field.COMPLETED] - datetime.now(UTC)) < timedelta(seconds=10)


def test_a_task_of_another_case_or_of_none_is_told_with_its_place(serving):
    with serving() as it:
        ref = it.sandbox.add("x")
        it.sandbox.move(ref, it.sandbox.other_case)
        assert it.connector.get(str(ref)).container == "case 246"
        it.sandbox.move(ref, None)
        assert it.connector.get(str(ref)).container == "no case"
        assert it.entries() == {}


@pytest.mark.parametrize("reading", ["unknown=404", "unknown=410", "answers=wrapped"])
def test_what_is_deleted_is_gone(serving, reading):
    with serving(reading) as it:
        ref = str(it.sandbox.add("x"))
        assert it.connector.get(ref).fields[Field.TITLE] == "x"
        it.sandbox.remove(int(ref))
        with pytest.raises(Gone):
            it.connector.get(ref)


@pytest.mark.parametrize(("reading", "kinds"), [("", {"person", "case"}), ("staff=none,cases=no", set())])
def test_what_can_be_named_is_found(serving, reading, kinds):
    with serving(reading) as it:
        it.sandbox.add("x")
        found = it.connector.discover()
        assert {one.kind for one in found} == kinds | {"calendar", "word"}
        told = {(one.kind, one.id): (one.name, one.remark) for one in found}
        assert told["calendar", str(Sandbox.calendar)] == ("", "1 task of this case on it")
        if kinds:
            (anna,) = (one for one in found if (one.kind, one.id) == ("person", "1"))
            assert (anna.name, anna.email) == ("Anna Berg", "anna@example.com")
            assert told["case", "245"] == ("2026-0245", "")
        assert {one.id for one in found if one.kind == "word"} == {"none", "needs_action", "in_progress", "complete"}


@pytest.mark.parametrize("case", [0, 999])
def test_what_can_be_named_is_found_without_a_case(serving, case):
    with serving() as it:
        it.sandbox.add("x")
        told = side()
        own = told.own.model_copy(update={"case": case})
        found = it.connect(replace(told, own=own)).discover()
        assert {one.id for one in found if one.key == "case"} == {"245", "246"}
        told = {one.id: one.remark for one in found if one.key == "calendar"}
        assert told == {str(Sandbox.calendar): "1 task of the account's newest on it"}


def test_a_colleagues_new_name_is_no_change_of_a_task(serving):
    """The filter would not tell it, and would be taken for one that omits changes."""
    with serving() as it:
        it.sandbox.add("x", {"users_list": [1]})
        (before,) = it.pages()[0].records
        native = {**before.native, "Users": [{"id": 1, "name": "Anna Maria Berg", "email": "anna@example.com"}]}
        assert raw_hash(native) == before.raw_hash
        assert raw_hash({**native, "Users": [{"id": 2}]}) != before.raw_hash
