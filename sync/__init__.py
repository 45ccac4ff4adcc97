"""The engine of tasksync: keeps the same tasks in agreement across sides, and knows no vendor."""

from __future__ import annotations

__version__ = "0.1.0"
