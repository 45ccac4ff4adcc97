"""Several pieces of work at once: how sides are read, and written, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from typing import Protocol, TypeVar

T = TypeVar("T")


class Together(Protocol):
    """Does pieces of work at once."""

    def __call__(self, work: Sequence[Callable[[], T]], name: str) -> list[T]:
        """The results, in the order of the work; all of it has ended then.

        Raises what the first piece that failed, in that order, has raised. ``name`` is what is done, for those who look
        at the threads.
        """
        ...


def in_threads(work: Sequence[Callable[[], T]], name: str) -> list[T]:
    """Each piece in a thread of its own (:class:`Together`); its log lines carry what those of the caller carry."""
    with ThreadPoolExecutor(max_workers=max(1, len(work)), thread_name_prefix=name) as pool:
        turns = [pool.submit(copy_context().run, piece) for piece in work]
    return [turn.result() for turn in turns]
