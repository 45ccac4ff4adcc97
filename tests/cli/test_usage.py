"""What the command line takes, and what it answers to what it does not take."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import sync
from tests.cli.kit import environment, forked, tasksync

HEAVY = ("sqlmodel", "sqlalchemy", "requests", "pydantic", "rich", "structlog", "orjson", "starlette", "apscheduler")
THERE = (
    *("demo", "check", "plan", "run", "status", "held", "resolve", "explain", "log", "undo", "link", "unlink"),
    *("export", "import", "doctor", "adopt", "sandbox", "discover", "init", "now", "backup", "restore"),
)


def error(done) -> dict:
    """The error document; it is the only thing on standard output."""
    assert set(done.json) == {"error"}
    assert set(done.json["error"]) == {"kind", "message", "problems"}
    return done.json["error"]


def test_help_lists_what_there_is(tmp_path):
    done = forked("--help", cwd=tmp_path)
    assert done.code == 0
    for command in THERE:
        assert f"\n  {command} " in done.out


def test_help_loads_nothing_heavy():
    program = (
        "import sys; from sync.cli import main; main(['--help']); print([n for n in sys.argv[1:] if n in sys.modules])"
    )
    command = [sys.executable, "-c", program, *HEAVY]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", THERE)
def test_each_command_has_help(tmp_path, command):
    done = forked(command, "--help", cwd=tmp_path)
    assert done.code == 0
    assert done.out.startswith(f"Usage: tasksync {command}")
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_version(tmp_path):
    done = forked("--version", cwd=tmp_path)
    assert (done.code, done.out) == (0, f"tasksync {sync.__version__}\n")
    project = tomllib.loads((Path(sync.__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["version"] == sync.__version__


def test_without_a_command_help_is_no_result(tmp_path):
    done = forked(cwd=tmp_path)
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("Usage: tasksync")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        pytest.param(["plna"], "No such command 'plna'. Did you mean 'plan'?", id="a command that is none"),
        pytest.param(["plan", "--nonsense"], "No such option: --nonsense", id="an option that is none"),
        pytest.param(["plan", "--config"], "'--config' requires an argument", id="an option without its value"),
        pytest.param(["run", "--sweep"], "--sweep can only be used with --once", id="sweep without once"),
        pytest.param(["run", "--allow", "deletes"], "--allow can only be used with --once", id="allow without once"),
        pytest.param(["run", "--plan", "abc"], "--plan can only be used with --once", id="plan without once"),
        pytest.param(["run", "--limit", "0"], "--limit can only be used with --once", id="limit without once"),
        pytest.param(["run", "--once", "--limit", "-1"], "'--limit'", id="a limit below zero"),
        pytest.param(["run", "--once", "--limit", "x"], "'--limit'", id="a limit that is no number"),
        pytest.param(
            ["run", "--once", "--allow", "all"],
            "'all' is none; the guards are emptied, shrunk, changed, deletes, creates",
            id="a guard that is none",
        ),
        pytest.param(["resolve"], "Missing argument 'ID'", id="resolve without an id"),
        pytest.param(["resolve", "h1"], "Missing argument 'CHOICE...'", id="resolve without a choice"),
        pytest.param(["sandbox", "--json"], "--json", id="sandbox refuses json"),
        pytest.param(["demo", "--json"], "--json", id="demo refuses json"),
        pytest.param(["sandbox", "nosuch"], "nosuch", id="a sandbox that is none"),
        pytest.param(["status", "--sweep"], "No such option: --sweep", id="an option of another command"),
    ],
)
def test_a_command_line_that_is_wrong_exits_2_with_one_line(tmp_path, arguments, words):
    done = forked(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert done.out == "" or "--json" in arguments
    text = done.err or error(done)["message"]
    assert words in text
    assert len(text.splitlines()) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        pytest.param(["plan", "--json", "--nonsense"], id="json before the mistake"),
        pytest.param(["plan", "--nonsense", "--json"], id="json after the mistake"),
        pytest.param(["--json", "plan"], id="json before the command"),
        pytest.param(["nosuch", "--json"], id="a command that is none"),
        pytest.param(["run", "--json"], id="run without once"),
        pytest.param(["backup", "--json"], id="a command of a later version"),
        pytest.param(["export", "--json"], id="a command that refuses json, with a store"),
        pytest.param(["demo", "--json"], id="a command that refuses json"),
        pytest.param(["resolve", "--json"], id="a missing argument"),
    ],
)
def test_a_usage_error_is_one_json_document_when_json_stands_anywhere(tmp_path, arguments):
    done = forked(*arguments, cwd=tmp_path)
    assert done.code == 2
    assert error(done)["kind"] == "usage"
    assert error(done)["problems"] == []
    assert done.err == ""


def test_json_after_two_dashes_is_a_value_and_no_option(tmp_path):
    done = forked("resolve", "--", "h1", "--json", cwd=tmp_path)
    assert done.out == ""


def test_no_configuration_says_where_it_was_looked_for(tmp_path):
    done = forked("plan", cwd=tmp_path)
    assert done.code == 2
    assert "tasksync.toml" in done.err
    assert "Traceback" not in done.err


def test_a_bad_configuration_lists_every_problem_with_its_place(tmp_path):
    config = tmp_path / "bad.toml"
    config.write_text('[groups.work]\nsides = ["a"]\ninterval = "soon"\n', encoding="utf-8")
    done = forked("--config", config, "check", cwd=tmp_path)
    assert done.code == 2
    assert len(done.err.splitlines()) >= 2
    assert all(line.startswith(f"tasksync: {config}:") for line in done.err.splitlines())


@pytest.mark.parametrize("before", [True, False], ids=["before the command", "after the command"])
def test_a_bad_configuration_is_an_error_document_with_its_problems(tmp_path, before):
    config = tmp_path / "bad.toml"
    config.write_text('[groups.work]\nsides = ["a"]\ninterval = "soon"\n', encoding="utf-8")
    option = ["--config", config]
    done = forked(*(option if before else []), "plan", "--json", *([] if before else option), cwd=tmp_path)
    assert done.code == 2
    assert error(done)["kind"] == "config"
    problems = error(done)["problems"]
    assert len(problems) >= 2
    for problem in problems:
        assert set(problem) == {"file", "line", "key", "message", "hint"}
        assert problem["file"] == str(config)
        assert isinstance(problem["line"], int)
    assert "groups.work.interval" in {problem["key"] for problem in problems}


def test_a_configuration_named_after_the_command_wins(tmp_path):
    (tmp_path / "one.toml").write_text("one = 1\n", encoding="utf-8")
    (tmp_path / "two.toml").write_text("two = 2\n", encoding="utf-8")
    done = forked("--config", "one.toml", "plan", "--config", "two.toml", "--json", cwd=tmp_path)
    assert {Path(problem["file"]).name for problem in error(done)["problems"]} == {"two.toml"}


def test_the_environment_can_name_the_configuration(tmp_path):
    (tmp_path / "three.toml").write_text("three = 3\n", encoding="utf-8")
    done = forked("plan", "--json", cwd=tmp_path, env={"TASKSYNC_CONFIG": str(tmp_path / "three.toml")})
    assert Path(error(done)["problems"][0]["file"]).name == "three.toml"


def test_an_encoding_without_the_characters_is_no_failure(tmp_path):
    done = tasksync("nosuch → command", cwd=tmp_path, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert done.code == 2
    assert "\\u2192" in done.err


def test_a_folder_that_was_removed_is_one_line(tmp_path):
    folder = tmp_path / "gone"
    folder.mkdir()
    command = f"cd {folder} && rmdir {folder} && exec {sys.executable} -m sync plan"
    done = subprocess.run(["sh", "-c", command], env=environment(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "tasksync: the folder that this runs in is not there any more; change to another one\n"


def test_a_closed_standard_output_is_no_failure(tmp_path):
    command = f"{sys.executable} -m sync --version >&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, env=environment(), capture_output=True, text=True, check=False
    )
    assert "Traceback" not in done.stderr


def test_nobody_listening_to_a_failure_is_no_second_one(tmp_path):
    reader, writer = os.pipe()
    os.close(reader)
    try:
        command = [sys.executable, "-m", "sync", "plan"]
        done = subprocess.run(command, cwd=tmp_path, env=environment(), stdout=writer, stderr=writer, check=False)
    finally:
        os.close(writer)
    assert done.returncode == 1


def test_half_a_character_on_the_command_line_still_gives_a_json_document(tmp_path):
    done = tasksync("nosuch→", "--json", cwd=tmp_path, env={"LC_ALL": "C", "PYTHONUTF8": "0"})
    assert json.loads(done.out)["error"]["message"].startswith("No such command 'nosuch")
