"""The changes that a test must notice: small mistakes of the kind that people make.

=====================  ==============================================================================================
kind                   the change
=====================  ==============================================================================================
comparison             ``<`` as ``<=`` and ``>=`` (and so on); ``==``, ``is``, ``in`` negated
condition              ``and`` as ``or`` and the reverse, each operand left out, ``not`` left out; a plain name or call
                       that is tested, negated; the filter of a comprehension left out
number, truth          one more; ``True`` as ``False`` and the reverse
member                 one member of a displayed set or tuple left out, where there are two or more
arithmetic             ``+`` as ``-``, ``|`` as ``&``, ``//`` as ``*`` (and so on)
call                   two positional arguments of one type swapped; a keyword argument left out; ``min`` as ``max``,
                       ``any`` as ``all`` (and the reverse)
statement              a call, a change of a member or an item, a ``continue``, ``break``, ``raise`` left out
answer                 ``return x`` as ``return None``; a conditional ``return`` left out
=====================  ==============================================================================================

Left alone, for these reasons: texts (messages to people); tests of type (``isinstance``, ``is None``) beside other
conditions, annotations and aliases of types (the type checker fails without them); defaults in signatures and classes
(facts, not decisions); docstrings.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass

COMPARED = {
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
}
COUNTED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.FloorDiv: ast.Mult,
    ast.LShift: ast.RShift,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
NAMES = {"min": "max", "max": "min", "any": "all", "all": "any"}
SAME_TYPED = {"Pair", "lose", "merge_lines", "longest_common_order", "_staying", "_between"}
"""What takes neighbouring arguments of one type: the type checker does not see them swapped."""
COMPOUND = (ast.If, ast.For, ast.While, ast.With, ast.Try, ast.FunctionDef)
TEXT = (ast.Constant, ast.JoinedStr)


Path = tuple[tuple[str, int | None], ...]
"""The way from a function to a node in it: members, and places in lists."""
Site = tuple[Path, ast.AST, tuple[int, int]]


@dataclass(frozen=True)
class Mutant:
    """One change to one function (or constant) of one module, and the lines that must run for it to matter.

    ``change`` is "old => new" as source; ``nth`` tells apart equal changes in one function, from 1.
    """

    module: str
    function: str
    change: str
    nth: int
    lines: tuple[int, int]
    top: ast.stmt
    path: Path
    new: ast.AST

    @property
    def tree(self) -> ast.stmt:
        """The function or constant with the change in it."""
        return _replaced(self.top, self.path, self.new)

    @property
    def name(self) -> str:
        """Module and function, as a person looks for them."""
        return f"{self.module}.{self.function}"

    def __str__(self) -> str:
        return f"{self.name}:{self.lines[0]} #{self.nth}: {self.change}"

    @property
    def key(self) -> tuple[str, str, int]:
        """What names this mutant as long as the code it changes stays."""
        return (self.name, self.change, self.nth)


def mutants(module: str, source: str) -> Iterator[Mutant]:
    """All mutants of a module's functions and constants, in their order."""
    for outer, top in _units(ast.parse(source)):
        counts: dict[str, int] = {}
        for path, lines, new in _changes(top):
            old = _at(top, path)
            change = f"{_shown(old)} => {_shown(new)}"
            counts[change] = counts.get(change, 0) + 1
            yield Mutant(module, outer, change, counts[change], lines, top, path, new)


