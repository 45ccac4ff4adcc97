from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.trackops.bench import Server, server


@pytest.fixture(scope="session")
def serving() -> Iterator[Server]:
    """Gives each test a sandbox, and a group with one in it."""
    with server() as made:
        yield made
