"""The demonstration: the vendors' sandboxes, people who work in them, and cycles that keep them in agreement."""

from __future__ import annotations

from sync.demo.seen import Seen
from sync.demo.stage import GROUP, SIDES, VENDORS, Cycle, Move, Row, Stage
from sync.demo.story import SCENES, Played, Scene, play

__all__ = ["GROUP", "SCENES", "SIDES", "VENDORS", "Cycle", "Move", "Played", "Row", "Scene", "Seen", "Stage", "play"]
