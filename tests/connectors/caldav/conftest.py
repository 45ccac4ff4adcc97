"""One real server for all tests of this folder, and collections on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connectors.caldav.sandbox import Radicale, Reading, Sandbox
from connectors.serving import FaultMiddleware, Faults, serve
from tests.connectors.bench import Unhurried
from tests.connectors.caldav.kit import Bench


@pytest.fixture(scope="session")
def server() -> Radicale:
    return Radicale(Sandbox.username, Sandbox.password)


@pytest.fixture
def collection(server) -> Iterator[Callable[..., Bench]]:
    """Makes a collection on a server of some kind, and connectors to it."""
    with ExitStack() as stack:

        def make(reading: str = "", **more: object) -> Bench:
            sandbox, faults = Sandbox(Reading.parse(reading), server), Faults()
            serving = stack.enter_context(serve({"dav": FaultMiddleware(sandbox.app, faults)}))
            bench = Bench(sandbox, faults, serving, "dav", Unhurried(), more)
            stack.callback(bench.close)
            return bench

        yield make
