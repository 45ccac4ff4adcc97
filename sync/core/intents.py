"""Open intents: the requests of which no answer told what became of them."""

from __future__ import annotations

from sync.core.facts import Observation
from sync.core.model import Do, HeldKind, Intent, IntentState, SideName, State


def unanswered(state: State) -> list[Intent]:
    """The intents that keep their task on their side from being written: all but the creates that lapsed."""
    return [intent for intent in state.intents if intent.state is not IntentState.LAPSED]


def drop_lapsed(state: State) -> None:
    """End the creates that lapsed where their task is by now."""
    kept = [one for one in state.intents if one.state is not IntentState.LAPSED or not state.live(one.task, one.side)]
    state.intents = kept


def open_creates(state: State, side: SideName) -> list[Intent]:
    """The creates of a side whose outcome a complete read can tell; those that wait for a person are left to them."""
    asked = {held.task for held in state.held if held.side == side and held.kind is HeldKind.CREATE}
    return [one for one in unanswered(state) if one.side == side and one.do is Do.CREATE and one.task not in asked]


def open_requests(state: State, side: SideName) -> list[str]:
    """The refs of a side to which a request was sent whose outcome is not known."""
    return [str(one.ref) for one in _sent(state, side)]


def unshown(state: State, observation: Observation) -> list[Intent]:
    """The requests of which no answer told, to entries that a read says nothing of: one listing may be half a list."""
    return [one for one in _sent(state, observation.side) if not observation.tells_of(str(one.ref))]


def _sent(state: State, side: SideName) -> list[Intent]:
    return [one for one in state.intents if one.side == side and one.do is not Do.CREATE]
