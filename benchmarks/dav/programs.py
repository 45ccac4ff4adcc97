"""The programs that are compared: how each is told what to sync, and what one run of it is."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.dav.server import PASSWORD, USER

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / ".venv-peers" / "bin"

OURS = """
[store]
url = "sqlite:///tasksync.db"
[log]
level = "warning"
[groups.g]
sides = ["a", "b"]
"""
OUR_SIDE = """
[sides.{name}]
connector = "caldav"
base_url = "{url}"
username = "{user}"
password = "{password}"
"""
THEIRS = """
[general]
status_path = "{folder}/status"
[pair p]
a = "a"
b = "b"
collections = null
"""
THEIR_SIDE = """
[storage {name}]
type = "caldav"
url = "{url}"
username = "{user}"
password = "{password}"
item_types = ["VTODO"]
"""


def surroundings() -> dict[str, str]:
    """The environment of a program: what was compiled once is kept, as where programs are used and not made."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


@dataclass(frozen=True, slots=True)
class Program:
    """A program with what it keeps in a folder. ``command`` is one sync; ``prepare`` comes before the first."""

    name: str
    command: tuple[str, ...]
    prepare: tuple[str, ...] = ()

    def ready(self) -> None:
        """Do what comes before the first sync."""
        if self.prepare:
            subprocess.run(self.prepare, check=True, capture_output=True, cwd=ROOT, env=surroundings())


def tasksync(folder: Path, urls: dict[str, str]) -> Program:
    """Ours: one cycle."""
    config = folder / "tasksync.toml"
    sides = "".join(_side(OUR_SIDE, name, url) for name, url in urls.items())
    config.write_text(OURS + sides, encoding="utf-8")
    config.chmod(0o600)
    # What is installed is compiled: the peer is, and we are to be.
    compiled = (sys.executable, "-m", "compileall", "-q", "sync", "connectors")
    return Program("tasksync", (sys.executable, "-m", "sync", "--config", str(config), "run", "--once"), compiled)


def tasksync_by_tags(folder: Path, urls: dict[str, str]) -> Program:
    """Ours, without asking the server for its memory of changes."""
    program = tasksync(folder, urls)
    config = folder / "tasksync.toml"
    told = config.read_text("utf-8").replace('connector = "caldav"', 'connector = "caldav"\nchanges = "tags"')
    config.write_text(told, encoding="utf-8")
    return replace(program, name="… by tags")


def vdirsyncer(folder: Path, urls: dict[str, str]) -> Program:
    """The peer: one sync of the pair."""
    config = folder / "vdirsyncer.conf"
    sides = "".join(_side(THEIR_SIDE, name, url) for name, url in urls.items())
    config.write_text(THEIRS.format(folder=folder) + sides, encoding="utf-8")
    command = (str(PEERS / "vdirsyncer"), "--config", str(config))
    return Program("vdirsyncer", (*command, "sync"), (*command, "discover"))


def missing() -> str:
    """Why the peer can not be measured; empty when it can."""
    tool = PEERS / "vdirsyncer"
    return "" if tool.exists() else "vdirsyncer is not installed (make bench installs it where it can)"


def _side(form: str, name: str, url: str) -> str:
    return form.format(name=name, url=url, user=USER, password=PASSWORD)
