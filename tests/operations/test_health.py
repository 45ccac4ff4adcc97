"""The answers over HTTP: alive, ready, figures; and an address that can not be had."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import pytest
import requests

from sync.cli.failures import foreseen
from sync.health import CannotListen, Health, answering
from sync.heartbeat import Heartbeat
from sync.metrics import CONTENT_TYPE, Metrics
from sync.observing import Phase
from sync.store import Store, StoreError
from tests.operations.told import report, tell_everything
from tests.scenarios.clock import FakeClock


@dataclass
class Watched:
    """A service that is told about, and how it answers."""

    clock: FakeClock = field(default_factory=FakeClock)
    intervals: dict[str, float] = field(default_factory=lambda: {"work": 100.0, "home": 1.0})
    broken: StoreError | None = None
    address: str = ""

    def __post_init__(self) -> None:
        self.heartbeat = Heartbeat(self.clock)
        self.health = Health(self.clock, self.heartbeat, self.intervals.__getitem__, self.probe)
        self.metrics = Metrics(self.clock, self.heartbeat, self.intervals.__getitem__)

    def probe(self) -> None:
        if self.broken is not None:
            raise self.broken

    def ask(self, path: str) -> tuple[int, dict]:
        answer = requests.get(self.address + path, timeout=10)
        return answer.status_code, answer.json()


@pytest.fixture
def watched() -> Iterator[Watched]:
    one = Watched()
    with answering("127.0.0.1", 0, one.health, one.metrics.text, figures_type=CONTENT_TYPE) as one.address:
        yield one


def test_alive_is_who_moves(watched):
    watched.heartbeat.beat("group work", within=10)
    assert watched.ask("/healthz") == (200, {"alive": True, "hung": {}})
    watched.clock.pass_(11)
    assert watched.ask("/healthz") == (503, {"alive": False, "hung": {"group work": 11.0}})
    watched.heartbeat.beat("group work", within=10)
    assert watched.ask("/healthz")[0] == 200


def test_ready_is_who_has_a_store_and_cycles_that_are_young(watched):
    assert watched.ask("/readyz") == (503, {"ready": False, "why": ["the service is starting"]})
    watched.health.group_scheduled("work", watched.clock.now())
    watched.health.phase_changed(Phase.READY)
    assert watched.ask("/readyz") == (200, {"ready": True, "why": []})
    watched.clock.pass_(299)
    assert watched.ask("/readyz")[0] == 200
    watched.clock.pass_(2)
    assert watched.ask("/readyz") == (503, {"ready": False, "why": ["the last cycle of work ended 301 s ago"]})
    watched.health.cycle_finished("work", report())
    watched.health.phase_changed(Phase.RELOADING)
    assert watched.ask("/readyz")[0] == 200
    watched.broken = StoreError("The disk is full: the store /srv/x.db cannot be written.")
    assert watched.ask("/readyz") == (503, {"ready": False, "why": ["the store does not answer: see the log"]})
    watched.broken = None
    watched.health.group_scheduled("home", watched.clock.now())
    watched.clock.pass_(59)  # three intervals of one second are no time to be alarmed after
    assert watched.ask("/readyz")[0] == 200
    watched.clock.pass_(2)
    assert watched.ask("/readyz")[0] == 503
    watched.health.group_removed("home")
    assert watched.ask("/readyz")[0] == 200
    watched.health.phase_changed(Phase.STOPPING)
    assert watched.ask("/readyz") == (503, {"ready": False, "why": ["the service is stopping"]})


def test_a_store_is_open_while_it_answers(tmp_path):
    clock = FakeClock()
    store = Store.open(f"sqlite:///{tmp_path / 'tasks.db'}", clock=clock)
    health = Health(clock, Heartbeat(clock), lambda _group: 60.0, store.groups)
    health.phase_changed(Phase.READY)
    assert health.ready().status == 200
    with closing(sqlite3.connect(tmp_path / "tasks.db")) as other, other:
        other.execute('alter table "group" rename to "band"')
    assert health.ready().status == 503
    store.close()


def test_figures_are_read_as_prometheus_reads_them(watched):
    tell_everything(watched.metrics, watched.clock.now())
    answer = requests.get(f"{watched.address}/metrics", timeout=10)
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    assert 'tasksync_cycles_total{group="work",result="changed"} 1.0' in answer.text
    head = requests.head(f"{watched.address}/metrics", timeout=10)
    assert (head.status_code, head.text, int(head.headers["Content-Length"]) > 1000) == (200, "", True)
    assert requests.get(f"{watched.address}/secrets", timeout=10).status_code == 404
    assert requests.post(f"{watched.address}/metrics", timeout=10).status_code == 501
    assert "Python" not in answer.headers["Server"]


def test_many_who_ask_and_say_nothing_keep_nobody_from_asking(watched):
    port = int(watched.address.rpartition(":")[2])
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(50)]
    try:
        assert watched.ask("/healthz")[0] == 200
    finally:
        for one in silent:
            one.close()


@pytest.mark.parametrize(
    ("host", "taken"), [("127.0.0.1", True), ("192.0.2.1", False), ("no.such.host.invalid", False)]
)
def test_an_address_that_can_not_be_had_is_one_clear_error(host, taken):
    one = Watched()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1] if taken else 9464
        with pytest.raises(CannotListen) as caught, answering(host, port, one.health, bytes, figures_type="text/plain"):
            pass
    failure = foreseen(caught.value)
    assert failure is not None
    assert (failure.kind.value, failure.code) == ("config", 2)
    assert f"{host} port {port}" in failure.message
    assert "[service] listen" in failure.hint
