"""The program behind the commands: configuration, store and logs, opened for one command and closed after it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sync.cli.failures import DEBUG, CommandError, FailureKind, foreseen, unexpected
from sync.cli.options import Given

if TYPE_CHECKING:
    from connectors.redact import Redactor
    from sync.app import App
    from sync.config import LogConfig, Problem
    from sync.discovering import Discoverer


@contextmanager
def opened(given: Given, *, read_only: bool, stop: Event | None = None) -> Iterator[App]:
    """The program over the configuration that the command line names.

    Raises ``ConfigError``, ``StoreError``. Whatever nobody foresaw leaves as one line without secrets; its traceback
    goes to the log at level debug.
    """
    from sync import logs
    from sync.app import App
    from sync.clock import SystemClock

    logs.set_up(form="auto", level="warning", mask=str, env=os.environ)  # until the configuration says how
    app = App.open(config=given.config, env=os.environ, cwd=folder(), clock=SystemClock(stop), read_only=read_only)
    with app:
        set_up_logs(app.config.log, app.redactor, given)
        _warn(app.config.warnings)
        with _foreseen_only(app.redactor):
            yield app


@contextmanager
def unfinished(given: Given) -> Iterator[Discoverer]:
    """A configuration that may still be wrong in places. Raises ``ConfigError``; otherwise as :func:`opened`."""
    from sync import app, logs
    from sync.clock import SystemClock

    logs.set_up(form="auto", level="warning", mask=str, env=os.environ)
    found = app.unfinished(given.config, env=os.environ, cwd=folder(), clock=SystemClock())
    if found.config.log is not None:
        set_up_logs(found.config.log, found.redactor, given)
    with closing(found), _foreseen_only(found.redactor):
        yield found


def store_url(given: Given) -> str:
    """The address of the store, whatever else of the configuration is wrong or missing. Raises ``ConfigError``."""
    with unfinished(given) as found:
        store = found.config.store
    if store is None:
        raise CommandError(
            f"[store] of {found.config.path} can not be read", "tasksync check says why", kind=FailureKind.CONFIG
        )
    return store.url


@contextmanager
def _foreseen_only(redactor: Redactor) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if foreseen(error) is not None:
            raise
        raise _reported(error, redactor) from error


def folder() -> Path:
    """Where this runs. Raises ``CommandError`` when that folder is gone."""
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise CommandError("the folder that this runs in is not there any more", "change to another one") from error


def set_up_logs(config: LogConfig, redactor: Redactor, given: Given) -> None:
    """Log as a configuration and a command line say, without the secrets that are known."""
    from sync import logs

    logs.set_up(
        form=config.format.value, level=level(config.level.value, given.verbose), mask=redactor.mask, env=os.environ
    )


def _warn(warnings: Sequence[Problem]) -> None:
    from sync.events import Log

    log = Log(__name__)
    for warning in warnings:
        log.warning(
            "config.warned",
            file=warning.file,
            line=warning.line,
            key=warning.key,
            why=warning.message,
            hint=warning.hint,
        )


def level(configured: str, verbose: int) -> str:
    """The least grave event that is logged; on a terminal, where tables tell what happened, a warning unless asked."""
    if verbose > 1:
        return "debug"
    if verbose == 1:
        return "debug" if configured == "debug" else "info"
    return "warning" if configured == "info" and sys.stderr.isatty() else configured


def _reported(error: Exception, redactor: Redactor) -> CommandError:
    """Log where it happened, and say in one line what."""
    from sync.events import Log

    Log(__name__).debug("command.failed", exc_info=error)
    if os.environ.get(DEBUG):
        sys.stderr.write(redactor.mask("".join(traceback.format_exception(error))))
    return unexpected(error, redactor.mask)
