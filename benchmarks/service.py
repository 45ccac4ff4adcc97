"""What the service costs between its cycles: twenty groups of a thousand links, and then nothing happens.

Wanted: under 1 % of a core. The process is a real one; its processor time and memory are read from /proc.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

GROUPS = 20
LINKS = 1_000
IDLE = 30.0
"""Seconds that are watched."""
WANTED = 1.0
"""Percent of a core."""
PATIENCE = 600.0
ROOT = Path(__file__).resolve().parents[1]


def configure(folder: Path) -> None:
    """Groups of two vaults with the same tasks: what they cost once they are tied is the question."""
    lines = ['[log]\nformat = "json"\n[service]\nlisten = ""\n']
    for number in range(GROUPS):
        tasks = {f"r{n}": {"title": f"task {n}", "status": "needs_action", "priority": 1} for n in range(LINKS // 2)}
        for side in (f"a{number}", f"b{number}"):
            (folder / f"{side}.json").write_text(json.dumps({"tasks": tasks}), encoding="utf-8")
            lines.append(f'[sides.{side}]\nconnector = "memory"\nvault = "{side}"\nfile = "{side}.json"\n')
        lines.append(f'[groups.g{number}]\nsides = ["a{number}", "b{number}"]\ninterval = "1d"\n')
    config = folder / "tasksync.toml"
    config.write_text("".join(lines), encoding="utf-8")
    config.chmod(0o600)


def finished(log: Path) -> int:
    """How many groups have had their first cycle."""
    rows = [json.loads(line) for line in log.read_text("utf-8").splitlines() if line.startswith("{")]
    return len({row["group"] for row in rows if row["event"] == "cycle.finished"})


def spent(pid: int) -> float:
    """Processor time of a process so far, in seconds (proc(5): fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident(pid: int) -> float:
    """Resident memory in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text("utf-8").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def threads(pid: int) -> int:
    """How many threads a process has."""
    return sum(1 for _ in Path(f"/proc/{pid}/task").iterdir())


def main() -> int:
    """Measure; 1 where it is more than wanted."""
    with tempfile.TemporaryDirectory(prefix="tasksync-service-") as name:
        folder, log = Path(name), Path(name) / "log"
        configure(folder)
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        with (
            log.open("wb") as out,
            subprocess.Popen(
                [sys.executable, "-m", "sync", "run"], cwd=folder, env=env, stdout=out, stderr=out
            ) as process,
        ):
            try:
                began = time.monotonic()
                while finished(log) < GROUPS:
                    if process.poll() is not None or time.monotonic() - began > PATIENCE:
                        print(log.read_text("utf-8")[-2000:])
                        return 1
                    time.sleep(0.5)
                print(f"first cycles of {GROUPS} groups of {LINKS} links: {time.monotonic() - began:.1f} s")
                time.sleep(3)
                before = spent(process.pid)
                time.sleep(IDLE)
                share = (spent(process.pid) - before) / IDLE * 100
                print(f"between cycles: {share:.2f} % of a core (wanted: under {WANTED:g} %)")
                print(f"resident: {resident(process.pid):.0f} MB, {threads(process.pid)} threads")
                began = time.monotonic()
                process.send_signal(signal.SIGTERM)
                print(f"stopped with {process.wait(20)} after {time.monotonic() - began:.2f} s")
            finally:
                process.kill()
    return 0 if share < WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
