"""What systemd is told: over a real socket of either kind, at each phase, and only while the work moves."""

from __future__ import annotations

import os
import socket
import time
import uuid

import pytest

from sync.clock import SystemClock
from sync.heartbeat import Heartbeat
from sync.notify import Announcing, Notifier, watchdog
from sync.observing import Phase
from sync.report import Result
from tests.operations.told import report


class Systemd:
    """Listens as systemd does."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + address[1:] if address.startswith("@") else address)
        self.socket.settimeout(5)

    def heard(self) -> list[str]:
        """The next message, by lines."""
        return self.socket.recv(4096).decode().split("\n")

    def hears_nothing(self, seconds: float) -> bool:
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(4096)
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(5)
        return False


@pytest.fixture(params=["a file", "an abstract name"])
def systemd(request, tmp_path):
    abstract = request.param == "an abstract name"
    one = Systemd(f"@tasksync-{uuid.uuid4().hex}" if abstract else str(tmp_path / "notify"))
    yield one
    one.socket.close()


def test_each_phase_is_told(systemd):
    told = Announcing(Notifier.of({"NOTIFY_SOCKET": systemd.address}))
    told.phase_changed(Phase.READY)
    assert systemd.heard() == ["READY=1", "STATUS=the first cycles begin"]
    told.cycle_finished("work", report(Result.QUIET))
    assert systemd.heard() == ["STATUS=1 group: 1 quiet"]
    told.cycle_failed("home", "the disk is full")
    assert systemd.heard() == ["STATUS=2 groups: 1 cut short, 1 quiet"]
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    told.phase_changed(Phase.RELOADING)
    reloading, monotonic, _ = systemd.heard()
    assert reloading == "RELOADING=1"
    assert before <= int(monotonic.removeprefix("MONOTONIC_USEC=")) <= before + 5_000_000
    told.phase_changed(Phase.READY, "refused:\nno such side\nREADY=0")
    assert systemd.heard() == ["READY=1", "STATUS=2 groups: 1 cut short, 1 quiet; refused: no such side READY=0"]
    told.cycle_finished("home", report(Result.QUIET))
    assert systemd.heard() == ["STATUS=2 groups: 2 quiet; refused: no such side READY=0"], "until it is put right"
    told.phase_changed(Phase.READY)
    assert systemd.heard() == ["READY=1", "STATUS=2 groups: 2 quiet"]
    told.group_removed("home")
    told.phase_changed(Phase.STOPPING)
    assert systemd.heard()[0] == "STOPPING=1"


def test_without_systemd_nothing_is_told_and_nothing_fails(tmp_path):
    assert Notifier.of({}).tell("READY=1") is False
    assert Notifier(str(tmp_path / "gone")).tell("READY=1") is False


def test_the_watchdog_is_fed_while_the_work_moves_and_not_when_it_hangs(tmp_path):
    systemd = Systemd(str(tmp_path / "notify"))
    heartbeat = Heartbeat(SystemClock())
    env = {"NOTIFY_SOCKET": systemd.address, "WATCHDOG_USEC": "60000", "WATCHDOG_PID": str(os.getpid())}
    with watchdog(Notifier.of(env), heartbeat, env):
        assert systemd.heard() == ["WATCHDOG=1"]
        assert systemd.heard() == ["WATCHDOG=1"]
        heartbeat.beat("group work", within=0.0)  # and never again
        time.sleep(0.1)
        while not systemd.hears_nothing(0.01):  # what was sent before
            pass
        assert systemd.hears_nothing(0.2)
        heartbeat.beat("group work", within=60.0)
        assert systemd.heard() == ["WATCHDOG=1"]
    systemd.socket.close()


@pytest.mark.parametrize("env", [{}, {"WATCHDOG_USEC": "0"}, {"WATCHDOG_USEC": "60000", "WATCHDOG_PID": "1"}])
def test_a_watchdog_that_is_not_ours_is_not_fed(tmp_path, env):
    systemd = Systemd(str(tmp_path / "notify"))
    with watchdog(Notifier(systemd.address), Heartbeat(SystemClock()), env):
        assert systemd.hears_nothing(0.1)
    systemd.socket.close()
