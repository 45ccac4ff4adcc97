"""The program as a process: started anew, or forked from one that has loaded it already.

Starting Python and loading the libraries takes a hundred times as long as most commands. A fork is a process of its own
all the same, with its own number, threads, files and end; it can be killed like any other.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.loading import load_program

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = {"TASKSYNC_CONFIG", "TASKSYNC_DEBUG", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "JOURNAL_STREAM"}


@dataclass(frozen=True, slots=True)
class Done:
    """How a process ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on standard output."""
        return json.loads(self.out)


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment, less what would change what is printed."""
    kept = {key: value for key, value in os.environ.items() if key not in LEFT_OUT}
    return {**kept, "PYTHONPATH": str(ROOT), **(more or {})}


def anew(
    *arguments: str, folder: Path, env: Mapping[str, str], typed: str = "", **more: object
) -> subprocess.Popen[bytes]:
    """``python -m sync``, running. ``typed`` comes on its standard input; ``more`` as for ``subprocess.Popen``."""
    command, pipe = [sys.executable, "-m", "sync", *arguments], subprocess.PIPE
    given = _reading_as(typed)
    try:
        return subprocess.Popen(command, cwd=folder, env=env, stdin=given, stdout=pipe, stderr=pipe, **more)
    finally:
        os.close(given)


def ended(process: Fork | subprocess.Popen[bytes], timeout: float) -> Done:
    """A process at its end. It is killed if that takes longer than so many seconds, and ``TimeoutExpired`` raised."""
    with process:
        try:
            out, err = process.communicate(timeout=timeout)
        except BaseException:
            process.kill()
            raise
    return Done(process.returncode, out.decode(), err.decode())


class Fork:
    """A forked process, as ``subprocess.Popen`` shows one."""

    def __init__(self, mould: Mould, asked: Mapping[str, object]) -> None:
        self.returncode: int | None = None
        self._mould = mould
        self._outputs = [Path(str(asked[name])) for name in ("out", "err")]
        self.pid = int(mould.ask(json.dumps(asked)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        if error is not None and self.poll() is None:
            self.send_signal(signal.SIGKILL)
        self.wait()

    def poll(self) -> int | None:
        """How it ended; None: it has not."""
        if self.returncode is None and self._mould.has_answered(0):
            self.returncode = int(self._mould.answer())
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """How it ended. Raises ``TimeoutExpired``."""
        if self.returncode is None and not self._mould.has_answered(timeout):
            raise subprocess.TimeoutExpired("a fork", timeout or 0)
        code = self.poll()
        assert code is not None
        return code

    def communicate(self, timeout: float | None = None) -> tuple[bytes, bytes]:
        """Both outputs, at its end."""
        self.wait(timeout)
        out, err = (file.read_bytes() if file.exists() else b"" for file in self._outputs)
        for file in self._outputs:
            file.unlink(missing_ok=True)
        return out, err

    def send_signal(self, number: int) -> None:
        """A signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """``kill -9``."""
        self.send_signal(signal.SIGKILL)


class Mould:
    """The process that forks; one fork at a time. What is started meanwhile is no fork.

    Nor is every so manieth process (``real_starts``); 0: none of them.
    """

    def __init__(self, real_starts: int = 0) -> None:
        self.started = 0
        self._real_starts = real_starts
        self._last: Fork | None = None
        self._outputs = tempfile.TemporaryDirectory(prefix="forks-")
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Close what it reads: it ends."""
        self._process.communicate()
        self._outputs.cleanup()

    def start(
        self, *arguments: str, folder: Path, env: Mapping[str, str], typed: str = ""
    ) -> Fork | subprocess.Popen[bytes]:
        """The program, running. ``typed`` comes on its standard input."""
        self.started += 1
        real = self._real_starts and not self.started % self._real_starts
        if real or (self._last is not None and self._last.poll() is None):
            return anew(*arguments, folder=folder, env=env, typed=typed)
        files = {name: f"{self._outputs.name}/{name}-{self.started}" for name in ("out", "err")}
        asked = {"arguments": arguments, "folder": str(folder), "env": dict(env), "typed": typed, **files}
        self._last = Fork(self, asked)
        return self._last

    def ask(self, line: str) -> bytes:
        """Send a line, and get one."""
        assert self._process.stdin is not None
        self._process.stdin.write(line.encode() + b"\n")
        return self.answer()

    def answer(self) -> bytes:
        """The next line."""
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def has_answered(self, seconds: float | None) -> bool:
        """Whether there is a next line within so many seconds."""
        return bool(select.select([self._process.stdout], [], [], seconds)[0])


def _reading_as(text: str) -> int:
    """A file to read this text from, and no more."""
    reading, writing = os.pipe()
    os.write(writing, text.encode())  # what a person types fits into a pipe
    os.close(writing)
    return reading


def serve() -> None:
    """Fork for each line, tell the number, wait, tell how it ended: until nobody asks any more."""
    load_program()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(**json.loads(line))
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(number: int) -> None:
    os.write(1, f"{number}\n".encode())


def _become(arguments: list[str], folder: str, env: dict[str, str], typed: str, out: str, err: str) -> None:
    code = 70
    try:
        writing = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        for number, file in (
            (0, _reading_as(typed)),
            (1, os.open(out, writing, 0o600)),
            (2, os.open(err, writing, 0o600)),
        ):
            os.dup2(file, number)
            os.close(file)
        sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - what comes with a process
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(env)
        time.tzset()
        from sync.cli import main

        code = main(arguments)
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


if __name__ == "__main__":
    serve()
