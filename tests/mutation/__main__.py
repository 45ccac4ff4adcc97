"""`python -m tests.mutation [MODULE …]`: the score of each module of the pure core, and what survived."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial

from tests.mutation.campaign import run


def main() -> int:
    """Run a campaign and print it."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="of sync/core; without one: all")
    parser.add_argument("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="mutants at once")
    parser.add_argument("--tests", nargs="+", default=None, help="the tests that judge; without it: tests/core")
    asked = parser.parse_args()
    tell = partial(print, "survives:", file=sys.stderr, flush=True)
    campaign = run(asked.modules, jobs=asked.jobs, tests=asked.tests, tell=tell)
    print(campaign.report())
    return 0 if campaign.holds else 1


if __name__ == "__main__":
    sys.exit(main())
