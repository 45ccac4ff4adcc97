"""What the parameters of a list ask for: filters, pages, a count."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from connectors.trackops.sandbox.reading import Reading

_FORMS: Final = {
    "blank": (r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}", "%Y-%m-%d %H:%M:%S"),
    "iso": (r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z", "%Y-%m-%dT%H:%M:%SZ"),
    "day": (r"\d{4}-\d{2}-\d{2}", "%Y-%m-%d"),
}
USUAL: Final = 25
"""Rows on a page when nothing is asked for."""


class BadParameter(Exception):
    """A parameter that is refused with 400."""


def moment(reading: Reading, text: str) -> datetime:
    """A timestamp, in UTC. Raises ``BadParameter``."""
    taken = list(_FORMS) if reading.stamps == "any" else [reading.stamps]
    for form in taken:
        pattern, how = _FORMS.get(form, ("(?!)", ""))
        if re.fullmatch(pattern, text, re.ASCII):
            try:
                return datetime.strptime(text, how).replace(tzinfo=UTC)
            except ValueError:
                break
    raise BadParameter(f"updated_from: {text!r} is not a timestamp")


def number(params: Mapping[str, str], name: str, default: int) -> int:
    """A whole number. Raises ``BadParameter``."""
    text = params.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
        raise BadParameter(f"{name}: {text!r} is not an integer")
    return int(text)


class Pages:
    """The pages of so many rows, as the parameters and the reading have them."""

    def __init__(self, reading: Reading, params: Mapping[str, str], rows: int) -> None:
        self._reading = reading
        most, asked = int(reading.most), number(params, "per_page", USUAL)
        self.size = most if reading.paging == "fixed" else max(1, min(asked, most))
        self.count = 1 if reading.paging == "none" else math.ceil(rows / self.size)
        self._asked = max(1, number(params, "page", 1))
        self._rows = rows

    def bounds(self) -> tuple[int, int] | None:
        """Where the page that is asked for begins and ends; None when it is not there."""
        if self._reading.paging == "none":
            return 0, self._rows
        page = 1 if self._reading.paging == "stuck" else self._asked
        if page > max(1, self.count):
            if self._reading.beyond == "404":
                return None
            page = max(1, self.count) if self._reading.beyond == "last" else page
        return (page - 1) * self.size, page * self.size
