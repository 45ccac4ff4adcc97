"""Who has a lease: a process, told from every other one, of this host or another, now or after its end."""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.task import JsonValue

_PROC: Final = Path("/proc")
_STARTED: Final = 19  # of the fields after the name: field 22 of /proc/PID/stat, in ticks since the boot (proc(5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A worker: a process, and when it started, for numbers of processes come again.

    ``boot`` tells the host and its boot: two owners of one boot share the monotonic clock. ``space`` tells the
    namespace of process ids, for a container has numbers of its own. Both are empty where they cannot be told.
    """

    id: str
    host: str
    boot: str
    space: str
    pid: int
    started: str

    @classmethod
    def here(cls) -> Owner:
        """This process, as a new worker."""
        pid = os.getpid()
        return cls(
            id=uuid.uuid4().hex,
            host=socket.gethostname(),
            boot=_boot(),
            space=_space(),
            pid=pid,
            started=_started(pid) or "",
        )

    @classmethod
    def of(cls, id_: str, document: Mapping[str, JsonValue]) -> Owner:
        """The owner that wrote a document about itself."""
        host, boot, space, pid, started = (str(document.get(name, "")) for name in _NAMES)
        return cls(id=id_, host=host, boot=boot, space=space, pid=int(pid) if pid.isdigit() else 0, started=started)

    def document(self) -> dict[str, JsonValue]:
        """What others need to know of this owner."""
        return {name: getattr(self, name) for name in _NAMES}

    def shares_boot(self, other: Owner) -> bool:
        """Whether the other runs, or ran, since the same boot of the same host."""
        return bool(self.boot) and self.boot == other.boot

    def sees_dead(self, other: Owner) -> bool:
        """Whether the other is a process that could be seen from here, and is no more. In doubt it is not dead."""
        visible = self.shares_boot(other) and bool(self.space) and self.space == other.space
        return visible and bool(other.started) and other.pid > 0 and _started(other.pid) != other.started


_NAMES: Final = ("host", "boot", "space", "pid", "started")


def _boot() -> str:
    """The machine, where it has a number, and its boot."""
    boot = _line(_PROC / "sys/kernel/random/boot_id")
    return f"{_line(Path('/etc/machine-id'))}/{boot}" if boot else ""


def _space() -> str:
    """The namespace of process ids, where all its processes can be seen: none is taken for dead that is only hidden."""
    try:
        (_PROC / "1/stat").stat()  # absent where /proc is mounted with hidepid, and in no other case
        return str((_PROC / "self/ns/pid").stat().st_ino)
    except OSError:
        return ""


def _line(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""


def _started(pid: int) -> str | None:
    """When a process started; None when there is none, or only what its parent has not collected yet."""
    try:
        stat = (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name, in brackets, may hold blanks and brackets
    return None if not fields or fields[0] in {"Z", "X"} else fields[_STARTED]
