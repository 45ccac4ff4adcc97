"""The sandboxes as a command: what they print is a configuration that works against them."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from connectors import registry
from sync.cli.sandbox import share
from sync.cli.views.sandbox import configuration
from tests.cli.kit import environment, forked

ALL = ", ".join(registry.sandboxes())


@contextmanager
def serving(folder: Path, *arguments: str) -> Iterator[dict]:
    """A running sandbox; gives the configuration that it printed, also saved as tasksync.toml."""
    command = [sys.executable, "-m", "sync", "sandbox", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=folder, env=environment(), stdout=pipe, stderr=pipe, text=True) as process:
        try:
            assert process.stderr.readline() == "serving until Ctrl-C\n"
            text = ""
            while "[groups.sandbox]" not in text:
                text += process.stdout.readline()
            text += process.stdout.readline()
            (folder / "tasksync.toml").write_text(text, encoding="utf-8")
            (folder / "tasksync.toml").chmod(0o600)
            yield tomllib.loads(text)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        finally:
            process.kill()
    assert process.returncode == 0


def test_all_sandboxes_are_served_and_the_printed_configuration_works(tmp_path):
    with serving(tmp_path) as printed:
        assert list(printed["sides"]) == list(registry.sandboxes())
        assert printed["groups"]["sandbox"]["sides"] == list(registry.sandboxes())
        side = printed["sides"]["ogsm"]
        answer = requests.post(
            f"{side['base_url']}/api/v2/actions.json",
            json={"title": "Milk"},
            auth=(side["username"], side["password"]),
            timeout=10,
        )
        assert answer.status_code == 201
        done = forked("run", "--once", "--json", cwd=tmp_path)
        assert done.code == 0
        assert done.json["groups"]["sandbox"]["result"] in {"changed", "quiet"}


def test_one_sandbox_on_a_port_of_ones_choice(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with serving(tmp_path, "checkvist", "--port", str(port)) as printed:
        assert printed["sides"]["checkvist"]["base_url"] == f"http://127.0.0.1:{port}"


def test_a_port_that_is_taken_is_one_line(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = forked("sandbox", "ogsm", "--port", taken.getsockname()[1], cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert len(done.err.splitlines()) == 1
    assert "can not listen" in done.err


def test_faults_strike(tmp_path):
    with serving(tmp_path, "ogsm", "--faults", "100%") as printed:
        side = printed["sides"]["ogsm"]
        struck = 0
        for _ in range(12):
            try:
                answer = requests.get(f"{side['base_url']}/", timeout=10)
                struck += answer.status_code in {429, 500, 503} or not answer.content or b"<html>" in answer.content
            except requests.RequestException:
                struck += 1
        assert struck > 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["ogsm", "--reading", "nonsense=1"], 'no reading "nonsense"; there are: html,', id="a name"),
        pytest.param(["ogsm", "--reading", "html=1"], "html is one of: none, tidy, strict", id="a value"),
        pytest.param(["ogsm", "--reading", "html"], "write NAME=VALUE; ogsm has html,", id="no value"),
        pytest.param(["--reading", "html=tidy"], f"write VENDOR.NAME=VALUE with one of {ALL}", id="no vendor"),
        pytest.param(["ogsm", "--reading", "checkvist.login=v1"], "no reading", id="another vendor"),
        pytest.param(["--faults", "much"], "'much' is none; for example 5%", id="no share"),
        pytest.param(["--faults", "101%"], "'101%' is none; for example 5%", id="more than all"),
        pytest.param(["--port", "65535"], f"leaves no room for {len(registry.sandboxes())} servers", id="no room"),
        pytest.param(["--port", "65536"], "'--port'", id="no port"),
        pytest.param(["memory"], f"there is no sandbox 'memory'; there are: {ALL}", id="no sandbox"),
    ],
)
def test_what_cannot_be_served_is_one_line(tmp_path, arguments, words):
    done = forked("sandbox", *arguments, cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(
            ["ogsm", "--reading", "html=tidy,order=shuffled", "--reading", "ogsm.answers=wrapped"], id="one vendor"
        ),
        pytest.param(["--reading", "ogsm.answers=wrapped,checkvist.login=v1"], id="several vendors"),
    ],
)
def test_readings_reach_the_server(tmp_path, arguments):
    with serving(tmp_path, *arguments) as printed:
        side = printed["sides"]["ogsm"]
        answer = requests.post(
            f"{side['base_url']}/api/v2/actions.json",
            json={"title": "Milk"},
            auth=(side["username"], side["password"]),
            timeout=10,
        )
        assert "action" in answer.json()


def test_a_sandbox_that_needs_a_server_says_how_to_get_it(tmp_path):
    """Radicale is a tool beside tasksync: without it the others are served, and this one says what to do."""
    (tmp_path / "sitecustomize.py").write_text('import sys\nsys.modules["radicale"] = None\n', encoding="utf-8")
    env = {**environment(), "PYTHONPATH": f"{tmp_path}{os.pathsep}{environment().get('PYTHONPATH', '')}"}

    def told(*arguments: str) -> subprocess.CompletedProcess:
        command = [sys.executable, "-m", "sync", "sandbox", *arguments]
        return subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=60, check=False)

    done = told("caldav")
    assert (done.returncode, done.stdout) == (2, "")
    assert "pip install radicale" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert "checkvist" in (others := told("--reading", "x").stderr)
    assert "caldav" not in others


def test_a_share_is_a_percentage_or_a_number():
    assert [share("5%"), share("0.05"), share("0"), share("100%"), share(None)] == [0.05, 0.05, 0.0, 1.0, 0.0]


def test_a_configuration_quotes_what_is_text():
    keys = {"list": "12", "key": 'a"b', "code": "007", "fields": {"due": "Due date"}}
    lines = list(configuration({"x": ("http://127.0.0.1:1", keys)}))
    assert tomllib.loads("\n".join(lines))["sides"]["x"] == {
        "connector": "x",
        "base_url": "http://127.0.0.1:1",
        "list": 12,
        "key": 'a"b',
        "code": "007",
        "fields": {"due": "Due date"},
        "rate": "off",
    }
