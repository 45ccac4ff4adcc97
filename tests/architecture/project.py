"""The project as its files say it is, for the tests that compare what is written twice."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sync", "connectors")

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def pyproject() -> dict:
    """The project's metadata and the tools' settings."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def vendors() -> set[str]:
    """The vendor folders: those in connectors/ whose package defines a manifest."""
    packages = (ROOT / "connectors").glob("*/__init__.py")
    return {file.parent.name for file in packages if re.search(r"^MANIFEST\b", file.read_text("utf-8"), re.MULTILINE)}


def contracts() -> dict[str, dict]:
    """The import-linter contracts by their id."""
    return {contract["id"]: contract for contract in pyproject()["tool"]["importlinter"]["contracts"]}


def sources() -> list[Path]:
    """The Python files of both packages."""
    return sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))


def files() -> list[Path]:
    """All files of the project: those that git knows, and those that it would add."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return sorted(file for name in listed.split("\0") if name and (file := ROOT / name).is_file())


def definitions(tree: ast.AST) -> Iterator[Definition]:
    """The functions, methods and classes of a module."""
    return (node for node in ast.walk(tree) if isinstance(node, Definition))


def name(file: Path) -> str:
    """A file's path inside the project."""
    return file.relative_to(ROOT).as_posix()
