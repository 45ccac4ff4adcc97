"""Judges mutants inside one collected test session: each in a forked process, by the tests that run its lines.

A mutant is put in place by exchanging the code of the one function that it changes (or the value of one constant), so
that every importer has it at once and nothing is imported again. Of the tests that run the changed lines those of the
module's own file go first, then the fastest, and the first failure ends it. A child has a limit of processor time and
of memory: what exceeds it is noticed.
"""

from __future__ import annotations

import ast
import gc
import importlib
import inspect
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.operators import Mutant

PACKAGE = "sync.core"
CPU_SECONDS = 1.0
"""Processor time that a mutant has besides twice what its tests took with their lines traced: a loop takes for ever."""
MEMORY_BYTES = 4 << 30
"""Address space of one mutant, so that a loop that collects ends too."""

SURVIVED, KILLED, BROKEN = 0, 1, 2


@dataclass
class Judge:
    """A pytest plug-in that runs the tests once with a trace of the lines, and then judges."""

    mutants: Sequence[Mutant]
    jobs: int = 1
    tell: Callable[[Mutant], object] | None = None
    survivors: list[Mutant] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    ran: dict[pytest.Item, dict[str, set[int]]] = field(default_factory=dict)
    seconds: dict[pytest.Item, float] = field(default_factory=dict)

    @pytest.hookimpl
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Tests that invent their input differ from run to run, and are many in one: they do not judge."""
        items[:] = [item for item in items if not hasattr(getattr(item, "obj", None), "hypothesis")]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """The tests as they are, then every mutant."""
        for item in session.items:
            lines: dict[str, set[int]] = {}
            began = time.process_time()
            with _traced(lines):
                ok = _passes(item)
            self.seconds[item] = time.process_time() - began
            self.ran[item] = lines
            if not ok:
                self.failed.append(item.nodeid)
        if not self.failed:
            gc.collect()
            gc.freeze()  # what is there already is not looked at again in each child, and not copied
            self._judge_all()
        return True

    def _judge_all(self) -> None:
        working: dict[int, Mutant] = {}
        for mutant in self.mutants:
            tests = self._tests(mutant)
            limit = CPU_SECONDS + 2 * sum(map(self.seconds.__getitem__, tests))
            working[_fork(mutant, tests, limit)] = mutant
            if len(working) >= self.jobs:
                self._wait(working)
        while working:
            self._wait(working)
        order = {mutant.key: place for place, mutant in enumerate(self.mutants)}
        self.survivors.sort(key=lambda mutant: order[mutant.key])

    def _wait(self, working: dict[int, Mutant]) -> None:
        process, status = os.wait()
        mutant = working.pop(process)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == BROKEN:
            raise RuntimeError(f"{mutant.key} could not be put in place")
        if os.WIFEXITED(status) and os.WEXITSTATUS(status) == SURVIVED:
            self.survivors.append(mutant)
            if self.tell is not None:
                self.tell(mutant)

    def _tests(self, mutant: Mutant) -> list[pytest.Item]:
        """The tests that run the changed lines, the fastest first; all of the module's for a constant."""
        first, last = mutant.lines
        constant = not isinstance(mutant.top, ast.FunctionDef)
        name = f"{PACKAGE}.{mutant.module}"
        found = [
            item
            for item, ran in self.ran.items()
            if (constant and ran) or not ran.get(name, set()).isdisjoint(range(first, last + 1))
        ]
        own = f"test_{mutant.module}"
        return sorted(found, key=lambda item: (not item.path.stem.startswith(own), self.seconds[item]))


def _fork(mutant: Mutant, tests: Iterable[pytest.Item], seconds: float) -> int:
    process = os.fork()
    if process:
        return process
    result = BROKEN if isinstance(mutant.top, ast.FunctionDef) else KILLED  # such a constant breaks the import
    try:
        _hush()
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        put_in_place(mutant)
        signal.setitimer(signal.ITIMER_PROF, seconds)
        result = SURVIVED if all(map(_passes, tests)) else KILLED
    except (RecursionError, MemoryError):
        result = KILLED
    finally:
        os._exit(result)


def _hush() -> None:
    """What a failing test would print is of no interest here."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def _passes(item: pytest.Item) -> bool:
    if hasattr(item, "_request"):
        item._initrequest()
    return all(not report.failed for report in runtestprotocol(item, log=False, nextitem=None))


@contextmanager
def _traced(lines: dict[str, set[int]]) -> Iterator[None]:
    """Which lines of the core run meanwhile, by module."""

    def of_line(frame, event, _argument):
        if event == "line":
            lines.setdefault(frame.f_globals["__name__"], set()).add(frame.f_lineno)
        return of_line

    def of_call(frame, _event, _argument):
        if not frame.f_globals.get("__name__", "").startswith(f"{PACKAGE}."):
            return None
        lines.setdefault(frame.f_globals["__name__"], set()).add(frame.f_lineno)
        return of_line

    before = sys.gettrace()
    sys.settrace(of_call)
    try:
        yield
    finally:
        sys.settrace(before)


def put_in_place(mutant: Mutant) -> None:
    """Exchange the function's code, or the constant in every module that has it."""
    module = importlib.import_module(f"{PACKAGE}.{mutant.module}")
    tree = mutant.tree
    if isinstance(tree, ast.FunctionDef):
        function_of(module, mutant.function).__code__ = _code(module, tree)
        return
    old = getattr(module, mutant.function)
    scope = dict(vars(module))
    exec(compile(ast.Module([tree], []), str(module.__file__), "exec"), scope)
    for other in list(sys.modules.values()):
        if getattr(other, "__name__", "").startswith("sync.") and vars(other).get(mutant.function) is old:
            setattr(other, mutant.function, scope[mutant.function])


def function_of(module: ModuleType, name: str) -> FunctionType:
    """A function, method, class method, property's getter or what a decorator wraps, by its qualified name."""
    owner, _, member = name.rpartition(".")
    found = vars(getattr(module, owner))[member] if owner else getattr(module, member)
    return inspect.unwrap(getattr(found, "fget", None) or getattr(found, "__func__", found))


def _code(module: ModuleType, tree: ast.FunctionDef) -> CodeType:
    bare = ast.FunctionDef(tree.name, tree.args, tree.body, [], None, lineno=tree.lineno, col_offset=tree.col_offset)
    whole = compile(ast.Module([bare], []), str(module.__file__), "exec", flags=_FUTURE, dont_inherit=True)
    return next(one for one in whole.co_consts if isinstance(one, CodeType) and one.co_name == tree.name)


_FUTURE = importlib.import_module("__future__").annotations.compiler_flag
