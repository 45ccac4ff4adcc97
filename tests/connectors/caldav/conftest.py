"""The real servers for all tests of this folder, and collections on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from connectors.caldav.sandbox import SERVERS, Reading, Sandbox, Server
from connectors.serving import FaultMiddleware, Faults, serve
from tests.connectors.bench import Unhurried
from tests.connectors.caldav.kit import Bench


@pytest.fixture(scope="session")
def servers() -> dict[str, Server]:
    return {name: kind(Sandbox.username, Sandbox.password) for name, kind in SERVERS.items()}


@pytest.fixture
def collection(servers) -> Iterator[Callable[..., Bench]]:
    """Makes a collection on a server of some kind, and connectors to it."""
    with ExitStack() as stack:

        def make(reading: str = "", **more: object) -> Bench:
            parsed, faults = Reading.parse(reading), Faults()
            sandbox = Sandbox(parsed, servers[parsed.server])
            serving = stack.enter_context(serve({"dav": FaultMiddleware(sandbox.app, faults)}))
            bench = Bench(sandbox, faults, serving, "dav", Unhurried(), more)
            stack.callback(bench.close)
            return bench

        yield make
