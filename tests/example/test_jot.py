"""The connector proves itself: this is all of a plug-in author's test."""

from __future__ import annotations

from tasksync_jot import MANIFEST
from tasksync_jot.sandbox import Sandbox
from tasksync_jot.wire import raw_hash

from connectors.conformance import ConnectorSuite, HttpBench


class TestJot(ConnectorSuite):
    bench = HttpBench(
        manifest=MANIFEST,
        sandbox=Sandbox,
        wrong={"key": "wrong"},
        plant=lambda sandbox, title: str(sandbox.add(title)),
    )
    raw_hash = staticmethod(raw_hash)
    with_word = staticmethod(lambda native, word: {**native, "done": word})
