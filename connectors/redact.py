"""Secrets kept out of every text that a person or a log may see."""

from __future__ import annotations

import json
import re
import threading
from base64 import b64encode
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, quote_plus

MASK: Final = "***"
"""What stands where a secret stood."""

_PARAMETERS: Final = "token|old_token|remote_key|token2fa|password"
_HEADERS: Final = "Authorization|X-Client-Token|X-Api-Token|x-api-key|Proxy-Authorization"
_QUOTED: Final = r"""(?P<value>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_NAMED: Final = (
    # As a parameter of an address or a form: the value ends where the next parameter, or a word, begins.
    re.compile(rf"""(?P<name>(?<![A-Za-z0-9_-])(?:{_PARAMETERS})=)(?P<value>[^&\s"'<>#]+)""", re.IGNORECASE),
    # As a member of a JSON object, or of a mapping that was printed.
    re.compile(rf"""(?P<name>["'](?:{_PARAMETERS}|{_HEADERS})["']\s*:\s*){_QUOTED}""", re.IGNORECASE),
    # As a header line; a scheme such as Basic belongs to the value.
    re.compile(rf"""(?P<name>\b(?:{_HEADERS})\s*[:=]\s*)(?P<value>[^\r\n"',]+)""", re.IGNORECASE),
    # As the user part of an address.
    re.compile(r"(?P<name>\b[a-z][a-z0-9+.-]*://)(?P<value>[^/\s@?#]+)(?=@)", re.IGNORECASE),
)
_SHORT: Final = 4
"""A shorter secret is masked as a whole word only: taken out of the middle of words it would spoil every text."""


class Redactor:
    """Masks secrets: the values that it was told, and what stands where a vendor's parameter or header holds one.

    The composition root registers what the configuration holds; a connector adds what it is given later, such as a
    token. May be used by several threads.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._values: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None
        for secret in secrets:
            self.add(secret)

    def add(self, secret: str) -> None:
        """Mask this value from now on, also where it is written as an address, a form, JSON or base64 writes it."""
        if not secret.strip():
            return
        addresses = {quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")}
        forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]} | addresses
        forms.add(b64encode(secret.encode(errors="replace")).decode())
        with self._lock:
            if forms <= self._values:
                return
            self._values |= forms
            # The longest first: a secret that contains another one must not leave its rest behind.
            longest_first = sorted(self._values, key=lambda value: (-len(value), value))
            self._pattern = re.compile("|".join(map(_as_pattern, longest_first)))

    def mask(self, text: str) -> str:
        """The text with every secret replaced by ``***``."""
        if (pattern := self._pattern) is not None:
            text = pattern.sub(MASK, text)
        for named in _NAMED:
            text = named.sub(rf"\g<name>{MASK}", text)
        return text

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._values)} values>"


def _as_pattern(value: str) -> str:
    return re.escape(value) if len(value) >= _SHORT else rf"(?<!\w){re.escape(value)}(?!\w)"
