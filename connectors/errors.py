"""What can go wrong between a connector and its vendor, by what to do next.

::

    ConnectorError                     what happened, to what, what to do next
    ├── RetryLater                     the same request may work later
    │   ├── Transient                  network, 5xx, an answer cut short
    │   │   └── Unanswered             nothing came in the time that it had: whoever asks again may wait as long again
    │   └── RateLimited(retry_after)   429, a spent quota
    ├── TaskRefused                    this change will not work until value, configuration or capability changes
    │   ├── Unmappable(field)          the value has no counterpart there
    │   └── Rejected(reason)           the vendor said no
    ├── TaskMoved                      the task is not what was last read
    │   ├── Gone                       it is not there any more
    │   └── Stale                      it was changed since
    └── SideDown                       nothing on this side works until a person or the vendor acts
        ├── BadCredentials             refused password, revoked token
        ├── Forbidden                  signed in, and not allowed
        ├── BadSettings                a configured name or id is wrong, or the vendor is not where we look
        └── ContractBroken             the answers are not what the vendor's document promises

Each says whether the request can have been applied: no, yes, or unknown.
"""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from connectors.task import Field


class Applied(StrEnum):
    """Whether a request that failed can have changed something at the vendor."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class ConnectorError(Exception):
    """A foreseeable failure.

    ``message`` is one line for a person: what happened and to what. ``hint`` is one line: what to do next; it may be
    empty.
    """

    state: ClassVar[str] = "down"

    def __init__(self, message: str, *, hint: str = "", applied: Applied = Applied.NO) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.applied = applied

    def __str__(self) -> str:
        return f"{self.message}; {self.hint}" if self.hint else self.message


class RetryLater(ConnectorError):
    """The same request may work later."""


class Transient(RetryLater):
    """The network, the server, or an answer that broke off."""


class Unanswered(Transient):
    """No connection, or no complete answer, in the time that it had."""


class RateLimited(RetryLater):
    """The vendor asks for a pause of ``retry_after`` seconds (None: it did not say how long)."""

    def __init__(
        self, message: str, *, retry_after: float | None = None, hint: str = "", applied: Applied = Applied.NO
    ) -> None:
        super().__init__(message, hint=hint, applied=applied)
        self.retry_after = retry_after


class TaskRefused(ConnectorError):
    """This change will not work until the value, the configuration or the capability changes."""


class Unmappable(TaskRefused):
    """A value that has no counterpart at this vendor."""

    def __init__(self, field: Field, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.field = field


class Rejected(TaskRefused):
    """The vendor read the request and said no; ``fields`` are those it complained about, if it said which."""

    def __init__(
        self, message: str, *, hint: str = "", fields: frozenset[Field] = frozenset(), applied: Applied = Applied.NO
    ) -> None:
        super().__init__(message, hint=hint, applied=applied)
        self.fields = fields


class TaskMoved(ConnectorError):
    """The task is not what was last read."""


class Gone(TaskMoved):
    """The task is not there any more, while the side itself answers."""


class Stale(TaskMoved):
    """The task was changed since it was read; nothing was written."""


class SideDown(ConnectorError):
    """Nothing on this side works until a person or the vendor acts."""


class BadCredentials(SideDown):
    """A refused password or key, a revoked token."""

    state = "paused"


class Forbidden(SideDown):
    """Signed in, and not allowed to do this, or the container is not available to this account."""

    state = "paused"


class BadSettings(SideDown):
    """A configured name or id does not exist, or what answers at the address is not this vendor."""

    state = "paused"


class ContractBroken(SideDown):
    """An answer that is not what the vendor's document promises; ``applied`` is unknown after a changing request."""
