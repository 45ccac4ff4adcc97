"""For each rule a seed whose drawn history fails without it and passes with it.

``python -m tests.simulation --defend K`` finds one; what a seed draws changes whenever the drawing does. A rule
that is not named here has its hand-written history alone (:mod:`tests.simulation.defenders`).
"""

from __future__ import annotations

SEEDS: dict[str, int] = {
    "1": 15,
    "2": 34,
    "3": 217,
    "4": 18,
}
