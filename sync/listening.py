"""Where health and figures are answered: as the configuration says now, from one reload to the next."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from types import TracebackType
from typing import Self, TypeAlias

from sync.config.model import Address
from sync.events import Log
from sync.health import CannotListen

log = Log(__name__)

Answering: TypeAlias = Callable[[str, int], AbstractContextManager[str]]
"""Within, all questions to a host and port are answered. Raises ``CannotListen``."""


class Listening:
    """One address, or none. Use as a context manager; by one thread."""

    def __init__(self, answering: Answering) -> None:
        self._answering = answering
        self._open = ExitStack()
        self._at: Address | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def move(self, to: Address | None) -> None:
        """Answer there from now on. Raises ``CannotListen`` for an address that cannot be had: all stays as it was."""
        if to == self._at:
            return
        try:
            fresh = self._opened(to)
        except CannotListen:
            if to is None or self._at is None or to.port != self._at.port:
                raise
            fresh = self._instead(self._at, to)
        self._open.close()
        self._open, self._at = fresh, to

    def _instead(self, former: Address, to: Address) -> ExitStack:
        """The same port of another host: the former may stand in its way."""
        self._open.close()
        self._at = None
        try:
            return self._opened(to)
        except CannotListen:
            try:
                self._open, self._at = self._opened(former), former
            except CannotListen as lost:
                log.error("health.lost", why=lost.message, hint=lost.hint)  # noqa: TRY400 - foreseen: no traceback
            raise

    def _opened(self, at: Address | None) -> ExitStack:
        stack = ExitStack()
        if at is not None:
            stack.enter_context(self._answering(at.host, at.port))
        return stack
