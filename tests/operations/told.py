"""A service as its watchers see it: everything that can be told, told once or more."""

from __future__ import annotations

from datetime import timedelta

from sync.core.facts import Read
from sync.observing import NO_ANSWER, Observer, Phase, Requested, Waited, Written
from sync.report import GroupReport, Result, SideReport


def report(result: Result = Result.CHANGED, **counts: int) -> GroupReport:
    """A cycle of two sides, of which one is down."""
    sides = {
        "a": SideReport(state="ok", why=None, read=Read.COMPLETE),
        "b": SideReport(state="down", why="it does not answer", read=Read.NONE),
    }
    return GroupReport(result=result, sides=sides, requests={"a": 3, "b": 1}, seconds=2.5, **counts)


def tell_everything(watcher: Observer, now) -> None:
    """One of each event."""
    watcher.phase_changed(Phase.STARTING)
    for group in ("work", "home"):
        watcher.group_scheduled(group, now)
    watcher.phase_changed(Phase.READY)
    watcher.cycle_started("work")
    for status in (200, 200, 429, NO_ANSWER):
        watcher.requested(Requested(group="work", side="a", method="GET", status=status, seconds=0.3))
    watcher.waited(Waited(group="work", side="a", rank="write", seconds=4.0, granted=True))
    watcher.waited(Waited(group="work", side="a", rank="poll", seconds=0.0, granted=False))
    write = {"group": "work", "cycle": 1, "side": "a", "do": "update"}
    watcher.written(Written(**write, outcome="done", lag=42.0))
    watcher.written(Written(**write, outcome="not applied: it broke off"))
    watcher.written(Written(**write, outcome="who knows what"))
    watcher.cycle_finished("work", report(updated=2, conflicts=1, held=3, owed=4, waiting=5, undeliverable=6))
    watcher.group_scheduled("work", now + timedelta(seconds=60))
    watcher.cycle_started("home")
    watcher.cycle_failed("home", "the disk is full")
    watcher.phase_changed(Phase.RELOADING)
