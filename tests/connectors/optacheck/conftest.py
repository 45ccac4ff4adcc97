from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.optacheck.kit import Bench, Group, running


@pytest.fixture
def bench() -> Iterator[Bench]:
    with running() as served:
        yield served


@pytest.fixture
def group(tmp_path, bench) -> Group:
    return Group(tmp_path, bench)
