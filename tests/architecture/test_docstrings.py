"""What a connector's author reads is described."""

from __future__ import annotations

import ast

import pytest

from tests.architecture.project import ROOT, Definition


def public(body: list[ast.stmt], prefix: str = "") -> list[tuple[str, Definition]]:
    """The public names of a module or class, methods included."""
    found: list[tuple[str, Definition]] = []
    for node in body:
        if isinstance(node, Definition) and not node.name.startswith("_"):
            found.append((prefix + node.name, node))
            if isinstance(node, ast.ClassDef):
                found.extend(public(node.body, f"{prefix}{node.name}."))
    return found


@pytest.mark.parametrize("file", ["contract.py", "task.py", "errors.py"])
def test_every_public_name_of_the_contract_has_a_docstring(file):
    names = public(ast.parse((ROOT / "connectors" / file).read_text(encoding="utf-8")).body)
    assert names
    assert [name for name, node in names if ast.get_docstring(node) is None] == []
