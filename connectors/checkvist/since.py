"""Whether our list changed: its ``updated_at`` against what the last read showed. Pure.

"Timestamp when checklist was updated the last time (includes updates to tasks, but excludes updates to comments)" (API
page, "Checklist representation"). Whether deletes, moves to another list and restored items move it is not said: the
counts of the list are compared too, and sweeps read everything whatever it says.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.checkvist.members import read_modified
from connectors.contract import Cursor, Increment
from connectors.task import JsonValue, Native

INCREMENT: Final = Increment(
    granularity=timedelta(seconds=1),  # as the page writes times
    skew=timedelta(seconds=4),  # a guess: the time in the list and the Date of an answer may be of two machines
    inclusive=True,
    comments=False,  # "excludes updates to comments"
    whole=True,
)
"""A list that changed less than this before it was read is read again: an edit in the same second would not show."""

UNSEEN: Final = "unseen"
"""The cursor of a read that did not ask for the list's own time: the next one reads everything once more."""

_COUNTS: Final = ("user_updated_at", "task_count", "task_completed", "item_count")


@dataclass(frozen=True, slots=True)
class Mark:
    """When a list was changed last, and that as the value of a cursor, with its counts."""

    at: datetime
    value: str


def mark_of(checklist: Native) -> Mark | None:
    """The mark of a list; None for one that does not tell when it was changed."""
    at = read_modified(checklist)
    if at is None:
        return None
    counts: dict[str, JsonValue] = {name: checklist[name] for name in _COUNTS if name in checklist}
    return Mark(at, json.dumps({"updated_at": at.isoformat(), **counts}, sort_keys=True))


def counted(checklist: Native) -> int:
    """How many items a list says it has at least; 0 for one that does not say. The page does not say what it counts."""
    count = checklist.get("task_count")
    return count if isinstance(count, int) else 0


def is_unchanged(mark: Mark | None, since: Cursor, now: datetime | None) -> bool:
    """Whether a list is as it was before the read that made the cursor. ``since.began`` is earlier by the overlap.

    Equal marks tell; the clock only adds reads to that, for a time that was not over yet when it was read. A read that
    began later than ``now``, the time of the answer, tells nothing of that: the vendor's clock was set back.
    """
    if mark is None or since.began is None or since.value != mark.value:
        return False
    return mark.at < since.began and (now is None or since.began <= now)
