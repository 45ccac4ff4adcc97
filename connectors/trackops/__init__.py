"""Trackops: the tasks of one case."""

from __future__ import annotations

from connectors.contract import Manifest
from connectors.trackops.capabilities import capabilities
from connectors.trackops.connector import make
from connectors.trackops.settings import TrackopsSettings

MANIFEST = Manifest(
    name="trackops",
    title="Trackops",
    settings=TrackopsSettings,
    capabilities=capabilities,
    factory=make,
)
