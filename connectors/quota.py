"""What a vendor's headers say of its limits: how long to wait, how much is left, which windows hold. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from connectors.budget import Window

LONGEST_PAUSE: Final = 86_400.0
"""Seconds, a day, that a wish for a pause is cut to: a longer one is a mistake that would close the side for good."""
_EPOCH: Final = 1_000_000_000
"""A reset above this is a time since 1970, below it seconds from now: vendors mean either by the same header."""
_MILLISECONDS: Final = 100_000_000_000
_ITEMS: Final = 8
"""Windows that a policy may name; more is no policy."""
_REMAINING: Final = ("RateLimit-Remaining", "X-RateLimit-Remaining", "X-Rate-Limit-Remaining")
_RESET: Final = ("RateLimit-Reset", "X-RateLimit-Reset", "X-Rate-Limit-Reset")
_POLICY: Final = ("RateLimit-Policy", "RateLimit-Limit", "X-RateLimit-Limit")
"""Where windows are named as ``50;w=60`` or ``"default";q=50;w=60``: the drafts of the IETF's "RateLimit header fields
for HTTP", older and newer; ``RateLimit: "default";r=7;t=30`` is the newer form of remaining and reset."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one answer says: ``remaining`` requests until ``reset`` seconds from now, and windows of its policy.

    ``refused``: it was too many, and no time was told after which it is not.
    """

    remaining: int | None = None
    reset: float | None = None
    windows: tuple[Window, ...] = ()
    refused: bool = False


def told(status: int, headers: Mapping[str, str], now: datetime) -> Told:
    """What an answer says of its vendor's limits. ``headers`` ignore case; ``now`` as for :func:`pause_asked`."""
    refused = status == HTTPStatus.TOO_MANY_REQUESTS and pause_asked(headers, now) is None
    remaining, reset = _number(_first(headers, _REMAINING)), _reset(headers, now)
    if remaining is None:
        parts = _parameters(headers.get("RateLimit", ""))
        remaining, reset = (parts[0].get("r"), parts[0].get("t")) if len(parts) == 1 else (None, None)
    return Told(
        remaining=None if remaining is None else int(remaining),
        reset=None if reset is None else min(max(0.0, reset), LONGEST_PAUSE),
        windows=_windows(_first(headers, _POLICY)),
        refused=refused,
    )


def pause_asked(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds that the vendor asks to wait, from 0 to a day; None: it does not say.

    ``now`` is the server's clock if that is known. ``Retry-After`` comes in seconds or as an HTTP date (RFC 9110,
    10.2.3); else ``RateLimit-Reset`` or ``X-RateLimit-Reset`` counts, in seconds from now or since 1970.
    """
    after = headers.get("Retry-After", "").strip()
    seconds = _number(after)
    if seconds is None and (moment := http_date(after)) is not None:
        seconds = (moment - now).total_seconds()
    if seconds is None:
        seconds = _reset(headers, now)
    return None if seconds is None else min(max(0.0, seconds), LONGEST_PAUSE)


def http_date(text: str) -> datetime | None:
    """An HTTP date (RFC 9110, 5.6.7) as an instant in UTC; None if it is none."""
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    try:
        # A date without a zone, or with -0000, is meant in UTC.
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def _reset(headers: Mapping[str, str], now: datetime) -> float | None:
    value = _number(_first(headers, _RESET))
    if value is None or value < _EPOCH:
        return value
    return value / (1000 if value > _MILLISECONDS else 1) - now.timestamp()


def _first(headers: Mapping[str, str], names: tuple[str, ...]) -> str:
    return next((headers[name] for name in names if name in headers), "").strip()


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"[0-9]{1,15}(\.[0-9]{1,9})?", text) else None


def _windows(text: str) -> tuple[Window, ...]:
    """The windows of a policy, those that can be meant; none, where it is no policy."""
    found: list[Window] = []
    for parts in _parameters(text):
        limit, per = parts.get("q", parts.get("")), parts.get("w")
        if limit is not None and per is not None and limit >= 1 and 1 <= per <= LONGEST_PAUSE:
            found.append(Window(limit=int(limit), per=per))
    return tuple(found)


def _parameters(text: str) -> list[dict[str, float]]:
    """The numbers of a structured list (RFC 9651) by their keys, the item's own under the empty one."""
    items = text.split(",") if text else []
    if len(items) > _ITEMS:
        return []
    return [
        {name: number for name, value in map(_pair, item.split(";")) if (number := _number(value)) is not None}
        for item in items
    ]


def _pair(part: str) -> tuple[str, str]:
    name, equals, value = part.strip().partition("=")
    return (name.strip().casefold(), value.strip()) if equals else ("", name)
