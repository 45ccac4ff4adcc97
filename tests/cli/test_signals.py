"""A run that is told to stop: the write in flight is finished, and the next run does the rest."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from connectors.ogsm.sandbox import Sandbox
from connectors.serving import Fault, FaultMiddleware, Faults, Kind, Serving, serve
from tests.cli.kit import environment, forked

TASKS = 40

SIDE = """
[sides.{name}]
connector = "ogsm"
base_url = "{url}"
username = "{sandbox.username}"
password = "{sandbox.password}"
canvas = {sandbox.canvas}
rate = "off"
"""


class Two:
    """Two OGSM servers, one with tasks and one empty, that take their time with every create."""

    def __init__(self) -> None:
        self.full, self.empty = Sandbox(), Sandbox()
        for number in range(TASKS):
            self.full.add(f"task {number}")
        self.faults = Faults()

    @contextmanager
    def served(self, folder: Path) -> Iterator[Serving]:
        """Both, with a configuration for them."""
        with serve({"full": self.full.app, "empty": FaultMiddleware(self.empty.app, self.faults)}) as serving:
            sides = (("full", self.full), ("empty", self.empty))
            text = "".join(SIDE.format(name=name, url=serving.url(name), sandbox=sandbox) for name, sandbox in sides)
            (folder / "tasksync.toml").write_text(text + '[groups.work]\nsides = ["full", "empty"]\n')
            (folder / "tasksync.toml").chmod(0o600)
            yield serving

    def titles(self) -> list[str]:
        """What has arrived on the empty side."""
        return sorted(str(action["title"]) for action in self.empty.actions())


@contextmanager
def started(folder: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command (a run) that has begun; whatever happens, it does not outlive the test."""
    command = [sys.executable, "-m", "sync", *(arguments or ("run", "--once", "--json"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=pipe, stderr=pipe) as process:
        try:
            yield process
        finally:
            process.kill()


def wait_for(what: Callable[[], bool]) -> None:
    """Until it is so; a machine under load gets a minute."""
    for _ in range(6000):
        if what():
            return
        time.sleep(0.01)
    raise AssertionError("it did not happen within a minute")


def posts(serving: Serving) -> int:
    """How many creates have reached the empty side."""
    return sum(seen.method == "POST" for seen in serving.requests("empty"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_run_after_the_write_in_flight_and_the_next_run_does_the_rest(tmp_path, number):
    two = Two()
    two.faults.add(Fault(Kind.SLOW, match=lambda method, _path: method == "POST", times=None, seconds=0.1))
    with two.served(tmp_path):
        with started(tmp_path) as process:
            wait_for(lambda: len(two.titles()) >= 3)
            process.send_signal(number)
            out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (4, b"")
        report = json.loads(out)
        assert report["exit"] == 4
        assert report["groups"]["work"]["result"] == "owed"
        assert report["groups"]["work"]["created"] == len(two.titles()) < TASKS
        two.faults.clear()
        done = forked("run", "--once", "--json", cwd=tmp_path)
        assert done.code == 0
        assert two.titles() == sorted(str(action["title"]) for action in two.full.actions())


def test_a_signal_ends_a_wait_and_sends_nothing_early(tmp_path):
    two = Two()
    retry = {"Retry-After": "30"}
    two.faults.add(Fault(Kind.STATUS, match=lambda method, _: method == "POST", times=None, status=429, headers=retry))
    with two.served(tmp_path) as serving:
        with started(tmp_path) as process:
            wait_for(lambda: posts(serving) > 0)
            process.terminate()
            out, _ = process.communicate(timeout=25)
        assert process.returncode == 4
        assert json.loads(out)["groups"]["work"]["created"] == 0
        assert posts(serving) == 1


@pytest.mark.parametrize("command", ["plan", "check"])
def test_what_only_looks_ends_at_once_when_it_is_interrupted(tmp_path, command):
    two = Two()
    two.faults.add(Fault(Kind.HANG, times=None))
    with two.served(tmp_path) as serving, started(tmp_path, command) as process:
        wait_for(lambda: bool(serving.requests("empty")))
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (130, b"", b"")


def test_a_second_signal_ends_it_at_once_and_nothing_is_doubled_afterwards(tmp_path):
    two = Two()
    two.faults.add(Fault(Kind.HANG, match=lambda method, _path: method == "POST", times=None, applied=True))
    with two.served(tmp_path) as serving:
        with started(tmp_path) as process:
            wait_for(lambda: posts(serving) > 0)
            while process.poll() is None:
                process.terminate()
                time.sleep(0.05)
        assert process.returncode == 130
        two.faults.clear()
        codes = [forked("run", "--once", "--json", cwd=tmp_path).code for _ in range(3)]
        assert codes[-1] == 0
        assert two.titles() == sorted(str(action["title"]) for action in two.full.actions())
