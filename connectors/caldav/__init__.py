"""CalDAV: the tasks of one collection."""

from __future__ import annotations

from connectors.caldav.capabilities import capabilities
from connectors.caldav.connector import make
from connectors.caldav.settings import CaldavSettings
from connectors.contract import Manifest

MANIFEST = Manifest(
    name="caldav",
    title="CalDAV",
    settings=CaldavSettings,
    capabilities=capabilities,
    factory=make,
)
