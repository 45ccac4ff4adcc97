"""How a scenario gets its world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from sync.core.policy import GroupPolicy
from tests.scenarios.world import QUICK, World


@pytest.fixture
def group(tmp_path: Path) -> Callable[..., World]:
    """A group of memory sides.

    ``group(a={}, b={"trims": True}, policy={"conflict": …}, world={"zone": …})``; the order is the priority.
    """

    def make(
        *, policy: dict[str, object] | None = None, world: dict[str, object] | None = None, **traits: dict[str, object]
    ) -> World:
        rules = replace(GroupPolicy(sides=(), evidence=QUICK), **(policy or {}))  # type: ignore[arg-type]
        return World(tmp_path, traits, policy=rules, **(world or {}))  # type: ignore[arg-type]

    return make
