"""Each failure of the server is the right error, says truly whether a write was applied, and is never a deletion."""

from __future__ import annotations

from datetime import date

import pytest

from connectors.contract import Coverage
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    RateLimited,
    Rejected,
    RetryLater,
    Transient,
)
from connectors.serving import Kind
from connectors.task import Field, Patch, Person
from tests.connectors.trackops.bench import side

NEW = {Field.TITLE: "new", Field.DUE: date(2026, 12, 24)}


@pytest.mark.parametrize(
    ("kind", "how", "error"),
    [
        (Kind.STATUS, {"status": 401}, BadCredentials),
        (Kind.STATUS, {"status": 403}, Forbidden),
        (Kind.STATUS, {"status": 404}, BadSettings),
        (Kind.STATUS, {"status": 405}, BadSettings),
        (Kind.STATUS, {"status": 422}, BadSettings),
        (Kind.STATUS, {"status": 429, "headers": {"Retry-After": "3"}}, RateLimited),
        (Kind.STATUS, {"status": 500}, Transient),
        (Kind.STATUS, {"status": 503}, RetryLater),
        (Kind.RESET_AFTER, {}, Transient),
        (Kind.TRUNCATED, {}, Transient),
        (Kind.CUT_JSON, {}, Transient),
        (Kind.EMPTY, {}, Transient),
        (Kind.HTML, {}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b"null"}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'{"error": "maintenance"}'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'{"tasks": {"1": {}}}'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'["one"]'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'[{"title": "no id"}]'}, ContractBroken),
    ],
)
def test_a_list_that_fails_is_an_error_and_never_a_shorter_list(serving, kind, how, error):
    with serving() as it:
        it.sandbox.add("there")
        it.fail(kind, "GET", "/tasks", **how)
        for call in (it.pages, it.connector.check):
            with pytest.raises(error) as caught:
                call()
            assert caught.value.applied is Applied.NO
            assert "\n" not in caught.value.message
            assert caught.value.hint
        it.heal()
        assert len(it.entries()) == 1


def test_a_task_without_id_stops_nothing_and_nothing_counts_as_deleted_beside_it(serving):
    """It may be any task that the list lacks: it is held, and the list does not cover everything."""
    with serving("beyond=empty") as it:
        rows = b'[{"id": 1, "title": "one"}, {"id": 2, "title": "two"}, {"id": null, "title": "three"}]'
        it.fail(Kind.STATUS, "GET", "/tasks", times=1, status=200, body=rows)
        pages = it.pages()
        entries = [it.connector.normalise(record) for page in pages for record in page.records]
        assert [entry.fields.get(Field.TITLE) for entry in entries] == ["one", "two", None]
        assert [bool(entry.problem) for entry in entries] == [False, False, True]
        assert (pages[-1].coverage, pages[-1].last) == (Coverage.SINCE, True)


@pytest.mark.parametrize(
    ("kind", "how"), [(Kind.STATUS, {"status": 500}), (Kind.HTML, {}), (Kind.EMPTY, {}), (Kind.STATUS, {"status": 404})]
)
def test_a_second_page_that_fails_voids_the_read(serving, kind, how):
    """Also a 404: the server counts more tasks than were listed."""
    with serving("most=7") as it:
        for number in range(10):
            it.sandbox.add(f"task {number}")
        pages = it.connector.changes(None)
        next(pages)
        it.fail(kind, "GET", "/tasks", **how)
        with pytest.raises((RetryLater, ContractBroken)):
            list(pages)


@pytest.mark.parametrize("sizes", ["pages", "fixed"])
def test_a_second_page_that_is_not_found_by_mistake_voids_an_uncounted_read(serving, sizes):
    """Without a count, and the first page may be a full one: pages of one task show that there are more."""
    with serving(f"most=7,count=no,beyond=404,paging={sizes}") as it:
        for number in range(10):
            it.sandbox.add(f"task {number}")
        pages = it.connector.changes(None)
        next(pages)
        it.fail(Kind.STATUS, "GET", "/tasks", status=404, times=1)
        it.fail(Kind.STATUS, "GET", "/tasks", status=404, times=1)
        with pytest.raises(ContractBroken):
            list(pages)


@pytest.mark.parametrize("status", [400, 401, 403, 422, 500, 200])
def test_a_task_that_can_not_be_got_is_not_said_to_be_gone(serving, status):
    with serving() as it:
        ref = str(it.sandbox.add("there"))
        it.fail(Kind.STATUS, "GET", ref, status=status, body=b'{"id": 999999, "title": "another"}')
        with pytest.raises((RetryLater, BadCredentials, Forbidden, ContractBroken)):
            it.connector.get(ref)


WRITES = ("POST", "PUT", "DELETE")


