"""The demonstration: two sandboxes on this machine, people who work in them, and cycles that keep them in agreement."""

from __future__ import annotations

from sync.demo.seen import Seen
from sync.demo.stage import CANVAS, GROUP, OUTLINE, Cycle, Move, Stage
from sync.demo.story import SCENES, Played, Scene, play

__all__ = ["CANVAS", "GROUP", "OUTLINE", "SCENES", "Cycle", "Move", "Played", "Scene", "Seen", "Stage", "play"]
