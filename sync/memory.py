"""What a cycle took of the memory, given back to the system.

A cycle holds a group for some seconds, and then nothing holds it; the C library keeps the room for the next one, and a
room for each thread that ever ran. A service waits most of its time, and other programs can use what it does not.
"""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Final, cast

_ARENAS: Final = -8
"""``M_ARENA_MAX`` of mallopt(3): how many rooms threads allocate in."""


class Memory:
    """The process's memory, to be made before its threads are. Where the C library is not glibc, nothing is done."""

    def __init__(self) -> None:
        library = ctypes.CDLL(None)
        self._trim = getattr(library, "malloc_trim", None)
        if self._trim is not None:
            library.mallopt(_ARENAS, 1)
        self._used = False

    def used(self) -> None:
        """A cycle has ended. May be called by any thread."""
        self._used = True

    def give_back(self) -> None:
        """Give back what nobody holds any more, if there was a cycle since the last time."""
        if self._used and self._trim is not None:
            self._used = False
            gc.collect()
            self._trim(0)


@contextmanager
def without(package: str) -> Iterator[None]:
    """Within, a package that is not loaded yet counts as not installed: who could use it if it were does without."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = cast("ModuleType", None)  # what an import takes for a package that is not there
    try:
        yield
    finally:
        del sys.modules[package]
