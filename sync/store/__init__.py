"""What is remembered between cycles: tasks, links, shadows, intents, held items, history, leases; the home of SQL."""

from __future__ import annotations

from sync.store.budgets import Budgets
from sync.store.copies import Condition, Copy
from sync.store.documents import Packer, dump, load_object, plain
from sync.store.errors import LeaseError, LeaseHeld, LeaseLost, NoLongerOpen, NotFound, StoreError
from sync.store.examining import DAMAGED, Finding
from sync.store.history import ActedRow, CycleRow, MovedRow
from sync.store.lease import Lease
from sync.store.loading import uncollected
from sync.store.owner import Owner
from sync.store.ownership import give_to_owner_of
from sync.store.partial import Part, Remembered
from sync.store.store import Store

__all__ = [
    "DAMAGED",
    "ActedRow",
    "Budgets",
    "Condition",
    "Copy",
    "CycleRow",
    "Finding",
    "Lease",
    "LeaseError",
    "LeaseHeld",
    "LeaseLost",
    "MovedRow",
    "NoLongerOpen",
    "NotFound",
    "Owner",
    "Packer",
    "Part",
    "Remembered",
    "Store",
    "StoreError",
    "dump",
    "give_to_owner_of",
    "load_object",
    "plain",
    "uncollected",
]
