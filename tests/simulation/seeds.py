"""For each rule a seed whose drawn history fails without it and passes with it.

``python -m tests.simulation --defend K`` finds one; what a seed draws changes whenever the drawing does. The smallest
histories that were found are kept beside them (:mod:`tests.simulation.defenders`).
"""

from __future__ import annotations

SEEDS: dict[str, int] = {
    "1": 15,
    "2": 103,
    "3": 103,
    "4": 18,
    "5": 760,
    "6": 9,
    "7": 6,
    "7, equal": 6,
    "8": 100594,
    "9": 867,
    "10": 45,
    "11": 99,
    "12": 2,
    "13": 2,
    "14": 8,
    "15": 2,
    "16": 5045,
    "17": 24,
    "18": 429,
    "19": 5,
    "20": 369,
    "21": 1,
    "22": 1,
    "23": 2,
}
