"""Each failure is the right error, says truly whether a write was applied, and is never a deletion."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest

from connectors.contract import Coverage, Cursor, Entry, Verb
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    RetryLater,
    Transient,
)
from connectors.limiter import BookLimiter
from connectors.opus2 import MANIFEST
from connectors.opus2.capabilities import BUDGET
from connectors.opus2.sandbox import Reading, Sandbox
from connectors.redact import Redactor
from connectors.serving import Kind, serve
from connectors.task import Field, Patch
from connectors.transport import Http
from tests.connectors.bench import Unhurried
from tests.connectors.opus2.bench import Bench, running, side


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running() as served:
        served.connector.check()
        yield served


def write(bench: Bench, method: str, entry: Entry) -> object:
    """The call that sends this request."""
    if method == "POST":
        return bench.connector.create({Field.TITLE: "task: new"}, "marker")
    if method == "PUT":
        return bench.connector.update(entry, Patch({Field.TITLE: "changed"}))
    return bench.connector.delete(entry)


def test_a_document_without_id_stops_nothing_and_nothing_counts_as_deleted_beside_it(bench):
    """It may be any document that the list lacks: it is held, and the list does not cover everything."""
    bench.sandbox.add("one")
    bench.sandbox.add("two")
    native = {"name": "three", "id": None, "fields": []}
    rows = [*({**record.native} for record in bench.records()), native]
    bench.fail(Kind.STATUS, "GET", path="/documents/folder", status=200, body=json.dumps(rows).encode())
    pages = list(bench.connector.changes(None))
    entries = [bench.connector.normalise(record) for page in pages for record in page.records]
    assert [bool(entry.problem) for entry in entries] == [False, False, True]
    assert pages[-1].coverage is Coverage.SINCE


@pytest.mark.parametrize(
    ("kind", "how", "error"),
    [
        (Kind.STATUS, {"status": 400}, BadSettings),
        (Kind.STATUS, {"status": 401}, BadCredentials),
        (Kind.STATUS, {"status": 403}, Forbidden),
        (Kind.STATUS, {"status": 404}, BadSettings),
        (Kind.STATUS, {"status": 405}, BadSettings),
        (Kind.STATUS, {"status": 429, "headers": {"Retry-After": "3"}}, RateLimited),
        (Kind.STATUS, {"status": 500}, Transient),
        (Kind.STATUS, {"status": 503}, RetryLater),
        (Kind.RESET_AFTER, {}, Transient),
        (Kind.TRUNCATED, {}, Transient),
        (Kind.CUT_JSON, {}, Transient),
        (Kind.EMPTY, {}, Transient),
        (Kind.HTML, {}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b"null"}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'{"message": "maintenance"}'}, ContractBroken),
        (Kind.STATUS, {"status": 200, "body": b'[{"name": "no id"}]'}, ContractBroken),
    ],
)
def test_a_list_that_fails_is_an_error_and_never_a_shorter_list(bench, kind, how, error):
    bench.sandbox.add("there")
    bench.fail(kind, "GET", path="/documents", **how)
    with pytest.raises(error) as caught:
        bench.records()
    assert caught.value.applied is Applied.NO
    assert caught.value.hint
    assert "\n" not in str(caught.value)
    bench.heal()
    assert len(bench.records()) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "move"])
@pytest.mark.parametrize("kind", [Kind.RESET_BEFORE, Kind.RESET_AFTER, Kind.TRUNCATED, Kind.HTML])
def test_a_write_whose_answer_is_lost_is_sent_once_and_unknown(bench, method, kind):
    entry = bench.planted("there") if method != "POST" else None
    bench.fail(kind, method if method != "move" else "PUT")
    bench.forget()
    with pytest.raises((Transient, ContractBroken)) as caught:
        write(bench, method, entry)
    assert caught.value.applied is Applied.UNKNOWN
    assert len(bench.seen()) == 1


@pytest.mark.parametrize("method", ["POST", "PUT", "move"])
@pytest.mark.parametrize("status", [403, 405])
def test_a_write_that_is_not_allowed_is_undeliverable_and_does_not_stop_the_side(bench, method, status):
    entry = bench.planted("there")
    bench.fail(Kind.STATUS, method if method != "move" else "PUT", status=status)
    with pytest.raises(Rejected) as caught:
        write(bench, method, entry)
    assert caught.value.applied is Applied.NO
    assert len(bench.records()) == 1


def test_a_user_who_may_only_read_is_told_so():
    with running("access=read") as bench:
        bench.connector.check()
        entry = bench.planted("there")
        for method in ("POST", "PUT", "move"):
            with pytest.raises(Rejected, match="may not"):
                write(bench, method, entry)


def test_a_refused_value_names_its_field_and_says_why(bench):
    entry = bench.planted("there")
    bench.fail(Kind.STATUS, "PUT", status=400, body=b'{"message": "Validation failed: too long"}')
    with pytest.raises(Rejected, match="too long") as caught:
        bench.connector.update(entry, Patch({Field.DESCRIPTION: "x"}))
    assert caught.value.fields == {Field.DESCRIPTION}
    assert caught.value.applied is Applied.NO


def test_a_format_that_a_refusal_asks_for_again_and_again_is_tried_once(bench):
    entry = bench.planted("there")
    body = b'{"message": "Invalid timestamp format. Use format dd/MM/yyyy."}'
    bench.fail(Kind.STATUS, "PUT", status=400, body=body)
    bench.forget()
    with pytest.raises(Rejected, match="dd/MM/yyyy"):
        bench.connector.update(entry, Patch({Field.DUE: date(2026, 4, 1)}))
    assert len(bench.seen()) == 2


@pytest.mark.parametrize("unknown", ["404", "400"])
def test_a_document_that_is_gone_is_gone_for_every_verb(unknown):
    with running(f"unknown={unknown}") as bench:
        bench.connector.check()
        ref = bench.sandbox.add("there")
        entry = bench.entries()[ref]
        bench.sandbox.remove(ref)
        with pytest.raises(Gone):
            bench.connector.get(ref)
        with pytest.raises(Gone):
            bench.connector.update(entry, Patch({Field.TITLE: "x"}))
        assert bench.connector.delete(entry) is None


def test_a_document_that_may_not_be_seen_is_neither_gone_nor_the_end_of_the_side(bench):
    ref = bench.sandbox.add("there")
    bench.fail(Kind.STATUS, "GET", status=403, path=f"/documents/{ref}")
    with pytest.raises(Rejected, match="may not see"):
        bench.connector.get(ref)


def test_a_field_that_was_removed_is_undeliverable_and_looked_up_again(bench):
    entry = bench.planted("there")
    del bench.sandbox.world.fields["m-due"]
    with pytest.raises(Rejected, match="may not write this metadata field"):
        bench.connector.update(entry, Patch({Field.DUE: None}))
    with pytest.raises(BadSettings, match=r'fields.due "Due date"'):
        bench.records()


@pytest.mark.parametrize("body", [b"", b"7", b"{}", b'{"status": "created"}', b'{"message": "thanks"}'])
def test_an_upload_that_is_answered_by_no_document_is_unknown(bench, body):
    bench.fail(Kind.STATUS, "POST", status=201, body=body)
    with pytest.raises((ContractBroken, Transient)) as caught:
        write(bench, "POST", None)
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize("body", [b"", b"true", b"{}", b'{"id": "another"}'])
def test_a_write_that_is_answered_by_something_else_confirms_nothing(bench, body):
    entry = bench.planted("there")
    bench.fail(Kind.STATUS, "PUT", status=200, body=body)
    stored = bench.connector.update(entry, Patch({Field.TITLE: "changed"}))
    assert (stored.entry.ref, stored.entry.fields, stored.confirmed) == (entry.ref, {}, False)


def test_a_wrong_token_is_said_to_be_wrong_and_is_not_shown(bench):
    stranger = bench.connect(side(bench.sandbox, token="wr0ng-s3cret"))
    for call in (stranger.check, lambda: list(stranger.changes(None)), stranger.discover):
        with pytest.raises(BadCredentials) as caught:
            call()
        assert "X-Api-Token" in caught.value.hint
        assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize("header", ["X-Tenant-Token", "Authorization"])
def test_the_header_is_a_setting(header):
    reading = {"X-Tenant-Token": "tenant", "Authorization": "bearer"}[header]
    with running(f"header={reading}") as bench:
        bench.connector.check()
        with pytest.raises(BadCredentials):
            bench.connect(side(bench.sandbox, header="X-Api-Token")).check()


def test_the_token_does_not_follow_a_redirect(bench):
    with serve({"elsewhere": Sandbox().app}) as other:
        bench.fail(Kind.STATUS, "GET", status=302, headers={"Location": f"{other.url('elsewhere')}/projects/prj-1/"})
        with pytest.raises(BadSettings, match="redirected to another server"):
            bench.connector.check()
        assert other.requests("elsewhere") == ()


def test_an_address_where_nobody_listens_is_told_in_one_line(bench):
    with pytest.raises(Transient) as caught:
        bench.connect(base_url="http://127.0.0.1:9").check()
    assert "127.0.0.1:9" in caught.value.message


@pytest.mark.parametrize("value", ["", "nonsense", '{"v": 1}'])
def test_a_cursor_that_can_not_be_read_gives_everything(bench, value):
    bench.sandbox.add("there")
    pages = list(bench.connector.changes(Cursor(value=value, began=bench.clock.now())))
    assert [record.ref for page in pages for record in page.records]
    assert pages[-1].coverage.value == "everything"


def test_no_more_than_fifty_requests_arrive_in_any_sixty_seconds():
    """A list that lacks the fields, of 130 documents: a complete read waits for the budget, and is never refused."""
    clock = Unhurried()
    sandbox = Sandbox(Reading.parse("rate=50,listed=bare,paging=next"), clock.monotonic)
    for number in range(130):
        sandbox.add(f"Exhibit {number}")
    with serve({"opus2": sandbox.app}) as serving:
        settings = side(sandbox)
        http = Http(
            side="matter",
            base_url=serving.url("opus2"),
            clock=clock,
            limiter=BookLimiter(BUDGET, clock),
            secrets=Redactor(),
        )
        connector = MANIFEST.factory(settings, clock, http)
        started = clock.monotonic()
        assert connector.capabilities.can(Verb.CHANGES)
        assert sum(len(page.records) for page in connector.changes(None)) == 130
        assert http.requests == 139
        assert clock.monotonic() - started >= 120
        connector.close()
