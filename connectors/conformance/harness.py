"""What the suite needs of the place where a connector is tried: a fresh server for each test, and trouble on demand."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Protocol

from connectors.contract import Capabilities, Connector
from connectors.task import Ref

RETRY_AFTER: Final = 7.0
"""Seconds of pause that :attr:`Trouble.RATE_LIMITED` asks for."""


class Trouble(StrEnum):
    """What can happen to a request."""

    RATE_LIMITED = "rate limited"  # 429 with Retry-After; not applied
    REFUSED = "refused"  # 401 in the middle: the credentials worked a moment ago; not applied
    REDIRECTED = "redirected"  # 307 to another server; not applied
    SERVER_ERROR = "server error"  # 500; not applied
    FAILED_AFTER = "failed after"  # the request is applied, and the answer is 500
    LOST_BEFORE = "lost before"  # the connection drops before the request is applied
    LOST_AFTER = "lost after"  # the request is applied, and the connection drops instead of an answer
    TRUNCATED = "truncated"  # the request is applied, and the answer ends before its announced length
    HTML = "html"  # 200 with an HTML page; not applied
    CUT_JSON = "cut json"  # the request is applied, and the JSON of its answer breaks off
    WRONG_TYPE = "wrong type"  # the request is applied, and its answer says that it is something else than JSON
    DEEP = "deep"  # 200 with JSON that nests a hundred thousand levels; not applied
    BOMB = "bomb"  # 200 with some kilobytes that unpack to gigabytes; not applied


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that reached the server: whether it may change something, and its name for a person."""

    changing: bool
    what: str


class Harness(Protocol):
    """One server and one connector to it, renewed by :meth:`begin`."""

    @property
    def connector(self) -> Connector:
        """The connector under trial."""
        ...

    def begin(self) -> None:
        """Start over: an empty server, a new connector whose ``check`` has passed, no trouble, nothing sent yet."""
        ...

    def disturb(self, trouble: Trouble, *, changing: bool) -> None:
        """From now on each changing request (or each reading one) meets this trouble."""
        ...

    def calm(self) -> None:
        """No more trouble."""
        ...

    def forget(self) -> None:
        """Start the log of requests anew."""
        ...

    def sent(self) -> Sequence[Sent]:
        """The requests that the server saw since :meth:`begin` or :meth:`forget`, in order; some thousands at most."""
        ...

    def plant(self, title: str) -> Ref:
        """Make a task as a person would, past the connector. Asked for only where the bench says that it can."""
        ...

    def stranger(self) -> Connector:
        """A connector to the same server with credentials that it refuses. Asked for only where the bench has such."""
        ...


class Bench(Protocol):
    """How to come by a harness for one connector."""

    @property
    def capabilities(self) -> Capabilities:
        """What the side under trial can do."""
        ...

    @property
    def troubles(self) -> frozenset[Trouble]:
        """The troubles that the harness can make."""
        ...

    @property
    def has_credentials(self) -> bool:
        """Whether there are credentials that can be wrong."""
        ...

    @property
    def plants(self) -> bool:
        """Whether the harness can make tasks past the connector."""
        ...

    @property
    def share(self) -> int:
        """The part of hypothesis's examples that is affordable here: 1 is all, 8 is an eighth."""
        ...

    def open(self) -> AbstractContextManager[Harness]:
        """A harness, until the end of the context."""
        ...
