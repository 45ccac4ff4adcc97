"""Where the next incremental read starts (rule 16)."""

from __future__ import annotations

from datetime import datetime

from connectors.contract import Increment


def ask_from(began: datetime | None, increment: Increment | None) -> datetime | None:
    """The moment to ask from: the last read's begin, by the vendor's clock, less granularity and skew.

    Less once more where it is excluded.
    """
    if began is None or increment is None:
        return began
    overlap = increment.granularity + increment.skew
    if not increment.inclusive:
        overlap += increment.granularity
    return began - overlap


def never_back(old: datetime | None, new: datetime | None) -> datetime | None:
    """The later of two begins: a cursor does not move back when a vendor's clock does."""
    if old is None or new is None:
        return new or old
    return max(old, new)
