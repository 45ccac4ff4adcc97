"""Each failure of the server is the right error, says truly whether a write was applied, and is never a deletion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from connectors.contract import Entry
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    RateLimited,
    RetryLater,
    Transient,
)
from connectors.serving import Kind
from connectors.task import Field, Patch
from tests.connectors.ogsm.bench import Bench, running, side

WRITES = ("POST", "PATCH", "DELETE")


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running() as served:
        yield served


def write(bench: Bench, method: str, entry: Entry) -> object:
    """The call that sends this method."""
    if method == "POST":
        return bench.connector.create({Field.TITLE: "new"}, "marker")
    if method == "PATCH":
        return bench.connector.update(entry, Patch({Field.TITLE: "changed"}))
    return bench.connector.delete(entry)


def changed(bench: Bench, method: str) -> bool:
    """Whether the server did what this method asks."""
    titles = [action["title"] for action in bench.sandbox.actions()]
    return titles == {"POST": ["there", "new"], "PATCH": ["changed"], "DELETE": []}[method]


@pytest.mark.parametrize(
    ("kind", "how", "error"),
    [
        (Kind.STATUS, {"status": 401}, BadCredentials),
        (Kind.STATUS, {"status": 403}, Forbidden),
        (Kind.STATUS, {"status": 404}, BadSettings),
        (Kind.STATUS, {"status": 422}, BadSettings),
        (Kind.STATUS, {"status": 429, "headers": {"Retry-After": "3"}}, RateLimited),
        (Kind.STATUS, {"status": 500}, Transient),
        (Kind.STATUS, {"status": 503}, RetryLater),
        (Kind.RESET_BEFORE, {}, Transient),
        (Kind.RESET_AFTER, {}, Transient),
        (Kind.TRUNCATED, {}, Transient),
        (Kind.CUT_JSON, {}, Transient),
        (Kind.EMPTY, {}, Transient),
        (Kind.HTML, {}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b"null"}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'{"error": "maintenance"}'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'{"actions": [], "meta": {"pages": 7}}'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'["one"]'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'[{"title": "no id"}]'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'[{"id": 1, "title": "a"}, {"id": 1, "title": "b"}]'}, ContractBroken),
    ],
)
def test_a_list_that_fails_is_an_error_and_never_a_shorter_list(bench, kind, how, error):
    bench.sandbox.add("there")
    bench.fail(kind, "GET", **how)
    with pytest.raises(error) as caught:
        bench.records()
    assert caught.value.applied is Applied.NO
    assert "\n" not in caught.value.message
    assert caught.value.hint
    with pytest.raises(error):
        bench.connector.check()
    bench.heal()
    assert len(bench.records()) == 1


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.TRUNCATED])
def test_a_write_whose_answer_is_lost_is_sent_once_and_unknown(bench, method, kind):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(kind, method)
    bench.forget()
    with pytest.raises(Transient) as caught:
        write(bench, method, entry)
    assert caught.value.applied is Applied.UNKNOWN
    assert len(bench.seen()) == 1
    assert changed(bench, method) == (kind is not Kind.RESET_BEFORE)


@pytest.mark.parametrize("method", WRITES)
def test_a_write_that_was_refused_for_its_rate_was_not_applied(bench, method):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.STATUS, method, status=429, headers={"Retry-After": "3"})
    with pytest.raises(RateLimited) as caught:
        write(bench, method, entry)
    assert caught.value.applied is Applied.NO
    assert caught.value.retry_after == pytest.approx(3)
    assert not changed(bench, method)


@pytest.mark.parametrize("method", WRITES)
@pytest.mark.parametrize(("kind", "how"), [(Kind.HTML, {}), (Kind.STATUS, {"status": 500})])
def test_a_write_that_was_answered_by_something_else_is_unknown(bench, method, kind, how):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(kind, method, **how)
    with pytest.raises((ContractBroken, Transient)) as caught:
        write(bench, method, entry)
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize(
    "body", [b'{"title": "no id"}', b'{"error": "no"}', b"[]", b'{"id": 999999, "title": "another"}', b"7"]
)
def test_an_update_that_is_answered_by_no_such_action_is_unknown(bench, body):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.STATUS, "PATCH", status=200, body=body)
    with pytest.raises(ContractBroken) as caught:
        write(bench, "PATCH", entry)
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize(
    "body", [b'{"action": {"id": %d, "title": "changed"}}', b'{"actions": [{"id": %d, "title": "changed"}]}']
)
def test_an_answer_without_some_members_confirms_the_others(bench, body):
    """What an answer lacks is unconfirmed and stays as it was read; the next read, whose hash differs, completes it."""
    entry = bench.entry(bench.sandbox.add("there", {"due": "2024-01-01"}))
    bench.fail(Kind.STATUS, "PATCH", status=200, body=body % int(entry.ref))
    stored = bench.connector.update(entry, Patch({Field.TITLE: "changed"}))
    assert stored.entry.fields == {Field.TITLE: "changed"}
    assert stored.entry.native["due"] == "2024-01-01"
    assert stored.entry.raw_hash != bench.entry(entry.ref).raw_hash
    assert not stored.located, "it may have been archived before"


def test_an_update_that_is_answered_by_nothing_confirms_nothing(bench):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.EMPTY, "PATCH")
    stored = bench.connector.update(entry, Patch({Field.TITLE: "changed"}))
    assert (stored.entry.ref, stored.entry.fields, stored.confirmed) == (entry.ref, {}, False)
    assert not stored.located, "it may have been archived before"
    assert changed(bench, "PATCH")
    bench.heal()
    assert bench.connector.update(entry, Patch({Field.TITLE: "again"})).located


def test_a_create_that_is_answered_by_nothing_is_unknown(bench):
    bench.fail(Kind.EMPTY, "POST")
    with pytest.raises((ContractBroken, Transient)) as caught:
        bench.connector.create({Field.TITLE: "new"}, "marker")
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize("body", [b"", b"{}", b"true", b'{"deleted": true}', b'{"id": 999999}'])
def test_a_delete_may_be_answered_by_anything(bench, body):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.STATUS, "DELETE", status=200, body=body)
    assert bench.connector.delete(entry) is None


def test_a_delete_answers_with_the_image_of_what_went(bench):
    entry = bench.entry(bench.sandbox.add("there", {"due": "2024-01-01"}))
    stored = bench.connector.delete(entry)
    assert stored is not None
    assert stored.entry.fields == entry.fields


def test_a_missing_action_is_looked_for_once_before_it_is_said_to_be_gone(bench):
    """A 404 for an action that is still listed is about the account; the look is one read."""
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.STATUS, "PATCH", status=404)
    bench.forget()
    with pytest.raises(Exception, match="may not change actions"):
        write(bench, "PATCH", entry)
    assert bench.seen() == [f"PATCH /api/v2/actions/{entry.ref}.json", "GET /api/v2/actions.json"]


def test_a_look_that_fails_says_nothing_about_the_action(bench):
    entry = bench.entry(bench.sandbox.add("there"))
    bench.fail(Kind.STATUS, "DELETE", status=404)
    bench.fail(Kind.STATUS, "GET", status=500)
    with pytest.raises(Transient):
        write(bench, "DELETE", entry)


@pytest.mark.parametrize("own", [{"password": "wrong"}, {"username": "nobody"}, {"password": "pässwört€"}])
def test_wrong_credentials_are_said_to_be_wrong_and_are_not_shown(bench, own):
    stranger = bench.connect(side(**own))
    with pytest.raises(BadCredentials) as caught:
        stranger.check()
    assert caught.value.hint
    assert not any(secret in str(caught.value) for secret in own.values() if secret != "nobody")
    with pytest.raises(BadCredentials) as caught:
        stranger.create({Field.TITLE: "never"}, "marker")
    assert caught.value.applied is Applied.NO
    assert bench.sandbox.actions() == []


def test_an_address_that_is_no_ogsm_is_a_setting_to_correct(bench):
    elsewhere = bench.connect(side(), base_url=f"{bench.url}/api/v2")
    with pytest.raises(BadSettings) as caught:
        elsewhere.check()
    assert "base_url" in caught.value.hint


def test_nobody_listening_is_told_in_one_line(bench):
    nowhere = bench.connect(side(), base_url="http://127.0.0.1:9")
    with pytest.raises(Transient) as caught:
        nowhere.check()
    assert "127.0.0.1:9" in caught.value.message
