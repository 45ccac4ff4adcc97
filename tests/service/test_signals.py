"""The service as a process, told by real signals."""

from __future__ import annotations

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from connectors.serving import Fault, Kind
from tests.cli.kit import environment, forked
from tests.service.running import Running, running, until

MOMENTS = 50 if os.environ.get("TASKSYNC_TORTURE") else 2
TASKS = 6


@pytest.fixture
def place(tmp_path) -> Iterator[Running]:
    with running(tmp_path) as made:
        yield made


@contextmanager
def serving(place: Running) -> Iterator[subprocess.Popen[bytes]]:
    """The service; whatever happens, it does not outlive the test. Its log goes to the file ``log``."""
    with (place.folder / "log").open("ab") as log:
        command = [sys.executable, "-m", "sync", "run"]
        with subprocess.Popen(command, cwd=place.folder, env=environment(), stdout=log, stderr=log) as process:
            try:
                yield process
            finally:
                process.kill()


def stopped(process: subprocess.Popen[bytes]) -> float:
    """Tell it to stop; how many seconds that took."""
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    process.wait(60)
    return time.monotonic() - began


def events(place: Running, name: str) -> list[dict]:
    """What the service has logged."""
    rows = [json.loads(line) for line in (place.folder / "log").read_text("utf-8").splitlines()]
    return [row for row in rows if row["event"] == name]


def test_it_stops_at_any_moment_and_nothing_is_lost_or_doubled(place):
    """Within ten seconds, with the exit code 0 once its handlers stand, and the one after it does the rest."""
    place.configure({"work": ["left", "canvas"]})
    place.faults.add(Fault(Kind.SLOW, match=lambda method, _path: method == "POST", times=None, seconds=0.1))
    moments = random.Random(7)
    for number in range(MOMENTS):
        place.put("left", **{f"l{number}-{n}": f"task {number} {n}" for n in range(TASKS)})
        with serving(place) as process:
            known = len(events(place, "service.ready"))
            until(lambda before=known: len(events(place, "service.ready")) > before)
            time.sleep(moments.uniform(0.0, 1.5))
            assert stopped(process) < 10.0
        assert process.returncode == 0, (place.folder / "log").read_text()
    codes = [forked("run", "--once", "--json", cwd=place.folder).code for _ in range(2)]
    assert codes[-1] == 0
    assert place.titles("canvas") == place.titles("left")
    assert len(place.titles("canvas")) == MOMENTS * TASKS
    assert events(place, "cycle.failed") == []


def answers(port: int) -> bool:
    """Whether somebody says at a port that the service is alive."""
    try:
        return requests.get(f"http://127.0.0.1:{port}/healthz", timeout=5).json()["alive"]
    except requests.ConnectionError:
        return False


def handles(process: subprocess.Popen[bytes]) -> int:
    """How many files and sockets a process has open."""
    return sum(1 for _ in Path(f"/proc/{process.pid}/fd").iterdir())


def free() -> int:
    """A port that nobody has."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def test_the_address_of_its_answers_goes_where_a_reload_says(place):
    """One that can not be had refuses the whole configuration; figures begin with the process, not with the port."""
    place.configure({"work": ["left", "right"]})
    nowhere = place.config.read_text()
    one, two = free(), free()

    def load(address: str, loaded: int, refused: int) -> None:
        place.config.write_text(nowhere.replace('listen = ""', f'listen = "{address}"'))
        process.send_signal(signal.SIGHUP)
        until(lambda: (len(events(place, "config.loaded")), len(events(place, "config.refused"))) == (loaded, refused))

    with serving(place) as process:
        until(lambda: len(events(place, "cycle.finished")) > 0)
        load(f"127.0.0.1:{one}", 1, 0)
        assert answers(one)
        text = requests.get(f"http://127.0.0.1:{one}/metrics", timeout=5).text
        assert "tasksync_cycles_total" in text
        with socket.create_server(("127.0.0.1", two)):
            load(f"127.0.0.1:{two}", 1, 1)
        (problem,) = events(place, "config.refused")[0]["problems"]
        assert f"can not be served at 127.0.0.1 port {two}" in problem
        assert "[service] listen" in problem
        assert answers(one), "the one in use goes on"
        load(f"127.0.0.1:{two}", 2, 1)
        assert (answers(one), answers(two)) == (False, True)
        load(f"0.0.0.0:{two}", 3, 1)
        assert answers(two), "the same port, of another host"
        load(f"192.0.2.1:{two}", 3, 2)
        assert answers(two)
        load("", 4, 2)
        assert not answers(two)
        before = handles(process)
        for number in range(MOMENTS):
            load(f"127.0.0.1:{free()}", 5 + number, 2)
        load("", 5 + MOMENTS, 2)
        assert handles(process) <= before + 2
        assert stopped(process) < 10.0
    assert process.returncode == 0


def test_it_is_told_by_signals_and_waits_for_no_vendor_when_it_ends(place):
    """USR1 runs all groups, HUP loads the configuration and refuses a bad one; a write that hangs does not hold it."""
    place.configure({"work": ["left", "canvas"]}, keys='interval = "1h"')
    place.put("left", l1="Milk")
    with serving(place) as process:
        until(lambda: len(events(place, "cycle.finished")) == 1)
        finished = events(place, "cycle.finished")[0]
        assert (finished["group"], finished["created"], finished["level"]) == ("work", 1, "info")
        place.put("left", l2="Bread")
        process.send_signal(signal.SIGUSR1)
        until(lambda: place.titles("canvas") == ["Bread", "Milk"])
        good = place.config.read_text()
        place.config.write_text(good + "nonsense = 1\n")
        process.send_signal(signal.SIGHUP)
        until(lambda: len(events(place, "config.refused")) == 1)
        assert "nonsense" in events(place, "config.refused")[0]["problems"][0]
        place.config.write_text(good.replace('timeout = "1s"', 'timeout = "60s"'))
        process.send_signal(signal.SIGHUP)
        until(lambda: len(events(place, "config.loaded")) == 1)
        place.faults.add(Fault(Kind.HANG, match=lambda method, _path: method == "POST", times=None))
        place.put("left", l3="Salt")
        process.send_signal(signal.SIGUSR1)
        until(lambda: sum(seen.method == "POST" for seen in place.serving.requests("canvas")) == 3)
        assert stopped(process) < 10.0
    assert process.returncode == 0
    place.faults.clear()
    assert [forked("run", "--once", cwd=place.folder).code for _ in range(3)][-1] == 0
    assert place.titles("canvas") == ["Bread", "Milk", "Salt"]
