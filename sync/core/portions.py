"""A first meeting of very many tasks, decided in portions: each is recorded and carried out before the next.

The first portion is a whole cycle but for what is read later: everything that is known, everything that was asked.
Each further one takes entries in that are linked to nothing, and can be matched with nothing that was there before
(:mod:`sync.core.arranging`). What a cycle knows of a side from having met it stands only after the last.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from connectors.task import Ref
from sync.core.circumstances import Circumstances
from sync.core.deletes import Deletes
from sync.core.facts import Decision, Observation, Read
from sync.core.guards import guard_outgoing
from sync.core.intake import Intake
from sync.core.lens import Lenses
from sync.core.merge import Merge
from sync.core.model import SideName, State
from sync.core.pipeline import decide
from sync.core.plan import Planner
from sync.core.policy import GroupPolicy
from sync.core.settled import basis_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """A further portion. ``entries`` of the sides that are believed; ``above`` has titles of what is above some."""

    entries: Mapping[SideName, Observation]
    above: Mapping[tuple[SideName, Ref], str] = field(default_factory=dict)
    planned: Mapping[SideName, int] = field(default_factory=dict)  # creates of the portions before, by side
    last: bool = False


def begin(
    state: State, observations: Mapping[SideName, Observation], policy: GroupPolicy, told: Circumstances
) -> Decision:
    """The first portion: what was read, less the entries that come later. The sides are not met by it."""
    with _unmet(state):
        decision = decide(state, observations, policy, told)
    basis = basis_of(policy)
    for side in state.sides.values():
        side.basis = basis  # what is settled from now on stays where it is, whatever becomes of this cycle
    return decision


def go_on(state: State, portion: Portion, policy: GroupPolicy, told: Circumstances) -> Decision:
    """A further portion. ``state`` has what its entries are under, and all that is asked; ``told.limit`` is the rest.

    With the last one the sides are met.
    """
    if portion.last:
        decision = _take_in(state, portion, policy, told)
        for name in portion.entries:
            state.sides[name].last_complete = told.now
        return decision
    with _unmet(state):
        return _take_in(state, portion, policy, told)


def _take_in(state: State, portion: Portion, policy: GroupPolicy, told: Circumstances) -> Decision:
    decision = Decision(state=state, reads=dict.fromkeys(portion.entries, Read.COMPLETE))
    lenses = Lenses(state, policy)
    merge, before = Merge(lenses, told.cycle, told.now), set(state.tasks)
    decision.adopted = Intake(merge, told.now, portion.entries, taken=(), above=portion.above).run({})
    deletes = Deletes(merge, told.now)
    deletes.delete([], edited=())  # nothing, and what was matched is seen on all its sides
    deletes.rehome()
    fresh = state.tasks.keys() - before
    planner = Planner(lenses, told.now, frozenset(portion.entries))
    planner.plan()
    decision.actions = guard_outgoing(
        state,
        [action for action in planner.actions if action.task in fresh],
        policy,
        now=told.now,
        allow=told.allow,
        limit=told.limit,
        made=portion.planned,
        of=fresh,
    )
    decision.moved, decision.conflicts = merge.moved, merge.conflicts
    decision.acted = merge.acted
    return decision


@contextmanager
def _unmet(state: State) -> Iterator[None]:
    """What says that the first meeting is over is said later.

    Not so ``read_cycle``: all that is linked was read in this cycle, or is linked by what was.
    """
    before = [(side, side.met, side.next_task, side.last_complete) for side in state.sides.values()]
    yield
    for side, met, next_task, last_complete in before:
        side.met, side.next_task, side.last_complete = met, next_task, last_complete
