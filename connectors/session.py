"""What a log-in gave, kept while the process has the same settings: connectors come and go with the cycles.

It is in memory alone. A token is never trusted for its age; a refusal says that it is over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True, slots=True)
class Issued:
    """A token, and when it was issued (monotonic seconds)."""

    text: str
    at: float


class Session:
    """One account's token. May be used by several threads: one logs in, the others wait and take what it got."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._issued: Issued | None = None

    def __eq__(self, other: object) -> bool:
        """Settings are equal by what is configured, whoever has logged in with them."""
        return type(other) is type(self)

    def __hash__(self) -> int:
        return hash(type(self))

    @property
    def issued(self) -> Issued | None:
        """The token; None before the first log-in."""
        return self._issued

    def renewed(self, refused: Issued | None, log_in: Callable[[], Issued]) -> Issued:
        """A token that is not the refused one: another thread's, or what ``log_in`` gives. Raises what that raises."""
        with self._lock:
            if self._issued is None or self._issued is refused:
                self._issued = log_in()
            return self._issued
