"""All sides at once, each in its planned order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
from sync.core.facts import Action
from sync.core.model import Do, SideName
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
    together([partial(_turn, run, side, connectors[side], mine) for side, mine in by_side.items()], "write")
    return run.outcome


def _turn(run: Run, side: SideName, connector: Connector, actions: Sequence[Action]) -> None:
    journal = Journal(run, side)
    kinds = {kind: run.lenses.at(side, kind) for kind in Kind}
    freshness = Freshness(run, kinds[Kind.TASK], connector, journal)
    senders = {kind: Sender(run, side, connector, lens, journal, freshness) for kind, lens in kinds.items()}
    run.progress.start(side, "writing", len(actions))
    try:
        with ranked(Rank.WRITE):
            for action in actions:
                if run.stop():
                    return
                _carry_out(senders[run.state.tasks[action.task].kind], action)
                run.progress.advance(side)
    except GiveUp:
        return
    finally:
        run.progress.stop(side)


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
