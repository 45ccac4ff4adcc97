"""One history: ``python -m tests.simulation --seed N [--rule-off K] [--shrink] [--log]``."""

from __future__ import annotations

import argparse
import sys


def main() -> int:
    """Play a seed, and say what is wrong with it."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the history; the first one of a campaign")
    parser.add_argument("--shrink", action="store_true", help="look for a smaller history that fails in the same way")
    parser.add_argument("--log", action="store_true", help="print the log of events")
    asked = parser.parse_args()
    return _one(asked)


def _one(asked: argparse.Namespace) -> int:
    from tests.simulation.history import History, play, shrink

    history = History.of(asked.seed)
    outcome = play(history)
    if asked.shrink and outcome.wrong:
        history = shrink(history)
        outcome = play(history)
    print(history)
    if asked.log:
        print(*outcome.log, sep="\n")
    print(*(outcome.wrong or ["nothing is wrong"]), sep="\n")
    return 1 if outcome.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
