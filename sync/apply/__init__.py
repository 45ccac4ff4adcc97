"""Stages 11 and 12: carry a plan out. Intent, request, receipt; sides in parallel, one request at a time on each.

An intent is committed before its request is sent, and closed by proof of success or refusal only: anything else stays
open and is resolved by the next cycle before the task is touched there again.
"""

from __future__ import annotations

from sync.apply.applier import apply
from sync.apply.journal import Outcome, Run

__all__ = ["Outcome", "Run", "apply"]
