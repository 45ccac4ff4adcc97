"""What the packages import is what pyproject.toml asks for."""

from __future__ import annotations

import ast
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.architecture.project import PACKAGES, ROOT, pyproject, sources
from tests.architecture.test_locks import asked

COMES_WITH = {"pydantic-core": "pydantic"}  # pydantic asks for the one exact version that it was made with
CONFORMANCE = ROOT / "connectors" / "conformance"


def imported(files: list[Path]) -> set[str]:
    """The distributions that the files import, their own packages and the standard library left out."""
    modules: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                modules.update(alias.name.split(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                modules.add((node.module or "").split(".")[0])
    installed = packages_distributions()
    foreign = modules - sys.stdlib_module_names - set(PACKAGES)
    names = {installed[module][0].lower().replace("_", "-") for module in foreign}
    return {COMES_WITH.get(name, name) for name in names}


def test_what_the_packages_import_is_a_dependency_of_the_project():
    declared = asked(
        *pyproject()["project"]["dependencies"], *pyproject()["project"]["optional-dependencies"]["postgres"]
    )
    assert imported([file for file in sources() if not file.is_relative_to(CONFORMANCE)]) - declared == set()


def test_what_the_conformance_suite_imports_is_in_its_extra():
    project = pyproject()["project"]
    declared = asked(*project["dependencies"], *project["optional-dependencies"]["conformance"])
    assert imported([file for file in sources() if file.is_relative_to(CONFORMANCE)]) - declared == set()
