"""Histories with faults, crashes and people: nothing is lost, nothing is doubled, and it goes quiet."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from tests.simulation.campaign import run
from tests.simulation.history import History, play, shrink
from tests.simulation.kept import KEPT
from tests.simulation.kept_answers import ANSWERS
from tests.simulation.kept_rare import RARE
from tests.simulation.switches import ROOT

PARTS, EACH = 4, 10  # for the workers of a test run to share


@pytest.mark.parametrize("part", range(PARTS))
def test_a_small_campaign(part):
    campaign = run(range(part * EACH, (part + 1) * EACH), jobs=1)
    assert not campaign.failed, "\n".join(campaign.lines())


@pytest.mark.parametrize("name", sorted(KEPT | RARE | ANSWERS))
def test_what_once_failed(name):
    assert play((KEPT | RARE | ANSWERS)[name]).wrong == ()


@pytest.mark.parametrize("seed", [3, 11, 27])
def test_a_seed_replays_exactly(seed):
    assert play(History.of(seed)).log == play(History.of(seed)).log


def test_a_seed_replays_exactly_in_another_process():
    """Its sides tell fields in the order of a set, and one takes a request for each: no set's order may decide."""
    told = [
        subprocess.run(
            [sys.executable, "-m", "tests.simulation", "--seed", "700029", "--log"],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": number},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for number in ("1", "3")
    ]
    assert told[0] == told[1]


def test_a_history_that_fails_is_made_smaller():
    """A history fails here because of a step that is wrong in itself."""
    steps = [
        ("pass", 1),
        ("add", "a", 1, {"title": "1 e1"}),
        ("cycle", 5, ((3, "crash"),)),
        ("no such step",),
        ("pass", 2),
    ]
    setup = {"sides": [("a", "memory", {}), ("b", "memory", {})]}
    assert list(shrink(History(setup, steps)).steps) == [("no such step",)]
