"""A quick start and a quick end: no search for rings of objects that nobody needs any more.

Most of what is made while modules are loaded, some 150,000 objects, is needed to the end. To look through it again and
again, and once more at the end, took a third of a run with nothing to do (`python -m benchmarks.start`).
"""

from __future__ import annotations

import atexit
import gc
from typing import Final

MOST: Final = 250_000
"""Objects that are made, and not dropped, before the first search: some 40 MB."""


def hurry() -> None:
    """Search seldom from now on, and not at all when the process ends. May be called again."""
    gc.set_threshold(MOST, 10, 10)
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)


def settle_down() -> None:
    """Search as usual from now on, but for what is there already: this process stays."""
    gc.freeze()
    gc.set_threshold(700, 10, 10)  # as the interpreter begins with
