from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.checkvist.kit import Server, server


@pytest.fixture(scope="session")
def bench() -> Iterator[Server]:
    """Gives each test a sandbox and what it was asked."""
    with server() as made:
        yield made
