"""A CalDAV server of somebody else's as a process of its own, with a folder of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from abc import ABC, abstractmethod
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Final

START: Final = 30.0
"""Seconds that starting may take. It takes less than one; a machine under load gets time."""
_TRIES: Final = 3
_WAIT: Final = 0.02
_SAID: Final = 500
_RUN: Final = """
import os, runpy, shutil, sys, threading

def end_with_the_other():
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)

folder = sys.argv[1]

threading.Thread(target=end_with_the_other, daemon=True).start()
del sys.argv[:2]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
"""The server ends, and its folder with it, when the pipe to it does: whoever started it may be killed."""


class Server(ABC):
    """One server on loopback, started when it is first needed, for one account."""

    package: ClassVar[str]
    """What is installed and run."""
    asks: ClassVar[bool] = True
    """Whether it asks for the password itself."""
    home: ClassVar[str]
    """Where the account's collections are, with a place for its name."""

    def __init__(self, username: str, password: str) -> None:
        self.username = username
        self.password = password
        self._lock = threading.Lock()
        self._port = 0
        self._why = ""

    @classmethod
    def missing(cls) -> str:
        """What is to be done before it can be started; empty when it can."""
        name = cls.__name__
        return (
            "" if find_spec(cls.package) is not None else f"install {name} beside tasksync: pip install {cls.package}"
        )

    @abstractmethod
    def arguments(self, place: Path, port: int) -> list[str]:
        """What it is started with: to keep all in an empty folder, and to listen at a port of loopback."""

    @property
    def port(self) -> int:
        """Where it listens; it runs now. Raises ``RuntimeError`` when it can not be started."""
        with self._lock:
            for _ in range(_TRIES):
                self._port = self._port or self._started()
            if not self._port:
                raise RuntimeError(self.missing() or f"{type(self).__name__} did not start: {self._why}")
            return self._port

    def _started(self) -> int:
        folder = tempfile.TemporaryDirectory(prefix=f"tasksync-{self.package}-")
        place, port = Path(folder.name), _free_port()
        command = [sys.executable, "-c", _RUN, str(place), self.package, *self.arguments(place, port)]
        with (place / "log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter, and nothing that anybody told
                command, stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=place
            )
        end = weakref.finalize(self, _end, process, folder)
        if _listens(process, port):
            return port
        self._why = (place / "log").read_text(encoding="utf-8", errors="replace")[-_SAID:]
        end()
        return 0


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


def _listens(process: subprocess.Popen[bytes], port: int) -> bool:
    """Wait until it takes connections; whether it does."""
    waited = threading.Event()
    for _ in range(int(START / _WAIT)):
        if process.poll() is not None:
            return False
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            waited.wait(_WAIT)
        else:
            return True
    return False


def _end(process: subprocess.Popen[bytes], folder: tempfile.TemporaryDirectory[str]) -> None:
    process.kill()
    process.wait()
    if process.stdin is not None:
        process.stdin.close()
    folder.cleanup()
