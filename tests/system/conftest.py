"""Fixtures: a group over two servers that lives as long as its test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.forks import Mould
from tests.system.group import Group, group
from tests.system.people import People
from tests.system.program import Program

REAL_STARTS = 40
"""Every so manieth process is started anew after all: it costs as much as eight others."""


@pytest.fixture(scope="session", autouse=True)
def mould() -> Iterator[Mould]:
    """Forks processes that have loaded the program; every group takes it."""
    with Mould(REAL_STARTS) as made:
        Program.usual = made
        yield made
        Program.usual = None


@pytest.fixture
def small(tmp_path) -> Iterator[Group]:
    """A group with nothing in it yet, and the readings of seed 0."""
    with group(tmp_path) as made:
        yield made


@pytest.fixture
def people(small: Group) -> People:
    """People in front of ``small``."""
    return People(small)
