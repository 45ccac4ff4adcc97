"""Time zones by the names that calendars give them, and those that a calendar brings along. Pure."""

from __future__ import annotations

import re
from datetime import tzinfo
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

_LONGEST: Final = 64 * 1024
"""Characters of a calendar in which a zone is looked for: one that tells every change since 1900 has 20,000."""
_RULE: Final = re.compile(r"^RRULE[;:].*", re.MULTILINE | re.IGNORECASE)
_YEARLY: Final = re.compile(r"FREQ=YEARLY(;|$)", re.IGNORECASE)
_MOST_RULES: Final = 50


@lru_cache(maxsize=256)
def known_zone(name: str) -> tzinfo | None:
    """The zone of a name: IANA's, Windows's, or IANA's behind a prefix ("/example.org/Europe/Berlin")."""
    parts = name.strip("/").split("/")
    return _zone(name) or _zone(_of_windows(name)) or _zone("/".join(parts[-2:])) or _zone("/".join(parts[-3:]))


def _zone(name: str) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name else None
    except (OSError, ValueError, LookupError):  # no such zone, a folder of zones, or no name for a file
        return None


def _of_windows(name: str) -> str:
    """IANA's name of a zone of Windows. The library is imported when it is needed: a run without news is short."""
    from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

    return str(WINDOWS_TO_OLSON.get(name, ""))


@lru_cache(maxsize=64)
def brought_zone(name: str, around: str) -> tzinfo | None:
    """The zone that a calendar defines itself (VTIMEZONE); None where it does not, or not in a way to be trusted.

    Only rules by the year are taken: one by the second would be reckoned out for ever.
    """
    from icalendar import Calendar, Timezone

    rules = _RULE.findall(around)
    if len(around) > _LONGEST or len(rules) > _MOST_RULES or not all(map(_YEARLY.search, rules)):
        return None
    try:
        calendar = Calendar.from_ical(around)
        for zone in calendar.walk("VTIMEZONE"):
            if isinstance(zone, Timezone) and str(zone.get("TZID", "")) == name:
                made: tzinfo = zone.to_tz(lookup_tzid=False)
                return made
    except Exception:  # noqa: BLE001 - whatever a library makes of a stranger's text: the zone is not known
        return None
    return None


def zone_of(name: str, around: str) -> tzinfo | None:
    """The zone that a name means in a calendar; None where nobody can tell."""
    return known_zone(name) or brought_zone(name, around)
