"""Radicale, a CalDAV server of its own, as a process with a folder of its own."""

from __future__ import annotations

import socket
import subprocess
import sys
import tempfile
import threading
import weakref
from importlib.util import find_spec
from pathlib import Path
from typing import Final

SERVER: Final = "radicale"
START: Final = 30.0
"""Seconds that starting may take. It takes less than one; a machine under load gets time."""
_TRIES: Final = 3
_WAIT: Final = 0.02
_SAID: Final = 500
_CONFIGURATION: Final = """
[server]
hosts = 127.0.0.1:{port}
max_connections = 40
[auth]
type = htpasswd
htpasswd_filename = {users}
htpasswd_encryption = plain
delay = 0
[rights]
type = owner_only
[storage]
filesystem_folder = {folder}
[logging]
level = error
"""
_RUN: Final = """
import os, runpy, shutil, sys, threading

def end_with_the_other():
    sys.stdin.buffer.read()
    shutil.rmtree(folder, ignore_errors=True)
    os._exit(0)

folder = os.path.dirname(sys.argv[1])

threading.Thread(target=end_with_the_other, daemon=True).start()
sys.argv = ["radicale", "--config", sys.argv[1]]
runpy.run_module("radicale", run_name="__main__", alter_sys=True)
"""
"""The server ends, and its folder with it, when the pipe to it does: whoever started it may be killed."""


def missing() -> str:
    """What is to be done before the server can be started; empty when it can."""
    return "" if find_spec(SERVER) is not None else "install Radicale beside tasksync: pip install radicale"


class Radicale:
    """One server on loopback, started when it is first needed, for one account."""

    def __init__(self, username: str, password: str) -> None:
        self._account = f"{username}:{password}\n"
        self._lock = threading.Lock()
        self._port = 0
        self._why = ""

    @property
    def port(self) -> int:
        """Where it listens; it runs now. Raises ``RuntimeError`` when it can not be started."""
        with self._lock:
            for _ in range(_TRIES):
                self._port = self._port or self._started()
            if not self._port:
                raise RuntimeError(missing() or f"Radicale did not start: {self._why}")
            return self._port

    def _started(self) -> int:
        folder = tempfile.TemporaryDirectory(prefix="tasksync-radicale-")
        place, port = Path(folder.name), _free_port()
        (place / "users").write_text(self._account, encoding="utf-8")
        told = _CONFIGURATION.format(port=port, users=place / "users", folder=place / "collections")
        (place / "config").write_text(told, encoding="utf-8")
        command = [sys.executable, "-c", _RUN, str(place / "config")]
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
