"""The connectors are named in several places; each names the same."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points

import pytest

from connectors.registry import BUILT_IN, GROUP
from tests.architecture.project import ROOT, contracts, pyproject, vendors

REFERENCE = {"memory"}  # the reference connector is no account of anybody's: pages for users may leave it out


def test_every_folder_beside_the_kit_is_a_vendor_with_a_manifest():
    folders = {file.parent.name for file in (ROOT / "connectors").glob("*/*.py")}
    kit = {"serving", "conformance"}
    assert folders - kit == vendors()


def test_the_entry_points_are_the_vendor_folders():
    declared = pyproject()["project"]["entry-points"][GROUP]
    assert declared == {vendor: f"connectors.{vendor}:MANIFEST" for vendor in sorted(vendors())}


def test_the_registry_of_a_checkout_is_the_entry_points():
    assert pyproject()["project"]["entry-points"][GROUP] == BUILT_IN
    assert list(BUILT_IN) == sorted(BUILT_IN)


def test_each_installed_manifest_bears_the_name_of_its_folder():
    installed = {point.name: point.load() for point in entry_points(group=GROUP)}
    assert {name: manifest.name for name, manifest in installed.items()} == {name: name for name in sorted(vendors())}


def test_the_layers_of_connectors_place_every_vendor_side_by_side():
    top = contracts()["connectors-layers"]["layers"][0]
    assert vendors() <= set(top.split(" | "))


@pytest.mark.parametrize("vendor", sorted(vendors()))
def test_the_modules_inside_each_vendor_are_placed(vendor):
    contract = contracts()[f"{vendor}-layers"]
    assert contract["containers"] == [f"connectors.{vendor}"]
    assert contract["exhaustive"] is True


def test_the_engine_is_forbidden_every_vendor():
    forbidden = set(contracts()["engine-blind"]["forbidden_modules"])
    assert forbidden == {f"connectors.{vendor}" for vendor in vendors()}


@pytest.mark.parametrize("vendor", sorted(vendors()))
def test_each_vendor_folder_has_a_page_of_its_own(vendor):
    assert (ROOT / "connectors" / vendor / "README.md").is_file()


@pytest.mark.parametrize("vendor", sorted(vendors()))
def test_what_discover_can_do_without_are_settings_of_the_connector(vendor):
    settings = entry_points(group=GROUP)[vendor].load().settings
    assert set(getattr(settings, "unnamed", {})) <= set(settings.model_fields)


def test_the_readme_lists_the_connectors_that_there_are():
    section = (ROOT / "README.md").read_text(encoding="utf-8").split("\n## Connectors\n", 1)[1].split("\n## ", 1)[0]
    rows = [row for row in section.splitlines() if row.startswith("|")]
    assert rows[0].startswith("| connector |")
    listed = {re.sub(r"[^a-z0-9_]", "", row.split("|")[1]) for row in rows[2:]}
    assert vendors() - REFERENCE <= listed <= vendors()


def test_the_example_configuration_has_a_side_of_each_connector():
    example = tomllib.loads((ROOT / "config" / "tasksync.example.toml").read_text(encoding="utf-8"))
    used = {side["connector"] for side in example["sides"].values()}
    assert vendors() - REFERENCE <= used <= vendors()