def _units(tree: ast.Module) -> Iterator[tuple[str, ast.stmt]]:
    """Functions, methods and constants with their qualified names."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            yield node.name, node
        elif isinstance(node, ast.ClassDef):
            yield from ((f"{node.name}.{one.name}", one) for one in node.body if isinstance(one, ast.FunctionDef))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            if ast.unparse(node.annotation) != "TypeAlias":
                yield node.target.id, node
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            yield node.targets[0].id, node


def _at(node: ast.AST, path: Path) -> ast.AST:
    for name, index in path:
        found = getattr(node, name)
        node = found if index is None else found[index]
    return node


def _replaced(top: ast.stmt, path: Path, new: ast.AST) -> ast.stmt:
    top = copy.deepcopy(top)
    *way, (name, index) = path
    parent = _at(top, tuple(way))
    new = ast.copy_location(copy.deepcopy(new), _at(top, path) if hasattr(_at(top, path), "lineno") else parent)
    if index is None:
        setattr(parent, name, new)
    else:
        getattr(parent, name)[index] = new
    return ast.fix_missing_locations(top)


def _shown(node: ast.AST) -> str:
    if isinstance(node, ast.comprehension):
        return ast.unparse(ast.GeneratorExp(ast.Name("_"), [node]))
    if isinstance(node, ast.match_case):
        return "case " + (ast.unparse(node.guard) if node.guard else "")
    text = ast.unparse(node)
    return " ".join(text.split())


def _changes(top: ast.stmt) -> Iterator[tuple[Path, tuple[int, int], ast.AST]]:
    """Where, which lines, and what instead."""
    for path, node, lines in _walk(top, (), (top.lineno, top.end_lineno or top.lineno), top):
        for new in _instead(node, path, constant=not isinstance(top, ast.FunctionDef)) if path else ():
            if ast.dump(new) != ast.dump(node):
                yield path, lines, new


def _walk(node: ast.AST, path: Path, lines: tuple[int, int], top: ast.stmt) -> Iterator[Site]:
    """Every node below, but for texts, annotations, defaults and decorators."""
    if isinstance(node, ast.JoinedStr) or (_is_docstring(node) and path):
        return
    if isinstance(node, ast.stmt) and node is not top:
        last = node.body[0].lineno - 1 if isinstance(node, COMPOUND) else node.end_lineno or node.lineno
        lines = (node.lineno, max(node.lineno, last))
    yield path, node, lines
    declares = isinstance(node, ast.FunctionDef | ast.AnnAssign)
    for name, value in ast.iter_fields(node):
        if declares and name in {"annotation", "returns", "decorator_list", "args"}:
            continue
        for index, child in enumerate(value) if isinstance(value, list) else ((None, value),):
            if isinstance(child, ast.AST):
                yield from _walk(child, (*path, (name, index)), lines, top)


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _instead(node: ast.AST, path: Path, *, constant: bool) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield from _other_conditions(node)
    elif isinstance(node, ast.Set | ast.Tuple):
        yield from _fewer_members(node) if constant or isinstance(node, ast.Set) or _is_compared(path) else ()
    elif isinstance(node, ast.Call):
        yield from _other_calls(node)
    elif isinstance(node, ast.If | ast.While | ast.IfExp):
        yield from _negated(node)
    elif isinstance(node, ast.stmt):
        yield from _other_statements(node, path)
    else:
        yield from _other_expressions(node)


def _other_expressions(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(left=left, ops=[op], comparators=[right]):
            yield from (ast.Compare(left, [new()], [right]) for new in COMPARED.get(type(op), ()))
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=int() as value):
            yield ast.Constant(value + 1)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in COUNTED and not isinstance(left, TEXT):
            yield ast.BinOp(left, COUNTED[type(op)](), right)
        case ast.comprehension(target=target, iter=source, ifs=[_, *_], is_async=flag):
            yield ast.comprehension(target, source, [], flag)


def _other_conditions(node: ast.BoolOp) -> Iterator[ast.AST]:
    yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    for index, value in enumerate(node.values):
        if not _narrows(value):
            rest = [*node.values[:index], *node.values[index + 1 :]]
            yield rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)


def _fewer_members(node: ast.Set | ast.Tuple) -> Iterator[ast.AST]:
    if len(node.elts) > 1 and isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
        for index in range(len(node.elts)):
            fewer = copy.copy(node)
            fewer.elts = [*node.elts[:index], *node.elts[index + 1 :]]
            yield fewer


def _is_compared(path: Path) -> bool:
    """Whether a tuple is a set of members, and not an argument or an answer."""
    return path[-1][0] == "comparators"


def _negated(node: ast.If | ast.While | ast.IfExp) -> Iterator[ast.AST]:
    if isinstance(node.test, ast.Name | ast.Attribute | ast.Call):
        changed = copy.copy(node)
        changed.test = ast.UnaryOp(ast.Not(), node.test)
        yield changed


def _narrows(value: ast.expr) -> bool:
    """A test of type: without it the type checker fails."""
    inner = value.operand if isinstance(value, ast.UnaryOp) else value
    if isinstance(inner, ast.Compare) and isinstance(inner.comparators[0], ast.Constant):
        return inner.comparators[0].value is None
    return isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "isinstance"


def _other_calls(node: ast.Call) -> Iterator[ast.AST]:
    called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
    if called in NAMES and isinstance(node.func, ast.Name):
        yield ast.Call(ast.Name(NAMES[called], ast.Load()), node.args, node.keywords)
    for index in range(len(node.args) - 1) if called in SAME_TYPED else ():
        one, two = node.args[index : index + 2]
        yield ast.Call(node.func, [*node.args[:index], two, one, *node.args[index + 2 :]], node.keywords)
    for index, keyword in enumerate(node.keywords):
        if keyword.arg is not None and not _is_text(keyword.value):
            yield ast.Call(node.func, node.args, [*node.keywords[:index], *node.keywords[index + 1 :]])


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _other_statements(node: ast.stmt, path: Path) -> Iterator[ast.AST]:
    if isinstance(node, ast.Return):
        if node.value is not None and not isinstance(node.value, ast.Constant):
            yield ast.Return(ast.Constant(None))
        if len(path) > 1:  # not the function's last word: without it the function goes on
            yield ast.Pass()
    elif isinstance(node, ast.Assign):
        if not _names_only(node.targets[0]):
            yield ast.Pass()
    elif isinstance(node, ast.Expr):
        if isinstance(node.value, ast.Call | ast.Yield | ast.YieldFrom):
            yield ast.Pass()
    elif isinstance(node, ast.AugAssign | ast.Delete | ast.Continue | ast.Break | ast.Raise):
        yield ast.Pass()


def _names_only(target: ast.expr) -> bool:
    """Whether only local names are set: without that the function could not run."""
    names = target.elts if isinstance(target, ast.Tuple) else [target]
    return all(isinstance(one, ast.Name) for one in names)
