"""The table of histories names tests that exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

HERE = Path(__file__).parent
README = (HERE / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", re.findall(r"`(test_\w+\.py::\w+)`", README))
def test_a_named_scenario_exists(name):
    """Each test that the table names is there."""
    file, _, function = name.partition("::")
    assert f"\ndef {function}(" in (HERE / file).read_text(encoding="utf-8")


def test_every_history_has_its_row():
    """57 rows, in their order, each with a test or with where it will be."""
    assert [int(number) for number in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)] == list(range(1, 58))
