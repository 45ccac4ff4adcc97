"""The arrows between modules: the contracts hold, and each notices what it is there for."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.project import PACKAGES, ROOT, contracts, name, sources


def lint(folder: Path) -> tuple[int, set[str]]:
    """Check the contracts of a copy of the project; give the exit code and the names of those that are broken."""
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    broken = re.findall(r"^(.+) BROKEN\b", done.stdout.split("\nBroken contracts\n", maxsplit=1)[0], re.MULTILINE)
    assert done.returncode == 0 or broken, done.stdout + done.stderr
    return done.returncode, set(broken)


@pytest.fixture
def copy(tmp_path) -> Path:
    """The two packages and their contracts, to be spoilt."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def test_every_contract_is_kept(copy):
    assert lint(copy) == (0, set())


@pytest.mark.parametrize(
    ("contract", "file", "line"),
    [
        pytest.param(
            "one-way", "connectors/task.py", "import sync.core.model", id="the port library imports the engine"
        ),
        pytest.param("sync-layers", "sync/core/merge.py", "import sync.store", id="the core imports the store"),
        pytest.param("sync-layers", "sync/stranger.py", "", id="a module of the engine without a place"),
        pytest.param("core-layers", "sync/core/stranger.py", "", id="a module of the core without a place"),
        pytest.param("core-layers", "sync/core/model.py", "import sync.core.plan", id="a fact imports a decision"),
        pytest.param(
            "connectors-layers", "connectors/stranger/__init__.py", "MANIFEST = 1", id="a vendor without a place"
        ),
        pytest.param(
            "connectors-layers",
            "connectors/ogsm/client.py",
            "import connectors.checkvist.wire",
            id="a vendor imports a vendor",
        ),
        pytest.param(
            "ogsm-layers",
            "connectors/ogsm/wire.py",
            "import connectors.ogsm.client",
            id="a wire shape imports its client",
        ),
        pytest.param("ogsm-layers", "connectors/ogsm/stranger.py", "", id="a module of a vendor without a place"),
        pytest.param(
            "sandbox-apart",
            "connectors/ogsm/sandbox/app.py",
            "import connectors.ogsm.mapping",
            id="a sandbox imports the mapping it is to test",
        ),
        pytest.param(
            "memory-layers",
            "connectors/memory/tree.py",
            "import connectors.memory.mapping",
            id="the reference connector's storage imports its mapping",
        ),
        pytest.param("pure", "sync/core/diff.py", "import logging", id="the core logs"),
        pytest.param(
            "pure", "connectors/checkvist/mapping.py", "from time import time", id="a mapping asks for the time"
        ),
        pytest.param("pure", "connectors/task.py", "import requests", id="the canonical task reaches the network"),
        pytest.param("engine-blind", "sync/cycle.py", "import connectors.ogsm", id="the engine names a vendor"),
        pytest.param("registry-home", "sync/cycle.py", "import connectors.registry", id="the cycle asks the registry"),
        pytest.param("store-home", "sync/app.py", "import sqlmodel", id="the composition root knows the database"),
        pytest.param("http-home", "sync/app.py", "import requests", id="the engine talks HTTP"),
    ],
)
def test_a_contract_notices(copy, contract, file, line):
    path = copy / file
    path.parent.mkdir(exist_ok=True)
    with path.open("a", encoding="utf-8") as stream:
        stream.write(f"\n{line}\n")
    code, broken = lint(copy)
    assert code != 0
    assert contracts()[contract]["name"] in broken


def test_every_folder_with_code_is_a_package():
    folders = {file.parent for file in sources()}
    assert {name(folder) for folder in folders if not (folder / "__init__.py").is_file()} == set()
