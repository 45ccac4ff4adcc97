"""A process that has loaded the program and becomes one command after another: each runs in a fork of its own.

Starting Python and loading the libraries takes a hundred times as long as most commands. Reads one JSON object per line
(arguments, folder, environment, files for both outputs) and answers each with its exit code.
"""

from __future__ import annotations

import json
import os
import sys

from tests.loading import load_program


def run(arguments: list[str], folder: str, env: dict[str, str], out: str, err: str, typed: str = "") -> int:
    """One command in a child; its exit code."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    code = 70
    try:
        for number, path in ((1, out), (2, err)):
            file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(file, number)
            os.close(file)
        if typed:
            os.dup2(os.open(typed, os.O_RDONLY), 0)
            sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - what comes with a process
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        from sync.cli import main

        code = main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def serve() -> None:
    """Until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w")
    load_program()
    for line in sys.stdin:
        asked = json.loads(line)
        answers.write(f"{run(**asked)}\n")
        answers.flush()


if __name__ == "__main__":
    serve()
