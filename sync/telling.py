"""The service's own log lines: one for each cycle, and one for each side whose state changes."""

from __future__ import annotations

from sync.core.model import SideName
from sync.events import Log
from sync.observing import Observer, Phase
from sync.report import GroupReport

log = Log(__name__)

COUNTS = ("created", "updated", "deleted", "adopted", "conflicts", "held", "owed", "waiting", "undeliverable")


class Teller(Observer):
    """Logs what an operator wants to read in the morning. Used by one cycle of a group at a time."""

    def __init__(self) -> None:
        self._states: dict[tuple[str, SideName], str] = {}

    def phase_changed(self, phase: Phase, why: str = "") -> None:
        """See :class:`Observer`."""
        events = {Phase.READY: "service.ready", Phase.STOPPING: "service.stopped"}
        if phase in events and not why:
            log.info(events[phase])

    def cycle_finished(self, group: str, report: GroupReport) -> None:
        """See :class:`Observer`."""
        for name, side in report.sides.items():
            before = self._states.get((group, name), "ok")
            self._states[group, name] = side.state
            if side.state == before:
                continue
            if side.state == "ok":
                log.info("side.recovered", side=name)
            else:
                event = "side.paused" if side.state == "paused" else "side.failed"
                log.warning(event, side=name, why=side.why)
        counts = {name: number for name in COUNTS if (number := getattr(report, name))}
        absent = {name: side.state for name, side in report.sides.items() if side.state != "ok"}
        log.info(
            "cycle.finished",
            cycle=report.cycle,
            result=report.result.value,
            seconds=round(report.seconds, 3),
            requests=sum(report.requests.values()),
            **counts,
            **({"absent": absent} if absent else {}),
        )
        for line in report.lines:
            log.warning("cycle.remarked", cycle=report.cycle, remark=line)
