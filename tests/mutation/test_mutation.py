"""The mutants that are made, and a judge that notices what is noticed, and misses what is missed."""

from __future__ import annotations

import os
import subprocess
import sys
from types import FunctionType

import pytest

from sync.core import polling, portions
from tests.mutation.campaign import ROOT, Campaign, explained, made
from tests.mutation.judging import function_of
from tests.mutation.operators import mutants


def changes(body: str) -> list[str]:
    """The changes to the body of a function."""
    return [mutant.change for mutant in mutants("m", f"def f(a, b):\n    {body}\n")]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("x = a < b", ["a < b => a <= b", "a < b => a >= b"]),
        ("x = a is b", ["a is b => a is not b"]),
        ("x = a and b()", ["a and b() => a or b()", "a and b() => b()", "a and b() => a"]),
        (
            "x = a is not None and b",
            [
                "a is not None and b => a is not None or b",
                "a is not None and b => a is not None",
                "a is not None => a is None",
            ],
        ),
        ("x = not a", ["not a => a"]),
        ("x = 1 if a else 2", ["1 if a else 2 => 1 if not a else 2", "1 => 2", "2 => 3"]),
        ("x = {a, b}", ["{a, b} => {b}", "{a, b} => {a}"]),
        ("x = a in (1, b)", ["a in (1, b) => a not in (1, b)", "(1, b) => (b,)", "(1, b) => (1,)", "1 => 2"]),
        ("x = [c for c in a if c]", ["(_ for c in a if c) => (_ for c in a)"]),
        ("x = any(a)", ["any(a) => all(a)"]),
        ("x = Pair(a, b)", ["Pair(a, b) => Pair(b, a)"]),
        ("x = g(c=a, d='text')", ["g(c=a, d='text') => g(d='text')"]),
        ("a.c = b", ["a.c = b => pass"]),
        ("a += 'text'", ["a += 'text' => pass"]),
        ("return a", ["return a => return None"]),
        ("'what it does'", []),
        ("x = f'{a < b}' 'text'", []),
    ],
)
def test_the_changes_that_are_made(body, expected):
    assert changes(body) == expected


def test_signatures_and_annotations_are_left_alone_and_constants_are_not():
    source = "A: Final = 2\nB = frozenset({1, 2})\nC: TypeAlias = tuple[int, str]\n"
    source += "class D:\n    e: int = 3\n\n    def f(self, g: int = 4) -> int:\n        h: int\n"
    assert [mutant.name for mutant in mutants("m", source)] == ["m.A", "m.B", "m.B", "m.B", "m.B"]


def test_equal_changes_in_one_function_are_told_apart_and_know_their_lines():
    found = list(mutants("m", "def f(a):\n    x = a + 1\n    if (a\n        == 1):\n        x = 1\n"))
    ones = [mutant for mutant in found if mutant.change == "1 => 2"]
    assert [(mutant.nth, mutant.lines) for mutant in ones] == [(1, (2, 2)), (2, (3, 4)), (3, (5, 5))]
    assert len({mutant.key for mutant in found}) == len(found)


def test_every_listed_survivor_is_a_mutant_that_can_be_made_and_says_why():
    every = made(())
    listed = explained(list({mutant.module for mutant in every}))
    assert set(listed) - {mutant.key for mutant in every} == set()
    assert all(listed.values())


@pytest.mark.parametrize("name", ["turn", "Turn.cursor", "Turn.links", "Place.of"])
def test_what_is_exchanged_is_the_function_itself(name):
    """Of a function, a method, a property and a class method: code that is set on what wraps it changes nothing."""
    assert isinstance(function_of(polling, name), FunctionType)


def test_what_is_exchanged_of_a_context_manager_is_what_it_wraps():
    """What wraps it has names of its own around it, and takes no code that has none."""
    assert function_of(portions, "_unmet").__code__.co_freevars == ()


def judged(*words: str) -> tuple[int, str]:
    """The exit code and the report of a campaign as a person starts it."""
    command = [sys.executable, "-m", "tests.mutation", *words]
    run = subprocess.run(
        command, cwd=ROOT, env=dict(os.environ), capture_output=True, text=True, timeout=300, check=False
    )
    return run.returncode, run.stdout


def test_good_tests_notice_every_change():
    code, report = judged("cursor", "--tests", "tests/core/test_cursor.py")
    assert code == 0, report
    assert "cursor        20 of    20 100.0%" in report


def test_tests_that_look_elsewhere_notice_none():
    code, report = judged("cursor", "--tests", "tests/core/test_likely.py")
    assert code == 1
    assert "cursor         0 of    20   0.0%" in report
    assert "below 90%: cursor" in report
    assert "NOT EXPLAINED" in report


def test_a_survivor_that_is_listed_and_noticed_is_said():
    [mutant, *_] = made(["cursor"])
    campaign = Campaign([mutant], [], {mutant.key: "equivalent"}, [], 0.0)
    assert not campaign.holds
    assert f"listed, and noticed or gone now: {mutant.name} #1: {mutant.change}" in campaign.report()
    assert Campaign([mutant], [], {}, [], 0.0).holds
