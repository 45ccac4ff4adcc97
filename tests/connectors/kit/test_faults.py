"""Each fault of a server, met over real HTTP: the right error, what was applied, the number of requests."""

from __future__ import annotations

import pytest

from connectors.errors import Applied, ContractBroken, RateLimited, Transient
from connectors.serving import Fault, Kind
from tests.connectors.kit.site import get, http, nobody, post

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
    (Fault(Kind.HANG), Transient, 3),
    (Fault(Kind.SLOW, seconds=30), Transient, 3),
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
    (Fault(Kind.HANG), Transient, Applied.UNKNOWN, 1, 0),
    (Fault(Kind.HANG, applied=True), Transient, Applied.UNKNOWN, 1, 1),
]


def name(value) -> str | None:
    """A readable name for a case."""
    return f"{value.kind}-{value.status}-{value.applied}" if isinstance(value, Fault) else None


def lasting(fault: Fault) -> Fault:
    """The same fault, on every request."""
    return Fault(
        fault.kind, times=None, status=fault.status, headers=fault.headers, seconds=fault.seconds, applied=fault.applied
    )


@pytest.mark.parametrize(("fault", "error", "requests"), READS, ids=name)
def test_a_read_that_keeps_failing(site, fault, error, requests):
    """It is repeated only where that can help, and was in no case applied."""
    site.faults.add(lasting(fault))
    way = http(site.url, timeout=0.3)
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
    way = http(site.url, timeout=0.3)
    assert get(way).json()["tasks"][0]["id"] == 1
    assert (way.requests, site.count) == (2, 2)


@pytest.mark.parametrize(("fault", "error", "applied", "requests", "times"), WRITES, ids=name)
def test_a_changing_request_that_fails(site, fault, error, applied, requests, times):
    """It is repeated only if it provably was not applied; else it says that this is unknown."""
    site.faults.add(lasting(fault))
    way = http(site.url, timeout=0.3)
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
