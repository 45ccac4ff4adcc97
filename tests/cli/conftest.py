"""What the tests of the command line share."""

from __future__ import annotations

import pytest

from tests.cli import kit


@pytest.fixture(scope="session", autouse=True)
def _forks():
    """The process that runs commands for :class:`tests.cli.kit.Place` ends with the tests."""
    yield
    kit.stop_forking()
