"""The command line as people use it: a process, a configuration file, a store, and two vaults to keep in agreement."""

from __future__ import annotations

import atexit
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from tests.forks import Done, Mould, anew, ended, environment

LONGEST = 120
"""Seconds: no command of these takes as long."""

CONFIG = """
[store]
url = "sqlite:///tasks.db"

[sides.here]
connector = "memory"
vault = "here"
file = "{folder}/here.json"
{here}

[sides.there]
connector = "memory"
vault = "there"
file = "{folder}/there.json"
{there}

[groups.work]
sides = ["here", "there"]
{group}

[groups.work.evidence]
misses = 2
miss_gap = "0s"
"""


def tasksync(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None) -> Done:
    """Run ``python -m sync`` to its end."""
    return ended(anew(*map(str, arguments), folder=cwd, env=environment(env)), LONGEST)


def forked(*arguments: str | Path, cwd: Path, env: Mapping[str, str] | None = None, typed: str = "") -> Done:
    """The same in a fork of a process that has loaded the program already: quick, and otherwise no different.

    ``typed``: what comes on its standard input.
    """
    return ended(_mould().start(*map(str, arguments), folder=cwd, env=environment(env), typed=typed), LONGEST)


@cache
def _mould() -> Mould:
    """One for all tests of this process; it ends with them."""
    mould = Mould()
    atexit.register(mould.stop)
    return mould


class Place:
    """A folder with a configuration and two vaults. People edit the vaults' files."""

    def __init__(self, folder: Path, *, here: str = "", there: str = "", group: str = "") -> None:
        self.folder = folder
        self.config = folder / "tasksync.toml"
        self.config.write_text(CONFIG.format(folder=folder, here=here, there=there, group=group), encoding="utf-8")

    def run(self, *arguments: str | Path, **env: str) -> Done:
        """A command in this folder."""
        return forked(*arguments, cwd=self.folder, env=env)

    def once(self, *arguments: str) -> dict:
        """One cycle; its group's report."""
        done = self.run("run", "--once", "--json", *arguments)
        assert done.out, done.err
        return done.json["groups"]["work"]

    def tasks(self, side: str) -> dict[str, dict]:
        """A side's tasks by id, as its file has them."""
        file = self.folder / f"{side}.json"
        return json.loads(file.read_text(encoding="utf-8"))["tasks"] if file.exists() else {}

    def titles(self, side: str) -> list[str]:
        """A side's titles, sorted."""
        return sorted(task["title"] for task in self.tasks(side).values())

    def put(self, side: str, *titles: str, **members: object) -> None:
        """A person makes tasks."""
        file = self.folder / f"{side}.json"
        document = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {"tasks": {}}
        number = len(document["tasks"]) + len(document.get("trash", {})) + 1
        for title in titles:
            document["tasks"][f"{side}{number}"] = {"title": title, "status": "needs_action", **members}
            number += 1
        file.write_text(json.dumps(document), encoding="utf-8")

    def change(self, side: str, old: str, /, **members: object) -> None:
        """A person edits a task."""
        file = self.folder / f"{side}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        task = next(task for task in document["tasks"].values() if task["title"] == old)
        task.update(members)
        file.write_text(json.dumps(document), encoding="utf-8")

    def comment(self, side: str, title: str, **texts: str) -> None:
        """A person comments on a task, or edits a comment: texts by the ids of the comments."""
        file = self.folder / f"{side}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        task = next(ref for ref, task in document["tasks"].items() if task["title"] == title)
        comments = document.setdefault("comments", {})
        comments.update({ref: {"comments": text, "parent": task} for ref, text in texts.items()})
        file.write_text(json.dumps(document), encoding="utf-8")

    def said(self, side: str) -> dict[str, str]:
        """The ids of the comments on a side, by their texts."""
        document = json.loads((self.folder / f"{side}.json").read_text(encoding="utf-8"))
        return {one["comments"]: ref for ref, one in document["comments"].items()}

    def drop(self, side: str, *titles: str) -> None:
        """A person deletes tasks."""
        file = self.folder / f"{side}.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        document["tasks"] = {ref: task for ref, task in document["tasks"].items() if task["title"] not in titles}
        file.write_text(json.dumps(document), encoding="utf-8")
