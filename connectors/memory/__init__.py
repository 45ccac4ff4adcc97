"""The reference connector: a vault of tasks in memory or in a JSON file, as rich or as poor as its settings say."""

from __future__ import annotations

from connectors.contract import Manifest
from connectors.memory.capabilities import capabilities
from connectors.memory.connector import make
from connectors.memory.settings import MemorySettings

MANIFEST = Manifest(
    name="memory",
    title="Memory",
    settings=MemorySettings,
    capabilities=capabilities,
    factory=make,
)
