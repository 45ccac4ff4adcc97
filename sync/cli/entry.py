"""The entry point: arguments in, an exit code out, and never a traceback that somebody did not ask for."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import redirect_stdout

from sync.cli.completing import COMPLETE, ZSH
from sync.cli.failures import DEBUG, INTERRUPTED, UNEXPECTED, UNUSABLE, Failure, foreseen, unexpected, wants_json
from sync.cli.program import named, program
from sync.cli.views.screen import abandon


def carry_out(arguments: Sequence[str] | None = None) -> int:
    """See :func:`sync.cli.main`."""
    _settle_streams()
    try:
        code = _carried_out(list(sys.argv[1:] if arguments is None else arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        abandon()
        return UNEXPECTED
    return code


def _carried_out(arguments: list[str]) -> int:
    try:
        if os.environ.get(COMPLETE) == "source_zsh":
            sys.stdout.write(ZSH)
            return 0
        if not arguments and COMPLETE not in os.environ:
            return _help()
        only = named(arguments) if COMPLETE not in os.environ else ()
        code = program(only)(args=arguments, prog_name="tasksync", standalone_mode=False)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the last place where it can become a sentence
        return _failure(error).tell(as_json=wants_json(arguments))
    return code if isinstance(code, int) else 0


def _help() -> int:
    """Without a command: the list of commands, on standard error, for it is no result."""
    with redirect_stdout(sys.stderr):
        program()(args=["--help"], prog_name="tasksync", standalone_mode=False)
    return UNUSABLE


def _failure(error: Exception) -> Failure:
    found = foreseen(error)
    if found is not None:
        return found
    if os.environ.get(DEBUG):
        traceback.print_exception(error)
    return unexpected(error).failure


def _settle_streams() -> None:
    """Let no character that the terminal's encoding lacks, and no stream that was closed, stop a command."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123 - for as long as we run
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
