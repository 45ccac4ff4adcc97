"""How groups, their sides and the budgets of these stand, as the store knows it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from connectors.contract import Capabilities, Clock
from sync.checking import polling_line, unknown_lines
from sync.config import Config
from sync.core.model import SideName, State, TaskLife
from sync.cycle import Cycle
from sync.outstanding import open_in
from sync.report import GroupStatus, SideStatus
from sync.sharing import Sharing
from sync.sides import poll_of, settings_of
from sync.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Statuses:
    """Asks no vendor. ``mask`` hides secrets; ``make`` gives a group's cycle, closed with the stack."""

    config: Config
    store: Store
    sharing: Sharing
    clock: Clock
    mask: Callable[[str], str]
    capabilities: Callable[[SideName], Capabilities]
    sharers: Mapping[SideName, int]
    make: Callable[[str, ExitStack], Cycle]

    def of(self, name: str) -> GroupStatus:
        """How a group stands."""
        with ExitStack() as stack:
            cycle = self.make(name, stack)
            state = self.store.load(name, self.config.groups[name].sides)
            owed, undeliverable, waiting = open_in(state, cycle.policy, self.clock.now())
        last = self.store.cycles(name, limit=1)
        return GroupStatus(
            name=name,
            tasks=sum(1 for task in state.tasks.values() if task.life is TaskLife.ALIVE),
            last_cycle=last[0].started if last else None,
            last_result=last[0].result if last else "",
            sides=[self._side(side, state) for side in self.config.groups[name].sides],
            owed=owed,
            waiting=waiting,
            undeliverable=undeliverable,
            held=[held for held in state.held if not held.decision],
        )

    def _side(self, name: SideName, state: State) -> SideStatus:
        side, found = state.sides.get(name), self.config.sides[name]
        capabilities = self.capabilities(name)
        interval = self.config.groups[found.group].interval
        poll = poll_of(found, capabilities, interval, self.sharers.get(name, 1))
        return SideStatus(
            name=name,
            connector=found.connector,
            state=side.state if side is not None else "ok",
            why=side.why if side is not None else "",
            links=sum(1 for link in state.of_side(name) if link.live),
            last_complete=side.last_complete if side is not None else None,
            unknown=tuple(map(self.mask, unknown_lines(state, name))),
            budget=self.sharing.status(found, settings_of(found), capabilities.budget),
            looked=" ".join(polling_line(capabilities, state, name, poll, interval)),
        )
