"""All sides at once, each in its planned order; where a side takes several requests at once, in several lanes."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from connectors.budget import Rank
from connectors.contract import Connector
from connectors.limiter import ranked
from connectors.task import Kind
from sync.apply.closing import Closer
from sync.apply.freshness import Freshness
from sync.apply.journal import GiveUp, Journal, Outcome, Run
from sync.apply.removing import Remover
from sync.apply.sending import Sender
from sync.apply.waves import lanes, waves
from sync.core.codec import short
from sync.core.facts import Action
from sync.core.model import Do, SideName
from sync.events import bound
from sync.together import Together, in_threads


def apply(
    run: Run,
    connectors: Mapping[SideName, Connector],
    actions: Sequence[Action],
    together: Together = in_threads,
) -> Outcome:
    """Carry actions out.

    Returns what was acknowledged; what was not stays owed. Raises ``StoreError``, ``LeaseLost``.
    """
    by_side: dict[SideName, list[Action]] = {}
    for action in actions:
        by_side.setdefault(action.side, []).append(action)
    for side in list(by_side):
        if run.breakers is not None and (why := run.breakers.rests(side)):
            del by_side[side]  # it is owed: a vendor that hangs would hold all sides of the group
            run.outcome.down[side] = ("down", why)
    turns = [_Turn(run, side, connectors[side], mine, together) for side, mine in by_side.items()]
    together([turn.take for turn in turns], "write")
    return run.outcome


@dataclass(slots=True)
class _Turn:
    """One side's actions. ``over``: it was given up."""

    run: Run
    side: SideName
    connector: Connector
    actions: Sequence[Action]
    together: Together
    senders: Mapping[Kind, Sender] = field(init=False)
    over: bool = False

    def take(self) -> None:
        """Carry all out."""
        run, side = self.run, self.side
        several = lanes(self.connector.capabilities)
        journal = Journal(run, side, several)
        kinds = {kind: run.lenses.at(side, kind) for kind in Kind}
        freshness = Freshness(run, kinds[Kind.TASK], self.connector, journal)
        self.senders = {
            kind: Sender(run, side, self.connector, lens, journal, freshness) for kind, lens in kinds.items()
        }
        run.progress.start(side, "writing", len(self.actions))
        try:
            for wave in [self.actions] if several == 1 else waves(run.state, self.actions):
                waiting = deque(wave)
                work = [partial(self._lane, waiting)] * min(several, len(wave))
                if len(work) == 1:
                    self._lane(waiting)
                else:
                    self.together(work, f"write {side}")
        finally:
            run.progress.stop(side)

    def _lane(self, waiting: deque[Action]) -> None:
        """One after the other, whatever comes next; none after the side was given up in any lane."""
        with ranked(Rank.WRITE), bound(side=self.side):
            while waiting and not self.over and not self.run.stop():
                try:
                    action = waiting.popleft()
                except IndexError:  # another lane was quicker
                    return
                try:
                    with bound(link=f"{short(action.task)}@{self.side}"):
                        _carry_out(self.senders[self.run.state.tasks[action.task].kind], action)
                except GiveUp:
                    self.over = True
                    return
                self.run.progress.advance(self.side)


def _carry_out(sender: Sender, action: Action) -> None:
    if action.do is Do.CREATE:
        sender.create(action)
    elif action.do is Do.UPDATE:
        Closer(sender).update(action)
    elif action.do in {Do.DELETE, Do.ARCHIVE}:
        Remover(sender).delete(action)
    elif action.do is Do.CLOSE:
        Remover(sender).close(action)
    elif action.do is Do.LET_GO:
        Remover(sender).let_go(action)
