"""One history, or many.

``python -m tests.simulation --seed N [--rule-off K] [--shrink] [--log]`` plays the history of a seed.
``python -m tests.simulation --defend all`` looks for a seed for each rule (:mod:`tests.simulation.seeds`).
``python -m tests.simulation --histories 10000 [--jobs 2] [--seed N]`` plays a campaign and prints its figures.
"""

from __future__ import annotations

import argparse
import os
import sys

FOUND = 3  # seeds that fail: enough to choose from


def main() -> int:
    """Play a seed, and say what is wrong with it."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="the history; the first one of a campaign")
    parser.add_argument("--shrink", action="store_true", help="look for a smaller history that fails in the same way")
    parser.add_argument("--rule-off", metavar="K", help="play it with a rule of the engine switched off")
    parser.add_argument("--hunt", type=int, metavar="N", help="look for seeds that fail, among N from this one on")
    parser.add_argument("--histories", type=int, metavar="N", help="play so many, and print the figures")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes of a campaign")
    parser.add_argument("--log", action="store_true", help="print the log of events")
    parser.add_argument(
        "--defend", metavar="K", help="look for a seed that fails without a rule and passes with it; all"
    )
    asked = parser.parse_args()
    if asked.defend:
        return _defend(asked)
    if asked.rule_off:
        from tests.simulation.switches import switch_off

        switch_off(asked.rule_off)
    if asked.histories:
        return _campaign(asked)
    return _hunt(asked) if asked.hunt else _one(asked)


def _campaign(asked: argparse.Namespace) -> int:
    from tests.simulation.campaign import run

    seeds = range(asked.seed, asked.seed + asked.histories)
    campaign = run(seeds, asked.jobs, lambda line: print(line, file=sys.stderr, flush=True))
    print(*campaign.lines(), sep="\n")
    return 1 if campaign.failed else 0


def _defend(asked: argparse.Namespace) -> int:
    from tests.simulation.defend import search
    from tests.simulation.switches import SWITCHES

    missing = 0
    for rule in SWITCHES if asked.defend == "all" else [asked.defend]:
        seed = search(rule, asked.seed)
        missing += seed is None
        print(f'    "{rule}": {seed},', flush=True)
    return 1 if missing else 0


def _hunt(asked: argparse.Namespace) -> int:
    from tests.simulation.history import History, play

    found = []
    for seed in range(asked.seed, asked.seed + asked.hunt):
        wrong = play(History.of(seed)).wrong
        if wrong:
            found.append(seed)
            print(seed, wrong[0][:300], flush=True)
        if len(found) == FOUND:
            break
    return 1 if found else 0


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
