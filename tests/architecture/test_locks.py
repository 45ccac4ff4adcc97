"""The locks hold what the project asks for, each with its hashes, and name no address."""

from __future__ import annotations

import re

import pytest

from tests.architecture.project import ROOT, pyproject

LOCKS = ("requirements.lock", "requirements-dev.lock", "benchmarks/peers.lock")
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ;.*?)? \\$", re.MULTILINE)


def text(lock: str) -> str:
    """A lock's whole text."""
    return (ROOT / lock).read_text(encoding="utf-8")


def pins(lock: str) -> dict[str, str]:
    """The packages of a lock with their versions."""
    return dict(PIN.findall(text(lock)))


def asked(*requirements: str) -> set[str]:
    """The package names of requirements as pyproject.toml writes them."""
    return {re.split(r"[^A-Za-z0-9._-]", requirement)[0].lower() for requirement in requirements}


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_address(lock):
    assert "://" not in text(lock)
    assert not re.search(r"^-", text(lock), re.MULTILINE), "an option line can bring an address back"


@pytest.mark.parametrize("lock", LOCKS)
def test_every_line_of_a_lock_is_a_pin_or_one_of_its_hashes(lock):
    blocks = re.split(r"\n(?=\S)", text(lock).strip())
    pin = re.compile(PIN.pattern + r"(\n    --hash=sha256:[0-9a-f]{64}( \\)?)+\Z", re.MULTILINE)
    assert [block.splitlines()[0] for block in blocks if not pin.match(block)] == []


def test_the_runtime_lock_holds_what_runs_and_what_builds():
    project = pyproject()["project"]
    wanted = asked(
        *project["dependencies"],
        *project["optional-dependencies"]["postgres"],
        *pyproject()["build-system"]["requires"],
    )
    assert wanted <= pins("requirements.lock").keys()


def test_the_development_lock_adds_to_the_runtime_lock_and_changes_nothing_in_it():
    assert pins("requirements.lock").items() <= pins("requirements-dev.lock").items()
    extras = pyproject()["project"]["optional-dependencies"]
    wanted = asked(*extras["dev"], *extras["conformance"]) - {"tasksync"}
    assert wanted <= pins("requirements-dev.lock").keys()
