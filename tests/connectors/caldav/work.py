"""The whole program over a collection and a vault in a file, on a clock on which nobody waits."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event

from connectors.memory.settings import MemorySettings
from connectors.memory.vault import Vault
from sync.app import App
from sync.progress import Silent
from tests.connectors.caldav.kit import Bench


class Work:
    """A group of ``phone``, a collection, and ``vault``, a memory side."""

    def __init__(self, bench: Bench, folder: Path, *more: str) -> None:
        self.bench = bench
        self.folder = folder
        there = {"connector": "memory", "vault": "v", "file": str(folder / "vault.json"), "parents": True}
        own = MemorySettings.model_validate({name: there[name] for name in ("vault", "file", "parents")})
        self.vault = Vault.of(own, bench.clock.now)
        here = {"connector": "caldav", "base_url": bench.url + bench.sandbox.place, **bench.sandbox.describe()}
        lines = ["[sides.phone]", *_toml(here), "[sides.vault]", *_toml(there)]
        lines += ['[groups.work]\nsides = ["phone", "vault"]\ncompleted = "all"', *more]
        config = folder / "tasksync.toml"
        config.write_text("\n".join(lines), encoding="utf-8")
        config.chmod(0o600)

    def run(self, **wishes):
        """One cycle, as a new process runs it."""
        config = self.folder / "tasksync.toml"
        with App.open(config=config, env={}, cwd=self.folder, clock=self.bench.clock, read_only=False) as app:
            return app.run_once(["work"], stop=Event(), progress=Silent(), **wishes).groups["work"]

    def settle(self) -> None:
        """Run until a cycle is quiet: it writes nothing, and the next one only asks whether anything changed."""
        for _ in range(6):
            self.bench.asked()
            writes = self.vault.writes
            report = self.run()
            if report.result.value == "quiet":
                assert set(self.bench.asked()) <= {"PROPFIND", "REPORT"}
                assert self.vault.writes == writes
                assert self.run().result.value == "quiet"
                assert self.bench.asked() == (["PROPFIND"] if self.bench.sandbox.reading.sync == "ctag" else ["REPORT"])
                return
        raise AssertionError((report.result, report.lines))

    def tasks(self) -> dict[str, dict]:
        """The tasks of the vault by their titles."""
        return {str(task["title"]): task for task in self.vault.tasks()}

    def text(self, title: str) -> str:
        """The calendar text of a task."""
        return next(text for text in self.bench.sandbox.texts().values() if f"SUMMARY:{title}\n" in text)


def _toml(keys) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in keys.items()]
