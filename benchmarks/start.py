"""What a start costs: `tasksync --help`, and `run --once` with nothing to do over two sides in memory.

Wanted: under 0.3 s of processor for the help, under 0.8 s for the run. All are measured in turns, so that a noisy
machine is noisy for each; beside them stands the floor, loading the libraries that a run needs and nothing else, and
what the run costs without `sync.cli.pace`. The figure is the middle one.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TURNS = 9
TASKS = 20
CONFIG = """
[log]
level = "warning"
[sides.one]
connector = "memory"
vault = "one"
file = "one.json"
[sides.other]
connector = "memory"
vault = "other"
file = "other.json"
[groups.work]
sides = ["one", "other"]
"""
LIBRARIES = "import pydantic, requests, sqlalchemy, sqlmodel, structlog, typer"
UNHURRIED = (
    "import sys; from sync.cli import pace; pace.hurry = lambda: None; from sync.cli import main; sys.exit(main())"
)
RUN = ("run", "--once", "--json")
COMMANDS: dict[str, tuple[list[str], float | None]] = {
    "an interpreter that does nothing": (["-c", ""], None),
    "the libraries of a run, loaded": (["-c", LIBRARIES], None),
    "tasksync --help": (["-m", "sync", "--help"], 0.3),
    "run --once, nothing to do": (["-m", "sync", *RUN], 0.8),
    "the same without sync.cli.pace": (["-c", UNHURRIED, *RUN], None),
}
"""What the interpreter is given, and the seconds of processor that are wanted at most."""


def prepared(folder: Path) -> None:
    """A group in agreement: its next run has nothing to do."""
    tasks = {f"r{number}": {"title": f"task {number}", "status": "needs_action"} for number in range(TASKS)}
    for side in ("one", "other"):
        (folder / f"{side}.json").write_text(json.dumps({"tasks": tasks}), encoding="utf-8")
    config = folder / "tasksync.toml"
    config.write_text(CONFIG, encoding="utf-8")
    config.chmod(0o600)
    for _ in range(3):
        spent(folder, ["-m", "sync", *RUN])


def spent(folder: Path, arguments: list[str]) -> float:
    """Seconds of processor of one process. Raises ``CalledProcessError`` where it fails."""
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, *arguments]
    with subprocess.Popen(command, cwd=folder, env=env, stdout=subprocess.PIPE, text=True) as process:
        told = process.stdout.read() if process.stdout is not None else ""
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, told)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    """Measure; 1 where it is more than wanted."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    with tempfile.TemporaryDirectory(prefix="tasksync-start-") as name:
        folder = Path(name)
        prepared(folder)
        for _ in range(TURNS):
            for what, (arguments, _wanted) in COMMANDS.items():
                seconds[what].append(spent(folder, arguments))
    middle = {what: statistics.median(found) for what, found in seconds.items()}
    floor = middle["the libraries of a run, loaded"]
    print(f"{'':36}{'CPU s':>8}{'x floor':>9}{'wanted':>9}")
    for what, (_, wanted) in COMMANDS.items():
        limit = f"{wanted:9.1f}" if wanted is not None else ""
        print(f"{what:36}{middle[what]:8.3f}{middle[what] / floor:9.2f}{limit}")
    return int(any(wanted is not None and middle[what] > wanted for what, (_, wanted) in COMMANDS.items()))


if __name__ == "__main__":
    sys.exit(main())
