"""Log lines on standard error: dotted past-tense facts with keys, in the form that whoever reads them wants.

========  ================================================================
form      for
========  ================================================================
console   a person: time, level, event, keys; colour on a terminal
json      a log collector: one JSON object per line
journal   systemd: the journal's own entries, with group, cycle, side as
          fields; without its socket lines with their priority as ``<4>``
auto      console on a terminal, journal under systemd, else json
========  ================================================================
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TextIO

import orjson

from sync.events import keys_of
from sync.journald import SOCKET, Journal

if TYPE_CHECKING:
    from structlog.typing import EventDict, Processor, WrappedLogger

Mask = Callable[[str], str]

HIDDEN: Final = "***"
SECRET_KEYS: Final = frozenset(
    {"authorization", "password", "token", "old_token", "remote_key", "token2fa", "api_key", "x-api-key", "x-api-token"}
)
"""Keys whose value is never logged, whatever it is (compared in lower case)."""

PRIORITIES: Final[Mapping[str, int]] = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}
"""Level to the priority of syslog (RFC 5424, 6.2.1), which the journal takes as a prefix (sd-daemon(3))."""

CHATTY: Final = ("apscheduler", "asyncio", "markdown_it", "tzlocal", "urllib3", "uvicorn")
"""Libraries whose information is for their authors, and may name addresses with what stands in them: warnings only."""

SKIPS: Final = "apscheduler.scheduler"
"""The logger that warns of what the schedule means to happen: a cycle that is due while the one before it runs."""


def set_up(*, form: str, level: str, mask: Mask, env: Mapping[str, str], journal: Path = SOCKET) -> None:
    """Send the program's log lines, and those of the libraries, to standard error.

    ``form`` is auto, console, json or journal; ``level`` debug, info, warning or error. ``mask`` takes secrets out of
    any text; keys that name a secret are hidden besides.
    """
    form = chosen(form, sys.stderr, env)
    way = _way(form, journal)
    handler: logging.Handler = _StandardError() if way is None else _ToJournal(way)
    handler.setFormatter(_Lines(lambda: _formatter(form, env, way, mask)))
    root = logging.getLogger()
    for former in root.handlers:
        if isinstance(former, _ToJournal):
            former.close()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(SKIPS).setLevel(logging.ERROR)
    logging.captureWarnings(capture=True)


class _Lines(logging.Formatter):
    """Makes lines with what is made by the first of them: most runs have nothing to say."""

    def __init__(self, make: Callable[[], logging.Formatter]) -> None:
        super().__init__()
        self._make = make
        self._made: logging.Formatter | None = None

    def format(self, record: logging.LogRecord) -> str:
        return self.made().format(record)

    def made(self) -> logging.Formatter:
        """What makes them."""
        if self._made is None:
            self._made = self._make()
        return self._made


def be_ready() -> None:
    """Load what makes lines: what runs for long may have to tell of a machine that opens no more files."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, _Lines):
            handler.formatter.made()


def chosen(form: str, stream: TextIO, env: Mapping[str, str]) -> str:
    """The form that ``auto`` stands for where the lines go."""
    if form != "auto":
        return form
    if stream.isatty():
        return "console"
    return "journal" if _is_journal(stream, env) else "json"


def _is_journal(stream: TextIO, env: Mapping[str, str]) -> bool:
    """Whether systemd reads this; children that write elsewhere inherit $JOURNAL_STREAM too (systemd.exec(5))."""
    try:
        told = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return env.get("JOURNAL_STREAM") == f"{told.st_dev}:{told.st_ino}"


def _formatter(form: str, env: Mapping[str, str], way: Journal | None, mask: Mask) -> logging.Formatter:
    """What happens to every event, ours or a library's, until it is a line; before that, the secrets are taken out."""
    import structlog

    stamp: list[Processor] = [structlog.processors.TimeStamper(fmt="iso", utc=True)] if form != "journal" else []
    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[
            _with_keys,
            structlog.stdlib.add_log_level,
            *stamp,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            _redaction(mask),
        ],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, _renderer(form, env, way)],
    )


def _with_keys(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    return {**keys_of(event["_record"]), **event}


def _redaction(mask: Mask) -> Processor:
    def redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
        for key, value in event.items():
            if not key.startswith("_"):
                event[key] = _redacted(key, value, mask)
        return event

    return redact


def _redacted(key: str, value: object, mask: Mask) -> object:
    if key.lower() in SECRET_KEYS:
        return HIDDEN
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, Mapping):
        return {str(name): _redacted(str(name), item, mask) for name, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted(key, item, mask) for item in value]
    return value if value is None or isinstance(value, bool | int | float) else mask(str(value))


def _way(form: str, path: Path) -> Journal | None:
    """The way to the journal, where its form is wanted and it is there."""
    try:
        return Journal(path) if form == "journal" else None
    except OSError:
        return None


def _renderer(form: str, env: Mapping[str, str], way: Journal | None) -> Processor:
    import structlog

    if way is not None:
        return structlog.processors.JSONRenderer(serializer=_as_json)
    if form == "console":
        coloured = sys.stderr.isatty() and not env.get("NO_COLOR")
        return structlog.dev.ConsoleRenderer(colors=coloured, exception_formatter=structlog.dev.plain_traceback)
    if form == "journal":
        return _journal
    return structlog.processors.JSONRenderer(serializer=_as_json)


def _as_json(event: MutableMapping[str, Any], **_options: object) -> str:
    return orjson.dumps(event, default=str, option=orjson.OPT_SORT_KEYS).decode()


def _journal(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Each line with its priority: the journal reads line by line."""
    prefix = f"<{_priority(event)}>"
    return "\n".join(prefix + line for line in _lines(event))


def _priority(event: MutableMapping[str, Any]) -> int:
    return PRIORITIES.get(str(event.pop("level", "info")), 6)


def _lines(event: MutableMapping[str, Any]) -> list[str]:
    """The event with its keys on one line, and those of a traceback."""
    trace = event.pop("exception", "")
    words = [str(event.pop("event", "")), *(f"{key}={_one_line(value)}" for key, value in sorted(event.items()))]
    return [" ".join(words), *str(trace).splitlines()]


def _one_line(value: object) -> str:
    return orjson.dumps(value, default=str).decode()


class _ToJournal(logging.Handler):
    """Writes to the journal; what it does not take, to standard error."""

    def __init__(self, way: Journal) -> None:
        super().__init__()
        self._way = way
        self._otherwise = _StandardError()

    def emit(self, record: logging.LogRecord) -> None:
        try:
            event = orjson.loads(self.format(record))
            keys = {name: value if isinstance(value, str) else _one_line(value) for name, value in event.items()}
            keys.pop("exception", None)  # the message has it
            priority = _priority(event)
            self._way.send("\n".join(_lines(event)), priority, keys)
        except OSError:
            self._otherwise.setFormatter(self.formatter)
            self._otherwise.emit(record)
        except Exception:  # noqa: BLE001 - a line that cannot be logged must not stop the work
            self.handleError(record)

    def close(self) -> None:
        self._way.close()
        super().close()


class _StandardError(logging.Handler):
    """Writes to what standard error is at that moment: progress bars stand in for it while they are shown."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            sys.stderr.write(self.format(record) + "\n")
            sys.stderr.flush()
        except BrokenPipeError:
            return
        except Exception:  # noqa: BLE001 - a line that cannot be logged must not stop the work
            self.handleError(record)
