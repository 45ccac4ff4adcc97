"""The journal's own way of taking log lines, with their keys as fields: ``journalctl TASKSYNC_GROUP=work`` finds them.

Its form: systemd.io, "Native Journal Protocol": a datagram of ``NAME=value`` lines, a value of several lines with its
length before it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SOCKET: Final = Path("/run/systemd/journal/socket")
IDENTIFIER: Final = "tasksync"
PREFIX: Final = "TASKSYNC_"


class Journal:
    """A way to the journal. Raises ``OSError`` where there is none."""

    def __init__(self, path: Path = SOCKET) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        try:
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise

    def send(self, message: str, priority: int, keys: Mapping[str, str]) -> None:
        """Send one entry. Raises ``OSError``, also for one that is too long."""
        fields = {"MESSAGE": message, "PRIORITY": str(priority), "SYSLOG_IDENTIFIER": IDENTIFIER}
        fields |= {PREFIX + name.upper(): value for name, value in keys.items() if _is_name(name)}
        self._socket.send(b"".join(_field(name, value) for name, value in fields.items()))

    def close(self) -> None:
        """Let go of the socket."""
        self._socket.close()


def _is_name(name: str) -> bool:
    return name.isascii() and name.isidentifier()


def _field(name: str, value: str) -> bytes:
    data = value.encode("utf-8", "replace")
    if b"\n" not in data:
        return name.encode() + b"=" + data + b"\n"
    return name.encode() + b"\n" + struct.pack("<Q", len(data)) + data + b"\n"
