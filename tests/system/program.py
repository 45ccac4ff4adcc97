"""The program as a process, over a group ``work`` whose sides are servers of other hands."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import ClassVar

from tests.forks import Done, Fork, Mould, anew, ended, environment
from tests.system.stranger import Json, Stranger

COUNTS = ("created", "updated", "deleted", "adopted", "conflicts", "held", "owed", "waiting", "undeliverable")


class Program:
    """The program, its configuration and its store, in a folder. ``servers``: by the name of their side.

    Its ``mould`` forks processes instead of starting them; None: each is started anew.
    """

    usual: ClassVar[Mould | None] = None

    def __init__(self, folder: Path, servers: Mapping[str, Stranger]) -> None:
        self.folder = folder
        self.servers = servers
        self.mould = self.usual
        self.config = folder / "tasksync.toml"
        self.store = folder / "tasksync.db"

    def write(self, text: str) -> None:
        """Write the configuration."""
        self.config.write_text(text, encoding="utf-8")
        self.config.chmod(0o600)

    @property
    def writes(self) -> int:
        """Changing requests so far, on all sides."""
        return sum(server.writes for server in self.servers.values())

    def start(self, *arguments: str, **more: object) -> subprocess.Popen[bytes] | Fork:
        """The program, running. ``more`` as for ``subprocess.Popen``."""
        start = anew if self.mould is None or more else self.mould.start
        return start(*arguments, folder=self.folder, env=environment(), **more)

    def tasksync(self, *arguments: str, timeout: float = 240, **more: object) -> Done:
        """The program, to its end. No traceback ever. ``more`` as for ``subprocess.Popen``."""
        done = ended(self.start(*arguments, **more), timeout)
        assert "Traceback" not in done.err, done.err
        assert "Traceback" not in done.out, done.out
        return done

    def run(self, *arguments: str) -> Json:
        """``run --once --json``: this group's report, with the exit code under ``exit``."""
        done = self.tasksync("run", "--once", "--json", *arguments)
        assert done.out, done.err
        document = done.json
        assert "groups" in document, document
        assert document["exit"] == done.code, done.err
        return {**document["groups"]["work"], "exit": done.code}

    def settle(self, *arguments: str, most: int = 8) -> list[Json]:
        """Run until a cycle is quiet, with nobody at work meanwhile. The reports.

        Fails when it is not quiet after so many, or when a cycle writes though the one before it was complete.
        """
        reports = [self.run(*arguments)]
        while reports[-1]["result"] != "quiet":
            told = [brief(report) for report in reports]
            assert len(reports) < most, told
            before, last = self.writes, reports[-1]
            reports.append(self.run(*arguments))
            if not (last["waiting"] or last["exit"]):
                assert self.writes == before, (told, {name: one.log[-5:] for name, one in self.servers.items()})
        return reports

    def look(self, query: str) -> list[dict[str, Json]]:
        """Rows of the store, read as any tool could."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]

    def stay_quiet(self) -> Json:
        """One more cycle: it is quiet, and sends no write. Its report."""
        before = self.writes
        report = self.run()
        assert (report["result"], report["exit"]) == ("quiet", 0), brief(report)
        assert self.writes == before
        return report


def brief(report: Json) -> str:
    """A report on one line, for the message of a test that failed."""
    counts = {name: report[name] for name in COUNTS if report[name]}
    return f"{report['result']} {report['exit']} {counts} {[side['why'] for side in report['sides'].values()]}"
