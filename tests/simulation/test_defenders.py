"""Every rule has a history that fails without it."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys

import pytest

from tests.simulation.defenders import DEFENDERS
from tests.simulation.seeds import SEEDS
from tests.simulation.switches import ROOT, SWITCHES, sources


@pytest.fixture(scope="session")
def found(tmp_path_factory, worker_id):
    """What the defenders found: played once, whoever of several workers asks first."""
    folder = tmp_path_factory.getbasetemp()
    file = (folder if worker_id == "master" else folder.parent) / "defenders.json"
    with file.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            command = [sys.executable, "-m", "tests.simulation.defend"]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
            file.write_text(done.stdout)
    return json.loads(file.read_text())


@pytest.mark.parametrize("rule", sorted(DEFENDERS))
def test_without_a_rule_its_history_fails(rule, found):
    assert found[rule]["without"], f"{SWITCHES[rule].what}, and its history does not notice"
    assert "harness" not in found[rule]["without"][0], found[rule]["without"]


@pytest.mark.parametrize("rule", sorted(DEFENDERS))
def test_with_the_rule_the_same_history_passes(rule, found):
    assert found[rule]["with"] == []


@pytest.mark.torture
@pytest.mark.parametrize("rule", sorted(SEEDS))
def test_a_drawn_history_needs_the_rule(rule):
    """``python -m tests.simulation --defend K`` finds another seed when the drawing has changed."""
    command = [sys.executable, "-m", "tests.simulation.defend", "--seeds", rule]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=True)
    told = json.loads(done.stdout)[rule]
    assert told["without"]
    assert "harness" not in told["without"][0], told
    assert told["with"] == []


@pytest.mark.parametrize("rule", sorted(SWITCHES))
def test_a_switch_changes_what_stands_in_the_engine_once(rule):
    assert sources(rule)


def test_every_rule_has_a_switch():
    assert {rule.partition(",")[0] for rule in SWITCHES} == {str(number) for number in range(1, 24)}
    assert DEFENDERS.keys() == SWITCHES.keys() == SEEDS.keys()
