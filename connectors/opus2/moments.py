"""Times as this tenant wants them written. Pure.

The vendor's article shows one complaint, "Invalid timestamp format. Use format xxxxx.", and no format. So the format is
read out of such a complaint: as Java writes patterns (``yyyy-MM-dd'T'HH:mm:ss'Z'``), as people do (``YYYY-MM-DD``), or
as "epoch milliseconds".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

ISO: Final = "yyyy-MM-dd'T'HH:mm:ss'Z'"
DAY: Final = "yyyy-MM-dd"
EPOCH: Final = "epoch"
EPOCH_MS: Final = "epoch milliseconds"
USUAL: Final = (
    ISO,
    "yyyy-MM-dd'T'HH:mm:ss.SSS'Z'",
    DAY,
    EPOCH_MS,
    "yyyy-MM-dd HH:mm:ss",
    "dd/MM/yyyy HH:mm:ss",
    "dd/MM/yyyy",
)
"""What is tried, in this order, where a complaint names no format."""
FURTHEST_WEST: Final = timedelta(hours=12)
"""A time without a zone may be read in any; in the one furthest behind UTC it is this much later."""

_PATTERN: Final = re.compile(
    r"['\"]?((?:%Y|yyyy|uuuu|YYYY|dd|DD|MM|%d|%m)(?:[-/.: ,]|'[^']*'|T|Z|z|X+|[yYdDMmHhSsuA]+|%[A-Za-z])*)"
)
_PARTS: Final = re.compile(r"'([^']*)'|%([A-Za-z])|([yYuU]+|[Mm]+|[dD]+|[Hh]+|S+|s+|X+|Z+|z+)|(.)")
_STRFTIME: Final = {
    "Y": "year",
    "m": "month",
    "d": "day",
    "H": "hour",
    "M": "minute",
    "S": "second",
    "z": "zone",
    "f": "fraction",
}
_WIDTH: Final = {"year": 4, "month": 2, "day": 2, "hour": 2, "minute": 2, "second": 2, "fraction": 3}
_REGEX: Final = {"year": r"(?P<year>\d{4})", "zone": r"(?:Z|[+-]\d\d:?\d\d)", "fraction": r"\d{1,9}"}
_YEAR_LAST: Final = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})")
MONTHS: Final = 12


def format_in(complaint: str) -> str | None:
    """The format that a complaint asks for; None when it names none that is understood."""
    lowered = complaint.casefold()
    if "epoch" in lowered or "millis" in lowered or "unix" in lowered:
        return EPOCH if "second" in lowered and "milli" not in lowered else EPOCH_MS
    for found in _PATTERN.finditer(complaint):
        pattern = found.group(1).rstrip(" .,:")
        kinds = [kind for kind, _ in _parts(pattern)]
        if {"year", "month", "day"} <= set(kinds) and len(kinds) == len(set(kinds) - {"text"}) + kinds.count("text"):
            return pattern
    if "iso" in lowered and "8601" in lowered:
        return ISO
    return None


def order_in(texts: Iterable[str]) -> str | None:
    """The pattern of days that are written with the year last, where one of them can be read in one way only."""
    found: set[str] = set()
    for text in texts:
        match = _YEAR_LAST.fullmatch(text.strip())
        if match is None:
            continue
        first, sign, second = int(match[1]), match[2], int(match[3])
        if sign == "." or first > MONTHS >= second:
            found.add(f"dd{sign}MM{sign}yyyy")
        elif second > MONTHS >= first:
            found.add(f"MM{sign}dd{sign}yyyy")
    return found.pop() if len(found) == 1 else None


def either_way(text: str) -> date | None:
    """The day of a text with the year last that is the same whether its day or its month comes first."""
    match = _YEAR_LAST.fullmatch(text)
    if match is None or int(match[1]) != int(match[3]) or not 1 <= int(match[1]) <= MONTHS or match[4] == "0000":
        return None
    return date(int(match[4]), int(match[3]), int(match[1]))


def unit(pattern: str) -> timedelta:
    """The smallest step that a format can tell."""
    kinds = {kind for kind, _ in _parts(pattern)}
    if pattern in (EPOCH, EPOCH_MS) or kinds & {"second", "fraction"}:
        return timedelta(seconds=1)
    if "minute" in kinds:
        return timedelta(minutes=1)
    return timedelta(hours=1) if "hour" in kinds else timedelta(days=1)


def has_zone(pattern: str) -> bool:
    """Whether a format says in which zone its time is."""
    return pattern in (EPOCH, EPOCH_MS) or any(
        kind == "zone" or (kind == "text" and text.upper() == "Z") for kind, text in _parts(pattern)
    )


def after(moment: datetime, pattern: str) -> str:
    """A moment to ask from, written so that whatever a server makes of it lies before: it may exclude what is equal."""
    early = moment.astimezone(UTC) - unit(pattern) - (timedelta() if has_zone(pattern) else FURTHEST_WEST)
    return written(early, pattern)


def written(moment: datetime, pattern: str) -> str:
    """A moment in a format, in UTC, cut to what the format can tell."""
    moment = moment.astimezone(UTC)
    if pattern in (EPOCH, EPOCH_MS):
        return str(int(moment.timestamp()) * (1000 if pattern == EPOCH_MS else 1))
    return "".join(_written(moment, kind, text) for kind, text in _parts(pattern))


def day_in(text: str, pattern: str) -> date | None:
    """The day that a text in a format names; None if it is none."""
    expression = "".join(
        re.escape(part) if kind == "text" else _REGEX.get(kind, rf"(?P<{kind}>\d{{1,2}})")
        for kind, part in _parts(pattern)
    )
    found = re.fullmatch(expression, text)
    if found is None or not {"year", "month", "day"} <= found.groupdict().keys():
        return None
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"]))
    except ValueError:
        return None


def _written(moment: datetime, kind: str, text: str) -> str:
    if kind == "text":
        return text
    if kind == "zone":
        return "+0000" if text in ("Z", "%z") else "Z"
    value = moment.microsecond // 1000 if kind == "fraction" else getattr(moment, kind)
    return str(value).zfill(_WIDTH[kind])


def _parts(pattern: str) -> Iterator[tuple[str, str]]:
    """A format's parts: what each means, and how it was written. Sloppy ones too: ``YYYY-MM-DD HH:MM:SS``."""
    quoted, before = "'T'" in pattern, ""
    for found in _PARTS.finditer(pattern):
        literal, percent, run, other = found.groups()
        if literal is not None or other is not None:
            yield "text", literal if literal is not None else other
        elif percent is not None:
            yield (kind := _STRFTIME.get(percent, "text")), f"%{percent}"
            before = kind
        else:
            kind = _meaning(run, before, quoted=quoted)
            yield kind, run
            before = kind if kind != "text" else before


def _meaning(run: str, before: str, *, quoted: bool) -> str:
    first = run[0]
    if first in "yYuU":
        return "year"
    if first in "dD":
        return "day"
    if first in "Hh":
        return "hour"
    if first in "Mm":
        return "minute" if before == "hour" or (first == "m" and before not in ("", "year", "day")) else "month"
    if first in "Ss":
        return "second" if before == "minute" else "fraction"
    # A bare Z after a bare T was meant as it stands; beside a quoted T it is Java's sign for a zone.
    return "zone" if quoted or first != "Z" else "text"
