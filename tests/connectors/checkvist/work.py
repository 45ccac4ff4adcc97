"""The whole program over a Checkvist behind real HTTP and a vault in a file."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from connectors.checkvist.sandbox import Sandbox
from connectors.memory.settings import MemorySettings
from connectors.memory.vault import Vault
from connectors.serving import Fault, Kind
from sync.app import App
from sync.progress import Silent
from sync.report import GroupPlan, GroupReport
from tests.connectors.bench import Unhurried
from tests.connectors.checkvist.kit import Server

TREE = {"parents": True}


class Work:
    """A group of ``outline``, a Checkvist, and ``vault``, a memory side; what people and tests do with it.

    The Checkvist's own clock is an hour behind its answers' ``Date``, so that a list is at rest as soon as it is read;
    ``hurry`` sets it right.
    """

    def __init__(self, folder: Path, url: str, outline: Sandbox, traits: Mapping[str, object], more: str) -> None:
        self.clock = Unhurried()
        self.outline = outline
        self._folder = folder
        file = str(folder / "vault.json")
        own = MemorySettings.model_validate({"vault": "v", "file": file, **traits})
        self.vault = Vault.of(own, self.clock.now)
        told = {"connector": "checkvist", "rate": "off", "base_url": url, **outline.describe()}
        there = {"connector": "memory", "vault": "v", "file": file, **traits}
        lines = ["[sides.outline]", *_toml({**told, "checklist": outline.checklist, "auth": "basic"})]
        lines += ["[sides.vault]", *_toml(there), '[groups.work]\nsides = ["outline", "vault"]', more]
        config = folder / "tasksync.toml"
        config.write_text("\n".join(lines), encoding="utf-8")
        config.chmod(0o600)

    def open(self) -> App:
        """The program, as a new process has it."""
        config = self._folder / "tasksync.toml"
        return App.open(config=config, env={}, cwd=self._folder, clock=self.clock, read_only=False)

    def run(self, **wishes: object) -> GroupReport:
        """One cycle."""
        with self.open() as app:
            return app.run_once(["work"], stop=Event(), progress=Silent(), **wishes).groups["work"]

    def plan(self) -> GroupPlan:
        """What a cycle would do."""
        with self.open() as app:
            return app.plan(["work"], progress=Silent()).groups["work"]

    def items(self) -> dict[str, Mapping[str, object]]:
        """The items of the list by their first line."""
        return {str(item["content"]).partition("\n")[0]: item for item in self.outline.tasks()}

    def titles(self) -> list[str]:
        """The titles in the vault, in alphabetical order."""
        return sorted(str(task["title"]) for task in self.vault.tasks())

    def ref(self, title: str) -> str:
        """The id of a task of the vault."""
        return next(str(task["id"]) for task in self.vault.tasks() if task["title"] == title)


class Asked(Work):
    """The same, with what the Checkvist was asked, and faults before it."""

    def __init__(self, bench: object, folder: Path, traits: Mapping[str, object], more: str) -> None:
        self._bench = bench
        super().__init__(folder, bench.serving.url("it"), bench.sandbox, traits, more)

    def asked(self) -> list[str]:
        """The requests since the last call."""
        return self._bench.asked()

    def fail(self, kind: Kind, method: str, path: str, **how: object) -> None:
        """The next request of a method to a path that ends so meets a fault."""
        self._bench.faults.add(Fault(kind, match=lambda verb, asked: verb == method and asked.endswith(path), **how))

    def meanwhile(self, method: str, path: str, deed: Callable[[], object]) -> None:
        """A person does something at the moment when the next request of a method to a path that ends so arrives."""
        deeds = [deed]

        def comes(verb: str, asked: str) -> bool:
            if deeds and verb == method and asked.endswith(path):
                deeds.pop()()
            return False

        self._bench.faults.add(Fault(Kind.STATUS, match=comes))  # it never strikes

    def later(self) -> None:
        """A second passes at the Checkvist: what was changed before it is not of the same second."""
        self._bench.clock.sleep(1)

    def hurry(self) -> None:
        """From now on the Checkvist's clock is that of its answers."""
        self._bench.clock.time = datetime.now(UTC)

    def settle(self, most: int = 6) -> list[GroupReport]:
        """Run until a cycle is quiet. That one must have sent no write."""
        reports = []
        for _ in range(most):
            self.asked()
            writes = self.vault.writes
            reports.append(self.run())
            if reports[-1].result.value == "quiet":
                assert [one for one in self.asked() if not one.startswith("GET")] == []
                assert self.vault.writes == writes
                return reports
        raise AssertionError([(report.result, report.lines) for report in reports])


@contextmanager
def group(
    server: Server, folder: Path, reading: str = "", *, traits: Mapping[str, object] | None = None, more: str = ""
) -> Iterator[Asked]:
    """A group over a sandbox that reads the documents in some way."""
    with server(reading) as bench:
        bench.clock.sleep(-3600)
        yield Asked(bench, folder, TREE if traits is None else traits, more)


def _toml(keys: Mapping[str, object]) -> list[str]:
    return [f"{name} = {json.dumps(value)}" for name, value in keys.items()]
