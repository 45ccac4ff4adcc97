"""The example package: found by its entry point, in agreement, as small as the guide says, and what the guide shows."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import tokenize
import tomllib
from pathlib import Path

import pytest
from tasksync_jot.sandbox import Sandbox

from connectors import registry
from connectors.serving import serve
from tests.architecture.project import ROOT
from tests.cli.kit import tasksync

HERE = Path(__file__).parent
GUIDE = ROOT / "docs" / "writing-a-connector.md"
FILES = [*sorted(HERE.glob("*.py")), *sorted((HERE / "tasksync_jot").glob("*.py")), HERE / "pyproject.toml"]
CONFIG = """
[sides.jot]
connector = "jot"
base_url = "{url}"
key = "jot-key"
{list}

[sides.here]
connector = "memory"
vault = "here"
file = "here.json"

[groups.work]
sides = ["jot", "here"]
"""


@pytest.fixture
def installed(tmp_path, monkeypatch) -> str:
    """What an installer leaves of the package beside its code; gives the path of a process that has it."""
    project = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = tmp_path / "site" / "tasksync_jot-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n")
    points = project["entry-points"][registry.GROUP]
    lines = [f"[{registry.GROUP}]", *(f"{name} = {value}" for name, value in points.items())]
    (info / "entry_points.txt").write_text("\n".join(lines))
    monkeypatch.syspath_prepend(str(info.parent))
    return os.pathsep.join([str(ROOT), str(HERE), str(info.parent)])


def test_it_is_known_by_its_entry_point_and_has_a_sandbox(installed):
    assert "jot" in registry.known()
    assert registry.load("jot").title == "Jot"
    assert registry.sandbox("jot") is Sandbox


def test_it_discovers_and_syncs_as_any_other(installed, tmp_path):
    env = {"PYTHONPATH": installed}
    sandbox = Sandbox()
    sandbox.add("Milk")
    (tmp_path / "here.json").write_text(json.dumps({"tasks": {"1": {"title": "Bread", "status": "completed"}}}))
    with serve({"jot": sandbox.app}) as serving:
        config = tmp_path / "tasksync.toml"
        config.write_text(CONFIG.format(url=serving.url("jot"), list=""))
        done = tasksync("discover", "jot", "--json", cwd=tmp_path, env=env)
        (found,) = done.json["found"]
        assert (found["key"], found["id"], found["name"]) == ("list", "1", "Shopping")
        config.write_text(CONFIG.format(url=serving.url("jot"), list="list = 1"))
        done = tasksync("run", "--once", "--json", cwd=tmp_path, env=env)
        assert (done.code, done.json["groups"]["work"]["created"]) == (0, 2)
    assert {(todo["text"], todo["done"]) for todo in sandbox.todos.values()} == {("Milk", False), ("Bread", True)}


def test_the_connector_has_less_than_200_lines_of_code():
    lines = {file.name: code_lines(file.read_text("utf-8")) for file in FILES if file.parent.name == "tasksync_jot"}
    assert 0 < sum(count for name, count in lines.items() if name != "sandbox.py") < 200, lines


def test_what_the_guide_shows_stands_in_the_package():
    shown = re.findall(r"^```(?:python|toml)\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    texts = [file.read_text(encoding="utf-8") for file in FILES]
    assert shown
    assert [block for block in shown if not any(block.strip() in text for text in texts)] == []


def test_the_guide_names_each_file_of_the_package():
    guide = GUIDE.read_text(encoding="utf-8")
    assert [
        file.name
        for file in FILES
        if file.name not in {"conftest.py", "test_found.py"} and f"`{file.name}`" not in guide
    ] == []


def code_lines(text: str) -> int:
    """The lines that are neither blank nor comment nor docstring."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in {tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING}:
            lines |= set(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            lines -= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len(lines)
