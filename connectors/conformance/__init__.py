"""The conformance suite: with it, a connector proves that it keeps the contract. Needs pytest and hypothesis.

::

    class TestMine(ConnectorSuite):
        bench = HttpBench(manifest=MANIFEST, sandbox=Sandbox, wrong={"password": "wrong"})
        people = (Person(id="1"), Person(id="2"))
        raw_hash = staticmethod(raw_hash)

A connector outside this repository proves itself with such a class in a file that pytest collects.
"""

from __future__ import annotations

import pytest

_PARTS = ("base", "caller", "decoding", "failing", "laws", "listing", "removing", "storing", "suite", "trees")
pytest.register_assert_rewrite(*(f"{__name__}.{part}" for part in _PARTS))  # so that failures show their values

from connectors.conformance.harness import RETRY_AFTER, Bench, Harness, Sent, Trouble  # noqa: E402 - after the line above
from connectors.conformance.over_http import HttpBench  # noqa: E402
from connectors.conformance.suite import ConnectorSuite  # noqa: E402

__all__ = ["RETRY_AFTER", "Bench", "ConnectorSuite", "Harness", "HttpBench", "Sent", "Trouble"]
