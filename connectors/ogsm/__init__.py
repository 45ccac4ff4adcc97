"""OGSM (OGSM.online by Toolsfactory): actions, as tasks."""

from __future__ import annotations

from connectors.contract import Manifest
from connectors.ogsm.capabilities import capabilities
from connectors.ogsm.connector import make
from connectors.ogsm.settings import OgsmSettings

MANIFEST = Manifest(
    name="ogsm",
    title="OGSM",
    settings=OgsmSettings,
    capabilities=capabilities,
    factory=make,
)
