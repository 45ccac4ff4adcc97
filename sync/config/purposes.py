"""What a setting is for, in the words of its connector: the text under it, read from the source when somebody asks.

Pydantic could keep these texts with the fields; to find them it looks through all modules that are loaded, each time
the program starts.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from itertools import pairwise

from pydantic import BaseModel


def purpose(shape: type[BaseModel], name: str) -> str:
    """What a field is for; empty where nobody says it."""
    described = shape.model_fields[name].description if name in shape.model_fields else None
    if described:
        return described
    for owner in shape.__mro__:
        if name in inspect.get_annotations(owner):
            return _under(owner, name)
    return ""


def _under(owner: type, name: str) -> str:
    """The text under an attribute in the source of its class."""
    try:
        (found,) = ast.parse(textwrap.dedent(inspect.getsource(owner))).body
    except (OSError, SyntaxError, TypeError, ValueError):
        return ""
    for statement, text in pairwise(found.body if isinstance(found, ast.ClassDef) else ()):
        match statement, text:
            case ast.AnnAssign(target=ast.Name(id=target)), ast.Expr(value=ast.Constant(value=str(said))):
                if target == name:
                    return inspect.cleandoc(said)
    return ""
