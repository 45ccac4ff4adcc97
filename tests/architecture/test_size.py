"""A file or function that outgrows its limit holds two ideas."""

from __future__ import annotations

import ast

from tests.architecture.project import definitions, name, sources

FILE_LINES = 300
FUNCTION_LINES = 40


def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is None:
        return whole
    text = node.body[0]
    return whole - ((text.end_lineno or text.lineno) - text.lineno + 1)


def test_no_file_is_longer_than_300_lines():
    lines = {name(file): len(file.read_text(encoding="utf-8").splitlines()) for file in sources()}
    assert {file: count for file, count in lines.items() if count > FILE_LINES} == {}


def test_no_function_is_longer_than_40_lines():
    lengths = {
        f"{name(file)}:{node.lineno} {node.name}": length(node)
        for file in sources()
        for node in definitions(ast.parse(file.read_text(encoding="utf-8")))
        if not isinstance(node, ast.ClassDef)
    }
    assert {function: count for function, count in lengths.items() if count > FUNCTION_LINES} == {}
