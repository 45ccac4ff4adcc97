"""HTTP statuses as errors, by what to do next.

A 3xx that was not followed is ``BadSettings``, a 429 and a 503 with a time to wait ``RateLimited``, any other 5xx
``Transient``; the rest stands in :data:`STATUSES`, and what does not stand there is ``Rejected`` with the vendor's
words. A 4xx was not applied; after another failure of a changing request that is unknown, save where the protocol
says more.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import orjson

from connectors.answers import Answer, Subject
from connectors.errors import (
    Applied,
    BadCredentials,
    BadSettings,
    ConnectorError,
    Forbidden,
    Gone,
    RateLimited,
    Rejected,
    Stale,
    Transient,
)
from connectors.quota import pause_asked

_WORDS: Final = 200
"""Characters of a vendor's message that are shown."""
_MEMBERS: Final = ("message", "error_description", "error", "errors", "detail", "title")
"""Where vendors put their words: Checkvist `message` and `error`, others as in RFC 9457 and by custom."""
_NESTED: Final = 4
"""Levels of an error's body that are searched for words."""
_PARTS: Final = 10
"""Complaints that are shown of a list."""
_UP: Final = "is the server up?"


STATUSES: Final[Mapping[int, tuple[type[ConnectorError], str, str]]] = {
    401: (BadCredentials, "the credentials were refused", "check the credentials of this side"),
    403: (Forbidden, "not allowed", "check what this account may do there"),
    404: (Gone, "not there", ""),
    405: (Rejected, "the server does not do that", "it may be read-only for this account"),
    407: (BadSettings, "the proxy refused", "check the proxy variables of the environment"),
    408: (Transient, "the server did not wait for the request", _UP),
    410: (Gone, "not there any more", ""),
    412: (Stale, "changed meanwhile", ""),
    423: (Transient, "locked for now", ""),
    425: (Transient, "the server did not take the request yet", _UP),
    451: (Forbidden, "withheld by law", "ask the vendor"),
    501: (Rejected, "the server does not do that", "it may be read-only for this account"),
}
"""Status → error, what it means, what to do next. 405 and 501 are facts about what is possible there, not outages."""


def error_of(answer: Answer, subject: Subject) -> ConnectorError:
    """The error of an answer whose status is not 2xx."""
    status, words = answer.status, vendor_words(answer)
    said = f'{status}: "{words}"' if words else f"{status} {_phrase(status)}".rstrip()
    if status in STATUSES:
        kind, meaning, hint = STATUSES[status]
        return kind(f"{subject}: {meaning} ({said})", hint=hint)
    if 300 <= status < 400:  # noqa: PLR2004 - the class of redirects
        message = f"{subject} was redirected ({said}), which is not followed"
        return BadSettings(message, hint="set base_url to the new address", applied=_redirected(status, subject))
    if 400 <= status < 500 and status != HTTPStatus.TOO_MANY_REQUESTS:  # noqa: PLR2004 - the class of refusals
        return Rejected(f"{subject} was refused ({said})")
    return _busy(answer, subject, said)


def _busy(answer: Answer, subject: Subject, said: str) -> ConnectorError:
    """Too many requests, a server that fails, or a status that HTTP does not know."""
    wait = pause_asked(answer.headers, answer.server_time or answer.received)
    if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        return RateLimited(f"{subject}: too many requests ({said})", retry_after=wait, hint=_again(wait))
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE and wait is not None:
        message = f"{subject}: the server is busy ({said})"
        return RateLimited(message, retry_after=wait, hint=_again(wait), applied=subject.lost)
    return Transient(f"{subject}: the server failed ({said})", hint=_UP, applied=subject.lost)


def _again(wait: float | None) -> str:
    return "the vendor did not say for how long" if wait is None else f"the vendor asks to wait {math.ceil(wait)} s"


def _redirected(status: int, subject: Subject) -> Applied:
    # "Found" and "see other" are also the answer of those who did it and show where the result is.
    return subject.lost if status in {302, 303} else Applied.NO


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return ""


def vendor_words(answer: Answer) -> str:
    """What the vendor says in an error's body, on one line, cut; empty: nothing. Secrets are not masked yet."""
    if answer.looks_like_json:
        try:
            return _line(_said(orjson.loads(answer.body)))
        except orjson.JSONDecodeError:
            return ""
    if answer.content_type == "text/plain":
        return _line(answer.body[: 4 * _WORDS].decode(errors="replace"))
    return ""


def _said(value: object, depth: int = 0) -> str:
    if isinstance(value, str):
        return value
    if depth > _NESTED:
        return ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_said(part, depth + 1) for part in value[:_PARTS])))
    if isinstance(value, dict):
        found = next((value[name] for name in _MEMBERS if value.get(name)), None)
        return _listed(value, depth) if found is None else _said(found, depth + 1)
    return ""


def _listed(value: dict[str, object], depth: int) -> str:
    """Complaints by field, as in ``{"due": ["is no date"]}``; at the top a text may be the task's own: left out."""
    fields = [name for name in value if depth or isinstance(value[name], list)][:_PARTS]
    parts = [(name, _said(value[name], depth + 1)) for name in fields]
    return "; ".join(f"{name} {part}" for name, part in parts if part)


def _line(text: str) -> str:
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _WORDS else line[: _WORDS - 1].rstrip() + "…"
