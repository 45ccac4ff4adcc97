"""Who may come in: log-ins, tokens, HTTP Basic (the API page, "Authentication", in its copies)."""

from __future__ import annotations

import base64
import binascii
import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.checkvist.sandbox.reading import Reading
from connectors.checkvist.sandbox.world import Refused
from connectors.task import JsonValue

REFRESHABLE: Final = timedelta(days=90)
"""How long a token can be exchanged for a new one."""

_LIVES: Final = {"1d": timedelta(days=1), "30m": timedelta(minutes=30), "3 calls": timedelta(days=1)}
_CALLS: Final = 3


@dataclass(slots=True)
class _Token:
    issued: datetime
    calls: int = 0
    over: bool = False


class Gate:
    """The account's credentials and its tokens. May be used by several threads."""

    def __init__(
        self, *, username: str, keys: frozenset[str], code: str, reading: Reading, now: Callable[[], datetime]
    ) -> None:
        self._username = username
        self._keys = keys
        self._code = code
        self._reading = reading
        self._now = now
        self._lock = threading.Lock()
        self._tokens: dict[str, _Token] = {}

    def login(self, said: Mapping[str, str]) -> JsonValue:
        """A log-in's answer. Raises ``Refused``."""
        if said.get("username") != self._username or said.get("remote_key") not in self._keys:
            raise Refused(int(self._reading.refused), "Invalid login or key")
        if self._reading.second_step == "on" and said.get("token2fa") != self._code:
            raise Refused(422, "The 2-step code is missing or wrong")
        return self._issued(said)

    def refresh(self, said: Mapping[str, str]) -> JsonValue:
        """A new token for an old one, which is deleted. Raises ``Refused``."""
        if self._reading.refresh == "no":
            raise Refused(404, "Not found")
        with self._lock:
            token = self._tokens.pop(said.get("old_token", ""), None)
        if token is None or self._now() - token.issued > REFRESHABLE:
            raise Refused(int(self._reading.expired), "Unknown token")
        return self._issued(said)

    def admit(self, headers: Mapping[str, str], said: Mapping[str, str]) -> None:
        """Let a request pass, or raise ``Refused``."""
        if headers.get("authorization", "").lower().startswith("basic "):
            if not self._is_account(headers["authorization"][6:]):
                raise Refused(401, "HTTP Basic: Access denied.")
            return
        text = said.get("token", "")
        if not text and self._reading.header == "both":
            text = headers.get("x-client-token", "")
        if not self._is_alive(text):
            raise Refused(int(self._reading.expired), "Log in first")

    def expire(self) -> None:
        """Every token is over; it can still be refreshed."""
        with self._lock:
            for token in self._tokens.values():
                token.over = True

    def forget(self) -> None:
        """Every token is gone."""
        with self._lock:
            self._tokens.clear()

    def _issued(self, said: Mapping[str, str]) -> JsonValue:
        text = secrets.token_hex(16)
        with self._lock:
            self._tokens[text] = _Token(self._now())
        return {"token": text} if self._reading.login == "v2" and said.get("version") == "2" else text

    def _is_account(self, coded: str) -> bool:
        try:
            user, _, key = base64.b64decode(coded, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return False
        return user == self._username and key in self._keys

    def _is_alive(self, text: str) -> bool:
        with self._lock:
            token = self._tokens.get(text)
            if token is None or token.over or self._now() - token.issued > _LIVES[self._reading.life]:
                return False
            token.calls += 1
            return self._reading.life != "3 calls" or token.calls <= _CALLS
