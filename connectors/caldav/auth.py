"""Requests signed as the account: HTTP Basic (RFC 7617) or Digest (RFC 7616)."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth
from requests.utils import parse_dict_header

_SCHEME: Final = "digest "
_HASHES: Final[Mapping[str, Callable[[bytes], str]]] = {
    # A server chooses; the old one is what most have. What is hashed is a nonce: it is no store of passwords.
    "MD5": lambda text: hashlib.md5(text, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda text: hashlib.sha256(text).hexdigest(),
}


class Basic(HTTPBasicAuth):
    """User and password with each request, in UTF-8."""

    def __init__(self, username: str, password: str) -> None:
        # As bytes: the library would take Latin-1 and fail at other letters.
        super().__init__(username.encode(), password.encode())

    def learn(self, challenge: str) -> bool:
        """A refusal is a refusal: there is nothing to learn."""
        del challenge
        return False


class Digest(AuthBase):
    """An answer to the server's last challenge with each request; none before the first one."""

    def __init__(self, username: str, password: str) -> None:
        self._username = username
        self._password = password
        self._own = secrets.token_hex(8)  # the same each time: what is sent last is remembered as a secret
        self._lock = threading.Lock()
        self._challenge: Mapping[str, str] = {}
        self._count = 0

    def learn(self, challenge: str) -> bool:
        """Take a challenge (``WWW-Authenticate``). Returns whether the request may be sent again.

        It may when this is the first challenge, or the server says that only its nonce was too old.
        """
        at = challenge.lower().find(_SCHEME)
        if at < 0:
            return False
        parts: Mapping[str, str] = parse_dict_header(challenge[at + len(_SCHEME) :])  # type: ignore[no-untyped-call]  # as the library has it
        told = {name.lower(): str(value) for name, value in parts.items()}
        algorithm = told.get("algorithm", "MD5").upper().removesuffix("-SESS")
        if "nonce" not in told or algorithm not in _HASHES:
            return False
        with self._lock:
            first = not self._challenge
            self._challenge, self._count = told, 0
        return first or told.get("stale", "").lower() == "true"

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Sign a request."""
        with self._lock:
            if self._challenge:
                self._count += 1
                request.headers["Authorization"] = self._answer(str(request.method), str(request.url))
        return request

    def _answer(self, method: str, url: str) -> str:
        """What proves that we know the password (RFC 7616, 3.4)."""
        told, parts = self._challenge, urlsplit(url)
        uri = f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}"
        algorithm = told.get("algorithm", "MD5").upper()
        digest = _HASHES[algorithm.removesuffix("-SESS")]
        nonce, own, count = told["nonce"], self._own, f"{self._count:08x}"
        known = digest(f"{self._username}:{told.get('realm', '')}:{self._password}".encode())
        if algorithm.endswith("-SESS"):
            known = digest(f"{known}:{nonce}:{own}".encode())
        wanted = digest(f"{method}:{uri}".encode())
        quality = "auth" in [part.strip() for part in told.get("qop", "").split(",")]
        middle = f"{nonce}:{count}:{own}:auth" if quality else nonce
        parts_told = {
            "username": self._username,
            "realm": told.get("realm", ""),
            "nonce": nonce,
            "uri": uri,
            "response": digest(f"{known}:{middle}:{wanted}".encode()),
        }
        parts_told |= {name: told[name] for name in ("opaque",) if name in told}
        text = ", ".join(f'{name}="{_plain(value)}"' for name, value in parts_told.items())
        text += f", algorithm={algorithm}" if "algorithm" in told else ""
        text += f', qop=auth, nc={count}, cnonce="{own}"' if quality or algorithm.endswith("-SESS") else ""
        return f"Digest {text}"


def _plain(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"')
