"""Each fault of a server, met over real HTTP: the right error, what was applied, the number of requests."""

from __future__ import annotations

from dataclasses import replace

import pytest

from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ContractBroken,
    Forbidden,
    Gone,
    RateLimited,
    Transient,
    Unanswered,
)
from connectors.serving import Fault, Kind, bomb, deep, redirect
from tests.connectors.kit.site import get, http, nobody, post
from tests.connectors.kit.test_bounds import RealClock

READS = [
    (Fault(Kind.STATUS, status=500), Transient, 3),
    (Fault(Kind.STATUS, status=502), Transient, 3),
    (Fault(Kind.STATUS, status=503), Transient, 3),
    (Fault(Kind.STATUS, status=504), Transient, 3),
    (Fault(Kind.STATUS, status=429), RateLimited, 3),
    (Fault(Kind.RESET_BEFORE), Transient, 3),
    (Fault(Kind.RESET_AFTER), Transient, 3),
    (Fault(Kind.TRUNCATED), Transient, 3),
    (Fault(Kind.CUT_JSON), Transient, 3),
    (Fault(Kind.EMPTY), Transient, 3),
    (Fault(Kind.HTML), ContractBroken, 1),
    (Fault(Kind.WRONG_TYPE), ContractBroken, 1),
    (Fault(Kind.HANG), Unanswered, 3),
    (Fault(Kind.SLOW, seconds=30), Unanswered, 3),
    (Fault(Kind.DRIP, seconds=0.1), Unanswered, 3),
    (Fault(Kind.ENDLESS), ContractBroken, 1),
    (Fault(Kind.STATUS, status=401), BadCredentials, 1),
    (Fault(Kind.STATUS, status=403), Forbidden, 1),
    (Fault(Kind.STATUS, status=404), Gone, 1),
    (deep(100_000), ContractBroken, 1),
    (bomb(128 << 20), ContractBroken, 1),
    (redirect("https://elsewhere.invalid/"), BadSettings, 1),
]
WRITES = [
    # the fault, the error, what is said of it, requests sent, times applied
    (Fault(Kind.STATUS, status=500), Transient, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.STATUS, status=500, applied=True), Transient, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.STATUS, status=503, headers={"Retry-After": "1"}), RateLimited, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.STATUS, status=429, headers={"Retry-After": "1"}), RateLimited, Applied.NO, 3, 0),
    (Fault(Kind.STATUS, status=408), Transient, Applied.NO, 3, 0),
    (Fault(Kind.RESET_BEFORE), Transient, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.RESET_AFTER), Transient, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.TRUNCATED), Transient, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.CUT_JSON), Transient, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.HTML), ContractBroken, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.HTML, applied=True), ContractBroken, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.DRIP, seconds=0.1), Unanswered, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.ENDLESS), ContractBroken, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.ENDLESS, applied=True), ContractBroken, Applied.UNKNOWN, 1, 1),
    (Fault(Kind.STATUS, status=401), BadCredentials, Applied.NO, 1, 0),
    (Fault(Kind.STATUS, status=403), Forbidden, Applied.NO, 1, 0),
    (Fault(Kind.STATUS, status=404), Gone, Applied.NO, 1, 0),
    (deep(100_000), ContractBroken, Applied.UNKNOWN, 1, 0),
    (bomb(128 << 20), ContractBroken, Applied.UNKNOWN, 1, 0),
    (redirect("https://elsewhere.invalid/", 308), BadSettings, Applied.NO, 1, 0),
    (Fault(Kind.HANG), Unanswered, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.HANG, applied=True), Unanswered, Applied.UNKNOWN, 1, 1),
]


def name(value) -> str | None:
    """A readable name for a case."""
    packed = isinstance(value, Fault) and "Content-Encoding" in value.headers
    return f"{value.kind}-{value.status}-{value.applied}{'-bomb' * packed}" if isinstance(value, Fault) else None


