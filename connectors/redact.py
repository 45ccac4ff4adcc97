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
LATEST: Final = 64
"""How many of the secrets that were given later are remembered, the newest: a service is given tokens for ever."""
_SHORT: Final = 4
"""A shorter secret is masked as a whole word only: taken out of the middle of words it would spoil every text."""


class Redactor:
    """Masks secrets: the values that it was told, and what stands where a vendor's parameter or header holds one.

    The composition root registers what the configuration holds; a connector adds what it is given later, such as a
    token. May be used by several threads.
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._lock = threading.Lock()
        self._lasting = frozenset[str]().union(*map(_forms, secrets))
        self._later: dict[str, frozenset[str]] = {}
        self._pattern: re.Pattern[str] | None = None
        self._compile()

    def add(self, secret: str) -> None:
        """Mask this value from now on, also where it is written as an address, a form, JSON or base64 writes it."""
        with self._lock:
            known = self._later.pop(secret, None)
            forms = _forms(secret) if known is None else known
            if forms <= self._lasting:
                return
            self._later[secret] = forms  # the newest comes last
            if known is None:
                while len(self._later) > LATEST:
                    del self._later[next(iter(self._later))]
                self._compile()

    def mask(self, text: str) -> str:
        """The text with every secret replaced by ``***``."""
        if (pattern := self._pattern) is not None:
            text = pattern.sub(MASK, text)
        for named in _NAMED:
            text = named.sub(rf"\g<name>{MASK}", text)
        return text

    def __repr__(self) -> str:
        return f"<Redactor of {len(self._values)} values>"

    @property
    def _values(self) -> frozenset[str]:
        return self._lasting.union(*self._later.values())

    def _compile(self) -> None:
        # The longest first: a secret that contains another one must not leave its rest behind.
        longest_first = sorted(self._values, key=lambda value: (-len(value), value))
        self._pattern = re.compile("|".join(map(_as_pattern, longest_first))) if longest_first else None


def _forms(secret: str) -> frozenset[str]:
    """A secret as it is, and as an address, a form, JSON or base64 writes it."""
    if not secret.strip():
        return frozenset()
    addresses = {quote(secret, safe="", errors="replace"), quote_plus(secret, errors="replace")}
    forms = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]} | addresses
    return frozenset(forms | {b64encode(secret.encode(errors="replace")).decode()})


def _as_pattern(value: str) -> str:
    return re.escape(value) if len(value) >= _SHORT else rf"(?<!\w){re.escape(value)}(?!\w)"
