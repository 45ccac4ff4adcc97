"""What an item is: open, closed or invalidated; and the words of the configuration for it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from connectors.task import Native, Status


class State(StrEnum):
    """The page's words ("0-open, 1-closed, 2-invalidated")."""

    OPEN = "open"
    CLOSED = "closed"
    INVALIDATED = "invalidated"


ACTIONS: Final[Mapping[State, str]] = {State.OPEN: "reopen", State.CLOSED: "close", State.INVALIDATED: "invalidate"}
"""The call that makes an item so. An update "won't change task status" (API page, "Update task information")."""
DEFAULT_WORDS: Final[Mapping[State, Status]] = {
    State.OPEN: Status.NEEDS_ACTION,
    State.CLOSED: Status.COMPLETED,
    State.INVALIDATED: Status.CANCELLED,
}
"""The canonical status of each, if the configuration has none."""

_CODES: Final[Mapping[str, State]] = {"0": State.OPEN, "1": State.CLOSED, "2": State.INVALIDATED}


def state_of(item: Native) -> State | None:
    """What an item is; None for a number that the page does not have."""
    member = item.get("status")
    return _CODES.get(str(member)) if isinstance(member, int | str) and not isinstance(member, bool) else None


def state_named(word: str) -> State | None:
    """The state that a word of the configuration names: the page's word, or its number."""
    word = word.strip().casefold()
    return _CODES.get(word) or next((state for state in State if state == word), None)
