"""From an exception to what a person or a script reads, and the exit code; no traceback for what is foreseen."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import typer

from sync.cli.views.screen import write_json
from sync.cli.views.words import clean

if TYPE_CHECKING:
    from sync.config import Problem

DEBUG: Final = "TASKSYNC_DEBUG"
"""The environment variable that shows where an unexpected failure happened."""

UNEXPECTED: Final = 1
UNUSABLE: Final = 2  # usage, configuration, store
TOO_LATE: Final = 3  # it can no longer be decided
TOOK_NO_PART: Final = 4
INTERRUPTED: Final = 130  # 128 + SIGINT: what a shell reports of a program that was interrupted


class FailureKind(StrEnum):
    """What a script can tell failures apart by."""

    CONFIG = "config"
    USAGE = "usage"
    STORE = "store"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a command ended without doing its work. ``problems`` are those of a configuration, else none."""

    kind: FailureKind
    message: str
    hint: str = ""
    problems: tuple[Problem, ...] = ()
    code: int = UNUSABLE

    def tell(self, *, as_json: bool) -> int:
        """Say it: JSON on standard output, or lines on standard error. Returns the exit code."""
        if as_json:
            write_json({"error": {"kind": self.kind.value, "message": self._whole(), "problems": self._problem_rows()}})
            return self.code
        lines = [str(problem) for problem in self.problems] or [self._whole()]
        for line in lines:
            sys.stderr.write(f"tasksync: {clean(line)}\n")
        return self.code

    def _whole(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message

    def _problem_rows(self) -> list[dict[str, str | int]]:
        return [problem.json() for problem in self.problems]


class CommandError(Exception):
    """A command that cannot be carried out as it was typed."""

    def __init__(
        self, message: str, hint: str = "", *, kind: FailureKind = FailureKind.USAGE, code: int = UNUSABLE
    ) -> None:
        super().__init__(message)
        self.failure = Failure(kind=kind, message=message, hint=hint, code=code)


def unexpected(error: BaseException, mask: Callable[[str], str] = str) -> CommandError:
    """What nobody foresaw, in one line; ``mask`` takes the secrets out of it."""
    what = " ".join(mask(f"{type(error).__name__}: {error}").split()).removesuffix(": ").removesuffix(":")
    message = f"unexpected failure: {what}; please report ({DEBUG}=1 shows where it happened)"
    return CommandError(message, kind=FailureKind.FAILURE, code=UNEXPECTED)


def foreseen(error: Exception) -> Failure | None:
    """What to say of an exception that ended a command; None for one that nobody foresaw."""
    if isinstance(error, CommandError):
        return error.failure
    if isinstance(error, typer.TyperException):
        return _usage(error)
    return _of_the_program(error) if _is_ours(error) else None


def _is_ours(error: Exception) -> bool:
    """Whether it is a kind of exception of the program: what the kernel refuses, as memory, leaves no room to look."""
    return any(kind.__module__.partition(".")[0] in {"sync", "connectors"} for kind in type(error).__mro__)


def wants_json(arguments: Sequence[str]) -> bool:
    """Whether ``--json`` stands anywhere on the command line, however wrong the rest of it is."""
    options = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in options


def _usage(error: typer.TyperException) -> Failure:
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "tasksync"
    message = " ".join(error.format_message().split()).removesuffix(".")
    return Failure(kind=FailureKind.USAGE, message=message, hint=f"see: {command} --help", code=UNUSABLE)


def _of_the_program(error: Exception) -> Failure | None:  # noqa: PLR0911 - one for each kind
    from connectors.errors import BadSettings, ConnectorError
    from sync.config import ConfigError
    from sync.health import CannotListen
    from sync.store import LeaseError, NoLongerOpen, NotFound, StoreError
    from sync.ties import TiesRefused

    if isinstance(error, ConfigError):
        return _with_problems(FailureKind.CONFIG, error.problems, "the configuration has {} problems")
    if isinstance(error, TiesRefused):
        return _with_problems(FailureKind.USAGE, error.problems, "{} lines are wrong, and nothing was written")
    if isinstance(error, BadSettings):  # a connector that is not there, or a plug-in that is broken
        return Failure(kind=FailureKind.CONFIG, message=str(error))
    if isinstance(error, CannotListen):
        return Failure(kind=FailureKind.CONFIG, message=error.message, hint=error.hint)
    if isinstance(error, LeaseError | ConnectorError):
        return Failure(kind=FailureKind.FAILURE, message=str(error), code=TOOK_NO_PART)
    if not isinstance(error, StoreError):
        return None
    message, hint = error.message.removesuffix("."), error.hint.removesuffix(".")
    if isinstance(error, NoLongerOpen):
        return Failure(kind=FailureKind.USAGE, message=message, hint=hint, code=TOO_LATE)
    named = isinstance(error, NotFound) or _is_unknown_name(error)
    return Failure(kind=FailureKind.USAGE if named else FailureKind.STORE, message=message, hint=hint)


def _with_problems(kind: FailureKind, problems: tuple[Problem, ...], several: str) -> Failure:
    message = str(problems[0]) if len(problems) == 1 else several.format(len(problems))
    return Failure(kind=kind, message=message, problems=problems)


def _is_unknown_name(error: Exception) -> bool:
    from sync.choices import UnknownName

    return isinstance(error, UnknownName)
