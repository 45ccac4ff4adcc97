"""The service behind ``tasksync run``: signals in, cycles, an exit code."""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from sync.cli import pace
from sync.cli.opening import opened, set_up_logs
from sync.cli.options import Given
from sync.cli.signals import telling

if TYPE_CHECKING:
    from connectors.contract import Clock
    from sync.app import App
    from sync.heartbeat import Heartbeat
    from sync.listening import Listening
    from sync.memory import Memory
    from sync.observing import Observer


def serve(common: Given, groups: Sequence[str]) -> int:
    """Serve groups (none named: all) until a signal ends it.

    Raises ``ConfigError``, ``StoreError``, ``UnknownName``, ``CannotListen``: before the first cycle.
    """
    stop, memory = Event(), sparing()
    from sync import logs
    from sync.clock import SystemClock
    from sync.heartbeat import Heartbeat
    from sync.service import Service

    clock = SystemClock(stop)
    heartbeat = Heartbeat(clock)

    with ExitStack() as stack:
        told = stack.enter_context(telling())
        app = stack.enter_context(opened(common, read_only=False, stop=stop))
        logs.be_ready()
        pace.settle_down()
        current = [app]
        watching = stack.enter_context(watchers(lambda: current[0], clock, heartbeat))

        def reloaded(app: App) -> None:
            watching.listening.move(app.config.service.listen)
            current[0] = app
            set_up_logs(app.config.log, app.redactor, common)

        service = Service(
            app,
            groups,
            env=os.environ,
            cwd=Path.cwd(),
            clock=clock,
            stop=stop,
            heartbeat=heartbeat,
            observers=watching.observers,
            reloaded=reloaded,
            memory=memory,
        )
        if not service.run(told):
            _leave()
    return 0


@dataclass(frozen=True, slots=True)
class Watching:
    """Those who watch the service, and where they answer."""

    observers: Sequence[Observer]
    listening: Listening


@contextmanager
def watchers(current: Callable[[], App], clock: Clock, heartbeat: Heartbeat) -> Iterator[Watching]:
    """Those who watch the service: systemd where it asks to be told, health and figures where they are configured.

    ``current`` gives the program over the configuration in use. Raises ``CannotListen``.
    """
    from sync.health import Health, answering
    from sync.listening import Listening
    from sync.metrics import CONTENT_TYPE, Metrics
    from sync.notify import Announcing, Notifier, watchdog

    def interval(group: str) -> float:
        found = current().config.groups.get(group)
        return found.interval.total_seconds() if found is not None else 0.0

    notifier = Notifier.of(os.environ)
    # They watch from the start where nobody can ask yet: a reload may say where.
    health = Health(clock, heartbeat, interval, current().store.groups)
    metrics = Metrics(clock, heartbeat, interval)
    with (
        watchdog(notifier, heartbeat, os.environ),
        Listening(partial(answering, health=health, figures=metrics.text, figures_type=CONTENT_TYPE)) as listening,
    ):
        listening.move(current().config.service.listen)
        yield Watching([Announcing(notifier), health, metrics], listening)


def sparing() -> Memory:
    """The process's memory, before its threads are, and without what a service has no use for."""
    from sync.memory import Memory, without

    with without("rich"):  # 5 MB for tables and colours, which a service does not print
        import structlog  # noqa: F401 - what is imported next uses it
    return Memory()


def _leave() -> None:
    """End without waiting for what hangs: each write has its intent, and the next run finds out what arrived."""
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)
