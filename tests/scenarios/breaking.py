"""How requests fail, and servers that have manners of their own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from connectors.errors import Applied, ConnectorError, RateLimited, Transient
from connectors.memory.vault import Vault
from connectors.memory.wire import Members
from connectors.task import Native

CHANGING = frozenset({"create", "update", "delete"})


def break_off() -> ConnectorError:
    """The connection can not be made: nothing was done."""
    return Transient("the connection was refused")


def lose_answer() -> ConnectorError:
    """The request may have been carried out, and its answer never came."""
    return Transient("the answer was lost", applied=Applied.UNKNOWN)


def slow_down() -> ConnectorError:
    """The quota is spent."""
    return RateLimited("too many requests", retry_after=3600)


@contextmanager
def failing(
    vault: Vault, verb: str, error: ConnectorError, *, when: str = "before", after: int = 0, times: int | None = None
) -> Iterator[None]:
    """Requests of a verb fail.

    ``before`` they are carried out or ``after``; the first ``after`` go through, then ``times`` fail.
    """
    seen = 0

    def hook(asked: str, phase: str) -> None:
        nonlocal seen
        if asked != verb or phase != when:
            return
        seen += 1
        if seen > after and (times is None or seen <= after + times):
            raise error

    vault.hook = hook
    try:
        yield
    finally:
        vault.hook = None


@contextmanager
def meanwhile(vault: Vault, verb: str, act: Callable[[], object], *, when: str = "before") -> Iterator[None]:
    """A person acts once, just before or after the first request of a verb."""
    done = False

    def hook(asked: str, phase: str) -> None:
        nonlocal done
        if asked == verb and phase == when and not done:
            done = True
            act()

    vault.hook = hook
    try:
        yield
    finally:
        vault.hook = None


class Stubborn(Vault):
    """A server that says yes and keeps the due date that it had."""

    def update(self, ref: str, members: Native, revision: int | None) -> list[Members]:
        return super().update(ref, {name: value for name, value in members.items() if name != "due"}, revision)


class Cryptic(Vault):
    """A server that stores a form of a description that nobody announced."""

    def update(self, ref: str, members: Native, revision: int | None) -> list[Members]:
        told = {name: f"<p>{value}</p>" if name == "description" else value for name, value in members.items()}
        return super().update(ref, told, revision)
