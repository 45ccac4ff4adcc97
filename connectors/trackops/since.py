"""Asking for what changed: how a moment is written for ``updated_from``, and what a cursor remembers. Pure.

All timestamps are in UTC (API Reference, "Tasks"); how one is written is not documented. The forms are tried in this
order; the last one asks for the whole day.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

FORMS: Final[Mapping[str, Callable[[datetime], str]]] = {
    # Smaller than the same moment with a "T" where texts are compared: it then asks for more, never for less.
    "blank": lambda moment: moment.isoformat(sep=" ", timespec="seconds"),
    "iso": lambda moment: f"{moment.isoformat(timespec='seconds')}Z",
    "day": lambda moment: moment.date().isoformat(),
}
"""The forms of a timestamp, by a name for the cursor; each gets the wall clock of UTC."""


@dataclass(frozen=True, slots=True)
class Known:
    """What earlier reads have shown of a server: how it takes a timestamp, and a page that was as long as this.

    ``form`` is empty where it takes none: it is not asked again, everything is read instead. ``longest`` is a lower
    bound of what the server puts on one page, whatever it is asked for: a page that is shorter than that is the last
    one. Every complete read measures it anew.
    """

    form: str = "blank"
    longest: int = 0

    def written(self) -> str:
        """As the value of a cursor."""
        return json.dumps({"form": self.form, "longest": self.longest})

    @classmethod
    def read(cls, value: str) -> Known | None:
        """From the value of a cursor; None for one that is not ours."""
        try:
            told = json.loads(value)
        except ValueError:
            return None
        if not isinstance(told, dict):
            return None
        form, longest = told.get("form"), told.get("longest")
        if (
            not isinstance(form, str)
            or (form and form not in FORMS)
            or isinstance(longest, bool)
            or not isinstance(longest, int)
        ):
            return None
        return cls(form, longest)


def stamp(moment: datetime, form: str) -> str:
    """A moment in one of the forms."""
    return FORMS[form](moment.astimezone(UTC).replace(tzinfo=None))
