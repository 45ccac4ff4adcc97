"""One run of a program, measured: time, processor, memory, and what the proxy counted."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from benchmarks.dav.programs import ROOT, Program, surroundings


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds of wall and processor, MB of memory at the most, requests by verb, KB down and up.

    ``plain`` are the KB of the answers' bodies unpacked; ``most`` requests were open at once.
    """

    wall: float
    processor: float
    memory: float
    down: float
    plain: float
    up: float
    verbs: dict[str, int]
    most: int = 1

    @property
    def requests(self) -> int:
        """All requests."""
        return sum(self.verbs.values())


@dataclass(slots=True)
class Proxy:
    """The counting proxy, as a process."""

    server: int
    process: subprocess.Popen[str] = field(init=False)
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.dav.proxy", str(self.server)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.port = int(self.process.stdout.readline())

    def order(self, line: str) -> dict:
        """Tell it something; its answer."""
        print(line, file=self.process.stdin, flush=True)
        return json.loads(self.process.stdout.readline())

    def close(self) -> None:
        """End it."""
        self.process.stdin.close()
        self.process.wait()


def measured(program: Program, proxy: Proxy, delay: float) -> Figures:
    """One run. Raises ``RuntimeError`` when it fails."""
    proxy.order(f"delay {delay}")
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        child = subprocess.Popen(program.command, stdout=said, stderr=said, cwd=ROOT, env=surroundings())
        _, status, usage = os.wait4(child.pid, 0)
        wall = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode:
            said.seek(0)
            raise RuntimeError(f"{program.name} ended with {child.returncode}:\n{said.read().decode()[-2000:]}")
    told = proxy.order("counts")
    return Figures(
        wall=wall,
        processor=usage.ru_utime + usage.ru_stime,
        memory=usage.ru_maxrss / 1024,
        down=told["down"] / 1000,
        plain=told["plain"] / 1000,
        up=told["up"] / 1000,
        verbs=told["verbs"],
        most=told["most"],
    )


def middle(runs: list[Figures]) -> Figures:
    """The run that took the middle time."""
    return min(runs, key=lambda run: abs(run.wall - median(one.wall for one in runs)))


def folder(prefix: str) -> tempfile.TemporaryDirectory[str]:
    """A folder that goes with its object."""
    return tempfile.TemporaryDirectory(prefix=f"tasksync-bench-{prefix}-")


__all__ = ["Figures", "Path", "Proxy", "folder", "measured", "middle"]
