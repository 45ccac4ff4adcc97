"""What the tests of the command line share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cli.account import Account, accounts


@pytest.fixture(scope="session")
def account() -> Iterator[Account]:
    """A side of each vendor."""
    with accounts() as served:
        yield served
