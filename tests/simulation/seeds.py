"""For each rule a seed whose drawn history fails without it and passes with it.

``python -m tests.simulation --defend K`` finds one; what a seed draws changes whenever the drawing does.
"""

from __future__ import annotations

SEEDS: dict[str, int] = {}
