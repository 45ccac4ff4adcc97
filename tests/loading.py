"""What a process loads before it forks the program again and again: that takes ten times as long as a small cycle."""

from __future__ import annotations

import gc
import threading
from importlib import import_module
from pkgutil import iter_modules

import sync.cli.views
from connectors import registry
from sync.cli.program import program

LATE = (
    *("sync.app", "sync.cli.entry", "sync.cli.signals", "sync.clock", "sync.logs"),
    *("rich.console", "rich.table", "structlog", "encodings.utf_8_sig"),
)
"""What commands import when they run."""


def load_program() -> None:
    """Load all that commands import, each connector too."""
    program()
    for name in LATE:
        import_module(name)
    for view in iter_modules(sync.cli.views.__path__):
        import_module(f"sync.cli.views.{view.name}")
    for connector in registry.known():
        registry.load(connector)
    gc.collect()
    gc.freeze()  # a child leaves the memory of what was loaded as it is, instead of copying it
    assert threading.active_count() == 1, "a process with threads can not be forked"