def write(it, method, entry):
    """The call that sends this method."""
    connector = it.connect(side(update=True))
    if method == "POST":
        return connector.create(NEW, "marker")
    return connector.update(entry, Patch({Field.TITLE: "changed"})) if method == "PUT" else connector.delete(entry)


def titles(it):
    return [task["title"] for task in it.sandbox.tasks()]


APPLIED = {"POST": ["there", "new"], "PUT": ["changed"], "DELETE": []}


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(
    ("kind", "how", "error", "applied"),
    [
        (Kind.RESET_BEFORE, {}, Transient, Applied.UNKNOWN),
        (Kind.RESET_AFTER, {}, Transient, Applied.UNKNOWN),
        (Kind.TRUNCATED, {}, Transient, Applied.UNKNOWN),
        (Kind.STATUS, {"status": 500}, Transient, Applied.UNKNOWN),
        (Kind.STATUS, {"status": 500, "applied": True}, Transient, Applied.UNKNOWN),
        (Kind.HTML, {}, ContractBroken, Applied.UNKNOWN),
        (Kind.STATUS, {"status": 429, "headers": {"Retry-After": "3"}}, RateLimited, Applied.NO),
        (Kind.STATUS, {"status": 401}, BadCredentials, Applied.NO),
        (Kind.STATUS, {"status": 403}, Rejected, Applied.NO),
        (Kind.STATUS, {"status": 405}, Rejected, Applied.NO),
        (Kind.STATUS, {"status": 413}, Rejected, Applied.NO),
        (Kind.STATUS, {"status": 422, "body": b'{"error": "trackops-company-token is wrong"}'}, Rejected, Applied.NO),
    ],
)
def test_a_write_that_fails_says_whether_it_was_applied_and_is_sent_once(serving, method, kind, how, error, applied):
    with serving("update=merge") as it:
        entry = it.connector.get(str(it.sandbox.add("there", {"due_on": "2026-12-24"})))
        it.fail(kind, method, **how)
        it.requests()
        with pytest.raises(error) as caught:
            write(it, method, entry)
        assert caught.value.applied is applied
        assert "trackops-company-token" not in str(caught.value)
        sent = [one for one in it.seen() if not one.startswith("GET")]
        assert len(sent) == 1 or isinstance(caught.value, RateLimited)
        done = kind in {Kind.RESET_AFTER, Kind.TRUNCATED} or how.get("applied", False)
        assert titles(it) == (APPLIED[method] if done else ["there"])


@pytest.mark.parametrize("body", [b"{}", b'{"success": true}', b'{"errors": {"title": ["x"]}}', b"[]", b"7", b""])
def test_a_create_that_is_answered_without_a_task_is_unknown(serving, body):
    """It is looked for in the list before anything else."""
    with serving() as it:
        it.fail(Kind.STATUS, "POST", status=200, body=body, applied=True)
        with pytest.raises((ContractBroken, Transient)) as caught:
            it.create(NEW)
        assert caught.value.applied is Applied.UNKNOWN
        assert titles(it) == ["new"]


def test_an_answer_without_some_members_confirms_the_others(serving):
    with serving("update=merge") as it:
        connector = it.connect(side(update=True))
        ref = it.sandbox.add("there", {"due_on": "2026-12-24", "body": "text"})
        it.fail(Kind.STATUS, "PUT", status=200, body=b'{"task": {"id": %d, "title": "changed"}}' % ref)
        stored = connector.update(connector.get(str(ref)), Patch({Field.TITLE: "changed"}))
        assert stored.entry.fields == {Field.TITLE: "changed"}
        assert stored.entry.native["body"] == "text"
        assert not stored.confirmed


@pytest.mark.parametrize("body", [b"", b"{}", b"true", b'{"deleted": true}', b'{"id": 999999}'])
def test_a_delete_may_be_answered_by_anything(serving, body):
    with serving("update=merge") as it:
        connector = it.connect(side(update=True))
        entry = connector.get(str(it.sandbox.add("there")))
        it.fail(Kind.STATUS, "DELETE", status=200, body=body)
        assert connector.delete(entry) is None


def test_a_create_whose_people_can_not_be_looked_up_was_not_sent(serving):
    with serving() as it:
        it.fail(Kind.STATUS, "GET", "/staff", status=500)
        with pytest.raises(Transient) as caught:
            it.create({**NEW, Field.ASSIGNEES: (Person(email="anna@example.com"),)})
        assert caught.value.applied is Applied.NO
        assert not any(one.startswith("POST") for one in it.seen())


def test_a_staff_that_may_not_be_read_stops_no_task(serving):
    with serving() as it:
        it.fail(Kind.STATUS, "GET", "/staff", status=403)
        stored = it.create({**NEW, Field.ASSIGNEES: (Person(email="anna@example.com"), Person(id="2"))})
        assert [person.id for person in stored.entry.fields[Field.ASSIGNEES]] == ["2"]
