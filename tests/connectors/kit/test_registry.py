"""Connectors by name: installed ones, a plain checkout, plug-ins that are broken."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path
from textwrap import dedent

import pytest

from connectors import registry
from connectors.contract import Manifest
from connectors.errors import BadSettings

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def plugin(tmp_path, monkeypatch):
    """Installs a distribution that offers one connector: its name, where its manifest is, and its module's text."""

    def install(name: str, value: str, module: str, text: str, distribution: str = "plugin") -> None:
        (tmp_path / f"{module}.py").write_text(text)
        info = tmp_path / f"{distribution}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{registry.GROUP}]\n{name} = {value}\n")

    monkeypatch.syspath_prepend(str(tmp_path))
    yield install
    for module in [name for name in sys.modules if name.startswith("plugin_")]:
        del sys.modules[module]


def run(code: str, *options: str) -> subprocess.CompletedProcess[str]:
    """A Python of its own."""
    command = [sys.executable, *options, "-c", dedent(code)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)


MANIFEST = """
from connectors.memory import MANIFEST as memory
from dataclasses import replace
MANIFEST = replace(memory, name={name!r})
"""


def test_the_connectors_that_come_along_are_those_that_the_project_declares():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert dict(registry.BUILT_IN) == project["entry-points"][registry.GROUP]
    assert list(registry.BUILT_IN) == sorted(registry.BUILT_IN)


def test_names_are_known_in_order_and_nothing_is_imported():
    code = """
        import sys
        from connectors import registry
        print(*registry.known(), *({"connectors.memory", "starlette", "uvicorn", "requests"} & sys.modules.keys()))
    """
    done = run(code)
    assert done.stdout.split() == [*registry.known()]
    assert list(registry.known()) == sorted(registry.known())


def test_a_plain_checkout_knows_what_comes_along():
    """Without the package's metadata: no site-packages, no entry points."""
    code = """
        from importlib.metadata import entry_points
        from connectors import registry
        print(len(entry_points(group=registry.GROUP)), *registry.known(), registry._point("memory").value)
    """
    done = run(code, "-S")
    assert done.stdout.split() == ["0", *registry.BUILT_IN, registry.BUILT_IN["memory"]]


def test_a_connector_is_loaded_by_its_name():
    manifest = registry.load("memory")
    assert isinstance(manifest, Manifest)
    assert manifest.name == "memory"


def test_an_unknown_name_is_answered_with_the_known_ones():
    with pytest.raises(registry.UnknownConnector, match='no connector "trello"') as caught:
        registry.load("trello")
    assert "memory" in caught.value.hint
    assert isinstance(caught.value, BadSettings)


def test_a_plug_in_of_another_package_is_found(plugin):
    plugin("fine", "plugin_fine:MANIFEST", "plugin_fine", MANIFEST.format(name="fine"))
    assert "fine" in registry.known()
    assert registry.load("fine").name == "fine"
    assert registry.load("memory").name == "memory"


@pytest.mark.parametrize(
    ("value", "text", "message"),
    [
        ("plugin_bad:MANIFEST", "import no_such_module_at_all", "can not be loaded: ModuleNotFoundError"),
        ("plugin_bad:MANIFEST", "1 / 0", "can not be loaded: ZeroDivisionError"),
        ("plugin_bad:MANIFEST", "def broken(:", "can not be loaded: SyntaxError"),
        ("plugin_bad:MANIFEST", "", "can not be loaded: AttributeError"),
        ("plugin_elsewhere:MANIFEST", "", "can not be loaded: ModuleNotFoundError"),
        ("plugin_bad:MANIFEST", "MANIFEST = 'a text'", "is no Manifest"),
        ("plugin_bad:MANIFEST", MANIFEST.format(name="other"), 'calls itself "other"'),
    ],
)
def test_a_broken_plug_in_is_one_clear_error_and_spoils_no_other(plugin, value, text, message):
    plugin("bad", value, "plugin_bad", text)
    with pytest.raises(registry.BrokenConnector, match=message) as caught:
        registry.load("bad")
    assert caught.value.message.startswith('the connector "bad"')
    assert caught.value.hint
    assert registry.load("memory").name == "memory"
    assert "bad" not in registry.sandboxes()


def test_two_packages_that_offer_one_name_are_told(plugin):
    plugin("twice", "plugin_one:MANIFEST", "plugin_one", MANIFEST.format(name="twice"), "first")
    plugin("twice", "plugin_two:MANIFEST", "plugin_two", MANIFEST.format(name="twice"), "second")
    with pytest.raises(registry.BrokenConnector, match="several packages") as caught:
        registry.load("twice")
    assert "plugin_one:MANIFEST, plugin_two:MANIFEST" in caught.value.message


def test_a_connector_without_a_sandbox_is_told_apart(plugin):
    plugin("fine", "plugin_fine:MANIFEST", "plugin_fine", MANIFEST.format(name="fine"))
    assert "fine" not in registry.sandboxes()
    with pytest.raises(registry.UnknownConnector, match='"fine" has no sandbox'):
        registry.sandbox("fine")


def test_each_sandbox_is_found():
    for name in registry.sandboxes():
        assert registry.sandbox(name).__name__ == "Sandbox"
