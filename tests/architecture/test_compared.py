"""The page that puts tasksync beside others names tests that exist, for each of its lines."""

from __future__ import annotations

import re

from tests.architecture.project import ROOT

PAGE = (ROOT / "docs" / "beside-others.md").read_text(encoding="utf-8")
COMMAND = re.compile(r'make test PYTEST_ARGS="(?:-m torture )?-k (test_\w+)"')


def test_each_named_test_exists_once():
    """Its name alone chooses it, and nothing else."""
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))
    defined = re.findall(r"^ *def (test_\w+)\(", tests, re.MULTILINE)
    for name in COMMAND.findall(PAGE):
        assert [one for one in defined if name in one] == [name]


def test_each_line_has_its_command():
    told, _, held = PAGE.partition("## What each of our lines is held by")
    lines = {int(number) for number in re.findall(r"^\| (\d+) \|", told, re.MULTILINE)}
    rows = [row for row in held.splitlines() if COMMAND.search(row)]
    assert {int(number) for row in rows for number in re.findall(r"\d+", row.split("|")[1])} == lines
    assert lines == set(range(1, len(lines) + 1))
