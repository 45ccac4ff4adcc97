"""One server for each file of tests, as new for each test."""

from __future__ import annotations

import pytest

from tests.connectors.kit.clock import FakeClock
from tests.connectors.kit.site import open_site


@pytest.fixture(scope="module")
def _served():
    with open_site() as site:
        yield site


@pytest.fixture
def site(_served):
    _served.begin()
    return _served


@pytest.fixture
def clock():
    return FakeClock()
