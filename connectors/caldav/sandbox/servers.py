"""The servers that are tried: Radicale, and Xandikos, which has another hand in everything."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Final

from connectors.caldav.sandbox.process import Server

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


class Radicale(Server):
    """Radicale (https://radicale.org): keeps each resource as a file, and writes its text in its own way."""

    package = "radicale"
    home: ClassVar[str] = "/{}/"

    def arguments(self, place: Path, port: int) -> list[str]:
        """A configuration of its own, with one account."""
        (place / "users").write_text(f"{self.username}:{self.password}\n", encoding="utf-8")
        told = _CONFIGURATION.format(port=port, users=place / "users", folder=place / "collections")
        (place / "config").write_text(told, encoding="utf-8")
        return ["--config", str(place / "config")]


class Xandikos(Server):
    """Xandikos (https://www.xandikos.org): keeps what it is given in git, and leaves passwords to what is before it."""

    package = "xandikos"
    asks: ClassVar[bool] = False
    home: ClassVar[str] = "/{}/calendars/"

    def arguments(self, place: Path, port: int) -> list[str]:
        """One principal, on a port; what it would keep in the home of whoever starts it is kept here."""
        told = {
            "--directory": str(place / "collections"),
            "--state-dir": str(place / "state"),
            "--current-user-principal": f"/{self.username}/",
            "--listen-address": "127.0.0.1",
            "--port": str(port),
        }
        parts = [part for option in told.items() for part in option]
        return ["serve", "--autocreate", "--no-detect-systemd", *parts]


SERVERS: Final[Mapping[str, type[Server]]] = {server.package: server for server in (Radicale, Xandikos)}
"""By the names that a switch has for them."""
