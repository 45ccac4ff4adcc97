"""Answers that are not what the page promises: the right error, and never a task that is taken for deleted."""

from __future__ import annotations

import json

import pytest

from connectors.errors import Applied, BadSettings, ContractBroken, RateLimited, Rejected, Transient
from connectors.serving import Fault, Kind
from connectors.task import Field, Patch
from tests.connectors.optacheck.kit import LOGIN


def answer(bench, method, body, status=200, *, path=None, applied=False):
    """From now on requests of a method are answered so."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    bench.faults.add(
        Fault(
            Kind.STATUS,
            match=lambda asked, where: asked == method and (where == LOGIN) is (path == LOGIN),
            times=None,
            status=status,
            body=text,
            applied=applied,
            headers={"Content-Type": "application/json"},
        )
    )


@pytest.mark.parametrize("body", [[], {}, "x", 7, None, {"id": "another"}, {"detail": "x"}])
def test_a_read_that_shows_no_task_is_not_a_deletion(bench, body):
    ref = bench.sandbox.add("There")
    answer(bench, "GET", body)
    with pytest.raises(ContractBroken):
        bench.connector.get(ref)


def test_a_read_that_is_refused_is_not_a_deletion(bench):
    ref = bench.sandbox.add("There")
    answer(bench, "GET", {"detail": "bad request"}, 400)
    with pytest.raises(Rejected):
        bench.connector.get(ref)


@pytest.mark.parametrize("body", [[], {}, {"title": "T"}, {"id": None}])
def test_a_create_whose_answer_shows_no_task_may_have_been_applied(bench, body):
    answer(bench, "POST", body, 201, applied=True)
    with pytest.raises(ContractBroken) as caught:
        bench.connector.create({Field.TITLE: "T"}, "marker")
    assert caught.value.applied is Applied.UNKNOWN
    assert len(bench.sandbox.tasks()) == 1


def test_a_create_that_is_answered_with_an_empty_body_may_have_been_applied(bench):
    answer(bench, "POST", b"", 201, applied=True)
    with pytest.raises(Transient) as caught:
        bench.connector.create({Field.TITLE: "T"}, "marker")
    assert caught.value.applied is Applied.UNKNOWN


@pytest.mark.parametrize("body", [[], {}, {"token": ""}, {"token": 7}, "text"])
def test_a_log_in_without_a_token_is_said(bench, body):
    answer(bench, "POST", body, path=LOGIN)
    with pytest.raises(ContractBroken, match="no token"):
        bench.connector.check()


def test_a_server_without_the_log_in_is_not_where_we_look(bench):
    answer(bench, "POST", {"detail": "Not found."}, 404, path=LOGIN)
    with pytest.raises(BadSettings) as caught:
        bench.connector.check()
    assert "base_url" in caught.value.hint


def test_a_workspace_that_takes_no_new_tasks_is_not_where_we_look(bench):
    answer(bench, "POST", {"detail": "Not found."}, 404)
    with pytest.raises(BadSettings) as caught:
        bench.connector.create({Field.TITLE: "T"}, "marker")
    assert caught.value.applied is Applied.NO


def test_a_pause_that_is_asked_for_is_told(bench):
    ref = bench.sandbox.add("There")
    bench.fail(Kind.STATUS, "GET", None, status=429, headers={"Retry-After": "3600"})
    with pytest.raises(RateLimited) as caught:
        bench.connector.get(ref)
    assert caught.value.retry_after == pytest.approx(3600, abs=5)


def test_an_update_that_the_next_read_completes_is_not_doubted(bench):
    """The answer lacks what was written, and the read after it fails: unconfirmed, not failed."""
    entry = bench.connector.create({Field.TITLE: "Old"}, "marker").entry
    answer(bench, "PUT", {"id": entry.ref}, applied=True)
    seen = []
    bench.faults.add(
        Fault(
            Kind.STATUS, match=lambda method, _: method == "GET" and bool(seen.append(1) or len(seen) > 1), times=None
        )
    )
    stored = bench.connector.update(entry, Patch({Field.TITLE: "New"})).entry
    assert stored.fields == {}
    assert bench.task(entry.ref)["title"] == "New"


def test_secrets_do_not_show_in_what_is_said(bench):
    """A server that echoes the key and the token into its refusal."""
    bench.connector.check()
    token = bench.sandbox._tokens.good
    answer(bench, "POST", {"title": [f"no, {token}"]}, 400)
    with pytest.raises(Rejected) as caught:
        bench.connector.create({Field.TITLE: "T"}, "marker")
    assert token not in str(caught.value)
    assert caught.value.fields == {Field.TITLE}
