"""The manual page, made of the commands as they are: ``python -m sync.cli.manual > tasksync.1``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from typing import Any, Final, TypeAlias

import typer

import sync
from sync.cli.program import ABOUT, program

Command: TypeAlias = Any  # typer has no public name for what it makes of a command

FILES: Final = (
    (
        "./tasksync.toml, /etc/tasksync/tasksync.toml",
        "The configuration, where neither --config nor $TASKSYNC_CONFIG names one.",
    ),
    ("tasksync.db", "What is remembered: beside the configuration, or in $STATE_DIRECTORY."),
    ("tasksync.ties", "Beside it: the ties of tasks on sides without a list, for the day on which the store is lost."),
    ("tasksync.budget", "Beside it: how many requests were sent lately. It may be lost."),
)
ENVIRONMENT: Final = (
    ("TASKSYNC_CONFIG", "The configuration."),
    ("STATE_DIRECTORY, CREDENTIALS_DIRECTORY", "Set by systemd: where the store is, where credentials are."),
    ("NO_COLOR", "No colour, whatever the terminal can."),
    ("TASKSYNC_DEBUG", "Where an unexpected failure happened."),
)
CODES: Final = (
    ("0", "Done."),
    ("1", "An unexpected failure."),
    ("2", "Usage, configuration, or a store that can not be used."),
    ("3", "Something waits for a person."),
    ("4", "A side did not take part, or a write is owed."),
)


def page() -> str:
    """The page, as man(7) wants it."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    root: Command = typer.main.get_command(program())
    yield f'.TH TASKSYNC 1 "" "tasksync {sync.__version__}" "User Commands"'
    yield from (".SH NAME", rf"tasksync \- {_safe(ABOUT[0].lower() + ABOUT[1:].removesuffix('.'))}")
    yield from (".SH SYNOPSIS", r".B tasksync", r"[\fIOPTION\fR]... \fICOMMAND\fR [\fIARGUMENT\fR]...")
    yield from (".SH OPTIONS", *_options(root))
    yield ".SH COMMANDS"
    for name, command in root.commands.items():
        if not command.hidden:
            yield from _command(name, command)
    yield from _table("EXIT STATUS", CODES)
    yield from _table("FILES", FILES)
    yield from _table("ENVIRONMENT", ENVIRONMENT)


def _command(name: str, command: Command) -> Iterator[str]:
    arguments = [_safe(one.metavar or one.name.upper()) for one in command.params if not one.opts[0].startswith("-")]
    yield f".SS {' '.join([_safe(name), *arguments])}"
    for number, part in enumerate(re.split(r"\n\s*\n", (command.help or "").strip())):
        yield from ([".PP"] if number else [])
        yield _safe(" ".join(part.split()))
    yield from _options(command)


def _options(command: Command) -> Iterator[str]:
    for one in command.params:
        if one.opts[0].startswith("-") and not getattr(one, "hidden", False):
            value = "" if one.is_flag or one.count else rf" \fI{_safe(one.metavar or one.type.name.upper())}\fR"
            yield from (".TP", ", ".join(rf"\fB{_safe(name)}\fR{value}" for name in one.opts), _safe(one.help or ""))


def _table(heading: str, rows: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {heading}"
    for name, about in rows:
        yield from (".TP", rf"\fB{_safe(name)}\fR", _safe(about))


def _safe(text: str) -> str:
    """A text that roff shows as it is, one line."""
    line = " ".join(text.split()).replace("\\", r"\e").replace("-", r"\-").replace("'", r"\(aq").replace("`", r"\(ga")
    return rf"\&{line}" if line.startswith(".") else line


if __name__ == "__main__":
    sys.stdout.write(page())
