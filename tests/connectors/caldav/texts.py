"""Calendar texts as a person's program makes them, and what the connector reads of them and makes of them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.caldav.capabilities import held
from connectors.caldav.mapping import DEFAULT_WORDS, Translator
from connectors.caldav.settings import CaldavSettings
from connectors.caldav.wire import DATA, native_of, record_of
from connectors.contract import Entry, SideSettings
from connectors.task import Fields

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)


def translator(**more: object) -> Translator:
    own = CaldavSettings.model_validate({"username": "u", "password": "p"})
    side = SideSettings(name="phone", own=own, base_url="https://dav.example.com/u/tasks/", timezone=BERLIN)
    return Translator(**{"held": held(side), "words": DEFAULT_WORDS, "zone": BERLIN, **more})


def todo(*lines: str, before: str = "") -> str:
    return (
        "\n".join(
            [
                "BEGIN:VCALENDAR",
                *filter(None, [before.strip()]),
                "BEGIN:VTODO",
                "UID:u",
                *lines,
                "END:VTODO",
                "END:VCALENDAR",
            ]
        )
        + "\n"
    )


def read(text: str) -> Entry:
    return translator().entry(record_of(native_of("x.ics", '"1"', text)))


def changed(text: str, fields: Fields) -> str:
    """The text after a change, with line feeds as it is read again."""
    native = native_of("x.ics", '"1"', text)
    return str(native_of("x.ics", '"2"', translator().laid_over(fields, native, NOW))[DATA])


def without_stamps(text: str) -> list[str]:
    return [line for line in text.splitlines() if not line.upper().startswith(("DTSTAMP:", "LAST-MODIFIED:"))]
