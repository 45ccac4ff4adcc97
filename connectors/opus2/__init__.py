"""Opus 2 (Platform v8, Inbound Documents API): documents, as tasks."""

from __future__ import annotations

from connectors.contract import Manifest
from connectors.opus2.capabilities import capabilities
from connectors.opus2.connector import make
from connectors.opus2.settings import Opus2Settings

MANIFEST = Manifest(
    name="opus2",
    title="Opus 2",
    settings=Opus2Settings,
    capabilities=capabilities,
    factory=make,
)
