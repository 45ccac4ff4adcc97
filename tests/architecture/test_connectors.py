"""The connectors are named in several places; each names the same."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import entry_points

import pytest

from connectors.registry import BUILT_IN, GROUP
from sync.config.explain import key_names
from sync.config.references import COMMON_KEYS
from tests.architecture.project import ROOT, contracts, pyproject, vendors

HEADINGS = (
    "Settings",
    "Fields",
    "Status",
    "Losses",
    "Limits",
    "Quirks",
    "What can be promised, and what can not",
    "Sandbox",
)
"""What the page of each vendor tells, in this order; it may tell more in between."""
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


def test_no_setting_of_a_connector_bears_the_name_of_one_that_every_side_has():
    own = {point.name: set(key_names(point.load().settings)) for point in entry_points(group=GROUP)}
    assert {name: COMMON_KEYS & keys for name, keys in own.items() if COMMON_KEYS & keys} == {}


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


def sections(vendor: str) -> dict[str, str]:
    """The sections of a vendor's page by their headings, in their order."""
    page = (ROOT / "connectors" / vendor / "README.md").read_text(encoding="utf-8")
    parts = re.split(r"^## (.+)$", page, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("vendor", sorted(vendors() - REFERENCE))
def test_the_page_of_each_vendor_has_the_same_headings_in_the_same_order(vendor):
    found = sections(vendor)
    assert [heading for heading in HEADINGS if heading not in found] == [], "headings that are missing"
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS), "their order"
    assert [heading for heading in HEADINGS if len(found[heading].split()) < 10] == [], "headings with nothing below"


@pytest.mark.parametrize("vendor", sorted(vendors() - REFERENCE))
def test_the_page_of_each_vendor_has_what_its_headings_promise(vendor):
    found = sections(vendor)
    assert "```toml" in found["Settings"]
    assert [heading for heading in ("Fields", "Status", "Sandbox") if "\n| --- |" not in found[heading]] == []
    canonical = {"needs_action", "completed"}
    assert canonical - set(re.findall(r"[a-z_]+", found["Status"])) == set(), "states that the table does not name"
    assert re.search(r"\b20[0-9]{2}-[01][0-9]\b", found["Limits"]), "limits need the date on which they were read"
    lists = ("Losses", "Quirks", "What can be promised, and what can not")
    assert [heading for heading in lists if not found[heading].lstrip().startswith(("* ", "- "))] == []


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
