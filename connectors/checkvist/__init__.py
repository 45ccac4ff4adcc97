"""Checkvist (checkvist.com): the items of one list, as tasks."""

from __future__ import annotations

from connectors.checkvist.capabilities import capabilities
from connectors.checkvist.connector import make
from connectors.checkvist.settings import CheckvistSettings
from connectors.contract import Manifest

MANIFEST = Manifest(
    name="checkvist",
    title="Checkvist",
    settings=CheckvistSettings,
    capabilities=capabilities,
    factory=make,
)
