"""How loud the log is, and what an exception becomes."""

from __future__ import annotations

import sys

import pytest
import typer

from connectors.errors import BadCredentials, BadSettings
from sync.app import UnknownName
from sync.cli.failures import CommandError, Failure, FailureKind, foreseen, unexpected
from sync.cli.opening import level
from sync.config import ConfigError, Problem
from sync.store import LeaseLost, NoLongerOpen, NotFound, StoreError

PROBLEM = Problem(file="x.toml", line=3, key="sides.a.rate", message="no rate", hint='"50/1m"')


@pytest.mark.parametrize(
    ("configured", "verbose", "terminal", "wanted"),
    [
        pytest.param("info", 0, True, "warning", id="a terminal shows tables"),
        pytest.param("info", 0, False, "info", id="a service has its lines"),
        pytest.param("info", 1, True, "info", id="asked once"),
        pytest.param("info", 2, True, "debug", id="asked twice"),
        pytest.param("debug", 0, True, "debug", id="configured otherwise"),
        pytest.param("error", 0, True, "error", id="quieter on a terminal"),
        pytest.param("error", 1, False, "info", id="asked against the configuration"),
        pytest.param("debug", 1, False, "debug", id="asked for less than configured"),
    ],
)
def test_how_loud_the_log_is(monkeypatch, configured, verbose, terminal, wanted):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal, raising=False)
    assert level(configured, verbose) == wanted


@pytest.mark.parametrize(
    ("error", "kind", "code"),
    [
        pytest.param(ConfigError([PROBLEM]), FailureKind.CONFIG, 2, id="configuration"),
        pytest.param(BadSettings("there is no connector x"), FailureKind.CONFIG, 2, id="a connector that is not there"),
        pytest.param(StoreError("The store is locked.", "Wait."), FailureKind.STORE, 2, id="store"),
        pytest.param(NotFound("No task is called x."), FailureKind.USAGE, 2, id="an unknown task"),
        pytest.param(UnknownName("there is no group x"), FailureKind.USAGE, 2, id="an unknown group"),
        pytest.param(NoLongerOpen("h1 has ended."), FailureKind.USAGE, 3, id="no longer open"),
        pytest.param(LeaseLost("another worker has it"), FailureKind.FAILURE, 4, id="the lease"),
        pytest.param(BadCredentials("refused"), FailureKind.FAILURE, 4, id="a side"),
        pytest.param(typer.BadParameter("no"), FailureKind.USAGE, 2, id="usage"),
        pytest.param(CommandError("no"), FailureKind.USAGE, 2, id="a command"),
    ],
)
def test_what_is_foreseen_has_its_kind_and_its_code(error, kind, code):
    failure = foreseen(error)
    assert (failure.kind, failure.code) == (kind, code)


def test_one_problem_is_the_message_and_several_are_counted():
    assert foreseen(ConfigError([PROBLEM])).message == str(PROBLEM)
    assert foreseen(ConfigError([PROBLEM, PROBLEM])).message == "the configuration has 2 problems"


def test_a_message_and_its_hint_make_one_sentence():
    assert foreseen(StoreError("The store is locked.", "Wait for the other one.")).tell(as_json=False) == 2


def test_what_is_told_is_one_line_and_harmless(capsys):
    assert Failure(kind=FailureKind.STORE, message="two\nlines \x1b[2J", hint="do this").tell(as_json=False) == 2
    assert capsys.readouterr().err == "tasksync: two lines \\x1b[2J; do this\n"


def test_what_nobody_foresaw_is_none_of_these():
    assert foreseen(ZeroDivisionError()) is None
    failure = unexpected(ZeroDivisionError("token=abc"), lambda text: text.replace("abc", "***")).failure
    assert (failure.kind, failure.code) == (FailureKind.FAILURE, 1)
    assert failure.message.startswith("unexpected failure: ZeroDivisionError: token=***; please report")


def test_an_error_without_words_is_named():
    assert unexpected(KeyError()).failure.message.startswith("unexpected failure: KeyError; please report")
