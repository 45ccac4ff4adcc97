"""What one look at a collection in which nothing changed takes Radicale, in milliseconds, by what is asked.

When it was last changed is what a large collection is asked first (`connectors.caldav.unmoved`). Each figure is the
middle one of some, over loopback, our client included; the looks take turns, so that a noisy moment is one for all.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

from benchmarks.dav.server import PASSWORD, USER, Collections
from connectors.caldav.client import CaldavClient
from connectors.caldav.sandbox.servers import Radicale
from connectors.caldav.settings import CaldavSettings
from connectors.caldav.webdav import WebDav
from connectors.redact import Redactor
from connectors.transport import Http
from sync.clock import SystemClock

SIZES = (2_000, 10_000)
TURNS = 7
PATIENCE = 300.0
"""Seconds that an answer may take: for its first token Radicale makes a file for each task."""


def spent(look: Callable[[], object]) -> float:
    """Milliseconds of one look."""
    began = time.perf_counter()
    look()
    return (time.perf_counter() - began) * 1000


def main() -> int:
    """Print a table; give the exit code."""
    if missing := Radicale.missing():
        print(f"Not measured: {missing}.")
        return 0
    server = Radicale(USER, PASSWORD)
    world = Collections(server)
    print(f"{'tasks':>7}  {'look at':30}{'ms':>8}{'x the first':>13}")
    for size in SIZES:
        url = f"http://127.0.0.1:{server.port}/{USER}/{world.make(range(size))}/"
        http = Http(side="a", base_url=url, clock=SystemClock(), limiter=None, timeout=PATIENCE, secrets=Redactor())
        client = CaldavClient(WebDav(http, CaldavSettings(username=USER, password=PASSWORD), url))
        token = client.state().token
        looks: dict[str, Callable[[], object]] = {
            "when it was last changed": client.modified,
            "its tag, and the rest of it": lambda asked=client: asked.state(token=False),
            "what changed since a token": lambda asked=client, since=token: asked.since(since),
        }
        turns = [{name: spent(look) for name, look in looks.items()} for _ in range(TURNS)]
        figures = {name: statistics.median(turn[name] for turn in turns) for name in looks}
        first = next(iter(figures.values()))
        for name, figure in figures.items():
            print(f"{size:>7}  {name:30}{figure:8.1f}{figure / first:13.1f}", flush=True)
        http.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
