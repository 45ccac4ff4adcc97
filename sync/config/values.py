"""What a value says: durations, shares, rates, zones, names, addresses. Each parser raises :class:`BadValue`."""

from __future__ import annotations

import re
import zoneinfo
from datetime import timedelta

from connectors.budget import Window
from sync.config.model import Address, Age, Rate
from sync.config.problems import BadValue, did_you_mean, kind, shown

_DURATION = re.compile(r"([0-9]{1,9})([smhd])")
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=36_500)
_SHARE = re.compile(r"([0-9]{1,3}(?:\.[0-9]{1,6})?)%")
_WHOLE = 100.0
_WINDOW = re.compile(r"([0-9]{1,9})/([0-9]{1,9}[smhd])")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_LISTEN = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+):([0-9]{1,5})")
_LAST_PORT = 65_535

DURATION_HINT = 'a whole number and s, m, h or d: "30s", "5m", "12h", "1d"'
SHARE_HINT = 'a number from 0 to 100 and a percent sign: "25%"'
RATE_HINT = 'requests per duration: "50/1m", a list of these, or "off"'


def duration(value: object) -> timedelta:
    """``"30s"``, ``"5m"``, ``"12h"``, ``"1d"``: none to 36,500 days."""
    if not isinstance(value, str):
        number = isinstance(value, int) and not isinstance(value, bool)
        hint = f'with its unit and in quotes: "{value}s"' if number else DURATION_HINT
        raise BadValue(f"must be a duration, not {kind(value)}", hint)
    match = _DURATION.fullmatch(value)
    if match is None:
        raise BadValue(f"{shown(value)} is not a duration", DURATION_HINT)
    length = int(match[1]) * timedelta(**{_UNITS[match[2]]: 1})
    if length > _LONGEST:
        raise BadValue(f"{shown(value)} is too long", 'at most 100 years: "36500d"')
    return length


def period(value: object) -> timedelta:
    """A duration of one second or more."""
    length = duration(value)
    if length < timedelta(seconds=1):
        raise BadValue(f"{shown(value)} is too short", 'the smallest is "1s"')
    return length


def age(value: object) -> Age:
    """How long ago something may have been completed: a duration, ``"all"`` or ``"none"``."""
    if value == "all":
        return "all"
    if value == "none":
        return "none"
    try:
        return duration(value)
    except BadValue as error:
        raise BadValue(str(error), 'a duration such as "30d", or "all", or "none"') from None


def share(value: object) -> float:
    """``"25%"`` as 0.25."""
    if not isinstance(value, str):
        raise BadValue(f"must be a share in percent, not {kind(value)}", SHARE_HINT)
    match = _SHARE.fullmatch(value)
    if match is None or float(match[1]) > _WHOLE:
        raise BadValue(f"{shown(value)} is not a share", SHARE_HINT)
    return float(match[1]) / _WHOLE


def rate(value: object) -> Rate:
    """``"50/1m"``, a list of these, or ``"off"``."""
    if value == "off":
        return "off"
    if isinstance(value, str):
        return (_window(value),)
    if isinstance(value, list) and value:
        return tuple(_window(item) for item in value)
    what = "an empty list is not a rate" if value == [] else f"must be a rate, not {kind(value)}"
    raise BadValue(what, RATE_HINT)


def _window(value: object) -> Window:
    match = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise BadValue(f"{shown(value)} is not a rate", RATE_HINT)
    per = duration(match[2])
    if int(match[1]) < 1 or per < timedelta(seconds=1):
        raise BadValue(f"{shown(value)} lets nothing through", 'one request or more in one second or more: "1/1s"')
    return Window(limit=int(match[1]), per=per.total_seconds())


def zone(value: object) -> str:
    """The name of a time zone that this machine knows."""
    if not isinstance(value, str):
        raise BadValue(f"must be the name of a time zone, not {kind(value)}", 'such as "Europe/Berlin" or "UTC"')
    try:
        return zoneinfo.ZoneInfo(value).key
    except (OSError, ValueError, KeyError):
        known = zoneinfo.available_timezones()
    folded = {name.casefold(): name for name in known}
    exact = folded.get(value.casefold())
    hint = f'did you mean "{exact}"?' if exact else did_you_mean(value, known, 'such as "Europe/Berlin" or "UTC"')
    raise BadValue(f"{shown(value)} is not a time zone that this machine knows", hint)


def name(value: str, what: str) -> str:
    """A name that people type and scripts split: letters, digits, ``_`` and ``-``."""
    if _NAME.fullmatch(value) is None:
        hint = f'letters a to z, digits, _ and -, at most 64: "{re.sub(r"[^A-Za-z0-9_-]+", "-", value)[:64] or "a"}"'
        raise BadValue(f"{shown(value)} cannot be the name of a {what}", hint)
    return value


def email(value: object) -> str:
    """An e-mail address, as far as its form can tell."""
    if not isinstance(value, str) or _EMAIL.fullmatch(value) is None:
        raise BadValue("is not an e-mail address", 'such as "anna@example.com"')
    return value


def field_name(value: object) -> bool | str:
    """False: not synced; true: as the connector does it; a text: the vendor's name for the field."""
    if isinstance(value, bool) or (isinstance(value, str) and value.strip()):
        return value
    what = (
        "is empty" if isinstance(value, str) else f"must be false or the vendor's name of the field, not {kind(value)}"
    )
    raise BadValue(what, 'false to leave it alone, or the name: "Due date"')


def listen(value: object) -> Address | None:
    """``"127.0.0.1:9464"`` or ``"[::1]:9464"``; the empty text is None: off."""
    if value == "":
        return None
    match = _LISTEN.fullmatch(value) if isinstance(value, str) else None
    if match is None or int(match[2]) > _LAST_PORT:
        what = f"{shown(value)} is not an address" if isinstance(value, str) else f"must be text, not {kind(value)}"
        raise BadValue(what, 'host and port: "127.0.0.1:9464"; "" switches it off')
    return Address(host=match[1].strip("[]"), port=int(match[2]))
