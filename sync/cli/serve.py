"""The service behind ``tasksync run``: signals in, cycles, an exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sync.cli.opening import opened, set_up_logs
from sync.cli.options import Given
from sync.cli.signals import telling

if TYPE_CHECKING:
    from sync.app import App


def serve(common: Given, groups: Sequence[str]) -> int:
    """Serve groups (none named: all) until a signal ends it.

    Raises ``ConfigError``, ``StoreError``, ``UnknownName``: before the first cycle.
    """
    from sync.clock import SystemClock
    from sync.heartbeat import Heartbeat
    from sync.service import Service

    stop = Event()
    clock = SystemClock(stop)

    def reloaded(app: App) -> None:
        set_up_logs(app.config.log, app.redactor, common)

    with telling() as told, opened(common, read_only=False, stop=stop) as app:
        service = Service(
            app,
            groups,
            env=os.environ,
            cwd=Path.cwd(),
            clock=clock,
            stop=stop,
            heartbeat=Heartbeat(clock),
            reloaded=reloaded,
        )
        if not service.run(told):
            _leave()
    return 0


def _leave() -> None:
    """End without waiting for what hangs: each write has its intent, and the next run finds out what arrived."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
