"""Log lines: one form for the program and its libraries, and no secrets in any."""

from __future__ import annotations

import io
import json
import logging
import os
import subprocess
import sys

import pytest

from connectors.redact import Redactor
from sync.logs import chosen

PROGRAM = """
import logging, os, sys
from connectors.redact import Redactor
from sync import logs
from sync.events import Log, bound
logs.set_up(form=sys.argv[1], level=sys.argv[2], mask=Redactor(["s3cret-value"]).mask, env=os.environ)
log = Log("sync.cycle")
with bound(group="work"):
    log.debug("read.begun")
    facts = {"notes": ["has s3cret-value"], "password": "anything", "nested": {"token": "x"}}
    log.info("side.read", side="outline", tasks=12, **facts)
    try:
        raise ValueError("refused s3cret-value\\nsecond line")
    except ValueError:
        log.error("action.failed", exc_info=True)
logging.getLogger("apscheduler").warning("job %s missed: token=abc", "s3cret-value")
logging.getLogger("urllib3.connectionpool").info("starting")
logging.getLogger("urllib3.connectionpool").warning("pool is full")
"""


def logged(form: str, level: str = "info", **env: str) -> list[str]:
    """What a program of its own writes to standard error."""
    command = [sys.executable, "-c", PROGRAM, form, level]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | env)
    assert done.stdout == ""
    return done.stderr.splitlines()


def test_json_is_one_object_per_line_with_the_bound_keys():
    rows = [json.loads(line) for line in logged("json")]
    assert [(row["level"], row["event"]) for row in rows] == [
        ("info", "side.read"),
        ("error", "action.failed"),
        ("warning", "job *** missed: token=***"),
        ("warning", "pool is full"),
    ]
    assert rows[0] | {"timestamp": ""} == {
        "level": "info",
        "event": "side.read",
        "timestamp": "",
        "group": "work",
        "side": "outline",
        "tasks": 12,
        "notes": ["has ***"],
        "password": "***",
        "nested": {"token": "***"},
    }
    assert rows[0]["timestamp"].endswith("Z")
    assert "Traceback" in rows[1]["exception"]


def test_the_journal_reads_a_priority_at_the_beginning_of_each_line():
    lines = logged("journal")
    assert lines[0].startswith('<6>side.read group="work"')
    assert lines[1].startswith('<3>action.failed group="work"')
    assert lines[2] == "<3>Traceback (most recent call last):"
    assert lines[-2].startswith("<4>job *** missed")
    assert all(line.startswith("<") for line in lines)


def test_the_console_form_has_no_colour_where_there_is_no_terminal():
    lines = logged("console")
    assert "\x1b" not in "".join(lines)
    assert "side.read" in lines[0]


@pytest.mark.parametrize("form", ["json", "journal", "console"])
@pytest.mark.parametrize("level", ["info", "debug"])
def test_no_form_shows_a_secret(form, level):
    text = "\n".join(logged(form, level))
    assert "action.failed" in text
    assert "s3cret-value" not in text
    assert "anything" not in text


def test_debug_shows_what_info_leaves_out():
    assert not any("read.begun" in line for line in logged("json"))
    assert any("read.begun" in line for line in logged("json", "debug"))


def test_a_library_that_chats_is_heard_only_when_it_warns():
    assert not any("starting" in line for line in logged("json", "debug"))
    assert any("pool is full" in line for line in logged("json"))


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_auto_is_the_console_on_a_terminal():
    assert chosen("auto", Terminal(), {}) == "console"


def test_auto_is_the_journal_only_where_the_journal_reads_this_very_stream(tmp_path):
    with (tmp_path / "stream").open("w") as stream, (tmp_path / "other").open("w") as other:
        told = os.fstat(stream.fileno())
        env = {"JOURNAL_STREAM": f"{told.st_dev}:{told.st_ino}"}
        assert chosen("auto", stream, env) == "journal"
        assert chosen("auto", other, env) == "json"
        assert chosen("auto", stream, {}) == "json"


def test_a_form_that_was_asked_for_is_taken_anywhere():
    assert chosen("json", Terminal(), {}) == "json"


def test_a_stream_without_a_file_is_no_journal():
    assert chosen("auto", io.StringIO(), {"JOURNAL_STREAM": "1:2"}) == "json"


def test_setting_up_twice_writes_each_line_once(capfd, restored_logging):
    from sync import logs

    for _ in range(2):
        logs.set_up(form="json", level="info", mask=Redactor().mask, env={})
    logging.getLogger("x").warning("once")
    assert capfd.readouterr().err.count("once") == 1


@pytest.fixture
def restored_logging():
    """The test runner's own logging comes back afterwards."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(capture=False)
