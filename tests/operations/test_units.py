"""The units of systemd: without fault in its own eyes, hardened, and true to what the program does."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from sync.store import Store
from tests.architecture.project import ROOT
from tests.scenarios.clock import FakeClock

FOLDER = ROOT / "systemd"
UNITS = sorted(file.name for file in FOLDER.iterdir())
SERVICES = [name for name in UNITS if name.endswith(".service")]
EXPOSURE = 15  # tenths

needs_systemd = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd-analyze here")


def settings(name: str) -> dict[str, list[str]]:
    """What a unit says, by key."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        key, given, value = line.partition("=")
        if given and not line.startswith("#"):
            found[key].append(value)
    return found


@pytest.fixture(scope="module")
def units(tmp_path_factory) -> Path:
    """The units, as they are installed where the program is in another place."""
    folder = tmp_path_factory.mktemp("units")
    program = folder / "tasksync"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    for name in UNITS:
        text = (FOLDER / name).read_text(encoding="utf-8")
        (folder / name).write_text(text.replace("/usr/local/bin/tasksync", str(program)), encoding="utf-8")
    return folder


def test_there_are_three():
    assert UNITS == ["tasksync-once.service", "tasksync-once.timer", "tasksync.service"]


@needs_systemd
def test_systemd_finds_no_fault_with_them(units):
    command = ["systemd-analyze", "verify", "--man=no", *(str(units / name) for name in UNITS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    ours = [line for line in done.stderr.splitlines() if "tasksync" in line]
    assert (done.returncode, ours) == (0, [])
    spoilt = units / "spoilt.service"
    spoilt.write_text((units / "tasksync.service").read_text("utf-8").replace("WatchdogSec", "WatchdogSecs"), "utf-8")
    done = subprocess.run([*command[:3], str(spoilt)], capture_output=True, text=True, check=False)
    assert "WatchdogSecs" in done.stderr  # it would have been said


@needs_systemd
@pytest.mark.parametrize("name", SERVICES)
def test_they_can_do_little_harm(units, name):
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={EXPOSURE}", str(units / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, "LC_ALL": "C.UTF-8"})
    assert done.returncode == 0, done.stdout
    told = re.search(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    assert told is not None
    assert float(told[1]) * 10 <= EXPOSURE


def test_the_service_is_started_stopped_watched_and_reloaded_as_the_program_expects():
    unit = settings("tasksync.service")
    assert unit["Type"] == ["notify"]
    assert unit["ExecReload"] == ["/bin/kill -HUP $MAINPID"]
    assert int(unit["TimeoutStopSec"][0]) > 10
    assert int(unit["WatchdogSec"][0]) > 30
    assert unit["RestartPreventExitStatus"] == ["2"]
    once = settings("tasksync-once.service")
    assert (once["Type"], once["SuccessExitStatus"]) == (["oneshot"], ["3 4"])


def test_both_services_are_one_user_with_one_store_and_hardened_alike():
    one, other = (settings(name) for name in SERVICES)
    apart = {"Description", "Type", "NotifyAccess", "ExecStart", "ExecReload", "WatchdogSec", "Restart", "RestartSec"}
    apart |= {"RestartPreventExitStatus", "SuccessExitStatus", "TimeoutStartSec", "WantedBy", "StartLimitBurst"}
    apart |= {"StartLimitIntervalSec"}
    assert {key: value for key, value in one.items() if key not in apart} == {
        key: value for key, value in other.items() if key not in apart
    }
    assert one["StateDirectory"] == ["tasksync"]


def test_a_secret_of_systemd_is_what_the_configuration_calls_a_credential():
    """The line that the unit proposes, and the key that it names, are those that the program reads."""
    text = (FOLDER / "tasksync.service").read_text(encoding="utf-8")
    (name,) = set(re.findall(r'\{ credential = "(\w+)" \}', text))
    assert f"# LoadCredential={name}:/etc/tasksync/credentials/{name}" in text


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files for others")
def test_what_root_makes_beside_the_store_is_the_services(tmp_path):
    """A person who looks as root leaves no file that the service, which is another user, can not use."""
    os.chown(tmp_path, 12345, 12345)
    Store.open(f"sqlite:///{tmp_path / 'tasksync.db'}", clock=FakeClock()).close()
    assert {file.stat().st_uid for file in tmp_path.iterdir()} == {12345}
