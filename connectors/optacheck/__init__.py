"""OptaCheck: assignments of a workspace, as tasks."""

from __future__ import annotations

from connectors.contract import Manifest
from connectors.optacheck.capabilities import capabilities
from connectors.optacheck.connector import make
from connectors.optacheck.settings import OptaCheckSettings

MANIFEST = Manifest(
    name="optacheck",
    title="OptaCheck",
    settings=OptaCheckSettings,
    capabilities=capabilities,
    factory=make,
)
