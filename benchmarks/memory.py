"""What the service holds: a group of 10,000 links over HTTP, in cycles of all kinds, and between them.

Two vendors' sandboxes are served by this process, the service is another one. One of them has its tasks in trees of
ten. Wanted: under 120 MB resident at every moment, once the group is tied.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.service import ROOT, threads
from connectors.checkvist.sandbox import Sandbox as Checkvist
from connectors.ogsm.sandbox import Sandbox as Ogsm
from connectors.serving import serve

TASKS = 5_000
TREE = 10
"""Tasks of a tree, its root among them."""
EDITS = 50
WANTED = 120.0
"""MB."""
PATIENCE = 600.0
SETTLING = 7.0
"""Seconds after which what a cycle took is given back."""
GIVES_BACK = {"PYTHONMALLOC": "malloc", "MALLOC_MMAP_THRESHOLD_": "65536"}
"""As the units and the image have it."""
CONFIG = """
[log]
format = "json"
[service]
listen = "127.0.0.1:0"
[sides.outline]
connector = "checkvist"
rate = "off"
base_url = "{outline}"
checklist = {one.checklist}
username = "{one.username}"
remote_key = "{one.remote_key}"
[sides.canvas]
connector = "ogsm"
rate = "off"
base_url = "{canvas}"
username = "{two.username}"
password = "{two.password}"
canvas = {two.canvas}
[groups.work]
sides = ["outline", "canvas"]
interval = "1d"
sweep = "{sweep}"
"""


class Service:
    """A service process over a folder, and what its memory was."""

    def __init__(self, folder: Path, process: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.process = process

    def cycles(self) -> list[dict[str, object]]:
        """The cycles so far."""
        rows = [json.loads(line) for line in (self.folder / "log").read_text("utf-8").splitlines() if line[:1] == "{"]
        return [row for row in rows if row["event"] == "cycle.finished"]

    def next(self, name: str, *, told: bool = True) -> float:
        """One cycle; prints what it was; the most that was held until it was over, and its memory given back."""
        before = len(self.cycles())
        if told:
            Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", "ascii")  # the peak is counted from now on
            self.process.send_signal(signal.SIGUSR1)
        end = time.monotonic() + PATIENCE
        while len(self.cycles()) == before:
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit((self.folder / "log").read_text("utf-8")[-2000:])
            time.sleep(0.2)
        time.sleep(SETTLING)
        row = self.cycles()[-1]
        peak, rest = self._memory("VmHWM"), self._memory("VmRSS")
        print(f"{name}: {row['seconds']} s, {row['result']}, {row['requests']} requests; ", end="")
        print(f"{peak:.0f} MB at most, {rest:.0f} MB after it, {threads(self.process.pid)} threads", flush=True)
        return peak

    def _memory(self, name: str) -> float:
        lines = Path(f"/proc/{self.process.pid}/status").read_text("ascii").splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(f"{name}:"))


@contextmanager
def service(folder: Path, config: str) -> Iterator[Service]:
    """The service over this configuration, until the context ends."""
    file = folder / "tasksync.toml"
    file.write_text(config, encoding="utf-8")
    file.chmod(0o600)
    (folder / "log").write_bytes(b"")
    env = {**os.environ, "PYTHONPATH": str(ROOT), **GIVES_BACK}
    command = [sys.executable, "-m", "sync", "run"]
    with (
        (folder / "log").open("wb") as out,
        subprocess.Popen(command, cwd=folder, env=env, stdout=out, stderr=out) as process,
    ):
        try:
            yield Service(folder, process)
            process.send_signal(signal.SIGTERM)
            process.wait(20)
        finally:
            process.kill()


def main() -> int:
    """Measure; 1 where it is more than wanted."""
    one, two = Checkvist(), Ogsm()
    root = 0
    for number in range(TASKS):
        item = one.add(f"Task {number}: call the supplier about the delivery", parent=root if number % TREE else 0)
        root = root if number % TREE else item
        two.add(f"Task {number}: call the supplier about the delivery")
    items = [int(str(item["id"])) for item in one.tasks()]
    actions = [int(str(action["id"])) for action in two.actions()]
    with tempfile.TemporaryDirectory(prefix="tasksync-memory-") as name, serve({"one": one.app, "two": two.app}) as at:
        folder = Path(name)
        told = {"outline": at.url("one"), "canvas": at.url("two"), "one": one, "two": two}
        with service(folder, CONFIG.format(**told, sweep="1d")) as running:
            running.next(f"{TASKS} tasks on two sides, tied for the first time", told=False)
            most = running.next("the cycle after it")
        with service(folder, CONFIG.format(**told, sweep="1d")) as running:
            most = max(most, running.next("started again", told=False), running.next("nothing has changed"))
            for identity in items[:EDITS]:
                one.edit(identity, content=f"Changed {identity}")
            most = max(most, running.next(f"{EDITS} edits on a side that tells only that something changed"))
            for identity in actions[-EDITS:]:
                two.edit(identity, {"title": f"Changed {identity}"})
            most = max(most, running.next(f"{EDITS} edits on a side that lists everything"))
            for _ in range(5):
                most = max(most, running.next("nothing has changed"))
        with service(folder, CONFIG.format(**told, sweep="1s")) as running:
            most = max(most, running.next("started again", told=False))
            most = max(most, running.next("a sweep"), running.next("a sweep"))
    print(f"once the group was tied: at most {most:.0f} MB (wanted: under {WANTED:g} MB)")
    return 0 if most < WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
