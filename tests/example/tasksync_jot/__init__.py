"""The connector for Jot: what the entry point names."""

from __future__ import annotations

from connectors.contract import Manifest
from tasksync_jot.capabilities import capabilities
from tasksync_jot.connector import JotConnector
from tasksync_jot.settings import JotSettings

MANIFEST = Manifest(
    name="jot", title="Jot", settings=JotSettings, capabilities=capabilities, factory=JotConnector, version="1"
)
