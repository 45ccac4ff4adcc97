"""A group's cycle from the configuration: its sides, its policy, and for the service what lasts longer than a cycle."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from connectors.contract import Clock, Manifest
from sync.config import Config, GroupConfig
from sync.core.model import SideName
from sync.core.policy import SideSpec
from sync.cycle import Cycle, Side, Wishes
from sync.keeping import Keeper
from sync.progress import Progress
from sync.sides import SideMaker, policy_of
from sync.store import Store
from sync.watching import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Making:
    """Makes cycles. What a cycle needs is closed with the stack that is handed in."""

    config: Config
    manifests: Mapping[SideName, Manifest]
    store: Store
    clock: Clock
    maker: SideMaker

    def cycle(
        self,
        name: str,
        wishes: Wishes,
        *,
        progress: Progress,
        stack: ExitStack,
        stop: Callable[[], bool] = lambda: False,
        may_change: Callable[[], bool] = lambda: False,
    ) -> Cycle:
        """One cycle of a group."""
        group = self.config.groups[name]
        made = {side: self.made(side, group, stack, may_change) for side in group.sides}
        return self._cycle(group, made, wishes, stop, progress)

    def lasting(
        self, name: str, keeper: Keeper, *, progress: Progress, stack: ExitStack, may_change: Callable[[], bool]
    ) -> Cycle:
        """One cycle of a group in the service: reads may outlast it, and writes go on in the next."""
        group = self.config.groups[name]
        stack.enter_context(keeper.cycle(may_change))
        made = {
            side: keeper.side(side, lambda own, side=side: self.made(side, group, own, keeper.may_change, keeper.watch))  # type: ignore[misc]
            for side in group.sides
        }
        cycle = self._cycle(group, made, Wishes(), keeper.watch.stop, progress)
        cycle.observe, cycle.observer, cycle.breakers = keeper.reads, keeper.watch.observer, keeper.breakers
        cycle.writes_for, cycle.moves = keeper.writes_for, keeper.watch.move
        # A read that goes on is told from what was written meanwhile by all links of its side.
        cycle.whole = keeper.reads.whole
        return cycle

    def made(
        self,
        name: SideName,
        group: GroupConfig,
        stack: ExitStack,
        may_change: Callable[[], bool] = lambda: False,
        watch: Watch | None = None,
    ) -> tuple[Side, SideSpec]:
        """One side of a group (:meth:`sync.sides.SideMaker.make`)."""
        side, manifest = self.config.sides[name], self.manifests[name]
        return self.maker.make(side, manifest, stack, interval=group.interval, may_change=may_change, watch=watch)

    def _cycle(
        self,
        group: GroupConfig,
        made: Mapping[SideName, tuple[Side, SideSpec]],
        wishes: Wishes,
        stop: Callable[[], bool],
        progress: Progress,
    ) -> Cycle:
        return Cycle(
            name=group.name,
            policy=policy_of(group, [spec for _, spec in made.values()], self.config.people),
            sides={name: side for name, (side, _) in made.items()},
            store=self.store,
            clock=self.clock,
            wishes=wishes,
            stop=stop,
            progress=progress,
            sweep=group.sweep,
        )
