"""The program behind the commands: configuration, store and logs, opened for one command and closed after it."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sync.cli.failures import DEBUG, CommandError, foreseen, unexpected
from sync.cli.options import Given

if TYPE_CHECKING:
    from sync.app import App


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
    app = App.open(config=given.config, env=os.environ, cwd=_folder(), clock=SystemClock(stop), read_only=read_only)
    with app:
        _set_up_logs(app, given)
        try:
            yield app
        except Exception as error:
            if foreseen(error) is not None:
                raise
            raise _reported(error, app) from error


def _folder() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        raise CommandError("the folder that this runs in is not there any more", "change to another one") from error


def _set_up_logs(app: App, given: Given) -> None:
    import structlog

    from sync import logs

    config = app.config.log
    logs.set_up(
        form=config.format.value, level=level(config.level.value, given.verbose), mask=app.redactor.mask, env=os.environ
    )
    log = structlog.get_logger(__name__)
    for warning in app.config.warnings:
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


def _reported(error: Exception, app: App) -> CommandError:
    """Log where it happened, and say in one line what."""
    import structlog

    structlog.get_logger(__name__).debug("command.failed", exc_info=error)
    if os.environ.get(DEBUG):
        sys.stderr.write(app.redactor.mask("".join(traceback.format_exception(error))))
    return unexpected(error, app.redactor.mask)