def way_past(site, fault: Fault):
    """A way to the site; where the time for a whole body is what ends, the clock is real."""
    return http(site.url, RealClock() if fault.kind is Kind.DRIP else None, timeout=0.3)


def lasting(fault: Fault) -> Fault:
    """The same fault, on every request."""
    return replace(fault, times=None)


@pytest.mark.parametrize(("fault", "error", "requests"), READS, ids=name)
def test_a_read_that_keeps_failing(site, fault, error, requests):
    """It is repeated only where that can help, and was in no case applied."""
    site.faults.add(lasting(fault))
    way = way_past(site, fault)
    with pytest.raises(error) as caught:
        get(way)
    assert type(caught.value) is error
    assert caught.value.applied is Applied.NO
    assert "list 7 at http://127.0.0.1:" in caught.value.message
    assert (way.requests, site.count) == (requests, requests)
    assert ("tried 3 times" in caught.value.hint) == (requests == 3)


@pytest.mark.parametrize("fault", [fault for fault, _, requests in READS if requests == 3], ids=name)
def test_a_read_that_fails_once_succeeds(site, fault):
    site.faults.add(fault)
    way = way_past(site, fault)
    assert get(way).json()["tasks"][0]["id"] == 1
    assert (way.requests, site.count) == (2, 2)


@pytest.mark.parametrize(("fault", "error", "applied", "requests", "times"), WRITES, ids=name)
def test_a_changing_request_that_fails(site, fault, error, applied, requests, times):
    """It is repeated only if it provably was not applied; else it says that this is unknown."""
    site.faults.add(lasting(fault))
    way = way_past(site, fault)
    with pytest.raises(error) as caught:
        post(way)
    assert type(caught.value) is error
    assert caught.value.applied is applied
    assert (way.requests, site.count, site.applied) == (requests, requests, times)


def test_a_changing_request_that_is_let_in_later_is_applied_once(site):
    site.faults.add(Fault(Kind.STATUS, status=429, times=2))
    assert post(http(site.url)).status == 200
    assert (site.count, site.applied) == (3, 1)


def test_an_empty_answer_to_a_change_is_an_answer_until_its_json_is_needed(site):
    """A delete may answer nothing; whoever needs JSON learns that it is unknown whether the change was made."""
    site.faults.add(Fault(Kind.EMPTY))
    answer = post(http(site.url))
    assert (answer.status, answer.body) == (200, b"")
    with pytest.raises(Transient) as caught:
        answer.json()
    assert caught.value.applied is Applied.UNKNOWN


def test_a_wrong_type_after_a_change_leaves_it_unknown(site):
    site.faults.add(Fault(Kind.WRONG_TYPE))
    with pytest.raises(ContractBroken) as caught:
        post(http(site.url))
    assert caught.value.applied is Applied.UNKNOWN
    assert site.applied == 1


def test_a_server_that_is_not_there(clock):
    """Nothing was sent, so a change is tried again, and it is known that it was not made."""
    way = http(nobody(), clock)
    with pytest.raises(Transient, match=r"no connection \(connection refused\)") as caught:
        post(way)
    assert caught.value.applied is Applied.NO
    assert way.requests == 0
    assert clock.sleeps == [0.5, 1.0]
    assert "tried 3 times" in caught.value.hint


def test_a_host_that_is_not_known():
    way = http("http://no-such-host.invalid", attempts=1)
    with pytest.raises(Transient, match="host name is not known") as caught:
        post(way)
    assert caught.value.applied is Applied.NO
    assert "check base_url" in caught.value.hint


def test_the_connection_is_used_again(site):
    way = http(site.url)
    for _ in range(3):
        get(way)
    post(way)
    assert len(set(site.ports)) == 1
    way.close()


def test_a_connection_that_was_lost_is_not_used_again(site):
    site.faults.add(Fault(Kind.TRUNCATED))
    get(http(site.url))
    assert len(set(site.ports)) == 2
