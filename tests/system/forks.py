"""Processes that are forked from one that has loaded the program.

Each is a process of its own, with its own number, threads, files and end; it can be killed like any other.
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
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.loading import load_program

REAL_STARTS = 40
"""Every so manieth process is started anew after all: it costs as much as eight others."""


class Fork:
    """One such process, as ``subprocess.Popen`` shows it."""

    def __init__(self, mould: Mould, arguments: tuple[str, ...], folder: Path, env: dict[str, str]) -> None:
        self.returncode: int | None = None
        self._mould = mould
        self._outputs = [Path(tempfile.mkstemp(prefix="fork-")[1]) for _ in range(2)]
        asked = [list(arguments), str(folder), env, *map(str, self._outputs)]
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
    """The process that forks; one fork at a time. Every so manieth process (``anew``) is no fork."""

    def __init__(self, anew: int = REAL_STARTS) -> None:
        self.started = 0
        self._anew = anew
        self._last: Fork | None = None
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes what it reads: it ends

    def start(self, *arguments: str, folder: Path, env: dict[str, str]) -> Fork | None:
        """A process that carries a command line out; None: start one anew."""
        self.started += 1
        if not self.started % self._anew or (self._last is not None and self._last.poll() is None):
            return None
        self._last = Fork(self, arguments, folder, env)
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


def serve() -> None:
    """Fork for each line, tell the number, wait, tell how it ended: until nobody asks any more."""
    load_program()
    for line in sys.stdin:
        child = os.fork()
        if not child:
            _become(*json.loads(line))
        _tell(child)
        _tell(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))


def _tell(number: int) -> None:
    os.write(1, f"{number}\n".encode())


def _become(arguments: list[str], folder: str, env: dict[str, str], out: str, err: str) -> None:
    code = 70
    try:
        for number, path in ((0, os.devnull), (1, out), (2, err)):
            file = os.open(path, os.O_RDWR | os.O_TRUNC)
            os.dup2(file, number)
            os.close(file)
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
