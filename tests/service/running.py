"""The service in a thread of the test, over vaults and a canvas that is served over HTTP and can be made to fail."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Thread

from connectors.ogsm.sandbox import Sandbox
from connectors.serving import FaultMiddleware, Faults, Serving, serve
from sync.app import App
from sync.clock import SystemClock
from sync.heartbeat import Heartbeat
from sync.observing import Observer, Phase, Requested, Waited, Written
from sync.report import GroupReport
from sync.service import Service, Told

CANVAS = """
[sides.canvas]
connector = "ogsm"
base_url = "{url}"
username = "{sandbox.username}"
password = "{sandbox.password}"
canvas = {sandbox.canvas}
rate = "off"
timeout = "1s"
"""
VAULT = """
[sides.{name}]
connector = "memory"
vault = "{name}"
file = "{folder}/{name}.json"
"""


class Watcher(Observer):
    """Notes everything that it is told."""

    def __init__(self) -> None:
        self.phases: list[tuple[Phase, str]] = []
        self.reports: dict[str, list[GroupReport]] = {}
        self.failed: list[tuple[str, str]] = []
        self.requests: list[Requested] = []
        self.waits: list[Waited] = []
        self.writes: list[Written] = []

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        self.phases.append((phase, why))

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        self.reports.setdefault(group, []).append(report)

    def cycle_failed(self, group: str, why: str) -> None:
        self.failed.append((group, why))

    def requested(self, request: Requested) -> None:
        self.requests.append(request)

    def waited(self, wait: Waited) -> None:
        self.waits.append(wait)

    def written(self, write: Written) -> None:
        self.writes.append(write)

    def last(self, group: str) -> GroupReport:
        """The last cycle of a group; waits for the first."""
        until(lambda: self.count(group) > 0)
        return self.reports[group][-1]

    def count(self, group: str) -> int:
        """How many cycles of a group have ended."""
        return len(self.reports.get(group, ()))


class Running:
    """A folder with a configuration, its vaults and the canvas; and the service, while :meth:`started`."""

    def __init__(self, folder: Path, serving: Serving, sandbox: Sandbox, faults: Faults) -> None:
        self.folder = folder
        self.serving = serving
        self.sandbox = sandbox
        self.faults = faults
        self.watcher = Watcher()
        self.told: SimpleQueue[Told] = SimpleQueue()
        self.ended: bool | None = None
        self.heart = Heartbeat(SystemClock())
        self.config = folder / "tasksync.toml"

    def configure(self, groups: dict[str, list[str]], *, more: str = "", keys: str = 'interval = "1s"') -> None:
        """Write the configuration: these groups, whose sides are vaults but for ``canvas``."""
        lines = ['[service]\nlisten = ""\n']  # two services of one machine can not have one port
        for name, sides in groups.items():
            for side in sides:
                told = CANVAS.format(url=self.serving.url("canvas"), sandbox=self.sandbox)
                lines.append(told if side == "canvas" else self.vault(side))
            lines.append(f"[groups.{name}]\nsides = {json.dumps(sides)}\n{keys}\n")
        self.config.write_text("".join(lines) + more, encoding="utf-8")
        self.config.chmod(0o600)

    def vault(self, name: str) -> str:
        """The configuration of a side that is a vault."""
        return VAULT.format(name=name, folder=self.folder)

    def count(self, method: str) -> int:
        """How many such requests the canvas has had."""
        return sum(seen.method == method for seen in self.serving.requests("canvas"))

    def put(self, vault: str, **titles: str) -> None:
        """A person writes tasks into a vault: its ref and title."""
        file = self.folder / f"{vault}.json"
        held = json.loads(file.read_text("utf-8")) if file.exists() else {"tasks": {}}
        for ref, title in titles.items():
            held["tasks"].setdefault(ref, {"status": "needs_action"})["title"] = title
        fresh = file.with_suffix(".new")
        fresh.write_text(json.dumps(held), encoding="utf-8")
        fresh.replace(file)

    def titles(self, vault: str) -> list[str]:
        """What a vault holds."""
        if vault == "canvas":
            return sorted(str(action["title"]) for action in self.sandbox.actions())
        file = self.folder / f"{vault}.json"
        tasks = json.loads(file.read_text("utf-8"))["tasks"] if file.exists() else {}
        return sorted(task["title"] for task in tasks.values())

    @contextmanager
    def started(self, *groups: str) -> Iterator[Watcher]:
        """The service, until the context ends; it has stopped then, with all its work."""
        stop = Event()
        clock = SystemClock(stop)
        app = App.open(config=self.config, env=os.environ, cwd=self.folder, clock=clock, read_only=False)
        with app:
            service = Service(
                app,
                groups,
                env=os.environ,
                cwd=self.folder,
                clock=clock,
                stop=stop,
                heartbeat=self.heart,
                observers=[self.watcher],
            )

            def run() -> None:
                self.ended = service.run(self.told)

            thread = Thread(target=run, daemon=True)
            thread.start()
            try:
                yield self.watcher
            finally:
                self.told.put(Told.STOP)
                thread.join(15)
        assert self.ended is not None, "it stopped"


@contextmanager
def running(folder: Path) -> Iterator[Running]:
    sandbox, faults = Sandbox(), Faults()
    with serve({"canvas": FaultMiddleware(sandbox.app, faults)}) as serving:
        yield Running(folder, serving, sandbox, faults)


def until(what: Callable[[], bool], seconds: float = 30.0) -> None:
    """Wait until it is so; a machine under load gets a minute."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)
