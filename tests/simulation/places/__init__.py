"""Sides as people meet them: real sandboxes and vaults, which show tasks and take edits; a file for each vendor."""

from __future__ import annotations

from collections.abc import Mapping

from tests.simulation.places.checkvist import CheckvistPlace
from tests.simulation.places.ogsm import OgsmPlace
from tests.simulation.places.optacheck import OptaCheckPlace
from tests.simulation.places.opus2 import Opus2Place
from tests.simulation.places.place import Place, rules
from tests.simulation.places.trackops import TrackopsPlace
from tests.simulation.places.vault import MemoryPlace

__all__ = ["KINDS", "Place", "rules_for"]

KINDS: dict[str, type[Place]] = {
    "memory": MemoryPlace,
    "checkvist": CheckvistPlace,
    "ogsm": OgsmPlace,
    "optacheck": OptaCheckPlace,
    "opus2": Opus2Place,
    "trackops": TrackopsPlace,
}


def rules_for(kinds: Mapping[str, str]):
    """Who is who on the sides of a group."""
    return rules({side: KINDS[kind].people for side, kind in kinds.items()})
