"""What can go wrong with the store, said to a person.

StoreError            the store cannot be used: message and hint
├── NotFound          no such task, or more than one; no such held item
└── NoLongerOpen      the held item ended meanwhile: there is nothing left to decide
LeaseError            another worker has the group: nothing is wrong with the store
├── LeaseHeld         the lease cannot be had now
└── LeaseLost         the lease was had, and is no more: what was to be written is not written
"""

from __future__ import annotations

from typing import ClassVar


class StoreError(Exception):
    """The store cannot be used: what happened, to which store, and what to do next. One line each."""

    kind: ClassVar[str] = "store"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class NotFound(StoreError):
    """What was named is not in the store, or the name fits more than one: ``candidates`` are short ids of those."""

    def __init__(self, message: str, hint: str = "", *, candidates: tuple[str, ...] = ()) -> None:
        super().__init__(message, hint)
        self.candidates = candidates


class NoLongerOpen(StoreError):
    """The held item has ended: it can no longer be decided."""


class LeaseError(Exception):
    """A group's lease is with somebody else."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class LeaseHeld(LeaseError):
    """Another worker has the lease: who, on which host, since when."""


class LeaseLost(LeaseError):
    """The lease was taken over. Nothing of the write that raised this is in the store."""
