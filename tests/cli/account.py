"""A side of each vendor, served over HTTP, for commands that only look; and configurations as a person writes them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors import registry
from connectors.serving import serve
from sync.demo.configuration import side
from tests.cli.kit import Done, forked

VENDORS = {"outline": "checkvist", "strategy": "ogsm", "matter": "opus2", "cases": "trackops", "field": "optacheck"}


class Account:
    """Where each side is, and the keys that fit it."""

    def __init__(self, addresses: dict[str, str], keys: dict[str, dict], made: str) -> None:
        self.addresses = addresses
        self.keys = keys
        self.made = made  # the id of a task of the side without a list, which is the last one

    def lines(self, *names: str, without: tuple[str, ...] = (), **changed: str) -> list[str]:
        """The tables of sides; all of them, if none is named."""
        found: list[str] = []
        for name in names or VENDORS:
            keys = {key: value for key, value in (self.keys[name] | changed).items() if key not in without}
            keys = {key: value for key, value in keys.items() if key not in changed or key in self.keys[name]}
            found += [*side(name, connector=VENDORS[name], address=self.addresses[name], keys=keys), ""]
        return found

    def run(self, folder: Path, *arguments: str, lines: list[str] | None = None) -> Done:
        """A command over a configuration of these lines."""
        config = folder / "tasksync.toml"
        config.write_text("\n".join(lines or self.lines()), encoding="utf-8")
        config.chmod(0o600)
        return forked(*arguments, cwd=folder, env={})

    def discover(self, folder: Path, name: str, *more: str, lines: list[str] | None = None) -> Done:
        """The command on one side."""
        return self.run(folder, "discover", name, *more, lines=lines)


@contextmanager
def accounts() -> Iterator[Account]:
    """All sides, each with a task."""
    sandboxes = {name: registry.sandbox(vendor)() for name, vendor in VENDORS.items()}
    sandboxes["outline"].edit(sandboxes["outline"].add("Book the hall"), people=[12])
    sandboxes["strategy"].add(
        "Budget, see ogsm-password", {"assignee": {"name": "Anna Berg"}, "strategies": [{"id": 456}]}
    )
    sandboxes["matter"].add("Draft")
    sandboxes["cases"].add("Interview", {"due_on": "2026-12-24"})
    made = {"forms": ["f-1"], "project": "p-1", "client": "c-1", "user": sandboxes["field"].people["anna@example.com"]}
    ref = sandboxes["field"].add("Inspect", made)
    with serve({name: sandbox.app for name, sandbox in sandboxes.items()}) as serving:
        keys = {name: dict(sandbox.describe()) for name, sandbox in sandboxes.items()}
        yield Account({name: serving.url(name) for name in VENDORS}, keys, ref)
